//! The cast: people with fixed properties for end-to-end tests, screenshots and training.
//!
//! Their ids (1 to 29), serial numbers (the same), names, documents and phones never change; their days move with today.
//! What they did before the recorded sessions names no application, as for everybody else; the rest stands on sessions of
//! the plan. They are part of no [`crate::City::applicants`] stream: whoever wants them loads them as well.

use crate::documents::{INDEX_LIMIT, birthday};
use crate::ledger::{Booking, End, Mode, World};
use crate::outcome::Tries;
use crate::plan::Phase;
use crate::record::Who;
use crate::start::{Start, back, forward};
use crate::{SampleError, documents};
use chrono::{Months, NaiveTime};
use yuyue_domain::applicant::{ApplicantRecord, Block, BlockReason, LearnerPermit};
use yuyue_domain::identity::{DocumentType, Sex};
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::licence::{BusinessType, LicenceClass, Subject};
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::{Date, Timestamp};

/// What somebody of the cast is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CastRole {
    /// 张例三: subjects 1 and 2 passed; cancelled a place in subject 3, which he may book again; his sort time is the later
    /// of two (rule 4).
    RuleFour,
    /// 李例优: her permit ends in four months; priority booking of subject 2 is open to her.
    PriorityEligible,
    /// 曹例争: as 李例优, for one place that two people want.
    PriorityRival,
    /// 王例否: has just passed subject 1: waits for 2 and 3, may not take 4 yet, and is blocked.
    Ineligible,
    /// 陈例同 of 渝中车管所, who has a namesake.
    Namesake,
    /// 陈例同 of 江北车管所, the namesake.
    OtherNamesake,
    /// 䶮例𠮷: characters that small fonts do not have.
    RareCharacters,
    /// 赵例无: without a phone, eligible for subject 2.
    WithoutPhone,
    /// 周例候: waits in the queue for subject 3.
    Queued,
    /// 吴例成: has the only place of a session of subject 2.
    Placed,
    /// 郑例败: wanted the same session and got no place.
    Unplaced,
    /// 冯例码: her application waits for its code.
    AwaitingCode,
    /// 孙例初: before subject 1 (rule 1).
    BeforeSubjectOne,
    /// 阿依·例提: a name with the separating dot, before subject 1.
    MinorityName,
    /// EXAMPLE JANE: a foreigner with a permanent resident card, before subject 1.
    Foreigner,
    /// 马例用: has used priority booking for subject 2 and has a place.
    PriorityUsed,
    /// 朱例次: four failed bookings of subject 2; the fifth is the last.
    FourFailures,
    /// 胡例检: the medical certificate has become too old.
    MedicalExpired,
    /// 林例末: only subject 4 is left.
    BeforeSubjectFour,
    /// 何例届: 增驾 A2, comes close to the age limit.
    NearAgeLimit,
    /// 高例期: the permit has ended.
    PermitExpired,
    /// 罗例撤: withdrew an application for subject 2, which changes nothing of the rank.
    Withdrawn,
    /// 梁例军: an officer's card (C), before subject 1.
    Officer,
    /// 谢例兵: a soldier's card (D), before subject 1.
    Soldier,
    /// 宋例休: a retired officer's card (E), before subject 1.
    RetiredOfficer,
    /// EXAMPLE IVAN: a passport (F), before subject 1.
    Abroad,
    /// EXAMPLE MARIA: a diplomat's card (G), before subject 1.
    Diplomat,
    /// 唐例临: a temporary resident card (M), before subject 1.
    TemporaryCard,
    /// 许例港: a residence permit of Hong Kong, Macau and Taiwan (Q), before subject 1.
    HongKongMacauTaiwan,
}

/// Somebody of the cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CastMember {
    /// What this person is for.
    pub role: CastRole,
    /// The whole record.
    pub record: ApplicantRecord,
}

use CastRole::{
    Abroad, AwaitingCode, BeforeSubjectFour, BeforeSubjectOne, Diplomat, Foreigner, FourFailures, HongKongMacauTaiwan,
    Ineligible, MedicalExpired, MinorityName, Namesake, NearAgeLimit, Officer, OtherNamesake, PermitExpired, Placed,
    PriorityEligible, PriorityRival, PriorityUsed, Queued, RareCharacters, RetiredOfficer, RuleFour, Soldier,
    TemporaryCard, Unplaced, Withdrawn, WithoutPhone,
};

