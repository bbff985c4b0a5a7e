//! A counter without a window as a process: the real desk over its real files, its clerk and its follower.
#![expect(clippy::print_stdout, reason = "a counter says what its clerk was told through standard output")]

use super::centre::RealCentre;
use super::history::History;
use super::line::RealLine;
use super::process::Program;
use super::{AS_DESK, RealConfig};
use crate::bugs::Bug;
use crate::city::{Person, quick_cost};
use crate::clerk::{
    Counter, Done, Ending, Phone, Plan, book, end, enter_code, hand_over, look_up, review_outbox, sign_in,
};
use crate::device::{OneKey, key};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yuyue_desk::client::HttpCentre;
use yuyue_desk::desk::{Desk, DeskConfig, lock};
use yuyue_desk::device::identity::Identity;
use yuyue_desk::error::DeskError;
use yuyue_desk::files::SystemFiles;
use yuyue_desk::follow::follow_once;
use yuyue_desk::journal::{Salvaged, salvage};
use yuyue_desk::sync::Sync;
use yuyue_desk::view::app::{Access, Edition};
use yuyue_desk::world::{SystemWorld, World};
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Clerk;
use yuyue_sqlite::{FileKind, Place};

/// The wait between two rounds of following; longer waits are cut to the second one.
const ROUND: Duration = Duration::from_millis(60);
const ROUND_MAX: Duration = Duration::from_millis(400);

/// A counter, seen from outside.
pub struct RealDesk {
    /// The program.
    pub program: Program,
    /// Its number at the centre.
    pub name: u32,
    folder: PathBuf,
}

/// What the program needs to know.
#[derive(Serialize, Deserialize)]
struct Part {
    seed: u64,
    clerk: Clerk,
    spool: PathBuf,
    people: Vec<(u32, Subject, String)>,
}

struct QuickWorld;

impl World for QuickWorld {
    fn wall(&self) -> Timestamp {
        SystemWorld.wall()
    }

    fn elapsed(&self) -> Duration {
        SystemWorld.elapsed()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemWorld.fill(bytes);
    }

    fn password_cost(&self) -> argon2::Params {
        quick_cost()
    }
}

fn open(folder: &Path) -> Result<(Desk, Sync), DeskError> {
    let config = DeskConfig {
        folder,
        edition: Edition::Production,
        version: "0.0.0",
        keys: &OneKey,
        world: Arc::new(QuickWorld),
    };
    Desk::open(&config)
}

impl RealDesk {
    /// An enrolled counter that does not run yet.
    pub fn make(
        folder: &Path,
        program: &Path,
        index: usize,
        centre: &RealCentre,
        identity: &Identity,
        config: RealConfig,
    ) -> Result<Self, String> {
        let folder = folder.join(format!("counter-{}", index + 1));
        let failed = |error: DeskError| format!("no counter: {error:?}");
        let (mut desk, sync) = open(&folder).map_err(failed)?;
        desk.keep_identity(identity).map_err(failed)?;
        drop((desk, sync));
        let people = centre.people.iter().map(|person| (person.id.0, person.subject, person.phone.clone()));
        let part = Part {
            seed: config.seed.wrapping_mul(31).wrapping_add(u64::from(identity.device.0)),
            clerk: centre.counters[index].clerk.clone(),
            spool: centre.spool(),
            people: people.collect(),
        };
        let written = serde_json::to_vec(&part).map_err(std::io::Error::from);
        let written = written.and_then(|text| std::fs::write(folder.join("part.json"), text));
        written.map_err(|error| format!("no part: {error}"))?;
        let arguments = vec![AS_DESK.into(), folder.clone().into_os_string()];
        let program = Program::new(program, arguments, folder.join("log"));
        let made = Self { program, name: identity.device.0, folder };
        if let Some((kind, sql)) = config.bug.and_then(Bug::in_device) {
            made.with_file(kind, |file| file.execute_batch(sql))?;
        }
        Ok(made)
    }

    /// Starts the program.
    pub fn start(&mut self, index: usize, history: &History) -> Result<(), String> {
        self.program.start(index, history.sender())
    }

    /// No more customers: what was taken is sent, and the counter says where it stands.
    pub fn ask_for_rest(&self) -> Result<(), String> {
        std::fs::write(self.folder.join("rest"), "").map_err(|error| format!("no rest: {error}"))
    }

    /// Works in one of its files, while the program does not run.
    pub fn with_file<T>(
        &self,
        kind: &FileKind,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let is_device = kind.application_id == yuyue_desk::device::DEVICE_DB.application_id;
        let path = self.folder.join(if is_device { "device.db" } else { "cache.db" });
        let opened = yuyue_sqlite::open(kind, Place::new(&path, Some(&key())));
        let file = opened.map_err(|error| format!("{} does not open: {error:?}", path.display()))?;
        work(&file).map_err(|error| format!("{} cannot be used: {error:?}", path.display()))
    }

