//! A centre with a city of any size in a process of its own, as in production: what it costs is seen from outside.

use rusqlite::{Connection, named_params};
use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use yuyue_central::central::Central;
use yuyue_central::city::{load_seeds, load_staff};
use yuyue_central::clock::SystemClock;
use yuyue_central::core::CoreConfig;
use yuyue_central::entropy::OsEntropy;
use yuyue_central::store::StoreConfig;
use yuyue_central::store::sqlite::FILE_KIND;
use yuyue_desk::client::{Enrolment, enrol};
use yuyue_desk::device::identity::Identity;
use yuyue_desk::world::{SystemWorld, World as _};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::ApplicantId;
use yuyue_protocol::account::{DeviceKind, Secret};
use yuyue_protocol::change::{ApplicantRow, Row};
use yuyue_sample::{CastRole, City, CityConfig, SampleClerk};
use yuyue_sqlite::{Key, Place};

/// The result of a part of a measurement.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Ports of this computer, whichever are free; all devices come from its one address.
const CONFIG: &str = "[serve]\ndevices = \"127.0.0.1:0\"\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"
connections_per_address = 4096\n";

/// A centre that runs.
pub struct Centre {
    /// The city that it holds.
    pub city: City,
    /// People who can all book the same, beside those of the city.
    #[allow(dead_code, reason = "one measurement fills caches, another one books")]
    pub crowd: Vec<ApplicantRecord>,
    /// Where devices connect.
    pub devices: SocketAddr,
    public: SocketAddr,
    authority: String,
    codes: Vec<Secret>,
    process: Child,
}

impl Centre {
    /// Makes it in a folder with so many people beside the cast and the crowd, and starts it. `counters` may enrol.
    pub async fn start(folder: &Path, applicants: u32, crowd: u32, counters: u32) -> Outcome<Self> {
        let place = folder.join("centre");
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let central =
            Central::init(&place, &StoreConfig::default(), "测速市", CoreConfig::default(), clock, entropy).await?;
        let core = &central.core;
        let policy = load_seeds(core).await?;
        let city = City::generate(&CityConfig::new(1, applicants, core.now().date()), &policy)?;
        load_staff(core, &city).await?;
        let sites = city.sites().iter().cloned().map(Row::Site);
        let sessions = city.sessions().iter().cloned().map(Row::Session);
        let crowd: Vec<_> = (0..crowd).filter_map(|number| one_of_crowd(&city, number)).collect();
        let people = city.cast().iter().map(|member| &member.record).chain(&crowd);
        let people = people.map(|record| Row::Applicant(Box::new(row(record.clone()))));
        core.import(sites.chain(sessions).chain(people).collect()).await?;
        let office = city.clerks().first().ok_or("no clerk")?.office;
        let mut codes = Vec::new();
        for _ in 0..counters {
            codes.push(core.add_device(DeviceKind::Counter, "测速窗口", office, None).await?.code);
        }
        let authority = central.authority.certificate_pem().to_owned();
        drop(central);
        let records = city.applicants().map(|record| record.map(row).map_err(Into::into));
        insert_applicants(&place, records)?;
        let (process, [devices, public]) = serve(&place)?;
        Ok(Self { city, crowd, devices, public, authority, codes, process })
    }

    /// The first clerk.
    pub fn clerk(&self) -> &SampleClerk {
        &self.city.clerks()[0]
    }

    /// Enrols the next counter over the real listener; it connects at `address`.
    pub async fn enrol(&mut self, address: SocketAddr) -> Outcome<Identity> {
        let code = self.codes.pop().ok_or("no counter is left to enrol")?;
        let public = format!("https://{}", self.public);
        let enrolment = Enrolment { public, authority: self.authority.clone(), code };
        let enrolled = enrol(&enrolment, &SystemWorld, SystemWorld.wall()).await?;
        Ok(Identity { centre: format!("https://{address}"), ..enrolled })
    }

    /// The processor time that it has used.
    pub fn cpu_time(&self) -> Outcome<Duration> {
        cpu_time(Some(self.process.id()))
    }

    /// The memory that it has in use, in bytes, without what it shares with files.
    #[allow(dead_code, reason = "one measurement looks at memory, another one at time")]
    pub fn memory_bytes(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).ok_or("no such line")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        // It holds nothing that anybody needs, and its folder goes with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The processor time that a process has used; this one's without a number.
pub fn cpu_time(process: Option<u32>) -> Outcome<Duration> {
    let process = process.map_or_else(|| "self".to_owned(), |number| number.to_string());
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; times stand 12 fields behind it, in hundredths of a second.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields.get(11..13).ok_or("no times")?.iter().map(|field| field.parse().unwrap_or(0)).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// One more who may book what the member of the cast may for whom priority is open.
fn one_of_crowd(city: &City, number: u32) -> Option<ApplicantRecord> {
    let mut record = city.find_cast(CastRole::PriorityEligible)?.clone();
    record.applications.clear();
    record.applicant.id = ApplicantId(5_000_000 + number);
    record.applicant.serial = 5_000_000 + u64::from(number);
    Some(record)
}

fn row(record: ApplicantRecord) -> ApplicantRow {
    ApplicantRow { applicant: record.applicant, tests: record.tests }
}

/// Writes people behind the feed's head. They get no terms for the centre's own look-up, which has no part in what is
/// measured and would take many times as long.
fn insert_applicants(folder: &Path, rows: impl Iterator<Item = Outcome<ApplicantRow>>) -> Outcome<()> {
    let key = Key::try_from(&*fs::read(folder.join("store.key"))?)?;
    let mut store = yuyue_sqlite::open(&FILE_KIND, Place::new(&folder.join("centre.db"), Some(&key)))?;
    let transaction = store.transaction()?;
    insert_behind_head(&transaction, rows)?;
    Ok(transaction.commit()?)
}

fn insert_behind_head(store: &Connection, rows: impl Iterator<Item = Outcome<ApplicantRow>>) -> Outcome<()> {
    let mut revision: u64 = store.query_row("SELECT revision FROM feed_head", [], |row| row.get(0))?;
    let mut insert = store.prepare(
        "INSERT INTO applicant (id, serial, office, document, revision)
         VALUES (:id, :serial, :office, :document, :revision)",
    )?;
    for row in rows {
        let row = row?;
        revision += 1;
        insert.execute(named_params! {
            ":id": row.applicant.id.0,
            ":serial": row.applicant.serial,
            ":office": row.applicant.office.0,
            ":document": serde_json::to_string(&row)?,
            ":revision": revision,
        })?;
    }
    store.execute("UPDATE feed_head SET revision = ?1", [revision])?;
    Ok(())
}

/// Starts this program again as the centre; answers where devices and where everybody connects.
fn serve(folder: &Path) -> Outcome<(Child, [SocketAddr; 2])> {
    let config: PathBuf = folder.join("centre.toml");
    fs::write(&config, CONFIG)?;
    let mut process = Command::new(std::env::current_exe()?)
        .args(["as-centre", "serve", "--folder"])
        .arg(folder)
        .arg("--config")
        .arg(&config)
        .env("YUYUE_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = process.stdout.take().ok_or("no output")?;
    let line = BufReader::new(output).lines().next().ok_or("the centre does not start")??;
    let words = line.split([' ', ',']);
    let addresses: Vec<SocketAddr> = words.filter_map(|word| word.parse().ok()).collect();
    let addresses = addresses.get(..2).and_then(|two| two.try_into().ok()).ok_or("the centre does not say where")?;
    Ok((process, addresses))
}
