//! Asking the engine. A statement is prepared once a connection, and what goes wrong is told without the values in it.

use crate::store::StoreError;
use deadpool_postgres::{GenericClient, PoolError};
use std::fmt;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, ToSql};

/// What is bound to a statement.
pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// All rows that a statement finds.
pub async fn list<C: GenericClient>(client: &C, sql: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, params).await?)
}

/// The row that a statement finds, if it finds one.
pub async fn find<C: GenericClient>(client: &C, sql: &str, params: Params<'_>) -> Result<Option<Row>, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_opt(&statement, params).await?)
}

/// The one row that a statement always finds.
pub async fn get<C: GenericClient>(client: &C, sql: &str, params: Params<'_>) -> Result<Row, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_one(&statement, params).await?)
}

/// Writes; answers how many rows that concerned.
pub async fn write<C: GenericClient>(client: &C, sql: &str, params: Params<'_>) -> Result<u64, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.execute(&statement, params).await?)
}

/// The error that came first among statements that were sent together: what fails behind it only says that one failed.
pub fn first_error<const N: usize>(results: [Result<(), StoreError>; N]) -> Result<(), StoreError> {
    let mut errors: Vec<StoreError> = results.into_iter().filter_map(Result::err).collect();
    let is_cause = |error: &StoreError| !matches!(error, StoreError::Failed(why) if why.downcast_ref::<Told>().is_some_and(Told::is_consequence));
    let cause = errors.iter().position(is_cause).unwrap_or(0);
    if errors.is_empty() { Ok(()) } else { Err(errors.swap_remove(cause)) }
}

/// A column of a row.
pub fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    Ok(row.try_get(index)?)
}

/// A column that holds one of our numbers.
pub fn number<T: TryFrom<i64>>(row: &Row, index: usize) -> Result<T, StoreError> {
    let stored: i64 = column(row, index)?;
    T::try_from(stored).map_err(|_| StoreError::Failed("a stored number is out of range".into()))
}

/// A column that may hold one of our numbers.
pub fn optional_number<T: TryFrom<i64>>(row: &Row, index: usize) -> Result<Option<T>, StoreError> {
    let stored: Option<i64> = column(row, index)?;
    let fits = |stored| T::try_from(stored).map_err(|_| StoreError::Failed("a stored number is out of range".into()));
    stored.map(fits).transpose()
}

/// A column of so many bytes.
pub fn bytes<const N: usize>(row: &Row, index: usize) -> Result<[u8; N], StoreError> {
    let stored: &[u8] = column(row, index)?;
    stored.try_into().map_err(|_| StoreError::Failed("stored bytes have another length".into()))
}

/// Whether the engine can hold this text: it knows no zero byte, so nothing that it keeps contains one.
pub fn is_text(text: &str) -> bool {
    !text.contains('\0')
}

/// What the engine said, without the values that it adds to it.
#[derive(Debug)]
struct Told {
    code: String,
    message: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Told {}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(told) = error.as_db_error() else {
            // Without an answer of the engine it was the line, unless a value did not fit its column.
            let is_line = error.is_closed()
                || std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
            return if is_line { Self::Unavailable(Box::new(error)) } else { Self::Failed(Box::new(error)) };
        };
        let code = told.code();
        let class = code.code().get(..2).unwrap_or_default();
        match class {
            // A rule of the tables, or a text that the engine cannot hold. Its name says which; the detail holds values.
            "23" | "22" => {
                let names = [told.constraint(), told.table(), told.column()];
                let rule = names.into_iter().flatten().collect::<Vec<_>>().join(" of ");
                let rule = if rule.is_empty() { code.code().to_owned() } else { rule };
                Self::Constraint { rule, row: None }
            }
            // Two that waited for each other.
            "40" => Self::Overtaken,
            // Connections, resources, a server that stops, and waits that were cut.
            "08" | "53" | "57" | "58" => Self::Unavailable(Box::new(Told::new(told))),
            _ if *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
                Self::Unavailable(Box::new(Told::new(told)))
            }
            _ => Self::Failed(Box::new(Told::new(told))),
        }
    }
}

impl Told {
    /// Whether it only says that a statement before has failed.
    fn is_consequence(&self) -> bool {
        self.code == SqlState::IN_FAILED_SQL_TRANSACTION.code()
    }

    fn new(told: &tokio_postgres::error::DbError) -> Self {
        Self { code: told.code().code().to_owned(), message: told.message().to_owned() }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => match error.into() {
                // Whatever keeps a connection from being made, it is not the statement's fault.
                Self::Failed(why) => Self::Unavailable(why),
                other => other,
            },
            other => Self::Unavailable(Box::new(other)),
        }
    }
}
