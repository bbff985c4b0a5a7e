//! A centre on disk: its folder, its keys, its store and its authority.

use crate::audit::{Act, Entry, restored_detail};
use crate::authority::{Authority, AuthorityError};
use crate::clock::Clock;
use crate::core::{Core, CoreConfig};
use crate::entropy::{Entropy, EntropyError};
use crate::secret::ServerKey;
use crate::store::sqlite::SqliteStore;
use crate::store::{AnyStore, Batch, OpenStoreError, Store, StoreConfig, Wants};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;
use yuyue_sqlite::Key;

const STORE_FILE: &str = "centre.db";
/// A backup on its way to become the store.
const RESTORED_FILE: &str = "centre.db.restored";
const STORE_KEY_FILE: &str = "store.key";
const CODE_KEY_FILE: &str = "code.key";
const AUTHORITY_FILE: &str = "authority.pem";
const AUTHORITY_KEY_FILE: &str = "authority.key";

/// Why a centre cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum CentralError {
    /// A file cannot be read or written.
    #[error("{path}: the file cannot be read or written", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A key file has the wrong length.
    #[error("{path}: a key has 32 bytes", path = .0.display())]
    Key(PathBuf),
    /// The folder holds a centre already.
    #[error("{path}: there is a centre already", path = .0.display())]
    Exists(PathBuf),
    /// The store cannot be made or opened.
    #[error(transparent)]
    Store(#[from] OpenStoreError),
    /// The authority cannot be made or read.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// There are no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// A centre with everything that it runs on.
pub struct Central {
    /// Decides and answers.
    pub core: Arc<Core<AnyStore>>,
    /// Certifies devices and listeners.
    pub authority: Arc<Authority>,
    /// The centre's clock.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub entropy: Arc<dyn Entropy>,
}

impl Central {
    /// Makes a new centre in a folder: keys, authority and an empty store, in the folder or in an empty database.
    ///
    /// # Errors
    /// When the folder or the database holds a centre already or cannot be written.
    pub async fn init(
        folder: &Path,
        place: &StoreConfig,
        city: &str,
        config: CoreConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, CentralError> {
        let store_path = folder.join(STORE_FILE);
        if store_path.exists() || folder.join(AUTHORITY_KEY_FILE).exists() {
            return Err(CentralError::Exists(folder.to_owned()));
        }
        fs::create_dir_all(folder).map_err(|source| CentralError::File { path: folder.to_owned(), source })?;
        let now = clock.now();
        let epoch = Epoch(entropy.uuid()?);
        let (store_key, code_key) = (entropy.bytes()?, entropy.bytes()?);
        let (authority, authority_key) = Authority::make(city, clock.wall())?;
        // The database is asked first: where it refuses, nothing is left in the folder.
        let database = match &place.url {
            Some(_) => Some(database(place, Some((city, epoch, now))).await?),
            None => None,
        };
        write_secret(&folder.join(CODE_KEY_FILE), &code_key)?;
        write_secret(&folder.join(AUTHORITY_KEY_FILE), authority_key.as_bytes())?;
        write_secret(&folder.join(AUTHORITY_FILE), authority.certificate_pem().as_bytes())?;
        let store = if let Some(store) = database {
            store
        } else {
            write_secret(&folder.join(STORE_KEY_FILE), &store_key)?;
            AnyStore::Sqlite(SqliteStore::init(&store_path, Some(Key::new(store_key)), city, epoch, now)?)
        };
        Ok(Self::assemble(store, authority, code_key, config, clock, entropy))
    }

    /// Opens the centre in a folder.
    ///
    /// # Errors
    /// When there is none, or one of its files or the database cannot be read.
    pub async fn open(
        folder: &Path,
        place: &StoreConfig,
        config: CoreConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, CentralError> {
        let store_path = folder.join(STORE_FILE);
        if place.url.is_none() && !store_path.exists() {
            return Err(OpenStoreError::Empty.into());
        }
        let code_key = read_key(&folder.join(CODE_KEY_FILE))?;
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|source| CentralError::File { path, source })
        };
        let authority = Authority::read(&read(AUTHORITY_FILE)?, &read(AUTHORITY_KEY_FILE)?)?;
        let store = if place.url.is_some() {
            database(place, None).await?
        } else {
            let store_key = read_key(&folder.join(STORE_KEY_FILE))?;
            AnyStore::Sqlite(SqliteStore::open(&store_path, Some(Key::new(store_key)))?)
        };
        Ok(Self::assemble(store, authority, code_key, config, clock, entropy))
    }

    /// Puts a backup in place beside the keys, under a new feed. Only what has begun the new feed takes the store's name:
    /// whatever goes wrong before, such as another key, no centre is there to be served.
    ///
    /// # Errors
    /// When the folder holds a centre already, or the backup cannot be read with its key.
    pub async fn restore(folder: &Path, backup: &Path, epoch: Epoch, now: Timestamp) -> Result<(), CentralError> {
        let target = folder.join(STORE_FILE);
        if target.exists() {
            return Err(CentralError::Exists(folder.to_owned()));
        }
        let key = Key::new(read_key(&folder.join(STORE_KEY_FILE))?);
        let copy = folder.join(RESTORED_FILE);
        let file = |path: &Path, source| CentralError::File { path: path.to_owned(), source };
        fs::copy(backup, &copy).map_err(|source| file(backup, source))?;
        let store = SqliteStore::open(&copy, Some(key))?;
        begin_new_feed(&store, epoch, now).await?;
        // Closing the last connection writes the log into the file.
        drop(store);
        fs::rename(&copy, &target).map_err(|source| file(&target, source))?;
        let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| file(folder, source))
    }

    /// Begins a new feed in a database into which a dump was put back, before anybody is served from it.
    ///
    /// # Errors
    /// When the configuration names no database, or none with a centre in it.
    pub async fn begin_anew(place: &StoreConfig, epoch: Epoch, now: Timestamp) -> Result<(), CentralError> {
        if place.url.is_none() {
            return Err(OpenStoreError::NoDatabase.into());
        }
        let store = database(place, None).await?;
        begin_new_feed(&store, epoch, now).await?;
        Ok(())
    }

    /// Every file of a centre in this folder, whether it is there or not.
    pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
        let names = [STORE_FILE, STORE_KEY_FILE, CODE_KEY_FILE, AUTHORITY_FILE, AUTHORITY_KEY_FILE];
        let logs = ["centre.db-wal", "centre.db-shm"];
        names.iter().chain(&logs).map(|name| folder.join(name)).collect()
    }

    fn assemble(
        store: AnyStore,
        authority: Authority,
        code_key: [u8; 32],
        config: CoreConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let core = Core::new(store, Arc::clone(&clock), Arc::clone(&entropy), ServerKey::new(code_key), config);
        Self { core: Arc::new(core), authority: Arc::new(authority), clock, entropy }
    }
}