/// Role, name, document, sex and office, in the order of the ids.
const PEOPLE: [(CastRole, &str, DocumentType, Sex, u32); 29] = [
    (RuleFour, "张例三", DocumentType::ResidentCard, Sex::Male, 5),
    (PriorityEligible, "李例优", DocumentType::ResidentCard, Sex::Female, 5),
    (Ineligible, "王例否", DocumentType::ResidentCard, Sex::Male, 5),
    (Namesake, "陈例同", DocumentType::ResidentCard, Sex::Female, 1),
    (OtherNamesake, "陈例同", DocumentType::ResidentCard, Sex::Male, 11),
    (RareCharacters, "䶮例𠮷", DocumentType::ResidentCard, Sex::Male, 5),
    (WithoutPhone, "赵例无", DocumentType::ResidentCard, Sex::Female, 5),
    (Queued, "周例候", DocumentType::ResidentCard, Sex::Male, 5),
    (Placed, "吴例成", DocumentType::ResidentCard, Sex::Female, 3),
    (Unplaced, "郑例败", DocumentType::ResidentCard, Sex::Male, 3),
    (AwaitingCode, "冯例码", DocumentType::ResidentCard, Sex::Female, 5),
    (BeforeSubjectOne, "孙例初", DocumentType::ResidentCard, Sex::Male, 5),
    (MinorityName, "阿依·例提", DocumentType::ResidentCard, Sex::Female, 7),
    (Foreigner, "EXAMPLE JANE", DocumentType::ForeignResident, Sex::Female, 10),
    (PriorityUsed, "马例用", DocumentType::ResidentCard, Sex::Male, 6),
    (FourFailures, "朱例次", DocumentType::ResidentCard, Sex::Female, 4),
    (MedicalExpired, "胡例检", DocumentType::ResidentCard, Sex::Male, 5),
    (BeforeSubjectFour, "林例末", DocumentType::ResidentCard, Sex::Female, 5),
    (NearAgeLimit, "何例届", DocumentType::ResidentCard, Sex::Male, 15),
    (PermitExpired, "高例期", DocumentType::ResidentCard, Sex::Female, 12),
    (Withdrawn, "罗例撤", DocumentType::ResidentCard, Sex::Male, 5),
    (Officer, "梁例军", DocumentType::Officer, Sex::Male, 5),
    (Soldier, "谢例兵", DocumentType::Soldier, Sex::Male, 5),
    (RetiredOfficer, "宋例休", DocumentType::RetiredOfficer, Sex::Male, 5),
    (Abroad, "EXAMPLE IVAN", DocumentType::Abroad, Sex::Male, 10),
    (Diplomat, "EXAMPLE MARIA", DocumentType::Diplomat, Sex::Female, 10),
    (TemporaryCard, "唐例临", DocumentType::TemporaryCard, Sex::Female, 14),
    (HongKongMacauTaiwan, "许例港", DocumentType::HongKongMacauTaiwan, Sex::Male, 13),
    (PriorityRival, "曹例争", DocumentType::ResidentCard, Sex::Male, 5),
];

/// Days since the acceptance for most of the cast: before every recorded session.
const ACCEPTED_DAYS_AGO: u64 = 250;

/// A part of the cast that is not spelled out as a record yet.
pub(crate) struct Part {
    pub role: CastRole,
    pub who: Who,
    pub start: Start,
    pub bookings: Vec<Booking>,
}

/// Which session of subject 2 has one place only, so that one of the cast has it and another one does not: the first
/// published one.
pub(crate) fn scarce_session(sessions: &[Session], as_of: Timestamp) -> Option<usize> {
    sessions.iter().position(|session| {
        let right = session.subject == Subject::Two && session.classes.contains(&LicenceClass::C1);
        right && session.status == SessionStatus::Planned && Phase::of(session, as_of) == Phase::Published
    })
}

/// The whole cast.
///
/// # Errors
/// When the plan is too short to have a session for somebody.
pub(crate) fn parts(world: &World<'_>) -> Result<Vec<Part>, SampleError> {
    (1..).zip(PEOPLE).map(|(id, row)| part(world, id, row)).collect()
}

fn part(
    world: &World<'_>,
    id: u32,
    (role, name, kind, sex, office): (CastRole, &str, DocumentType, Sex, u32),
) -> Result<Part, SampleError> {
    let index = INDEX_LIMIT + id;
    let (class, business) = if role == NearAgeLimit {
        (LicenceClass::A2, BusinessType::Addition)
    } else {
        (LicenceClass::C1, BusinessType::First)
    };
    let course = world.rules.find_course(class, business)?;
    let start = start(world, role, index, course, sex);
    let bookings = bookings(world, role, id, course)?;
    let who = Who {
        id: ApplicantId(id),
        serial: u64::from(id),
        name: documents::name(name)?,
        document: documents::document(index, kind, sex, start.birth)?,
        phone: if role == WithoutPhone { None } else { Some(documents::phone(id)?) },
        office: OfficeId(office),
    };
    Ok(Part { role, who, start, bookings })
}

