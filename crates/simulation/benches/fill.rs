//! The first fill of a counter: the real feed of a real centre over HTTPS into the encrypted cache, all indexes included,
//! beside the same rows inserted into the same tables by the barest loop. And how soon somebody can be looked up meanwhile.
//!
//! `cargo bench -p yuyue-simulation --bench fill`; `YUYUE_BENCH_APPLICANTS` measures one city of another size. Ratios
//! count: the absolute times belong to the computer. The centre runs in a process of its own on the same processors.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and waits as a clerk would")]

#[path = "kit/centre.rs"]
mod centre;
#[path = "kit/counter.rs"]
mod counter;
#[path = "kit/relay.rs"]
mod relay;

use centre::{Centre, Outcome, cpu_time};
use counter::{Counter, key};
use relay::Relay;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::cache::fill::end_fill;
use yuyue_desk::client::HttpCentre;
use yuyue_desk::desk::{Desk, lock};
use yuyue_desk::use_cases::access::sign_in;
use yuyue_desk::use_cases::search::search;
use yuyue_sqlite::Place;

/// People of the two cities, and how often each is filled.
const CITIES: [(u32, usize); 2] = [(100_000, 3), (1_000_000, 1)];
/// Rows that the loop inserts in one transaction, as many as a page has at most.
const ROWS: usize = 5_000;
/// When somebody is looked up while the cache is filled.
const LOOKED_UP_AFTER: Duration = Duration::from_secs(2);
/// The tables that a fill brings.
const TABLES: [&str; 6] = ["document", "session", "session_counts", "applicant", "applicant_body", "application"];

