//! Taking an application (受理): the one decision over everything that is asked for, made by the centre and previewed by
//! a counter with the same function.

pub mod check;

use self::check::{check_window, check_wish};
use crate::applicant::ApplicantRecord;
use crate::application::transition::{Act, NewApplication};
use crate::application::{Application, Channel, StateKind, Wish};
use crate::eligibility::{self, Wanted, check_eligibility, check_priority};
use crate::identity::IdentityCheck;
use crate::ids::{ApplicationId, DeviceId, OfficeId, SessionId, SiteId};
use crate::licence::{LicenceClass, Subject};
use crate::policy::Policy;
use crate::refusal::{IntakeRefusal, Refusal};
use crate::session::{Session, SessionStatus, Site, SiteStatus};
use crate::time::DateRange;
use std::collections::BTreeMap;

/// What an application is judged against.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    /// The applicant with tests and applications.
    pub record: &'a ApplicantRecord,
    /// Every session that the wish may touch, and those of the person's other live applications.
    pub sessions: &'a BTreeMap<SessionId, Session>,
    /// The sites of these sessions.
    pub sites: &'a BTreeMap<SiteId, Site>,
    /// The rules in force.
    pub policy: &'a Policy,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The identifier of the command.
    pub id: ApplicationId,
    /// The subject.
    pub subject: Subject,
    /// The sessions, the range, or the priority session.
    pub wish: Wish,
    /// The office at which it is taken.
    pub office: OfficeId,
    /// The device on which it is taken.
    pub device: DeviceId,
    /// How the person was identified, at a counter.
    pub identity_check: Option<IdentityCheck>,
    /// An application in the queue in whose place this one shall stand.
    pub replaces: Option<ApplicationId>,
}

/// What taking an application changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The new application.
    pub application: Application,
    /// Applications whose place it takes, in their new state.
    pub superseded: Vec<Application>,
}

/// Which sessions are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionMatch<'a> {
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// The days of the test.
    pub dates: DateRange,
    /// The sites; empty means all.
    pub sites: &'a [SiteId],
}

impl SessionMatch<'_> {
    /// Whether a session is one of those looked for and takes place at a site in use; whether it is open is not asked.
    #[must_use]
    pub fn fits(&self, session: &Session, site: &Site) -> bool {
        session.subject == self.subject
            && session.classes.contains(&self.class)
            && self.dates.contains(session.starts_at.date())
            && (self.sites.is_empty() || self.sites.contains(&session.site))
            && session.status == SessionStatus::Planned
            && site.status == SiteStatus::Open
    }
}

/// Decides an application: refuses it with all reasons, or takes it.
///
/// `verified` says that the code was right; without it the application is held as 待验证. `priority_left` counts the
/// priority places that nobody has taken at this moment. A priority booking is placed at once (guide, 优先预约 step 5)
/// and supersedes the person's normal application for the subject.
///
/// # Errors
/// All reasons against it.
pub fn take_application(
    intake: Intake<'_>,
    request: Request,
    verified: bool,
    priority_left: impl Fn(SessionId) -> u16,
    act: Act,
) -> Result<Taken, Vec<Refusal>> {
    let superseded = superseded(intake.record, &request, verified);
    // The applications whose place it takes must not stand against it.
    let mut record = intake.record.clone();
    record.applications.retain(|application| !superseded.contains(&application.id));
    let intake_of_rest = Intake { record: &record, ..intake };

    check_wish(&request.wish, intake.policy).map_err(|refusal| vec![refusal.into()])?;
    check_person(intake_of_rest, &request, act)?;
    let accepts = match &request.wish {
        Wish::Choose { sessions, ordered } => choose(intake_of_rest, &request, sessions, *ordered, act)?,
        Wish::Assign { dates, sites } => assign(intake_of_rest, &request, *dates, sites, act)?,
        Wish::Priority { session } => priority(intake_of_rest, &request, *session, priority_left, act)?,
    };

    let place = matches!(request.wish, Wish::Priority { .. }).then_some(accepts.first().copied()).flatten();
    let new = NewApplication {
        id: request.id,
        applicant: record.applicant.id,
        subject: request.subject,
        class: record.applicant.class,
        wish: request.wish,
        accepts,
        office: request.office,
        device: request.device,
        identity_check: request.identity_check,
    };
    let mut application = Application::accept(new, verified, act).map_err(one)?;
    let system = Act { channel: Channel::System, clerk: None, ..act };
    if let Some(session) = place {
        application.place(session, system).map_err(one)?;
    }
    let mut changed = Vec::new();
    for id in superseded {
        if let Some(old) = intake.record.applications.iter().find(|old| old.id == id) {
            let mut old = old.clone();
            old.supersede(application.id, system).map_err(one)?;
            changed.push(old);
        }
    }
    Ok(Taken { application, superseded: changed })
}

/// Confirms the code of an application that waits for it, when it could still be taken now.
///
/// # Errors
/// All reasons against it; the application then goes on waiting.
pub fn confirm_application(intake: Intake<'_>, id: ApplicationId, act: Act) -> Result<Application, Vec<Refusal>> {
    let Some(application) = intake.record.applications.iter().find(|application| application.id == id) else {
        return Err(vec![IntakeRefusal::ApplicationUnknown.into()]);
    };
    let mut application = application.clone();
    application.verify(act).map_err(one)?;
    let mut record = intake.record.clone();
    record.applications.retain(|other| other.id != id);
    let rest = Intake { record: &record, ..intake };
    refuse_ineligible(check_eligibility(rest.record, application.subject, None, act.decided_at, rest.policy))?;
    // Its windows were judged when it was taken; what counts now is whether an allocation is left that can seat it.
    if application.has_publication_to_come(intake.sessions, act.decided_at) {
        return Ok(application);
    }
    let accepted = application.accepts.iter().filter_map(|session| intake.sessions.get(session));
    let planned = accepted.filter(|session| session.status == SessionStatus::Planned);
    let refusal = match planned.max_by_key(|session| session.instants.publication_at) {
        Some(last) => IntakeRefusal::Published { session: last.id, published_at: last.instants.publication_at },
        None => IntakeRefusal::NothingFits,
    };
    Err(vec![refusal.into()])
}

