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

    /// Keeps `key`, for ever.
    ///
    /// # Errors
    /// When the place for keys cannot be used.
    fn insert_key(&self, key: &Key) -> Result<(), KeyStoreError>;
}

/// The key that is kept, or a new random one that is kept from now on.
///
/// # Errors
/// When the place for keys cannot be used.
pub fn get_or_make_key(store: &dyn KeyStore, world: &dyn World) -> Result<Key, KeyStoreError> {
    if let Some(key) = store.find_key()? {
        return Ok(key);
    }
    let mut bytes = [0; 32];
    world.fill(&mut bytes);
    let key = Key::new(bytes);
    store.insert_key(&key)?;
    Ok(key)
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
