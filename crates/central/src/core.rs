//! The centre's decisions and answers for callers that are known. The core never spawns, sleeps or keeps threads: whoever
//! calls it drives it, over HTTPS, from a test or from a simulation, and brings clock and entropy along.

pub mod admin;
mod apply;
mod board;
mod catalogue;
mod codes;
mod confirm;
mod decide;
mod enrol;
mod give_up;
mod known;
mod ledger;
pub mod messages;
mod open_records;
mod outlook;
mod policy;
mod read;
mod record;
pub mod results;
mod sign_in;
mod supervise;
mod together;
mod upkeep;
mod visits;

pub use board::Board;
pub use catalogue::{Catalogue, spare_priority};
pub(crate) use decide::deliveries;
pub use decide::{Delivery, SigningKey};
pub use known::Known;
pub use supervise::{ACTS_MAX, Acts};
pub use upkeep::Contradicted;

use crate::causes::Causes;
use crate::clock::Clock;
use crate::entropy::{Entropy, EntropyError};
use crate::secret::ServerKey;
use crate::store::{Loaded, Store, StoreError};
use open_records::DeviceLabels;
use outlook::Forecasts;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use together::Together;
use yuyue_domain::ids::{ApplicantId, ClerkId, DeviceId, OfficeId};
use yuyue_domain::rights::{Role, Standing};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Clerk, DeviceKind};
use yuyue_protocol::error::{ErrorCode, Problem};

/// Which people's rows the counters of this city keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheScope {
    /// Everybody's.
    #[default]
    City,
    /// Only those of the office where the counter stands.
    Office,
}

/// What an operator may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoreConfig {
    /// Which people's rows counters keep.
    pub cache_scope: CacheScope,
    /// Seconds for which a clerk stays signed in.
    pub token_seconds: u32,
    /// Seconds for which a device may let a clerk in without line.
    pub offline_sign_in_seconds: u32,
    /// Wrong passwords in a row after which an account is locked.
    pub sign_in_failures_max: u32,
    /// Seconds for which it is locked then.
    pub sign_in_lock_seconds: u32,
    /// Seconds after which a visit at a kiosk ends when nothing is heard of it.
    pub visit_seconds: u32,
    /// Seconds after which it ends in any case.
    pub visit_seconds_max: u32,
    /// Codes that are sent to one phone in a day at most, whoever they are for.
    pub codes_per_phone_day: u32,
    /// Codes that one counter may ask for in an hour at most.
    pub codes_per_counter_hour: u32,
    /// Certificates that one device gets in a day at most; it asks about once an hour until it has the one it needs.
    pub renewals_per_device_day: u32,
    /// Whether an identity card that a kiosk has read opens a visit without a code.
    pub card_visits: bool,
}

impl Default for CoreConfig {
    fn default() -> Self {
        Self {
            cache_scope: CacheScope::City,
            token_seconds: 12 * 3600,
            offline_sign_in_seconds: 72 * 3600,
            sign_in_failures_max: 5,
            sign_in_lock_seconds: 15 * 60,
            visit_seconds: 5 * 60,
            visit_seconds_max: 60 * 60,
            codes_per_phone_day: 20,
            codes_per_counter_hour: 180,
            renewals_per_device_day: 24,
            card_visits: false,
        }
    }
}

/// Who is calling: a device whose certificate was checked, and the clerk whose token it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The device.
    pub device: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// Where it stands.
    pub office: OfficeId,
    /// Who is signed in at it.
    pub clerk: Option<Acting>,
    /// Whose visit it is, at a kiosk.
    pub visit: Option<ApplicantId>,
}

/// A clerk who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acting {
    /// Who.
    pub id: ClerkId,
    /// What the clerk may.
    pub role: Role,
}

impl From<&Clerk> for Acting {
    fn from(clerk: &Clerk) -> Self {
        Self { id: clerk.id, role: clerk.role }
    }
}

impl Caller {
    /// Who is signed in.
    #[must_use]
    pub fn clerk_id(&self) -> Option<ClerkId> {
        self.clerk.map(|clerk| clerk.id)
    }

