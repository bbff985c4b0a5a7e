//! 未验证失效: applications whose code was never confirmed go when their last window's allocation has run.

use crate::audit::{Act as AuditAct, Entry};
use crate::core::{Core, messages};
use crate::store::{Batch, LeaseTerm, Store, StoreError, Wants};
use yuyue_domain::application::StateKind;
use yuyue_domain::application::transition::Act;
use yuyue_protocol::change::Row;

/// Lets go whoever waits for a code and for no publication; answers how many.
pub async fn lapse<S: Store>(core: &Core<S>, term: Option<LeaseTerm>) -> Result<usize, StoreError> {
    let catalogue_after = Some(core.catalogue().revision());
    let wants = Wants { catalogue_after, all_waiting: true, term, ..Wants::default() };
    core.store()
        .transact(&wants, |mut loaded| {
            // Not as it was before the wait for the lock: what was decided meanwhile comes first.
            let now = core.now();
            let catalogue = core.catalogue_with(&mut loaded);
            let mut batch = Batch::at(now);
            let published_until = loaded.published_until;
            for record in loaded.records.values() {
                for own in &record.applications {
                    let is_stale = own.state.kind() == StateKind::AwaitingCode
                        && !own.has_publication_to_come(&catalogue.sessions, published_until);
                    let mut application = own.clone();
                    if !is_stale || application.lapse(Act::system(now)).is_err() {
                        continue;
                    }
                    batch.writes.extend(messages::result(&record.applicant, messages::lapsed(own.subject), now));
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
