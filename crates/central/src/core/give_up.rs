//! 撤回申请 and 取消预约: giving up an application before the allocation, or a place after it.

use super::ledger::{Ledger, Refused, Taking, accepted};
use super::messages;
use crate::store::CodeLedger;
use yuyue_domain::application::permission::{ApplicationRefusal, PlaceTimes};
use yuyue_domain::application::transition;
use yuyue_domain::application::{Application, ApplicationState};
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::verification::CodePurpose;
use yuyue_protocol::command::Proof;
use yuyue_protocol::outcome::Outcome;

pub fn withdraw(ledger: &mut Ledger<'_>, id: ApplicationId, proof: &Proof, taking: Taking) -> Result<Outcome, Refused> {
    let (applicant, mut application) = find(ledger, id)?;
    let (after_try, proven) = prove(ledger, applicant, CodePurpose::Withdraw { application: id }, proof, taking)?;
    let parameters = ledger.policy.local.cancellation.parameters();
    application.withdraw(Some(proven), taking.act, parameters).map_err(one)?;
    ledger.keep_code(applicant, after_try);
    let outcome = accepted(&application);
    ledger.keep(application);
    Ok(outcome)
}

pub fn cancel(ledger: &mut Ledger<'_>, id: ApplicationId, proof: &Proof, taking: Taking) -> Result<Outcome, Refused> {
    let (applicant, mut application) = find(ledger, id)?;
    let (after_try, proven) = prove(ledger, applicant, CodePurpose::Cancel { application: id }, proof, taking)?;
    let session = application.session().and_then(|id| ledger.catalogue.sessions.get(&id));
    let parameters = ledger.policy.local.cancellation.parameters();
    let Some(session) = session else {
        // Without a place there is nothing to cancel; the table of actions knows how to say so.
        let state = application.state.kind();
        let action = yuyue_domain::application::permission::Action::Cancel;
        return Err(one(ApplicationRefusal::WrongState { action, state }));
    };
    application.cancel(Some(proven), taking.act, PlaceTimes::from(session), parameters).map_err(one)?;
    ledger.keep_code(applicant, after_try);
    // Free again, whenever that is: a session whose instant has come is published a moment later, with what is free then,
    // and of one that is published nobody asks any more.
    if application.is_priority() {
        ledger.take_priority(session.id, -1);
    }
    if let ApplicationState::CancelledByApplicant { session, .. } = application.state
        && let Some(text) = messages::cancelled(ledger.catalogue, session)
    {
        ledger.tell(applicant, text);
    }
    let outcome = accepted(&application);
    ledger.keep(application);
    Ok(outcome)
}

fn find(ledger: &Ledger<'_>, id: ApplicationId) -> Result<(ApplicantId, Application), Refused> {
    let (record, application) = ledger.record_of(id)?;
    Ok((record.applicant.id, application.clone()))
}

/// What shows that the applicant wants it, with the codes as they are to be kept when the rest is decided.
fn prove(
    ledger: &mut Ledger<'_>,
    applicant: ApplicantId,
    purpose: CodePurpose,
    proof: &Proof,
    taking: Taking,
) -> Result<(Option<CodeLedger>, transition::Proof), Refused> {
    match proof {
        Proof::IdentityCheck { check } => Ok((None, transition::Proof::IdentityCheck(*check))),
        Proof::Code { code } => match ledger.try_code(applicant, purpose, code) {
            (after_try, Ok(())) => Ok((after_try, transition::Proof::Code)),
            (after_try, Err(wrong)) => Err(ledger.refuse_code(applicant, after_try, wrong, taking)),
        },
    }
}

fn one(refusal: ApplicationRefusal) -> Refused {
    vec![refusal.into()]
}
