//! `import`: plans, people and results from the national system's files, as JSON.

mod plans;

use super::Outcome;
use super::output::line;
use super::place::{Place, block_on};
use crate::core::results::{TestResult, WrongResult};
use crate::core::{Catalogue, Core};
use crate::store::{Store, StoreError};
use plans::PlanError;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use yuyue_domain::applicant::ResultError;
use yuyue_domain::policy::{PolicyDocument, PolicyError};
use yuyue_domain::session::Site;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{ApplicantRow, Row};

/// Import files.
///
/// Plans and sites may use the column names of the national exchange format (jhxh, kcdddh, ksrq, kskm, kscx, kkrs …). A
/// file is imported as a whole or not at all when something in it is wrong; what was imported before is updated. While a
/// file is written a running centre answers and decides nothing: import many people before it opens.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Policy documents (TOML), beside those that are there; each comes into force on its day
    #[arg(long, value_name = "FILE", num_args = 1..)]
    policy: Vec<PathBuf>,
    /// A JSON list of exam sites
    #[arg(long, value_name = "FILE")]
    sites: Option<PathBuf>,
    /// A JSON list of planned sessions
    #[arg(long, value_name = "FILE")]
    plans: Option<PathBuf>,
    /// A JSON list of applicants with their tests
    #[arg(long, value_name = "FILE")]
    applicants: Option<PathBuf>,
    /// A JSON list of results of tests
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
}

/// What was given cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file cannot be read.
    #[error("{}: cannot be read", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// The file is no list of what it should hold.
    #[error("{}: is not as agreed", .0.display())]
    Json(PathBuf, #[source] serde_json::Error),
    /// A plan breaks a rule.
    #[error("{}: a plan cannot be published", .0.display())]
    Plan(PathBuf, #[source] PlanError),
    /// A row of the list does not fit what is there.
    #[error("{}: row {row} does not fit: {rule}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Which, counted from 1.
        row: usize,
        /// Which rule of the tables it breaks.
        rule: String,
    },
    /// A result cannot be right.
    #[error("{}: row {row}", path.display())]
    Result {
        /// The file.
        path: PathBuf,
        /// Which, counted from 1.
        row: usize,
        /// Why.
        #[source]
        source: ResultError,
    },
    /// The policy cannot be used.
    #[error("the policy cannot be used")]
    Policy(#[source] PolicyError),
}

pub fn run(arguments: &Arguments) -> Outcome {
    let central = arguments.place.open()?;
    let core = &central.core;
    block_on(async {
        core.refresh_catalogue().await?;
        if !arguments.policy.is_empty() {
            core.import_policy(read_policy(&arguments.policy)?).await?.map_err(InputError::Policy)?;
        }
        if let Some(path) = &arguments.sites {
            let sites: Vec<Site> = read(path)?;
            let rows: Vec<Row> = sites.into_iter().map(Row::Site).collect();
            told(write(core, path, |_, _| Ok(rows.clone())).await?, "sites")?;
        }
        if let Some(path) = &arguments.plans {
            let lines: Vec<plans::PlanLine> = read(path)?;
            let make = |catalogue: &Catalogue, now| match plans::sessions(catalogue, lines.clone(), now) {
                Ok(sessions) => Ok(sessions.into_iter().map(Row::Session).collect()),
                Err(error) => Err(InputError::Plan(path.clone(), error)),
            };
            told(write(core, path, make).await?, "sessions")?;
        }
        if let Some(path) = &arguments.applicants {
            let people: Vec<ApplicantRow> = read(path)?;
            let rows: Vec<Row> = people.into_iter().map(|row| Row::Applicant(Box::new(row))).collect();
            told(write(core, path, |_, _| Ok(rows.clone())).await?, "applicants")?;
        }
        if let Some(path) = &arguments.results {
            let results: Vec<TestResult> = read(path)?;
            let recorded = core.record_results(&results).await?;
            let wrong = |wrong: WrongResult| InputError::Result {
                path: path.clone(),
                row: wrong.index + 1,
                source: wrong.source,
            };
            told(recorded.map_err(wrong)?, "results")?;
        }
        Ok(())
    })
}

/// Writes the rows of a file, all of them or none.
async fn write<S: Store>(
    core: &Core<S>,
    path: &Path,
    make: impl Fn(&Catalogue, Timestamp) -> Result<Vec<Row>, InputError> + Send + Sync,
) -> Outcome<usize> {
    match core.import_whole(make).await {
        Ok(written) => Ok(written?),
        Err(StoreError::Constraint { rule, row: Some(index) }) => {
            Err(InputError::Row { path: path.to_owned(), row: index + 1, rule }.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn told(count: usize, what: &str) -> Outcome {
    line(format_args!("{count} {what}"))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, InputError> {
    let text = std::fs::read(path).map_err(|error| InputError::Read(path.to_owned(), error))?;
    serde_json::from_slice(&text).map_err(|error| InputError::Json(path.to_owned(), error))
}

fn read_policy(paths: &[PathBuf]) -> Result<Vec<PolicyDocument>, InputError> {
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|error| InputError::Read(path.clone(), error))?;
        PolicyDocument::parse(&path.display().to_string(), &text).map_err(InputError::Policy)
    };
    paths.iter().map(read).collect()
}