fn main() -> Outcome<()> {
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(ended) = yuyue_simulation::real::play_a_part(&arguments) {
        std::process::exit(i32::from(ended != std::process::ExitCode::SUCCESS));
    }
    let chosen = std::env::var("YUYUE_BENCH_APPLICANTS").ok().and_then(|number| number.parse().ok());
    let cities = chosen.map_or_else(|| CITIES.to_vec(), |applicants| vec![(applicants, 3)]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!(
        "{:>9} {:>8} {:>8} {:>6} {:>10} {:>10} {:>10} {:>7} {:>9} {:>11}",
        "people", "fill", "loop", "ratio", "counter's", "centre's", "loop's", "ratio", "bytes/row", "look-up 2 s"
    );
    for (applicants, rounds) in cities {
        runtime.block_on(measure(applicants, rounds))?;
    }
    println!("counter's, centre's, loop's: their processor time, and the ratio of the counter's to the loop's");
    Ok(())
}

async fn measure(applicants: u32, rounds: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut centre = Centre::start(folder.path(), applicants, 0, u32::try_from(rounds)?).await?;
    for round in 0..rounds {
        let place = folder.path().join(format!("counter-{round}"));
        let filled = fill(&mut centre, &place).await?;
        let alone = insert_alone(&place.join("cache.db"), &folder.path().join("alone.db"))?;
        println!(
            "{applicants:>9} {:>8.2?} {:>8.2?} {:>5}% {:>10.2?} {:>10.2?} {:>10.2?} {:>6}% {:>9} {:>11.1?}",
            filled.spent.elapsed,
            alone.elapsed,
            percent(filled.spent.elapsed, alone.elapsed),
            filled.spent.cpu,
            filled.centre,
            alone.cpu,
            percent(filled.spent.cpu, alone.cpu),
            filled.bytes / filled.rows.max(1),
            filled.look_up,
        );
        std::fs::remove_dir_all(place)?;
    }
    Ok(())
}

/// Time on the clock, and the processor time of this process.
struct Spent {
    elapsed: Duration,
    cpu: Duration,
}

struct Filled {
    spent: Spent,
    /// The processor time of the centre.
    centre: Duration,
    bytes: u64,
    rows: u64,
    /// How long the look-up took; nothing when the fill was over before.
    look_up: Duration,
}

/// The whole way of a first fill.
async fn fill(centre: &mut Centre, place: &Path) -> Outcome<Filled> {
    let relay = Relay::start(centre.devices).await?;
    let identity = centre.enrol(relay.address).await?;
    let mut counter = Counter::open(place, &identity)?;
    let clerk = centre.clerk();
    sign_in(&counter.desk, &counter.line, &clerk.staff_number, &clerk.password).await?;
    let wanted = &centre.city.cast().last().ok_or("nobody to look up")?.record.applicant;
    let number = wanted.document.number.reveal().to_owned();
    let (desk, line) = (Arc::clone(&counter.desk), counter.line.with_token(lock(&counter.desk).token()));
    let (bytes, centres) = (relay.downwards(), centre.cpu_time()?);
    let (begun, used) = (Instant::now(), cpu_time(None)?);
    let looked_up = tokio::spawn(async move { look_up(&desk, &line, &number).await });
    counter.follow().await?;
    let spent = Spent { elapsed: begun.elapsed(), cpu: cpu_time(None)?.saturating_sub(used) };
    let state = counter.sync.state()?;
    if state.is_filling || state.counts_differ {
        return Err("the fill did not end well".into());
    }
    let centre = centre.cpu_time()?.saturating_sub(centres);
    let look_up = if spent.elapsed > LOOKED_UP_AFTER { looked_up.await?? } else { Duration::ZERO };
    Ok(Filled { spent, centre, bytes: relay.downwards() - bytes, rows: state.filled_rows, look_up })
}

async fn look_up(desk: &Mutex<Desk>, line: &HttpCentre, number: &str) -> Outcome<Duration> {
    tokio::time::sleep(LOOKED_UP_AFTER).await;
    let begun = Instant::now();
    let answer = search(desk, line, number).await?;
    if answer.hits.len() == 1 { Ok(begun.elapsed()) } else { Err("the person was not found".into()) }
}

/// The rows of a filled cache, inserted into a new one by nothing but the engine; reading them is not counted.
fn insert_alone(filled: &Path, alone: &Path) -> Outcome<Spent> {
    let key = key();
    let filled = yuyue_sqlite::open_reader(&CACHE_DB, Place::new(filled, Some(&key)))?;
    let mut new = yuyue_sqlite::open(&CACHE_DB, Place::new(alone, Some(&key)))?;
    let mut spent = Spent { elapsed: Duration::ZERO, cpu: Duration::ZERO };
    for table in TABLES {
        let mut statement = filled.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let values = vec!["?"; columns].join(", ");
        let insert = format!("INSERT INTO {table} VALUES ({values})");
        let mut rows = statement.query([])?;
        loop {
            let mut chunk: Vec<Vec<Value>> = Vec::with_capacity(ROWS);
            while chunk.len() < ROWS
                && let Some(row) = rows.next()?
            {
                chunk.push((0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?);
            }
            if chunk.is_empty() {
                break;
            }
            count(&mut spent, || insert_rows(&mut new, &insert, &chunk))?;
        }
    }
    count(&mut spent, || {
        let transaction = new.transaction()?;
        end_fill(&transaction, 1)?;
        Ok(transaction.commit()?)
    })?;
    drop(new);
    std::fs::remove_file(alone)?;
    Ok(spent)
}

fn insert_rows(new: &mut Connection, insert: &str, rows: &[Vec<Value>]) -> Outcome<()> {
    let transaction = new.transaction()?;
    let mut statement = transaction.prepare_cached(insert)?;
    for row in rows {
        statement.execute(params_from_iter(row))?;
    }
    drop(statement);
    Ok(transaction.commit()?)
}

fn count(spent: &mut Spent, work: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
    let (begun, used) = (Instant::now(), cpu_time(None)?);
    work()?;
    spent.elapsed += begun.elapsed();
    spent.cpu += cpu_time(None)?.saturating_sub(used);
    Ok(())
}

fn percent(of: Duration, to: Duration) -> u128 {
    of.as_micros() * 100 / to.as_micros().max(1)
}
