//! What is only recorded: agreements, un-masking, prints.

use super::ledger::{Ledger, Refused, Taking};
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::notice::{Agreement, NoticeKind};
use yuyue_domain::refusal::IntakeRefusal;
use yuyue_protocol::change::Row;
use yuyue_protocol::outcome::{Effect, Outcome};

const RECORDED: Outcome = Outcome::Accepted { effect: Effect::Recorded };

/// 阅读并同意. A text that changed while the line was down has to be agreed to again.
pub fn agree(
    ledger: &mut Ledger<'_>,
    kind: NoticeKind,
    version: u32,
    applicant: ApplicantId,
    taking: Taking,
) -> Result<Outcome, Refused> {
    ledger.record(applicant)?;
    let current = ledger.catalogue.notices.get(&kind).map_or(0, |notice| notice.version);
    if version != current {
        return Err(vec![IntakeRefusal::NoticeOutdated { version: current }.into()]);
    }
    let agreed_at = taking.act.taken_at.min(taking.act.decided_at);
    let agreement = Agreement { kind, version, device: taking.device, clerk: taking.act.clerk, applicant, agreed_at };
    ledger.batch.rows.push(Row::Agreement(agreement));
    Ok(RECORDED)
}

/// Personal data was shown unmasked: the audit notes it.
pub fn reveal(ledger: &Ledger<'_>, applicant: ApplicantId) -> Result<Outcome, Refused> {
    ledger.record(applicant)?;
    Ok(RECORDED)
}

/// A document was printed: the audit notes it.
pub fn print(ledger: &Ledger<'_>, application: ApplicationId) -> Result<Outcome, Refused> {
    ledger.record_of(application)?;
    Ok(RECORDED)
}
