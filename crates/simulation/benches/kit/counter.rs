//! A counter without a window: the real desk over its real files, with its real line.

use super::centre::Outcome;
use std::path::Path;
use std::sync::{Arc, Mutex};
use yuyue_desk::client::HttpCentre;
use yuyue_desk::desk::{Desk, DeskConfig, lock};
use yuyue_desk::device::identity::Identity;
use yuyue_desk::follow::follow_once;
use yuyue_desk::keys::{KeyStore, KeyStoreError};
use yuyue_desk::sync::Sync;
use yuyue_desk::view::app::Edition;
use yuyue_desk::world::SystemWorld;
use yuyue_domain::ids::ApplicationId;
use yuyue_sqlite::Key;

/// A counter.
pub struct Counter {
    /// The counter application.
    pub desk: Arc<Mutex<Desk>>,
    /// The writer of its cache.
    pub sync: Sync,
    /// Its line.
    pub line: HttpCentre,
}

/// The key of its files.
pub fn key() -> Key {
    Key::new([7; 32])
}

struct OneKey;

impl KeyStore for OneKey {
    fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
        Ok(Some(key()))
    }

    fn insert_key(&self, _key: &Key) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::Unavailable("there is a key already".to_owned()))
    }
}

impl Counter {
    /// An enrolled counter that holds nothing yet.
    pub fn open(folder: &Path, identity: &Identity) -> Outcome<Self> {
        let config = DeskConfig {
            folder,
            edition: Edition::Production,
            version: "0.0.0",
            keys: &OneKey,
            world: Arc::new(SystemWorld),
        };
        let (mut desk, sync) = Desk::open(&config)?;
        desk.keep_identity(identity)?;
        Ok(Self { desk: Arc::new(Mutex::new(desk)), sync, line: HttpCentre::new(identity)? })
    }

    /// Follows the feed until nothing is left; answers which applications changed.
    pub async fn follow(&mut self) -> Outcome<Vec<ApplicationId>> {
        let mut changed = Vec::new();
        loop {
            let followed = follow_once(&self.desk, &mut self.sync, &self.line).await?;
            if followed.wait.is_some() {
                return Err(format!("the line is down: {:?}", lock(&self.desk).app_state()?.sync).into());
            }
            changed.extend(followed.applications.into_iter().map(|(application, _)| application));
            if !followed.more {
                return Ok(changed);
            }
        }
    }
}