    /// Where the caller stands in the table of rights.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (self.kind, self.clerk, self.visit) {
            (DeviceKind::Counter, Some(clerk), _) => Standing::Staff(clerk.role),
            (DeviceKind::Counter, None, _) => Standing::Counter,
            (DeviceKind::Kiosk, _, Some(_)) => Standing::Visitor,
            (DeviceKind::Kiosk, _, None) => Standing::Kiosk,
        }
    }
}

/// The centre without a network.
pub struct Core<S> {
    store: S,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: ServerKey,
    config: CoreConfig,
    catalogue: Mutex<Catalogue>,
    /// Bringing it up to date.
    refreshing: Together,
    board: Mutex<Board>,
    forecasts: Mutex<Forecasts>,
    /// Held by whoever works a forecast out: one at a time, however many ask.
    preparing: tokio::sync::Mutex<()>,
    labels: Mutex<DeviceLabels>,
}

impl<S: Store> Core<S> {
    /// A core over a store. `key` hashes codes; without it they cannot be recognised again.
    #[must_use]
    pub fn new(store: S, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, key: ServerKey, config: CoreConfig) -> Self {
        Self {
            store,
            clock,
            entropy,
            key,
            config,
            catalogue: Mutex::default(),
            refreshing: Together::default(),
            board: Mutex::default(),
            forecasts: Mutex::default(),
            preparing: tokio::sync::Mutex::default(),
            labels: Mutex::default(),
        }
    }

    /// The store, for what only reads or belongs to the operator.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The centre's present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What a known caller can ask.
    pub const fn known(&self, caller: Caller) -> Known<'_, S> {
        Known::new(self, caller)
    }

    /// What is kept in memory of the catalogue.
    pub fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept in memory of those who wait.
    pub fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forecasts(&self) -> MutexGuard<'_, Forecasts> {
        self.forecasts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn labels(&self) -> MutexGuard<'_, DeviceLabels> {
        self.labels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key with which the centre signs.
    pub(crate) fn seal(&self) -> ed25519_dalek::SigningKey {
        self.key.seal()
    }

    /// The catalogue with what a decision has loaded of it: a copy, so that nobody stands still while a long one is made.
    pub(crate) fn catalogue_with(&self, loaded: &mut Loaded) -> Catalogue {
        let mut catalogue = self.catalogue();
        catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
        catalogue.clone()
    }

    /// Brings the catalogue in memory up to the store's, as it was when this was called. However many call at once, one of
    /// them reads, over one connection.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_catalogue(&self) -> Result<(), StoreError> {
        let refresh = async || {
            let after = self.catalogue().revision();
            let (rows, head) = self.store.list_catalogue(after).await?;
            self.catalogue().apply(rows, head);
            Ok(())
        };
        self.refreshing.work(refresh).await
    }

    /// Brings the board of waiting applications up to the store's, reading it from the start where that is needed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_board(&self) -> Result<(), StoreError> {
        board::refresh(self).await
    }

    /// Forgets what is kept in memory, after the store was replaced under it.
    pub fn forget(&self) {
        *self.catalogue() = Catalogue::default();
        *self.board() = Board::default();
        *self.forecasts() = Forecasts::default();
        *self.labels() = DeviceLabels::default();
    }
}

/// How often something is decided that other processes overtake.
const TRIES_MAX: u32 = 5;

/// Decides again what another process overtook; whatever has become of it then is decided on.
pub(crate) async fn tried<T, F: Future<Output = Result<T, StoreError>> + Send>(
    attempt: impl Fn() -> F + Send + Sync,
) -> Result<T, StoreError> {
    for _ in 1..TRIES_MAX {
        match attempt().await {
            Err(StoreError::Overtaken) => {}
            done => return done,
        }
    }
    attempt().await
}

/// What a caller is told about a failure of the store; the cause goes to the log, once, here.
pub(crate) fn store_problem(error: &StoreError) -> Problem {
    tracing::error!(error = %Causes(error), "the store failed");
    if error.is_retryable() {
        Problem::new(ErrorCode::Busy, "the store is not available").retry_after(2)
    } else {
        Problem::new(ErrorCode::Internal, "the store failed")
    }
}

pub(crate) fn entropy_problem(error: &EntropyError) -> Problem {
    tracing::error!(error = %Causes(error), "no random bytes");
    Problem::new(ErrorCode::Internal, "no random bytes")
}
