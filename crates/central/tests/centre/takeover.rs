//! Two real server processes at one database are killed in turn, while they publish and while bookings come in.

use crate::invariants;
use crate::kit::{Device, Postgres, World};
use chrono::Days;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;
use uuid::Uuid;
use yuyue_central::clock::{Clock as _, SystemClock};
use yuyue_central::core::CoreConfig;
use yuyue_central::store::Store as _;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::Wish;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::Subject;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_sample::{CastRole, CityConfig};

type City = World<Postgres>;

/// How far behind the present the city is: so many working days of publications are due at once, also after a long holiday.
const WORKING_DAYS_BEHIND: usize = 5;
const PEOPLE: u32 = 240;
const CALLERS: usize = 8;
const KILLS: usize = 4;
/// A lease lasts five seconds from when its holder was last heard of.
const TAKE_OVER_MAX: Duration = Duration::from_secs(15);

/// `yuyue-central serve`.
struct Server {
    child: Child,
    devices: SocketAddr,
    operator: SocketAddr,
}

impl Server {
    fn start(city: &City) -> Self {
        let config = city.folder.path().join("config.toml");
        std::fs::write(
            &config,
            "[serve]\ndevices = \"127.0.0.1:0\"\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n\
             [store]\nlock_seconds = 90\nidle_seconds = 120\n",
        )
        .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_yuyue-central"))
            .arg("serve")
            .env("YUYUE_FOLDER", city.folder.path())
            .env("YUYUE_CONFIG", config)
            .env("YUYUE_STORE", &city.database.as_ref().unwrap().url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses = line.split([' ', ',', '\n']).filter_map(|word| word.parse().ok());
        let [devices, _, operator] = addresses.collect::<Vec<SocketAddr>>()[..] else { panic!("no addresses: {line}") };
        Self { child, devices, operator }
    }

    /// Whether it does what the clock makes due.
    async fn leads(&self, line: &reqwest::Client) -> bool {
        let answer = line.get(format!("http://{}/metrics", self.operator)).send().await;
        let Ok(answer) = answer else { return false };
        answer.text().await.is_ok_and(|text| text.lines().any(|line| line == "yuyue_leads 1"))
    }

    /// `kill -9`.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line over which a counter delivers to whichever server answers.
#[derive(Clone)]
struct Line {
    client: reqwest::Client,
    servers: Arc<Mutex<[SocketAddr; 2]>>,
}

impl Line {
    fn open(city: &City, counter: &Device, servers: &[Server; 2]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = city.central.authority.certificate_pem();
        let pem = format!("{}{}", counter.certificate, counter.certificate_key);
        let client = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(authority.as_bytes()).unwrap()])
            .identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
            .no_proxy()
            .build()
            .unwrap();
        Self { client, servers: Arc::new(Mutex::new([servers[0].devices, servers[1].devices])) }
    }

    /// Sends a command until it is decided, to one server and the other in turns.
    async fn deliver(&self, envelope: &Envelope, mut turn: usize) -> Outcome {
        loop {
            let address = self.servers.lock().unwrap()[turn % 2];
            turn += 1;
            let url = format!("https://localhost:{}/v1/commands", address.port());
            let Ok(answer) = self.client.post(url).json(&[envelope]).send().await else {
                tokio::task::yield_now().await;
                continue;
            };
            if answer.status().is_success()
                && let Ok(mut outcomes) = answer.json::<Vec<ItemOutcome>>().await
            {
                return outcomes.remove(0).outcome;
            }
        }
    }
}

/// Who leads, within seconds.
async fn leader(servers: &[Server; 2], operator: &reqwest::Client) -> usize {
    let found = async {
        loop {
            for (index, server) in servers.iter().enumerate() {
                if server.leads(operator).await {
                    return index;
                }
            }
        }
    };
    tokio::time::timeout(TAKE_OVER_MAX, found).await.expect("somebody leads within seconds")
}

/// Lets every publication stand still at its last row, with the head of the feed in hand, until it may go on.
struct Brake {
    line: tokio_postgres::Client,
}

impl Brake {
    async fn pull(city: &City) -> Self {
        let stand_still = "CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN PERFORM pg_advisory_xact_lock(NEW.id); RETURN NEW; END $$;
             CREATE TRIGGER stand_still BEFORE INSERT ON publication FOR EACH ROW EXECUTE FUNCTION stand_still();
             SELECT pg_advisory_lock(id) FROM generate_series(1, 100) AS id";
        let line = city.database.as_ref().unwrap().connect().await;
        line.batch_execute(stand_still).await.unwrap();
        Self { line }
    }