/// What happened before the recorded sessions.
fn start(world: &World<'_>, role: CastRole, index: u32, course: usize, sex: Sex) -> Start {
    let today = world.frame.today;
    let taken = &world.rules.courses[course];
    let three_years_before = |day: Date| day.checked_sub_months(Months::new(36)).unwrap_or(day);
    let accepted_on = match role {
        PriorityEligible | PriorityRival | PriorityUsed => three_years_before(forward(today, 100)),
        PermitExpired => three_years_before(back(today, 60)),
        Ineligible => back(world.frame.first, 20),
        BeforeSubjectOne | MinorityName | Foreigner | Officer | Soldier | RetiredOfficer | Abroad | Diplomat
        | TemporaryCard | HongKongMacauTaiwan => back(today, 25),
        _ => back(today, ACCEPTED_DAYS_AGO),
    };
    let wanted = if role == NearAgeLimit {
        let limit = forward(today, 200);
        limit.checked_sub_months(Months::new(12 * u32::from(taken.age_to.unwrap_or(63)))).unwrap_or(limit)
    } else {
        Date::from_ymd_opt(1996, 5, 20).unwrap_or(accepted_on)
    };
    let mut start = Start {
        course,
        three_first: false,
        sex,
        birth: birthday(index, wanted),
        accepted_at: at(accepted_on, 10),
        restarted_at: None,
        place_changes: 0,
        medical_on: Some(back(today, if role == MedicalExpired { 220 } else { 10 })),
        blocks: Vec::new(),
        has_phone: role != WithoutPhone,
        permit: None,
        tests: Vec::new(),
        position: 0,
        bookings: [0; 4],
        ready_at: None,
    };
    let passed: &[Subject] = match role {
        RuleFour | Queued => &[Subject::One, Subject::Two],
        BeforeSubjectFour => &[Subject::One, Subject::Two, Subject::Three],
        PriorityEligible | PriorityRival | WithoutPhone | Placed | Unplaced | AwaitingCode | PriorityUsed
        | FourFailures | MedicalExpired | NearAgeLimit | PermitExpired | Withdrawn | Namesake | OtherNamesake
        | RareCharacters => &[Subject::One],
        _ => &[],
    };
    for (subject, day) in passed.iter().zip([10, 60, 110]) {
        let tries = Tries::passed(taken.pass_mark(*subject));
        start.tests.extend(tries.tests(*subject, at(forward(accepted_on, day), 9), None));
    }
    if !passed.is_empty() {
        let issued_on = forward(accepted_on, 11);
        start.permit = Some(LearnerPermit { issued_on, expires_on: taken.permit_expiry(issued_on, start.birth) });
    }
    if role == FourFailures {
        for day in [50, 80, 110, 140] {
            let tries = Tries::MakeUp(taken.pass_mark(Subject::Two) - 20, taken.pass_mark(Subject::Two) - 10);
            start.tests.extend(tries.tests(Subject::Two, at(forward(accepted_on, day), 14), None));
        }
    }
    if role == Ineligible {
        let (from, until) = (back(today, 2), Some(forward(today, 363)));
        start.blocks.push(Block { reason: BlockReason::Cheating, from, until });
    }
    start
}

/// What happened in recorded sessions, or is going to.
fn bookings(world: &World<'_>, role: CastRole, id: u32, course: usize) -> Result<Vec<Booking>, SampleError> {
    let (subject, phase, end) = match role {
        RuleFour => (Subject::Three, Phase::Published, End::CancelledByApplicant),
        Queued => (Subject::Three, Phase::Open, End::Queued),
        Placed => (Subject::Two, Phase::Published, End::Placed),
        Unplaced => (Subject::Two, Phase::Published, End::Unplaced),
        AwaitingCode => (Subject::Two, Phase::Open, End::AwaitingCode),
        Withdrawn => (Subject::Two, Phase::Open, End::Withdrawn),
        PriorityUsed => (Subject::Two, Phase::Open, End::Placed),
        Ineligible => {
            let mark = world.rules.courses[course].pass_mark(Subject::One);
            (Subject::One, Phase::Past, End::Tested(Tries::passed(mark)))
        }
        _ => return Ok(Vec::new()),
    };
    let scarce = scarce_session(world.sessions, world.as_of);
    let fits = |index: &usize| {
        let session = &world.sessions[*index];
        let own = matches!(role, Placed | Unplaced) == (Some(*index) == scarce);
        let class = session.subject == subject && session.classes.contains(&LicenceClass::C1);
        own && class && session.status == SessionStatus::Planned && world.phase(session) == phase
    };
    // The latest past session and the earliest of the others.
    let mut candidates = (0..world.sessions.len()).filter(fits);
    let found = if phase == Phase::Past { candidates.next_back() } else { candidates.next() };
    let index = found.ok_or(SampleError::PlanTooShort { subject })?;
    let session = &world.sessions[index];
    let instants = &session.instants;
    let taken_at = instants.opens_at.plus_seconds(600 + i64::from(id));
    let accepted_at = taken_at.plus_seconds(2);
    let changed_at = match end {
        End::CancelledByApplicant => instants.publication_at.plus_seconds(900),
        End::Withdrawn => accepted_at.plus_seconds(1800),
        End::Tested(_) => session.ends_at,
        End::Unplaced => instants.publication_at,
        _ => accepted_at,
    };
    Ok(vec![Booking {
        number: u32::MAX - id,
        learner: INDEX_LIMIT + id,
        course: u16::try_from(course).unwrap_or_default(),
        session: u32::try_from(index).unwrap_or(u32::MAX),
        mode: if role == PriorityUsed { Mode::Priority } else { Mode::ChooseOne },
        taken_at,
        accepted_at,
        changed_at,
        end,
    }])
}

fn at(day: Date, hour: u32) -> Timestamp {
    Timestamp::at(day, NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default())
}
