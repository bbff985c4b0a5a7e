//! The program on a folder of its own, and a counter that is enrolled at it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, KeyPair};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use uuid::Uuid;
use yuyue_central::clock::{Clock as _, SystemClock};
use yuyue_central::entropy::{Entropy as _, OsEntropy};
use yuyue_domain::ids::{ApplicantId, ClerkId, DeviceId};
use yuyue_protocol::account::Enrolled;
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::envelope::{Envelope, Head};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::ItemOutcome;

const PASSWORD: &str = "a password of the tests";
const KEYS: [&str; 4] = ["authority.key", "authority.pem", "code.key", "store.key"];

/// A centre in a folder.
pub struct Program(TempDir);

impl Program {
    /// With an invented city.
    pub fn generate(people: u32) -> Self {
        let program = Self(tempfile::tempdir().unwrap());
        program.does(&["generate", "--applicants", &people.to_string()]);
        program
    }

    /// The same keys on another machine, with the store of a backup.
    pub fn restore(&self, backup: &str) -> Self {
        let other = Self(tempfile::tempdir().unwrap());
        fs::create_dir(other.path().join("centre")).unwrap();
        for name in KEYS {
            fs::copy(self.path().join("centre").join(name), other.path().join("centre").join(name)).unwrap();
        }
        fs::copy(self.path().join(backup), other.path().join(backup)).unwrap();
        other.does(&["init", "--from", backup]);
        other
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yuyue-central"));
        command.current_dir(self.path()).args(arguments).env("YUYUE_FOLDER", "centre");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("YUYUE_") && name != "YUYUE_FOLDER" {
                command.env_remove(name);
            }
        }
        command
    }

    /// What a command prints that must succeed. Its standard input is a password.
    pub fn does(&self, arguments: &[&str]) -> String {
        let input = self.path().join("input");
        fs::write(&input, format!("{PASSWORD}\n")).unwrap();
        let output = self.command(arguments).stdin(fs::File::open(input).unwrap()).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} succeeds, but: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command says that must be refused for what it was given.
    pub fn complains(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = self.command(arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "what was given is wrong");
        String::from_utf8(output.stderr).unwrap()
    }

    /// How often something was done, by the audit.
    pub fn count_acts(&self, act: &str) -> usize {
        let count = "SELECT count(*) FROM audit WHERE act = ?1";
        let count: i64 = self.file().query_row(count, [act], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    /// Every command that was decided.
    pub fn decided(&self) -> BTreeSet<Uuid> {
        let file = self.file();
        let mut statement = file.prepare("SELECT id FROM command").unwrap();
        let ids = statement.query_map([], |row| Ok(Uuid::from_bytes(row.get(0)?))).unwrap();
        ids.collect::<Result<_, _>>().unwrap()
    }

    /// Keeps everybody from writing as long as what is answered lives.
    pub fn hold(&self) -> rusqlite::Connection {
        let file = self.file();
        file.execute_batch("BEGIN IMMEDIATE").unwrap();
        file
    }

    fn file(&self) -> rusqlite::Connection {
        let key = fs::read(self.path().join("centre/store.key")).unwrap();
        let key = yuyue_sqlite::Key::new(key.try_into().unwrap());
        let path = self.path().join("centre/centre.db");
        let kind = &yuyue_central::store::sqlite::FILE_KIND;
        yuyue_sqlite::open(kind, yuyue_sqlite::Place::new(&path, Some(&key))).unwrap()
    }

    /// Starts it on free ports and waits until it listens.
    pub fn serve(&self) -> Serving {
        let mut command = self.command(&["serve"]);
        for listener in ["DEVICES", "PUBLIC", "ADMIN"] {
            command.env(format!("YUYUE_SERVE_{listener}"), "127.0.0.1:0");
        }
        command.env("YUYUE_SERVE_DEVICE_REQUESTS_PER_MINUTE", "1000000");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ports: Vec<u16> = line
            .split("127.0.0.1:")
            .skip(1)
            .map(|text| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap())
            .collect();
        let [devices, public, admin] = ports[..] else { panic!("three listeners: {line}") };
        Serving { child, devices, public, admin }
    }

    /// Enrols a counter with a clerk at it.
    pub async fn enrol(&self, serving: &Serving) -> Counter {
        let add = ["clerk", "add", "--staff-number", "9001", "--name", "样例员", "--office", "5", "--json"];
        let clerk: Value = serde_json::from_str(&self.does(&add)).unwrap();
        let add = ["device", "add", "--kind", "counter", "--label", "测试窗口", "--office", "5", "--json"];
        let device: Value = serde_json::from_str(&self.does(&add)).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = fs::read(self.path().join("centre/authority.pem")).unwrap();
        let authority = reqwest::Certificate::from_pem(&authority).unwrap();
        let builder = || Client::builder().tls_certs_only([authority.clone()]).no_proxy();
        let key = SigningKey::from_bytes(&OsEntropy.bytes().unwrap());
        let connection = KeyPair::generate().unwrap();
        let request = json!({
            "code": device["code"],
            "signing_key": STANDARD.encode(key.verifying_key().as_bytes()),
            "certificate_request": CertificateParams::default().serialize_request(&connection).unwrap().pem().unwrap(),
        });
        let path = format!("https://localhost:{}/v1/devices/enroll", serving.public);
        let answer = builder().build().unwrap().post(path).json(&request).send().await.unwrap();
        let enrolled: Enrolled = answer.json().await.unwrap();
        let pem = format!("{}{}", enrolled.certificate, connection.serialize_pem());
        let line = builder().identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap()).build().unwrap();
        let counter = Counter {
            line,
            port: Mutex::new(serving.devices),
            key,
            device: enrolled.device,
            clerk: ClerkId(u32::try_from(clerk["id"].as_u64().unwrap()).unwrap()),
            person: ApplicantId(0),
            numbers: AtomicU64::new(1),
        };
        let person = counter.anybody().await;
        Counter { person, ..counter }
    }
}