/// Live applications of the same subject that make way: one that waits for its code for any verified application, a
/// normal one for a priority success, and one that the applicant replaces.
fn superseded(record: &ApplicantRecord, request: &Request, verified: bool) -> Vec<ApplicationId> {
    let priority = matches!(request.wish, Wish::Priority { .. });
    record
        .applications
        .iter()
        .filter(|old| old.subject == request.subject)
        .filter(|old| match old.state.kind() {
            StateKind::AwaitingCode => verified || request.replaces == Some(old.id),
            StateKind::Queued => verified && (priority || request.replaces == Some(old.id)),
            _ => false,
        })
        .map(|old| old.id)
        .collect()
}

fn check_person(intake: Intake<'_>, request: &Request, act: Act) -> Result<(), Vec<Refusal>> {
    let now = act.decided_at;
    if matches!(request.wish, Wish::Priority { .. }) {
        refuse_ineligible(check_priority(intake.record, request.subject, now, intake.policy))
    } else {
        refuse_ineligible(check_eligibility(intake.record, request.subject, None, now, intake.policy))
    }
}

fn choose(
    intake: Intake<'_>,
    request: &Request,
    sessions: &[SessionId],
    ordered: bool,
    act: Act,
) -> Result<Vec<SessionId>, Vec<Refusal>> {
    let reasons: Vec<Refusal> =
        sessions.iter().filter_map(|session| check_session(intake, request, *session, act).err()).flatten().collect();
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let mut accepts = sessions.to_vec();
    if !ordered {
        sort_earliest_first(&mut accepts, intake.sessions);
    }
    Ok(accepts)
}

fn assign(
    intake: Intake<'_>,
    request: &Request,
    dates: DateRange,
    sites: &[SiteId],
    act: Act,
) -> Result<Vec<SessionId>, Vec<Refusal>> {
    let wanted = SessionMatch { subject: request.subject, class: intake.record.applicant.class, dates, sites };
    let mut accepts: Vec<SessionId> = intake
        .sessions
        .values()
        .filter(|session| intake.sites.get(&session.site).is_some_and(|site| wanted.fits(session, site)))
        .map(|session| session.id)
        .filter(|session| check_session(intake, request, *session, act).is_ok())
        .collect();
    if accepts.is_empty() {
        return Err(vec![IntakeRefusal::NothingFits.into()]);
    }
    sort_earliest_first(&mut accepts, intake.sessions);
    Ok(accepts)
}

fn priority(
    intake: Intake<'_>,
    request: &Request,
    session: SessionId,
    left: impl Fn(SessionId) -> u16,
    act: Act,
) -> Result<Vec<SessionId>, Vec<Refusal>> {
    check_session(intake, request, session, act)?;
    if left(session) == 0 {
        return Err(vec![IntakeRefusal::PriorityTaken { session }.into()]);
    }
    Ok(vec![session])
}

/// Checks one session for this person: that it exists, its window, and every rule that looks at it.
fn check_session(intake: Intake<'_>, request: &Request, id: SessionId, act: Act) -> Result<(), Vec<Refusal>> {
    let (session, site) = find_session(intake, id)?;
    let is_priority = matches!(request.wish, Wish::Priority { .. });
    let window = check_window(session, is_priority, act, intake.policy).err().map(Refusal::from);
    let mut reasons: Vec<Refusal> = window.into_iter().collect();
    let taken = taken_sessions(intake);
    let wanted = Wanted { session, site, taken_sessions: &taken };
    let eligibility = check_eligibility(intake.record, request.subject, Some(wanted), act.decided_at, intake.policy);
    reasons.extend(refuse_ineligible(eligibility).err().into_iter().flatten());
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

fn find_session(intake: Intake<'_>, id: SessionId) -> Result<(&Session, &Site), Vec<Refusal>> {
    intake
        .sessions
        .get(&id)
        .and_then(|session| intake.sites.get(&session.site).map(|site| (session, site)))
        .ok_or_else(|| vec![IntakeRefusal::SessionUnknown { session: id }.into()])
}

/// The sessions that the person's live applications hold or accept.
fn taken_sessions(intake: Intake<'_>) -> Vec<(ApplicationId, &Session)> {
    let live = intake.record.applications.iter().filter(|application| application.is_live());
    live.flat_map(|application| {
        let placed = application.session();
        let sessions = placed.map_or_else(|| application.accepts.clone(), |session| vec![session]);
        sessions.into_iter().filter_map(|id| intake.sessions.get(&id)).map(|session| (application.id, session))
    })
    .collect()
}

fn sort_earliest_first(accepts: &mut [SessionId], sessions: &BTreeMap<SessionId, Session>) {
    accepts.sort_by_key(|id| (sessions.get(id).map(|session| session.starts_at), *id));
}

fn refuse_ineligible(eligibility: eligibility::Eligibility) -> Result<(), Vec<Refusal>> {
    match eligibility {
        eligibility::Eligibility::Eligible => Ok(()),
        eligibility::Eligibility::Refused(reasons) => Err(reasons.into_iter().map(Refusal::from).collect()),
    }
}

fn one(refusal: crate::application::permission::ApplicationRefusal) -> Vec<Refusal> {
    vec![refusal.into()]
}

#[cfg(test)]
mod tests;
