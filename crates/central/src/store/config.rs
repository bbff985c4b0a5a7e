//! Where a centre keeps its rows, as an operator writes it down.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use yuyue_protocol::account::Secret;

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// The address of a `PostgreSQL` database (`postgres://…`); none for a file in the centre's folder. It may hold a password.
    pub url: Option<Secret>,
    /// The certificate (PEM) by which the database is recognised.
    pub authority: Option<PathBuf>,
    /// Connections of this process at most for whoever only reads.
    pub connections: usize,
    /// For requests that write: while a publication holds the feed they wait, and must keep no reader waiting.
    pub write_connections: usize,
    /// For what decides commands, does what is due and hands messages over, and for nothing else. Two more are for the lease.
    pub reserved_connections: usize,
    /// For the short looks with which they and every request begin, such as who is calling.
    pub look_connections: usize,
    /// Seconds for which a request waits for one of them.
    pub wait_seconds: u32,
    /// Seconds that one statement may take.
    pub statement_seconds: u32,
    /// Seconds for which a transaction waits for a lock.
    pub lock_seconds: u32,
    /// Seconds after which the database ends a transaction of which nothing is heard, such as that of a stopped process.
    pub idle_seconds: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: None,
            authority: None,
            connections: 16,
            write_connections: 8,
            reserved_connections: 4,
            look_connections: 4,
            wait_seconds: 5,
            statement_seconds: 60,
            lock_seconds: 20,
            idle_seconds: 30,
        }
    }
}