    /// Its journal.
    pub fn salvage(&self) -> Result<Salvaged, String> {
        salvage(&SystemFiles, &self.folder.join("outbox.journal"), &key())
            .map_err(|error| format!("no journal: {error:?}"))
    }
}

/// Runs the counter in this folder until it is killed.
pub fn run(folder: &Path) -> ExitCode {
    match try_run(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            println!("ended {text}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(folder: &Path) -> Result<(), String> {
    let text = std::fs::read(folder.join("part.json")).map_err(|error| format!("without a part: {error}"))?;
    let part: Part = serde_json::from_slice(&text).map_err(|error| format!("without a part: {error}"))?;
    let (desk, sync) = open(folder).map_err(|error| format!("{} {error:?}", error.code()))?;
    let identity = desk.find_identity().ok().flatten().ok_or("not enrolled")?;
    let http = HttpCentre::new(&identity).map_err(|error| format!("without a line: {error}"))?;
    // Another sequence in every life.
    let mut random = [0; 8];
    SystemWorld.fill(&mut random);
    let dice = ChaCha8Rng::seed_from_u64(part.seed ^ u64::from_le_bytes(random));
    let phone = Phone::default();
    let line = RealLine::new(http, phone.clone(), part.spool.clone(), dice.clone());
    // Of its own: which command was sent last is asked about the clerk's.
    let followers = line.apart();
    let counter = Counter {
        desk: Arc::new(Mutex::new(desk)),
        line,
        phone,
        clerk: part.clerk.clone(),
        dice: Arc::new(Mutex::new(dice)),
    };
    let rest = folder.join("rest");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("without a runtime: {error}"))?;
    runtime.block_on(async {
        let has_closed = Cell::new(false);
        let served = async {
            serve(&counter, &part, &rest).await;
            has_closed.set(true);
        };
        let (followed, ()) = tokio::join!(follow(&counter.desk, &followers, sync, &has_closed), served);
        followed
    })
}

async fn follow(desk: &Mutex<Desk>, line: &RealLine, mut sync: Sync, has_closed: &Cell<bool>) -> Result<(), String> {
    loop {
        let mut wait = ROUND;
        match follow_once(desk, &mut sync, line).await {
            Ok(followed) => {
                wait = followed.wait.map_or(ROUND, |wait| wait.min(ROUND_MAX));
                if followed.more {
                    wait = Duration::ZERO;
                }
            }
            Err(error) if error.code() == "internal" => println!("complaint following: {error:?}"),
            Err(_) => {}
        }
        if let Ok(Some(cursor)) = sync.state().map(|state| state.cursor) {
            println!("cursor {} {}", cursor.epoch.0, cursor.revision);
            if has_closed.get()
                && let Ok(state) = lock(desk).app_state()
            {
                println!("rest {} {}", state.sync.unsent, cursor.revision);
            }
        }
        tokio::time::sleep(wait).await;
    }
}

/// The clerk serves one after another.
async fn serve(counter: &Counter<RealLine>, part: &Part, rest: &Path) {
    let people = part.people.iter();
    let people: Vec<Person> = people
        .map(|(id, subject, phone)| Person { id: ApplicantId(*id), subject: *subject, phone: phone.clone() })
        .collect();
    let mut slips: Vec<(ApplicationId, Person)> = Vec::new();
    while !rest.exists() {
        let state = lock(&counter.desk).app_state();
        let is_open = state.is_ok_and(|state| matches!(state.access, Access::Open { .. }));
        let person = people[index(counter, people.len())].clone();
        let slip = slips.get(index(counter, slips.len())).cloned();
        let done = if is_open { act(counter, person.clone(), slip).await } else { sign_in(counter.clone()).await };
        for (command, told) in &done.told {
            println!("told {told:?} {command}");
        }
        if let Some((application, _)) = done.slip {
            slips.push((application, person));
        }
        println!("does {}", done.what.replace('\n', " "));
        if let Some(complaint) = done.complaint {
            println!("complaint {}", complaint.replace('\n', " "));
        }
        // A clerk whose disk is full tries again in a moment.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn index(counter: &Counter<RealLine>, length: usize) -> usize {
    usize::try_from(counter.draw(u64::try_from(length).unwrap_or(1))).unwrap_or(0)
}

async fn act(counter: &Counter<RealLine>, person: Person, slip: Option<(ApplicationId, Person)>) -> Done {
    let counter = counter.clone();
    match (counter.draw(100), slip) {
        (0..22, Some((application, owner))) => {
            let ending = if counter.draw(2) == 0 { Ending::Identity } else { Ending::Code };
            end(counter, application, owner, ending).await
        }
        (22..28, Some((application, owner))) => enter_code(counter, application, owner).await,
        (28..34, _) => review_outbox(counter).await,
        (34..36, _) => hand_over(counter).await,
        (36..44, _) => look_up(counter, person).await,
        _ => {
            let (priority, assign, with_code) = (counter.draw(4) > 0, counter.draw(4) == 0, counter.draw(3) == 0);
            book(counter, Plan { person, priority, assign, with_code, replaces: None }).await
        }
    }
}