/// The program while it runs; it ends with the test.
pub struct Serving {
    child: Child,
    pub devices: u16,
    pub public: u16,
    admin: u16,
}

impl Serving {
    /// How many requests wait for the writer.
    pub async fn waiting(&self) -> usize {
        let metrics = format!("http://127.0.0.1:{}/metrics", self.admin);
        let answer = Client::builder().no_proxy().build().unwrap().get(metrics).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let waiting = text.lines().find_map(|line| line.strip_prefix("yuyue_writer_waiting ")).unwrap();
        waiting.parse().unwrap()
    }

    /// Tells it to stop, as a service manager does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success(), "it is told");
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Ends it where it stands.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An enrolled counter.
pub struct Counter {
    line: Client,
    port: Mutex<u16>,
    key: SigningKey,
    device: DeviceId,
    clerk: ClerkId,
    person: ApplicantId,
    numbers: AtomicU64,
}

impl Counter {
    /// The centre is reached there from now on.
    pub fn follow(&self, serving: &Serving) {
        *self.port.lock().unwrap() = serving.devices;
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port.lock().unwrap())
    }

    /// Takes a command.
    pub fn take(&self) -> Envelope {
        let now = SystemClock.now();
        let random = OsEntropy.bytes().unwrap();
        let mut counter = [0; 10];
        counter.copy_from_slice(&random[..10]);
        let millis = u64::try_from(now.unix()).unwrap() * 1000;
        let head = Head {
            id: uuid::Builder::from_unix_timestamp_millis(millis, &counter).into_uuid(),
            device: self.device,
            number: self.numbers.fetch_add(1, Ordering::SeqCst),
            clerk: Some(self.clerk),
            taken_at: now,
        };
        let command = yuyue_protocol::command::Command::RecordReveal { applicant: self.person };
        Envelope::seal(head, &command, &self.key).unwrap()
    }

    /// Sends commands; an error when there is no answer to them.
    pub async fn send(&self, batch: &[Envelope]) -> Result<Vec<ItemOutcome>, reqwest::Error> {
        let answer = self.line.post(self.url("/v1/commands")).json(batch).send().await?;
        answer.error_for_status()?.json().await
    }

    /// A page of the feed, or why there is none.
    pub async fn changes(&self, after: Option<Cursor>) -> Result<ChangesPage, ErrorCode> {
        let after = after.map(|cursor| format!("?after={}:{}", cursor.epoch.0, cursor.revision)).unwrap_or_default();
        let answer = self.line.get(self.url(&format!("/v1/changes{after}"))).send().await.unwrap();
        if answer.status().is_success() {
            return Ok(answer.json().await.unwrap());
        }
        Err(answer.json::<Problem>().await.unwrap().code)
    }

    /// Where the feed stands.
    pub async fn cursor(&self) -> Cursor {
        let mut after = None;
        loop {
            let page = self.changes(after).await.unwrap();
            after = Some(page.cursor);
            if page.cursor.revision == page.head {
                return page.cursor;
            }
        }
    }

    /// Where the audit ends, as a device keeps it.
    pub async fn witness(&self) -> String {
        let tail: Value = self.line.get(self.url("/v1/audit")).send().await.unwrap().json().await.unwrap();
        tail["checkpoint"].to_string()
    }

    /// Somebody of the city.
    async fn anybody(&self) -> ApplicantId {
        let sign_in = json!({"staff_number": "9001", "password": PASSWORD});
        let signed: Value =
            self.line.post(self.url("/v1/sign-in")).json(&sign_in).send().await.unwrap().json().await.unwrap();
        let search = json!({"text": "张", "limit": 1});
        let request = self.line.post(self.url("/v1/applicants/search")).bearer_auth(signed["token"].as_str().unwrap());
        let hits: Value = request.json(&search).send().await.unwrap().json().await.unwrap();
        ApplicantId(u32::try_from(hits["applicants"][0]["id"].as_u64().unwrap()).unwrap())
    }
}
