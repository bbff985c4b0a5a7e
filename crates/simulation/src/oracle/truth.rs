//! What the centre's tables say in the end.

use rusqlite::Connection;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use uuid::Uuid;
use yuyue_domain::applicant::Applicant;
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::publication::{Publication, PublishedResult};
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::ApplicantRow;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};

/// A decided command.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The device.
    pub device: u32,
    /// Its running number.
    pub number: u64,
    /// As it was signed.
    pub body: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// When it was decided, in Unix seconds.
    pub at: i64,
    /// What was decided.
    pub outcome: Outcome,
}

/// A record of the audit.
#[derive(Debug, Clone)]
pub struct Audited {
    /// When, in Unix seconds.
    pub at: i64,
    /// What.
    pub act: String,
    /// On which device.
    pub device: Option<u32>,
    /// The SHA-256 of what it was about.
    pub detail: Option<Vec<u8>>,
}

/// Everything that is compared.
#[derive(Debug)]
pub struct Truth {
    /// Commands by identifier.
    pub commands: BTreeMap<Uuid, Decided>,
    /// Applications by identifier.
    pub applications: BTreeMap<Uuid, Application>,
    /// Applicants by number.
    pub applicants: BTreeMap<ApplicantId, Applicant>,
    /// The audit in its order.
    pub audit: Vec<Audited>,
    /// Publications in the order of their numbers.
    pub publications: Vec<Publication>,
    /// Their results in the order of rank.
    pub results: Vec<PublishedResult>,
    /// Sessions by number.
    pub sessions: BTreeMap<SessionId, Session>,
    /// Everything that fell due up to this instant is published.
    pub published_until: Timestamp,
}

fn documents<T: DeserializeOwned>(connection: &Connection, sql: &str) -> Result<Vec<T>, String> {
    let read =
        || -> rusqlite::Result<Vec<String>> { connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect() };
    let texts = read().map_err(|error| format!("{sql}: {error}"))?;
    texts.iter().map(|text| serde_json::from_str(text).map_err(|error| format!("{sql}: {error}"))).collect()
}

impl Truth {
    /// Reads the centre's file.
    pub fn read(connection: &Connection) -> Result<Self, String> {
        let applications: Vec<Application> = documents(connection, "SELECT document FROM application ORDER BY id")?;
        let sessions: Vec<Session> = documents(connection, "SELECT document FROM session ORDER BY id")?;
        let published: i64 = connection
            .query_row(
                "SELECT max(began_at, coalesce((SELECT max(publication_at) FROM publication), 0)) FROM centre",
                [],
                |row| row.get(0),
            )
            .map_err(|error| format!("the centre's beginning cannot be read: {error}"))?;
        let applicants: Vec<ApplicantRow> = documents(connection, "SELECT document FROM applicant ORDER BY id")?;
        Ok(Self {
            applicants: applicants.into_iter().map(|row| (row.applicant.id, row.applicant)).collect(),
            commands: commands(connection)?,
            applications: applications.into_iter().map(|application| (application.id.0, application)).collect(),
            audit: audit(connection).map_err(|error| format!("the audit cannot be read: {error}"))?,
            sessions: sessions.into_iter().map(|session| (session.id, session)).collect(),
            published_until: Timestamp::from_unix(published).map_err(|error| format!("no instant: {error:?}"))?,
            publications: documents(connection, "SELECT document FROM publication ORDER BY id")?,
            results: documents(
                connection,
                "SELECT document FROM published_result ORDER BY publication, json_extract(document, '$.rank')",
            )?,
        })
    }

    /// How often what the promises are about has happened.
    pub fn count_effects(&self) -> [(&'static str, u64); 8] {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let was = |kind: StateKind| {
            let has = |one: &&Application| one.timeline.iter().any(|step| step.state.kind() == kind);
            count(self.applications.values().filter(has).count())
        };
        let refused = self.commands.values().filter(|one| matches!(one.outcome, Outcome::Refused { .. }));
        [
            ("commands refused", count(refused.count())),
            ("publications", count(self.publications.len())),
            ("results", count(self.results.len())),
            ("applications held for a code", was(StateKind::AwaitingCode)),
            ("applications withdrawn", was(StateKind::Withdrawn)),
            ("places given up", was(StateKind::CancelledByApplicant)),
            ("applications ended by the office", was(StateKind::CancelledByOffice)),
            ("applications lapsed", was(StateKind::Lapsed)),
        ]
    }

    /// Applications that have a place.
    pub fn count_placed(&self) -> u64 {
        let placed = self.applications.values().filter(|one| one.state.kind() == StateKind::Placed);
        u64::try_from(placed.count()).unwrap_or(u64::MAX)
    }
}

fn commands(connection: &Connection) -> Result<BTreeMap<Uuid, Decided>, String> {
    type Row = ([u8; 16], u32, u64, String, Vec<u8>, i64, String);
    let read = || -> rusqlite::Result<Vec<Row>> {
        let sql = "SELECT id, device, number, body, signature, decided_at, outcome FROM command ORDER BY id";
        let row = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        };
        connection.prepare(sql)?.query_map([], row)?.collect()
    };
    let rows = read().map_err(|error| format!("the commands cannot be read: {error}"))?;
    let decided = rows.into_iter().map(|(id, device, number, body, signature, at, outcome)| {
        let item: ItemOutcome =
            serde_json::from_str(&outcome).map_err(|error| format!("an outcome cannot be read: {error}"))?;
        Ok((Uuid::from_bytes(id), Decided { device, number, body, signature, at, outcome: item.outcome }))
    });
    decided.collect()
}

fn audit(connection: &Connection) -> rusqlite::Result<Vec<Audited>> {
    let sql = "SELECT at, act, device, detail FROM audit ORDER BY sequence";
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Audited { at: row.get(0)?, act: row.get(1)?, device: row.get(2)?, detail: row.get(3)? })
    };
    connection.prepare(sql)?.query_map([], row)?.collect()
}
