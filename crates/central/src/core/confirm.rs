//! Confirming the code of an application that waits for it, from any office.

use super::ledger::{Ledger, Refused, Taking, accepted};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::intake::confirm_application;
use yuyue_domain::verification::CodePurpose;
use yuyue_protocol::command::Code;
use yuyue_protocol::outcome::Outcome;

pub fn confirm(ledger: &mut Ledger<'_>, id: ApplicationId, code: &Code, taking: Taking) -> Result<Outcome, Refused> {
    let (record, application) = ledger.record_of(id)?;
    let applicant = record.applicant.id;
    // A code that was sent for booking this subject proves as much as one that was sent for this application.
    let booking = CodePurpose::Apply { subject: application.subject };
    let sent_for = ledger.code_state(applicant).last.map(|sent| sent.purpose);
    let purpose = if sent_for == Some(booking) { booking } else { CodePurpose::Confirm { application: id } };
    let (after_try, tried) = ledger.try_code(applicant, purpose, code);
    if let Err(wrong) = tried {
        return Err(ledger.refuse_code(applicant, after_try, wrong, taking));
    }
    let confirmed = confirm_application(ledger.intake(record), id, taking.act)?;
    ledger.keep_code(applicant, after_try);
    let outcome = accepted(&confirmed);
    ledger.keep(confirmed);
    Ok(outcome)
}
