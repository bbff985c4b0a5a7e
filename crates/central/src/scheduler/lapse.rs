//! 未验证失效: applications whose code was never confirmed go when their last window's allocation has run.

use crate::audit::{Act as AuditAct, Entry};
use crate::core::{Core, messages};
use crate::store::{Batch, NewSms, Store, StoreError, Wants, Write};
use yuyue_domain::application::StateKind;
use yuyue_domain::application::transition::Act;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Lets them go; answers how many.
pub async fn lapse<S: Store>(core: &Core<S>, now: Timestamp) -> Result<usize, StoreError> {
    let wants = Wants { all_waiting: true, ..Wants::default() };
    core.store()
        .transact(&wants, |loaded| {
            let catalogue = core.catalogue();
            let mut batch = Batch::at(now);
            let is_over =
                |session| catalogue.sessions.get(&session).is_none_or(|session| session.instants.publication_at <= now);
            for record in loaded.records.values() {
                for own in &record.applications {
                    let is_stale =
                        own.state.kind() == StateKind::AwaitingCode && own.accepts.iter().all(|id| is_over(*id));
                    let mut application = own.clone();
                    if !is_stale || application.lapse(Act::system(now)).is_err() {
                        continue;
                    }
                    if let Some(phone) = &record.applicant.phone {
                        let (phone, text) = (phone.reveal().to_owned(), messages::lapsed(own.subject));
                        let expires_at = messages::result_expires_at(now);
                        batch.writes.push(Write::Sms(NewSms { phone, text, created_at: now, expires_at }));
                    }
                    let about = Entry {
                        applicant: Some(own.applicant),
                        application: Some(own.id),
                        ..Entry::new(now, AuditAct::Lapsed)
                    };
                    batch.audit(about);
                    batch.rows.push(Row::Application(Box::new(application)));
                }
            }
            let lapsed = batch.rows.len();
            (batch, lapsed)
        })
        .await
}
