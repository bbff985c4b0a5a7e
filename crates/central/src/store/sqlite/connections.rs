//! The connections to the file: one that writes, and readers beside it.
//!
//! Everything is done on the caller's thread. Whoever waits for the one that writes waits without keeping that thread, and
//! what takes long is done so that a thread of the runtime, where there is one, has its other work taken over.

use super::FILE_KIND;
use crate::apart::apart;
use crate::store::{OpenStoreError, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;
use yuyue_sqlite::{Key, Place, open, open_reader};

/// Idle reader connections that are kept.
const READERS_MAX: usize = 8;
/// Beside commands and what is due so many wait for the connection that writes.
const CROWD_MAX: usize = 8;
/// So many read what takes long.
const LONG_MAX: usize = 16;

/// The connections to one file.
pub struct Connections {
    path: PathBuf,
    key: Option<Key>,
    readers: Mutex<Vec<Connection>>,
    // Closed behind the readers: only a connection that writes moves the log into the file.
    writer: tokio::sync::Mutex<Writer>,
    /// Who may wait for the one that writes beside commands and what is due, so that these never wait behind a crowd.
    crowd: Semaphore,
    /// Who may read what takes long: each keeps a thread and a connection.
    long: Semaphore,
}

/// The one connection that writes.
struct Writer {
    connection: Connection,
    /// A connection on which a write has failed is never written to again: after a failed sync, trying once more could
    /// report success for data that never reached the disk.
    has_failed: bool,
}

impl Connections {
    /// Opens the file.
    pub fn open(path: &Path, key: Option<Key>) -> Result<Self, OpenStoreError> {
        let connection = open(&FILE_KIND, Place::new(path, key.as_ref()))?;
        let writer = tokio::sync::Mutex::new(Writer { connection, has_failed: false });
        let (crowd, long) = (Semaphore::new(CROWD_MAX), Semaphore::new(LONG_MAX));
        Ok(Self { path: path.to_owned(), key, readers: Mutex::default(), writer, crowd, long })
    }

    fn place(&self) -> Place<'_> {
        Place::new(&self.path, self.key.as_ref())
    }

    /// Another connection that reads.
    pub fn reader(&self) -> Result<Connection, StoreError> {
        Ok(open_reader(&FILE_KIND, self.place())?)
    }

    /// Reads one state of the store.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.reader()?,
        };
        let answer = {
            // One transaction, so that several statements see one state.
            let transaction = connection.transaction()?;
            work(&transaction)
        };
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        // A connection that met damage reads nothing more.
        if answer.is_ok() && readers.len() < READERS_MAX {
            readers.push(connection);
        }
        answer
    }

    /// Reads what takes milliseconds, such as a page of thousands of rows.
    pub async fn read_long<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // Nobody closes it.
        let _turn = self.long.acquire().await.ok();
        apart(|| self.read(work))
    }

    /// Writes as [`Self::write`], for one of a crowd.
    pub async fn write_in_crowd<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _turn = self.crowd.acquire().await.ok();
        self.write(work).await
    }

    /// Writes when whoever writes before has done so, a publication of a whole city perhaps.
    pub async fn write<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // A decision that panicked has rolled its transaction back on the way out, so the connection is sound.
        let mut writer = self.writer.lock().await;
        apart(|| writer.write(self.place(), work))
    }

    /// Writes before anybody else can.
    pub fn write_alone<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let place = Place::new(&self.path, self.key.as_ref());
        self.writer.get_mut().write(place, work)
    }
}

impl Writer {
    /// Writes, on a file that is opened anew when the write before has failed. The new connection is opened before the old
    /// one is closed: what failed stays undone.
    fn write<T>(
        &mut self,
        place: Place<'_>,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.has_failed {
            *self = Self { connection: open(&FILE_KIND, place)?, has_failed: false };
        }
        let written = work(&mut self.connection);
        self.has_failed = written.is_err();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::cell::RefCell;

    #[tokio::test]
    async fn a_command_waits_for_no_more_of_a_crowd_than_may_stand_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let connections = Connections::open(&folder.path().join("centre.db"), None).expect("a new file");
        let order = RefCell::new(Vec::new());
        let in_order = |who: &'static str| {
            let order = &order;
            move |_: &mut Connection| {
                order.borrow_mut().push(who);
                Ok(())
            }
        };
        let held = connections.writer.lock().await;
        let crowd = join_all((0..3 * CROWD_MAX).map(|_| connections.write_in_crowd(in_order("one of a crowd"))));
        // Joined behind them, it comes behind those who have found a turn.
        let command = connections.write(in_order("a command"));
        let released = async move { drop(held) };
        let (crowd, command, ()) = tokio::join!(crowd, command, released);
        assert!(crowd.into_iter().chain([command]).all(|written| written.is_ok()), "everybody writes");
        let before = order.borrow().iter().position(|who| *who == "a command");
        assert_eq!(before, Some(CROWD_MAX), "the others have let it go first");
    }
}
