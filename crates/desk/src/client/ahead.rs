//! The page behind the last one: it is on its way, and is read, while that one is applied. A long fill takes as long as the
//! slower of the two, not as both together.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinHandle;
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::error::Problem;

/// What was asked for ahead: one page at most.
#[derive(Clone, Default)]
pub(super) struct Ahead {
    asked: Arc<Mutex<Option<Asked>>>,
}

struct Asked {
    after: Cursor,
    limit: u32,
    page: JoinHandle<Result<ChangesPage, Problem>>,
}

impl Ahead {
    /// Asks for the page behind a cursor, on the program's runtime: the caller is busy with the page before.
    pub(super) fn ask(
        &self,
        after: Cursor,
        limit: u32,
        page: impl Future<Output = Result<ChangesPage, Problem>> + Send + 'static,
    ) {
        #[expect(
            clippy::disallowed_methods,
            reason = "the core above this line is stepped; this is one of its two ends"
        )]
        let page = tokio::spawn(page);
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Asked { after, limit, page });
    }

    /// The page behind this cursor, when it was asked for ahead and more follows it. The last page is asked for anew, because
    /// whoever applies it says that nothing else was there at that moment; and so is one that went wrong, however long ago.
    pub(super) async fn take(&self, after: Option<Cursor>, limit: u32) -> Option<ChangesPage> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if Some(asked.after) != after || asked.limit != limit {
            return None;
        }
        let page = asked.page.await.ok()?.ok()?;
        (page.cursor.revision < page.head).then_some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use yuyue_protocol::cursor::{Epoch, Revision};
    use yuyue_protocol::error::ErrorCode;

    fn cursor(revision: u64) -> Cursor {
        Cursor { epoch: Epoch(Uuid::nil()), revision: Revision(revision) }
    }

    fn page(until: u64, head: u64) -> ChangesPage {
        ChangesPage { changes: Vec::new(), cursor: cursor(until), head: Revision(head), counts: None }
    }

    #[tokio::test]
    async fn a_page_that_was_asked_for_ahead_is_given_once_and_to_whoever_stands_there() {
        let ahead = Ahead::default();
        ahead.ask(cursor(5), 10, async { Ok(page(9, 20)) });
        assert_eq!(ahead.take(Some(cursor(5)), 10).await, Some(page(9, 20)), "the page behind this cursor");
        assert_eq!(ahead.take(Some(cursor(5)), 10).await, None, "it is given once");
        for (after, limit) in [(Some(cursor(6)), 10), (None, 10), (Some(cursor(5)), 11)] {
            ahead.ask(cursor(5), 10, async { Ok(page(9, 20)) });
            assert_eq!(ahead.take(after, limit).await, None, "whoever asks for another page does not get this one");
        }
    }

    #[tokio::test]
    async fn the_last_page_and_one_that_went_wrong_are_asked_for_anew() {
        let ahead = Ahead::default();
        ahead.ask(cursor(5), 10, async { Ok(page(9, 9)) });
        assert_eq!(ahead.take(Some(cursor(5)), 10).await, None, "by now something may follow what was the last page");
        ahead.ask(cursor(5), 10, async { Err(Problem::new(ErrorCode::Offline, "the line was cut")) });
        assert_eq!(ahead.take(Some(cursor(5)), 10).await, None, "a line that was cut may be there again");
    }
}
