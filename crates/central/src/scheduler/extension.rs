//! Decided once at the close of a session: whether it stays open because too few applied.

use crate::core::Core;
use crate::store::{Batch, Store, StoreError, Wants};
use yuyue_domain::session::{Session, SessionStatus, decide_extension};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Decides for every session that closed since the last look; answers for how many.
pub async fn decide<S: Store>(core: &Core<S>, now: Timestamp) -> Result<usize, StoreError> {
    let began = core.store().get_began_at().await?;
    let rows: Vec<Row> = {
        let catalogue = core.catalogue();
        let board = core.board();
        let due = catalogue.sessions.values().filter(|session| is_due(session, began, now));
        due.map(|session| {
            let extended = Some(decide_extension(board.count(session.id), session.places));
            Row::Session(Session { extended, ..session.clone() })
        })
        .collect()
    };
    let decided = rows.len();
    if decided > 0 {
        let batch = Batch { rows, ..Batch::at(now) };
        core.store().transact(&Wants::default(), |_| (batch, ())).await?;
        core.refresh_catalogue().await?;
    }
    Ok(decided)
}

fn is_due(session: &Session, began: Timestamp, now: Timestamp) -> bool {
    session.extended.is_none()
        && session.status == SessionStatus::Planned
        && session.instants.closes_at <= now
        && session.instants.publication_at > began
}