    /// Waits until the publication of this number stands still.
    async fn wait_for_publication(&self, number: i64) {
        let standing = "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND objid::bigint = $1
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        self.wait_for(standing, &[&number]).await;
    }

    /// Waits until somebody waits for whoever holds the head of the feed.
    async fn wait_for_others(&self) {
        let waiting = "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE NOT granted AND locktype <> 'advisory' AND datname = current_database()";
        self.wait_for(waiting, &[]).await;
    }

    async fn wait_for(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) {
        // The servers need the processors more than whoever looks at them.
        let pause = "SELECT pg_sleep(0.01)";
        let waited = async {
            while self.line.query(sql, values).await.unwrap().is_empty() {
                self.line.query(pause, &[]).await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waited).await.expect("it comes to that within a minute");
    }

    /// Lets the publication of this number go on.
    async fn release(&self, number: i64) {
        self.line.execute("SELECT pg_advisory_unlock($1)", &[&number]).await.unwrap();
    }
}

async fn publications(city: &City) -> usize {
    city.core.store().list_publications(1_000).await.unwrap().len()
}

/// The days before today of which something is to be published.
async fn days_due(city: &City, now: Timestamp) -> BTreeSet<Date> {
    let from = city.core.store().get_published_until().await.unwrap();
    let catalogue = city.core.catalogue();
    let to_come = catalogue.sessions.values().filter(|session| session.is_to_be_published(from));
    to_come.map(|session| session.instants.publication_at.date()).filter(|day| *day < now.date()).collect()
}

/// The day that has so many working days between itself and this one.
fn day_before(today: Date) -> Date {
    let policy = yuyue_domain::seed::policy(today).unwrap();
    let before = (1..).map(|days| today.checked_sub_days(Days::new(days)).unwrap());
    let is_worked = |day: &Date| policy.calendar.is_working_day(*day).unwrap_or_else(|error| without_calendar(error));
    before.filter(is_worked).nth(WORKING_DAYS_BEHIND - 1).unwrap()
}

#[test]
fn enough_days_are_due_also_after_the_longest_holidays() {
    for (today, day) in [("2026-02-24", "2026-02-10"), ("2026-10-08", "2026-09-23"), ("2026-11-28", "2026-11-23")] {
        assert_eq!(day_before(today.parse().unwrap()), day.parse().unwrap(), "five working days before {today}");
    }
}

/// The servers know no other clock than the computer's, so the city is one of the present.
fn without_calendar(error: impl Display) -> ! {
    panic!(
        "a city of the present cannot be planned, as no city can by now ({error}): put that calendar into assets/calendar"
    )
}

/// The day from which the city is, when it can be planned.
pub fn day_of_city(today: Date) -> Date {
    let day = day_before(today);
    let policy = yuyue_domain::seed::policy(day).unwrap();
    match yuyue_sample::City::generate(&CityConfig::new(7, 10, day), &policy) {
        Ok(_) => day,
        Err(error) => without_calendar(error),
    }
}

#[test]
#[should_panic(expected = "put that calendar into assets/calendar")]
fn a_calendar_that_is_missing_for_the_present_is_asked_for() {
    day_of_city("2099-12-20".parse().unwrap());
}

/// Half of the people want a place of one session, the others one of any.
fn bookings(city: &City, counter: &Device, people: &[ApplicantRecord], contested: SessionId) -> Vec<Envelope> {
    let open = city.open_sessions(&people[0], Subject::Two);
    let wish = |index: usize| match index % 2 {
        0 => Wish::Priority { session: contested },
        _ => Wish::Choose { sessions: vec![open[index % open.len()].id], ordered: false },
    };
    let wishes = people.iter().enumerate().map(|(index, person)| (person, wish(index)));
    wishes.map(|(person, wish)| city.seal(counter, &city.apply(person, Subject::Two, wish, None))).collect()
}

/// Callers who deliver these, as many as may go, and count what is answered.
fn deliver_when_told(
    line: &Line,
    envelopes: &[Envelope],
    may_go: &Arc<Semaphore>,
    answered: &Arc<AtomicUsize>,
) -> JoinSet<Vec<(Uuid, Outcome)>> {
    let mut burst = JoinSet::new();
    for (caller, part) in envelopes.chunks(envelopes.len().div_ceil(CALLERS)).enumerate() {
        let (share, line, may_go, answered) = (part.to_vec(), line.clone(), Arc::clone(may_go), Arc::clone(answered));
        burst.spawn(async move {
            let mut outcomes = Vec::new();
            for (turn, envelope) in share.into_iter().enumerate() {
                may_go.acquire().await.unwrap().forget();
                outcomes.push((envelope.id, line.deliver(&envelope, caller + turn).await));
                answered.fetch_add(1, Ordering::SeqCst);
            }
            outcomes
        });
    }
    burst
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_are_killed_in_turn_publish_every_day_once_and_lose_and_double_no_booking() {
    let city = City::on(day_of_city(SystemClock.now().date()), 1_500, CoreConfig::default()).await;
    city.allow_vouching().await;
    let counter = city.counter().await;
    let people = city.clones(&city.cast(CastRole::PriorityEligible).clone(), PEOPLE).await;
    let now = SystemClock.now();
    city.clock.set(now);
    let due = days_due(&city, now).await;
    assert!(due.len() >= 3, "several days are due: {due:?}");

    let brake = Brake::pull(&city).await;
    let mut servers = [Server::start(&city), Server::start(&city)];
    let line = Line::open(&city, &counter, &servers);
    let operator = reqwest::Client::builder().no_proxy().build().unwrap();
    let open = city.open_sessions(&people[0], Subject::Two);
    let places = city.core.store().list_priority_places(now).await.unwrap();
    let contested = open.iter().find(|one| places.get(&one.id).is_some_and(|row| row.left() > 0)).unwrap().id;
    let envelopes = bookings(&city, &counter, &people, contested);
    let (may_go, answered_so_far) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let burst = deliver_when_told(&line, &envelopes, &may_go, &answered_so_far);
    let (mut sent, mut killed_publishing) = (0, 0);
    for (kill, number) in (1..=KILLS).zip(1..) {
        let leads = leader(&servers, &operator).await;
        if kill <= due.len() {
            brake.wait_for_publication(number).await;
            assert_eq!(publications(&city).await, kill - 1, "so many are published, and the next one has begun");
            killed_publishing += 1;
        }
        // Bookings come in the middle of it, and wait for whoever holds the head of the feed.
        may_go.add_permits(PEOPLE as usize / KILLS);
        sent += PEOPLE as usize / KILLS;
        if kill <= due.len() {
            brake.wait_for_others().await;
            assert!(answered_so_far.load(Ordering::SeqCst) < sent, "bookings are under way");
        }
        servers[leads].kill();
        // The database hears of its end when it goes on.
        brake.release(number).await;
        assert_eq!(leader(&servers, &operator).await, 1 - leads, "the other one takes over");
        servers[leads] = Server::start(&city);
        *line.servers.lock().unwrap() = [servers[0].devices, servers[1].devices];
    }
    assert!(killed_publishing >= 3, "{killed_publishing} died in the middle of a publication");
    for number in (1..=100).skip(KILLS) {
        brake.release(number).await;
    }
    // They end in any order.
    let answered: BTreeMap<Uuid, Outcome> = burst.join_all().await.into_iter().flatten().collect();
    while publications(&city).await < due.len() {
        tokio::task::yield_now().await;
    }

    assert_eq!(answered.len(), envelopes.len(), "every booking has its answer");
    for envelope in &envelopes {
        let outcome = &answered[&envelope.id];
        assert_eq!(line.deliver(envelope, 0).await, *outcome, "and keeps it, whoever is asked again");
    }
    let priority = envelopes.iter().step_by(2).map(|envelope| &answered[&envelope.id]);
    let seated = priority.filter(|outcome| matches!(outcome, Outcome::Accepted { .. })).count();
    assert_eq!(seated, usize::from(places[&contested].left()), "as many priority bookings as there were places");
    drop(servers);
    let days = city.core.store().list_publications(1_000).await.unwrap();
    let days: BTreeSet<_> = days.iter().map(|one| one.publication_at.date()).collect();
    assert!(due.is_subset(&days), "every day that was due is published: {due:?}, {days:?}");
    invariants::check(&city).await;
}
