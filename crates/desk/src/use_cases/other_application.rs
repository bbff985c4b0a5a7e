//! The same person was booked for the same subject elsewhere meanwhile: the other application, to be shown beside what was
//! entered here. Nothing is merged and nothing is called a conflict; the person says which of the two it shall be.

use super::booking::BookingDraft;
use crate::cache::document::{DocumentKey, find_document};
use crate::desk::Desk;
use crate::device::draft::Draft;
use crate::device::outbox::Item;
use crate::error::DeskError;
use crate::use_cases::record::application_number;
use crate::view::progress::OtherApplication;
use crate::view::submission::NamedSession;
use yuyue_domain::eligibility::{self, RefusalCode, check_eligibility};
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::office::Office;
use yuyue_domain::refusal::Refusal;
use yuyue_protocol::outcome::Outcome;

/// Sessions shown of each of the two.
const SESSIONS_MAX: usize = 5;

impl Desk {
    /// The application on account of which the centre refused a command.
    pub(crate) fn other_than(&self, item: &Item) -> Result<Option<OtherApplication>, DeskError> {
        let Some((_, Outcome::Refused { reasons, .. })) = &item.outcome else { return Ok(None) };
        let refusals = reasons.iter().filter_map(|refusal| match refusal {
            Refusal::Eligibility(refusal) => Some(refusal),
            _ => None,
        });
        self.other_application(refusals, item.envelope.id)
    }

    /// The application that stands against a booking which is on the screen, once something was entered for it.
    pub(crate) fn other_than_draft(
        &self,
        draft: &Draft<BookingDraft>,
    ) -> Result<Option<(OtherApplication, Vec<NamedSession>)>, DeskError> {
        let flow = &draft.body.flow;
        let Some(entered) = flow.draft().filter(|entered| !entered.chosen.is_empty() || entered.priority.is_some())
        else {
            return Ok(None);
        };
        let record = self.record(draft.applicant)?;
        let verdict = check_eligibility(&record, entered.subject, None, self.now(), &*self.policy()?);
        let Some(other) = self.other_application(verdict.refusals().iter(), draft.command)? else { return Ok(None) };
        let chosen = if entered.chosen.is_empty() { entered.priority.as_slice() } else { &entered.chosen };
        Ok(Some((other, self.named(chosen)?)))
    }

    fn other_application<'a>(
        &self,
        mut refusals: impl Iterator<Item = &'a eligibility::Refusal>,
        own: uuid::Uuid,
    ) -> Result<Option<OtherApplication>, DeskError> {
        let found = refusals.find_map(|refusal| match refusal.code {
            RefusalCode::LiveApplication { application } if application.0 != own => Some(application),
            _ => None,
        });
        // One that the feed has not brought yet is told by the reason alone.
        found.map_or(Ok(None), |id| match self.application_row(id) {
            Ok(row) => self.shown_beside(id, &row).map(Some),
            Err(DeskError::NotFound) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn shown_beside(
        &self,
        id: ApplicationId,
        row: &yuyue_domain::application::Application,
    ) -> Result<OtherApplication, DeskError> {
        let office: Option<Office> = find_document(&self.cache, DocumentKey::Office(row.office))?;
        let placed = row.session();
        let sessions = placed.as_ref().map_or(row.accepts.as_slice(), std::slice::from_ref);
        Ok(OtherApplication {
            application: id,
            number: application_number(id),
            office: office.map(|office| office.name).unwrap_or_default(),
            channel: row.channel,
            taken_at: row.taken_at,
            state: row.state.kind(),
            sessions: self.named(sessions)?,
        })
    }

    fn named(&self, sessions: &[SessionId]) -> Result<Vec<NamedSession>, DeskError> {
        let mut named = Vec::new();
        for id in sessions.iter().take(SESSIONS_MAX) {
            named.extend(self.find_named_session(*id)?);
        }
        Ok(named)
    }
}
