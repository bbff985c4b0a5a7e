//! Decided once at the close of a session: whether it stays open because too few applied.

use crate::core::{Catalogue, Core};
use crate::store::{Batch, LeaseTerm, Store, StoreError, Wants};
use yuyue_domain::session::{Session, decide_extension};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Decides for every session that closed since the last look; answers for how many.
pub async fn decide<S: Store>(core: &Core<S>, now: Timestamp, term: Option<LeaseTerm>) -> Result<usize, StoreError> {
    let published_until = core.store().get_published_until().await?;
    if list_due(&core.catalogue(), published_until, now).next().is_none() {
        return Ok(0);
    }
    let wants = Wants { catalogue_after: Some(core.catalogue().revision()), term, ..Wants::default() };
    let decided = core
        .store()
        .transact(&wants, |mut loaded| {
            // The plan may have been imported again meanwhile.
            let mut catalogue = core.catalogue();
            catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
            let board = core.board();
            let rows = list_due(&catalogue, loaded.published_until, now).map(|session| {
                let extended = Some(decide_extension(board.count(session.id), session.places));
                Row::Session(Session { extended, ..session.clone() })
            });
            let batch = Batch { rows: rows.collect(), ..Batch::at(now) };
            let decided = batch.rows.len();
            (batch, decided)
        })
        .await?;
    core.refresh_catalogue().await?;
    Ok(decided)
}

fn list_due(catalogue: &Catalogue, published_until: Timestamp, now: Timestamp) -> impl Iterator<Item = &Session> {
    catalogue.sessions.values().filter(move |session| {
        session.extended.is_none() && session.instants.closes_at <= now && session.is_to_be_published(published_until)
    })
}
