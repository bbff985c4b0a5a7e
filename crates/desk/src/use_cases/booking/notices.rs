//! 阅读并同意, and what was agreed to on this computer.

use super::BookingDraft;
use crate::cache::document::{DocumentKind, list_documents};
use crate::desk::Desk;
use crate::device::agreement::{find_agreed_version, insert_agreement};
use crate::device::draft::{Draft, upsert_open_draft};
use crate::device::outbox::find_item;
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use yuyue_domain::flow::FlowStep;
use yuyue_domain::notice::{Agreement, NoticeKind, NoticeVersion};
use yuyue_protocol::command::Command;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};

/// What was agreed to at a kiosk, without by whom.
const AGREED: &str = "agreed";

impl Desk {
    /// 阅读并同意: the agreement, its command and the next step become true together.
    pub(super) fn agree(&mut self, draft: &Draft<BookingDraft>, step: FlowStep, version: u32) -> Result<(), DeskError> {
        let Some(kind) = step.notice() else { return Ok(()) };
        let agreement = Agreement {
            kind,
            version,
            device: self.identity()?.device,
            clerk: self.acting()?,
            applicant: draft.applicant,
            agreed_at: self.now(),
        };
        let command = Command::AgreeNotice { notice: kind, version, applicant: draft.applicant };
        let now = self.now();
        let id = self.new_id();
        self.take(id, &command, Some(draft.applicant), None, |transaction| {
            insert_agreement(transaction, &agreement)?;
            upsert_open_draft(transaction, draft, now)
        })?;
        Ok(())
    }

    /// At a kiosk: once the centre has it from whom, the next person need not read a notice again. Who has read it is not
    /// remembered here, so that an agreement that was lost with its person would be nobody's.
    pub(crate) fn note_agreements(&self, outcomes: &[ItemOutcome]) -> Result<(), DeskError> {
        if !self.is_kiosk() {
            return Ok(());
        }
        for outcome in outcomes.iter().filter(|outcome| matches!(outcome.outcome, Outcome::Accepted { .. })) {
            let Some(item) = find_item(&self.device, outcome.id)? else { continue };
            let Command::AgreeNotice { notice: kind, version, .. } = item.envelope.command()? else { continue };
            let mut agreed: Vec<NoticeVersion> = find_setting(self.file(), AGREED)?.unwrap_or_default();
            agreed.retain(|known| known.kind != kind);
            agreed.push(NoticeVersion { kind, version });
            upsert_setting(self.file(), AGREED, &agreed)?;
        }
        Ok(())
    }

    /// What was agreed to on this computer: here, or before it was installed anew, as the centre remembers.
    pub(super) fn agreed(&self) -> Result<Vec<NoticeVersion>, DeskError> {
        let remembered: Vec<Agreement> = list_documents(&self.cache, DocumentKind::Agreement)?;
        let mut agreed: Vec<NoticeVersion> = remembered.iter().map(NoticeVersion::from).collect();
        if self.is_kiosk() {
            agreed.extend(find_setting::<Vec<NoticeVersion>>(self.file(), AGREED)?.unwrap_or_default());
        }
        for kind in [NoticeKind::Booking, NoticeKind::Priority] {
            agreed.extend(find_agreed_version(&self.device, kind)?.map(|version| NoticeVersion { kind, version }));
        }
        Ok(agreed)
    }
}
