//! 查询: one box for everything, with unsent work in it.

use crate::cache::feed::get_feed;
use crate::desk::{Desk, lock};
use crate::device::outbox::{Which, list_items};
use crate::error::DeskError;
use crate::lookup::{Found, Hit, HitBy, find_applicants, slip_range};
use crate::use_cases::record::mask;
use crate::view::applicant::{QueryKind, SearchAnswer, SearchHit, Standing};
use std::sync::Mutex;
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::eligibility::{SubjectState, subject_state};
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::licence::Subject;
use yuyue_domain::lookup::{Term, parse_query};
use yuyue_domain::policy::Policy;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::query::Search;

/// Hits shown at most.
const HITS_MAX: usize = 20;
/// Unsent commands that a slip's number is looked for in.
const UNSENT_MAX: u32 = 2_000;

/// Finds people. The centre is asked only for what this computer does not hold: while its cache is filled, or when
/// nothing fits here.
///
/// # Errors
/// When nobody is signed in or a file cannot be read. A centre that cannot be reached is no error.
pub async fn search(desk: &Mutex<Desk>, centre: &impl Centre, text: &str) -> Result<SearchAnswer, DeskError> {
    let (answer, ask) = {
        let desk = lock(desk);
        let mut answer = desk.search_here(text)?;
        let is_filling = get_feed(&desk.cache)?.is_filling;
        let ask = answer.kind.is_some() && (answer.hits.is_empty() || is_filling) && desk.line.is_up();
        // A cache that is in step with the centre knows what the centre knows.
        answer.local_only = ask || !desk.line.is_up();
        (answer, ask)
    };
    if !ask {
        return Ok(answer);
    }
    let limit = u32::try_from(HITS_MAX).unwrap_or(u32::MAX);
    match centre.search(Search { text: text.to_owned(), limit }).await {
        Ok(hits) => lock(desk).merge(answer, &hits.applicants, hits.more, text),
        Err(_) => Ok(answer),
    }
}

impl Desk {
    /// Finds people in the cache and in what waits here.
    ///
    /// # Errors
    /// When nobody is signed in or a file cannot be read.
    pub fn search_here(&self, text: &str) -> Result<SearchAnswer, DeskError> {
        self.clerk()?;
        let terms = parse_query(text);
        let office = self.identity()?.office;
        let mut found = find_applicants(&self.cache, text, Some(office), HITS_MAX)?;
        self.find_unsent(&terms, &mut found)?;
        let kind = found.hits.first().map(|hit| kind_of(hit.by)).or_else(|| terms.first().map(kind_of_term));
        let policy = self.policy().ok();
        let mut hits = Vec::with_capacity(found.hits.len());
        for hit in &found.hits {
            if let Some(record) = self.find_record_of(hit.applicant)? {
                hits.push(self.search_hit(&record.applicant, Some(&record), text, policy.as_deref()));
            }
        }
        Ok(SearchAnswer { kind, hits, more: found.more, local_only: true })
    }

