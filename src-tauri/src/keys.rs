//! Where the key of the local files is kept: the keyring of the desktop session, never in plain sight. Only the training
//! edition, whose people are invented, keeps it in a file.

use std::path::Path;
use yuyue_desk::keys::KeyStore;

/// The place for keys of this edition.
#[cfg(feature = "training")]
pub fn store(folder: &Path) -> Box<dyn KeyStore + Send + Sync> {
    Box::new(yuyue_desk::keys::KeyFile::new(folder.join("desk.key")))
}

/// The place for keys of this edition.
#[cfg(not(feature = "training"))]
pub fn store(folder: &Path) -> Box<dyn KeyStore + Send + Sync> {
    if let Some(credential) = credential::SystemCredential::find() {
        return Box::new(credential);
    }
    Box::new(keyring::SystemKeyring::new(folder))
}

/// A kiosk's session has no keyring: its service is handed the key as a credential that the computer's TPM has sealed.
#[cfg(not(feature = "training"))]
mod credential {
    use std::path::PathBuf;
    use yuyue_desk::keys::{KeyStore, KeyStoreError};
    use yuyue_sqlite::Key;

    /// The name of the credential.
    const NAME: &str = "yuyue-key";

    /// The key that systemd has unsealed for this service, in memory.
    pub struct SystemCredential {
        path: PathBuf,
    }

    impl SystemCredential {
        /// The credential; none when the service has none.
        pub fn find() -> Option<Self> {
            let path = PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join(NAME);
            path.exists().then_some(Self { path })
        }
    }

    impl KeyStore for SystemCredential {
        fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
            let bytes = std::fs::read(&self.path)?;
            Key::try_from(bytes.as_slice()).map(Some).map_err(|_| KeyStoreError::Damaged)
        }

        fn insert_key(&self, _key: &Key) -> Result<(), KeyStoreError> {
            Err(KeyStoreError::Unavailable("a credential is made when the kiosk is installed".to_owned()))
        }
    }
}

#[cfg(not(feature = "training"))]
mod keyring {
    use std::path::Path;
    use yuyue_desk::keys::{KeyStore, KeyStoreError};
    use yuyue_sqlite::Key;

    /// The name under which the desktop shows the entry.
    const APPLICATION: &str = "yuyue";

    /// The key in the keyring of the session (Secret Service). One entry for each data folder.
    pub struct SystemKeyring {
        account: String,
    }

    impl SystemKeyring {
        pub fn new(folder: &Path) -> Self {
            Self { account: folder.display().to_string() }
        }

        fn entry(&self) -> Result<keyring::Entry, KeyStoreError> {
            keyring::Entry::new(APPLICATION, &self.account).map_err(|error| unavailable(&error))
        }
    }

    impl KeyStore for SystemKeyring {
        fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
            match self.entry()?.get_secret() {
                Ok(bytes) => Key::try_from(bytes.as_slice()).map(Some).map_err(|_| KeyStoreError::Damaged),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => Err(unavailable(&error)),
            }
        }

        fn insert_key(&self, key: &Key) -> Result<(), KeyStoreError> {
            self.entry()?.set_secret(key.bytes()).map_err(|error| unavailable(&error))
        }
    }

    fn unavailable(error: &keyring::Error) -> KeyStoreError {
        // The variant says what is wrong; its details may hold the secret.
        let why = match error {
            keyring::Error::NoStorageAccess(_) => "the keyring is locked or not running",
            keyring::Error::PlatformFailure(_) => "the keyring failed",
            _ => "the keyring cannot be used",
        };
        KeyStoreError::Unavailable(why.to_owned())
    }
}
