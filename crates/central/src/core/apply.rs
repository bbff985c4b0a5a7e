//! 预约: taking an application.

use super::decide::refusal;
use super::ledger::{Ledger, Taking, accepted};
use super::messages;
use uuid::Uuid;
use yuyue_domain::application::{ApplicationState, Channel, Wish};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, ApplicationId, OfficeId, SessionId};
use yuyue_domain::intake::{Request, Taken, take_application};
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::verification::{CodePurpose, CodeRefusal};
use yuyue_protocol::command::Code;
use yuyue_protocol::outcome::Outcome;

/// Sessions offered to whoever lost the race for a priority place.
const ALTERNATIVES_MAX: usize = 20;

/// What the command asks for.
pub struct Wanted<'a> {
    pub applicant: ApplicantId,
    pub subject: Subject,
    pub wish: &'a Wish,
    pub office: OfficeId,
    pub identity_check: Option<IdentityCheck>,
    pub code: Option<&'a Code>,
    pub replaces: Option<Uuid>,
}

pub fn apply(ledger: &mut Ledger<'_>, wanted: &Wanted<'_>, taking: Taking) -> Outcome {
    if !ledger.catalogue.offices.contains_key(&wanted.office) {
        return refusal(vec![IntakeRefusal::NotAllowed.into()]);
    }
    if ledger.record_of(ApplicationId(taking.id)).is_ok() {
        return refusal(vec![IntakeRefusal::Reused.into()]);
    }
    let (after_try, verified) = match wanted.code {
        Some(code) => {
            let purpose = CodePurpose::Apply { subject: wanted.subject };
            let (after_try, tried) = ledger.try_code(wanted.applicant, purpose, code);
            match tried {
                Ok(()) => (after_try, true),
                // It was good when it was taken and ran out on the way: the application waits for another one.
                Err(CodeRefusal::CodeExpired)
                    if ledger.had_right_code(wanted.applicant, purpose, code, taking.act.taken_at) =>
                {
                    (after_try, false)
                }
                Err(wrong) => return refusal(ledger.refuse_code(wanted.applicant, after_try, wrong, taking)),
            }
        }
        None => (None, is_vouched_for(ledger, wanted, taking)),
    };
    let record = match ledger.record(wanted.applicant) {
        Ok(record) => record,
        Err(reasons) => return refusal(reasons),
    };
    let request = Request {
        id: ApplicationId(taking.id),
        subject: wanted.subject,
        wish: wanted.wish.clone(),
        office: wanted.office,
        device: taking.device,
        identity_check: wanted.identity_check,
        replaces: wanted.replaces.map(ApplicationId),
    };
    let left = |session| ledger.priority_left(session);
    match take_application(ledger.intake(record), request, verified, left, taking.act) {
        Ok(taken) => {
            ledger.keep_code(wanted.applicant, after_try);
            keep(ledger, taken)
        }
        // The code was right or absent, so no try is used up and the next command can show it again.
        Err(reasons) => {
            let alternatives = alternatives(ledger, wanted, &reasons);
            Outcome::Refused { reasons, alternatives }
        }
    }
}

/// Whether the clerk's identity check stands for the code (policy, off by default).
fn is_vouched_for(ledger: &Ledger<'_>, wanted: &Wanted<'_>, taking: Taking) -> bool {
    ledger.policy.local.applications.offline_vouching
        && taking.act.channel == Channel::Counter
        && wanted.identity_check.is_some()
}

fn keep(ledger: &mut Ledger<'_>, taken: Taken) -> Outcome {
    let Taken { application, superseded } = taken;
    let outcome = accepted(&application);
    // An application that stops being live is written before the one that takes its place.
    for old in superseded {
        ledger.keep(old);
    }
    if let ApplicationState::Placed { session, .. } = application.state {
        ledger.take_priority(session, 1);
        if let Some(text) = messages::placed(ledger.catalogue, session) {
            ledger.tell(application.applicant, text);
        }
    }
    ledger.keep(application);
    outcome
}

/// Sessions of the same subject and class that still have priority places, the earliest first.
fn alternatives(ledger: &Ledger<'_>, wanted: &Wanted<'_>, reasons: &[Refusal]) -> Vec<SessionId> {
    let lost = |reason: &Refusal| matches!(reason, Refusal::Intake(IntakeRefusal::PriorityTaken { .. }));
    let Some(record) = ledger.loaded.records.get(&wanted.applicant).filter(|_| reasons.iter().any(lost)) else {
        return Vec::new();
    };
    let class = record.applicant.class;
    let mut open: Vec<_> = ledger
        .catalogue
        .sessions
        .values()
        .filter(|session| {
            session.subject == wanted.subject
                && session.classes.contains(&class)
                && session.is_priority_open_at(ledger.now, ledger.policy)
                && ledger.priority_left(session.id) > 0
        })
        .map(|session| (session.starts_at, session.id))
        .collect();
    open.sort_unstable();
    open.into_iter().take(ALTERNATIVES_MAX).map(|(_, id)| id).collect()
}
