//! 考场取消: when the office cancels a session, whoever had a place there, or waited for nothing else, is told.

use crate::audit::{Act as AuditAct, Entry};
use crate::core::{Catalogue, Core, messages};
use crate::store::{Batch, NewSms, Store, StoreError, Wants, Write};
use std::collections::BTreeSet;
use yuyue_domain::application::transition::Act;
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::SessionId;
use yuyue_domain::session::SessionStatus;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Looks at every cancelled session that was not looked at before; answers how many applications ended.
pub async fn end<S: Store>(
    core: &Core<S>,
    now: Timestamp,
    looked_at: &mut BTreeSet<SessionId>,
) -> Result<usize, StoreError> {
    let cancelled: BTreeSet<SessionId> = {
        let catalogue = core.catalogue();
        let sessions = catalogue.sessions.values();
        let coming = sessions.filter(|one| one.status == SessionStatus::Cancelled && one.starts_at > now);
        coming.map(|session| session.id).filter(|id| !looked_at.contains(id)).collect()
    };
    if cancelled.is_empty() {
        return Ok(0);
    }
    let wants = Wants { placed_in: cancelled.clone(), all_waiting: true, ..Wants::default() };
    let ended = core
        .store()
        .transact(&wants, |loaded| {
            let catalogue = core.catalogue();
            let mut batch = Batch::at(now);
            for record in loaded.records.values() {
                for own in record.applications.iter().filter(|own| is_hit(own, &cancelled, &catalogue)) {
                    let mut application = own.clone();
                    if application.cancel_by_office(Act::system(now)).is_err() {
                        continue;
                    }
                    if let Some(phone) = &record.applicant.phone {
                        let (phone, text) = (phone.reveal().to_owned(), messages::cancelled_by_office(own.subject));
                        let expires_at = messages::result_expires_at(now);
                        batch.writes.push(Write::Sms(NewSms { phone, text, created_at: now, expires_at }));
                    }
                    batch.audit(Entry {
                        applicant: Some(own.applicant),
                        application: Some(own.id),
                        ..Entry::new(now, AuditAct::CancelledByOffice)
                    });
                    batch.rows.push(Row::Application(Box::new(application)));
                }
            }
            let ended = batch.rows.len();
            (batch, ended)
        })
        .await?;
    looked_at.extend(cancelled);
    Ok(ended)
}

fn is_hit(application: &Application, cancelled: &BTreeSet<SessionId>, catalogue: &Catalogue) -> bool {
    let is_off =
        |id: &SessionId| catalogue.sessions.get(id).is_none_or(|session| session.status == SessionStatus::Cancelled);
    match application.state.kind() {
        StateKind::Placed => application.session().is_some_and(|session| cancelled.contains(&session)),
        StateKind::Queued | StateKind::AwaitingCode => {
            application.accepts.iter().any(|id| cancelled.contains(id)) && application.accepts.iter().all(is_off)
        }
        _ => false,
    }
}
