//! Why a store did not do, or could not be opened.

#[cfg(feature = "postgres")]
use super::postgres;
use serde_json::error::Category;
use yuyue_sqlite::OpenError;

/// Why the store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the tables stood against it; nothing was written.
    #[error("the store refused a row: {rule}")]
    Constraint {
        /// The engine's words for the rule, without values.
        rule: String,
        /// Which row of the batch broke it, counted from 0, when it was one of the feed.
        row: Option<usize>,
    },
    /// The store cannot be reached or is overloaded; another try may succeed.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another process was faster, and what was decided on is no longer so; decided again, it may succeed at once.
    #[error("the store has changed meanwhile")]
    Overtaken,
    /// A stored row cannot be read.
    #[error("a row of {table} cannot be read")]
    Unreadable {
        /// Its table.
        table: &'static str,
        /// Why.
        #[source]
        source: RowError,
    },
    /// The store failed.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a row cannot be read. What stands in it may be about a person, so only its kind and its place are told.
#[derive(Debug, thiserror::Error)]
#[error("{kind} at column {column}")]
pub struct RowError {
    kind: &'static str,
    column: usize,
}

impl From<serde_json::Error> for RowError {
    fn from(error: serde_json::Error) -> Self {
        let kind = match error.classify() {
            Category::Io => "it cannot be written",
            Category::Syntax => "no JSON",
            Category::Data => "a value that does not belong there",
            Category::Eof => "an end too early",
        };
        Self { kind, column: error.column() }
    }
}

impl StoreError {
    /// Whether the same may succeed later without anybody doing anything.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Overtaken)
    }
}

/// Why a store could not be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenStoreError {
    /// The file cannot be opened.
    #[error("the store's file cannot be opened")]
    Open(#[from] OpenError),
    /// The database cannot be connected to.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Connect(#[from] postgres::ConnectError),
    /// The tables of the database cannot be brought up to date.
    #[error("the store's tables cannot be brought up to date")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A newer program has used the database.
    #[error("the store has schema {found}, and this program knows schemas up to {known}")]
    TooNew {
        /// Its schema.
        found: i32,
        /// The newest schema that this program knows.
        known: i32,
    },
    /// The configuration names no database.
    #[error("the configuration names no database (`url` of `[store]`)")]
    NoDatabase,
    /// The store is a database, and this program was built without that.
    #[error("this program was built without PostgreSQL")]
    NoPostgres,
    /// The first rows could not be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no centre in this file yet.
    #[error("the store is empty: run `yuyue-central init` first")]
    Empty,
    /// There is a centre in this file already.
    #[error("the store already belongs to a centre")]
    NotEmpty,
}
