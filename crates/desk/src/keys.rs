//! Where the key of the two files is kept. The keyring of the desktop is the window's; here is the contract.

use crate::world::World;
use yuyue_sqlite::Key;

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// No place that is safe for a key is available; the program refuses rather than keep it in plain sight.
    #[error("no safe place for keys: {0}")]
    Unavailable(String),
    /// What was found is no key.
    #[error("the stored key is damaged")]
    Damaged,
    /// There are files and no key for them. A new key would open nothing and hide that one is missing.
    #[error("the key of the files that are here is missing")]
    Missing,
    /// The files were written with another key.
    #[error("the files have another key")]
    Differs,
    /// Reading or writing failed.
    #[error("the key cannot be read or written")]
    Io(#[from] std::io::Error),
}

/// Keeps one random key for each data folder.
pub trait KeyStore {
    /// The key, if there is one already.
    ///
    /// # Errors
    /// When the place for keys cannot be used.
    fn find_key(&self) -> Result<Option<Key>, KeyStoreError>;

    /// Keeps `key`, for ever. What was kept before was damaged.
    ///
    /// # Errors
    /// When the place for keys cannot be used.
    fn insert_key(&self, key: &Key) -> Result<(), KeyStoreError>;
}

/// The key that is kept; where there are no files yet, a new random one that is kept from now on.
///
/// # Errors
/// When the place for keys cannot be used, or there are files whose key is missing or damaged.
pub fn get_key(store: &dyn KeyStore, world: &dyn World, has_files: bool) -> Result<Key, KeyStoreError> {
    match store.find_key() {
        Ok(Some(key)) => Ok(key),
        Ok(None) if has_files => Err(KeyStoreError::Missing),
        Err(KeyStoreError::Damaged) if has_files => Err(KeyStoreError::Damaged),
        Ok(None) | Err(KeyStoreError::Damaged) => {
            let mut bytes = [0; 32];
            world.fill(&mut bytes);
            let key = Key::new(bytes);
            store.insert_key(&key)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

/// A key in a file that only its owner can read. For the training edition, whose people are invented.
#[derive(Debug, Clone)]
#[cfg(any(test, feature = "training"))]
pub struct KeyFile {
    path: std::path::PathBuf,
}

#[cfg(any(test, feature = "training"))]
impl KeyFile {
    /// The key file at `path`.
    #[must_use]
    pub const fn new(path: std::path::PathBuf) -> Self {
        Self { path }
    }
}

#[cfg(any(test, feature = "training"))]
impl KeyStore for KeyFile {
    fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Key::try_from(bytes.as_slice()).map(Some).map_err(|_| KeyStoreError::Damaged),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn insert_key(&self, key: &Key) -> Result<(), KeyStoreError> {
        use std::io::Write as _;
        if self.path.exists() {
            std::fs::rename(&self.path, self.path.with_extension("key.damaged"))?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        file.write_all(key.bytes())?;
        file.sync_all()?;
        Ok(())
    }
}