    fn find_record_of(&self, id: ApplicantId) -> Result<Option<ApplicantRecord>, DeskError> {
        match self.record(id) {
            Ok(record) => Ok(Some(record)),
            Err(DeskError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Slips that were printed here and have not reached the centre.
    fn find_unsent(&self, terms: &[Term], found: &mut Found) -> Result<(), DeskError> {
        let Some(Term::Slip(hex)) = terms.iter().find(|term| matches!(term, Term::Slip(_))) else { return Ok(()) };
        let (first, last) = slip_range(hex);
        for item in list_items(&self.device, Which::Waiting, UNSENT_MAX)? {
            let Some((application, applicant)) = item.application.zip(item.applicant) else { continue };
            let is_hit = (first..=last).contains(application.0.as_bytes());
            if is_hit && !found.hits.iter().any(|hit| hit.applicant == applicant) {
                let office = self.identity()?.office;
                found.hits.insert(0, Hit { applicant, by: HitBy::Slip, office });
            }
        }
        Ok(())
    }

    /// A hit; without a record nothing is said of any subject.
    fn search_hit(
        &self,
        applicant: &Applicant,
        record: Option<&ApplicantRecord>,
        text: &str,
        policy: Option<&Policy>,
    ) -> SearchHit {
        let main = record.zip(policy).map(|(record, policy)| self.main_subject(record, policy));
        let (subject, standing) = main.map_or((None, None), |(subject, standing)| (subject, Some(standing)));
        SearchHit { applicant: mask(applicant), matched: text.trim().to_owned(), subject, standing }
    }

    fn merge(
        &self,
        mut answer: SearchAnswer,
        applicants: &[Applicant],
        more: bool,
        text: &str,
    ) -> Result<SearchAnswer, DeskError> {
        answer.local_only = false;
        answer.more |= more;
        let policy = self.policy().ok();
        for applicant in applicants {
            if answer.hits.len() >= HITS_MAX || answer.hits.iter().any(|hit| hit.applicant.id == applicant.id) {
                continue;
            }
            let record = self.find_record_of(applicant.id)?;
            answer.hits.push(self.search_hit(applicant, record.as_ref(), text, policy.as_deref()));
        }
        Ok(answer)
    }

    /// The subject that matters most now: the one in progress, else the next that can be booked, else the next refused.
    fn main_subject(&self, record: &ApplicantRecord, policy: &Policy) -> (Option<Subject>, Standing) {
        let states: Vec<(Subject, Standing)> = Subject::ALL
            .into_iter()
            .map(|subject| {
                (subject, self.standing(record, subject, &subject_state(record, subject, self.now(), policy)))
            })
            .collect();
        let is_live = |standing: &Standing| {
            matches!(standing, Standing::Registered | Standing::AwaitingCode | Standing::Queued | Standing::Placed)
        };
        let pick = |wanted: &dyn Fn(&Standing) -> bool| states.iter().find(|(_, standing)| wanted(standing));
        pick(&is_live)
            .or_else(|| pick(&|standing| *standing == Standing::Bookable))
            .or_else(|| pick(&|standing| *standing == Standing::Refused))
            .map_or((None, Standing::Passed), |(subject, standing)| (Some(*subject), *standing))
    }

    pub(crate) fn standing(&self, record: &ApplicantRecord, subject: Subject, state: &SubjectState) -> Standing {
        match state {
            SubjectState::Passed { .. } => Standing::Passed,
            SubjectState::Placed { .. } => Standing::Placed,
            SubjectState::Queued { .. } => Standing::Queued,
            SubjectState::Bookable => Standing::Bookable,
            SubjectState::NotBookable { .. } => Standing::Refused,
            SubjectState::NotNeeded => Standing::NotNeeded,
            SubjectState::AwaitingCode { application } => {
                let is_here = record.applications.iter().any(|own| own.id == *application && own.subject == subject)
                    && self.is_unanswered(*application);
                if is_here { Standing::Registered } else { Standing::AwaitingCode }
            }
        }
    }
}

const fn kind_of(by: HitBy) -> QueryKind {
    match by {
        HitBy::Slip => QueryKind::Slip,
        HitBy::Number | HitBy::Serial => QueryKind::Number,
        HitBy::Phone => QueryKind::PhoneTail,
        HitBy::Name => QueryKind::Name,
        HitBy::Pinyin | HitBy::OtherReading => QueryKind::Pinyin,
    }
}

fn kind_of_term(term: &Term) -> QueryKind {
    match term {
        Term::NumberPrefix(_) | Term::NumberTail(_) | Term::NumberFromBirth(_) | Term::Serial(_) => QueryKind::Number,
        Term::PhoneTail(_) | Term::Phone(_) => QueryKind::PhoneTail,
        Term::Slip(_) => QueryKind::Slip,
        Term::Name(text) if text.is_ascii() => QueryKind::Pinyin,
        Term::Name(_) => QueryKind::Name,
    }
}