/// Begins a new feed. The audit goes on from the backup and says which feed ended there: what devices witnessed of it later is
/// gone.
async fn begin_new_feed(store: &impl Store, epoch: Epoch, now: Timestamp) -> Result<(), OpenStoreError> {
    let ended = store.get_head().await?.epoch;
    let mut batch = Batch::at(now);
    batch.audit(Entry { detail: Some(restored_detail(ended)), ..Entry::new(now, Act::Restored) });
    store.transact(&Wants::default(), |_| (batch, ())).await?;
    store.begin_epoch(epoch).await?;
    Ok(())
}

/// The database of the configuration, with a new centre in it when one is given.
#[cfg(feature = "postgres")]
async fn database(place: &StoreConfig, new: Option<(&str, Epoch, Timestamp)>) -> Result<AnyStore, OpenStoreError> {
    use crate::store::postgres::PostgresStore;
    let url = place.url.as_ref().map(|url| url.0.as_str()).unwrap_or_default();
    let store = match new {
        Some((city, epoch, now)) => PostgresStore::init(url, place, city, epoch, now).await?,
        None => PostgresStore::open(url, place).await?,
    };
    Ok(AnyStore::Postgres(store))
}

#[cfg(not(feature = "postgres"))]
#[expect(clippy::unused_async, reason = "as with the feature")]
async fn database(_: &StoreConfig, _: Option<(&str, Epoch, Timestamp)>) -> Result<AnyStore, OpenStoreError> {
    Err(OpenStoreError::NoPostgres)
}

fn read_key(path: &Path) -> Result<[u8; 32], CentralError> {
    let bytes = fs::read(path).map_err(|source| CentralError::File { path: path.to_owned(), source })?;
    bytes.try_into().map_err(|_| CentralError::Key(path.to_owned()))
}

/// Writes a file that only its owner reads, and never over another one.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), CentralError> {
    let write = || -> Result<(), std::io::Error> {
        let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| CentralError::File { path: path.to_owned(), source })
}
