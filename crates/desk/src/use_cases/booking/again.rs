//! 照上次志愿再约: the choices of before, as far as they can still be made.

use crate::cache::session::find_session;
use crate::desk::Desk;
use crate::device::outbox::find_item;
use crate::error::DeskError;
use uuid::Uuid;
use yuyue_domain::application::Wish;
use yuyue_domain::application::transition::Act;
use yuyue_domain::flow::{BookingMode, Flow, SessionQuery, SubjectDraft};
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::intake::check::check_window;
use yuyue_protocol::command::Command;

impl Desk {
    /// The same choices again.
    pub(super) fn take_over(&self, flow: &mut Flow, id: Uuid) -> Result<(), DeskError> {
        let item = find_item(&self.device, id)?;
        let command = item.map(|item| item.envelope.command()).transpose()?;
        let (subject, wish) = if let Some(Command::Apply { subject, wish, .. }) = command {
            (subject, wish)
        } else {
            let application = self.application_row(ApplicationId(id))?;
            (application.subject, application.wish)
        };
        flow.subject = Some(subject);
        let mut entries = SubjectDraft {
            subject,
            query: flow.first_query.clone(),
            mode: BookingMode::Choose,
            chosen: Vec::new(),
            ordered: false,
            accepted_sites: Vec::new(),
            priority: None,
        };
        match wish {
            Wish::Choose { sessions, ordered } => {
                entries.ordered = ordered;
                entries.chosen = self.still_open(&sessions, false)?;
            }
            Wish::Assign { dates, sites } => {
                entries.mode = BookingMode::Assign;
                entries.accepted_sites.clone_from(&sites);
                entries.query = Some(SessionQuery { dates, sites });
            }
            Wish::Priority { session } => entries.priority = self.still_open(&[session], true)?.first().copied(),
        }
        flow.drafts.push(entries);
        Ok(())
    }

    fn still_open(&self, sessions: &[SessionId], is_priority: bool) -> Result<Vec<SessionId>, DeskError> {
        let (now, policy) = (self.now(), self.policy()?);
        let act = Act { channel: self.channel(), clerk: None, taken_at: now, decided_at: now };
        let mut open = Vec::new();
        for id in sessions {
            let session = find_session(&self.cache, *id)?;
            open.extend(session.filter(|session| check_window(session, is_priority, act, &policy).is_ok()));
        }
        Ok(open.into_iter().map(|session| session.id).collect())
    }
}
