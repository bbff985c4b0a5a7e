//! A throw-away `PostgreSQL` for the tests of one run: the first test that needs it makes it, the others share it, and it
//! goes when the program that runs the tests has ended, however that ended.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// What is for tests only: nothing survives a power loss, and all of them fit.
const SETTINGS: &str = "fsync = off
full_page_writes = off
synchronous_commit = off
ssl = on
max_connections = 400
shared_buffers = 64MB
max_wal_size = 512MB
logging_collector = off
";

/// Waits for the runner of the tests to end, stops the server and removes everything.
const WATCH: &str = r#"tail --pid="$0" -f /dev/null; "$@"; rm -rf "$FOLDER""#;

/// The cluster of this run.
struct Cluster {
    folder: PathBuf,
}

/// A database that goes with this value.
pub struct Database {
    name: String,
    /// Where it is.
    pub url: String,
}

impl Database {
    /// Where it is over the network, encrypted.
    pub fn url_over_network(&self) -> String {
        let port = fs::read_to_string(Cluster::find().folder.join("port")).unwrap();
        format!("postgres://postgres@localhost:{port}/{}", self.name)
    }

    /// The certificate by which it is recognised then.
    pub fn authority() -> PathBuf {
        Cluster::find().folder.join("authority.pem")
    }

    /// An empty one.
    pub async fn new() -> Self {
        let cluster = Cluster::find();
        let name = format!("t{}", Uuid::from_u128(rand::random()).simple());
        let database = Self { url: cluster.url(&name), name };
        execute(&cluster.url("postgres"), &format!("CREATE DATABASE {}", database.name)).await;
        database
    }

    /// Works in it from outside, as a defect or an operator would.
    pub async fn execute(&self, sql: &str) {
        execute(&self.url, sql).await;
    }

    /// A connection from outside.
    pub async fn connect(&self) -> tokio_postgres::Client {
        connect(&self.url).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let folder = Cluster::find().folder;
        let dropped = Command::new(program("dropdb"))
            .args(["--force", "--username=postgres", "--port"])
            .arg(fs::read_to_string(folder.join("port")).unwrap())
            .arg("--host")
            .args([folder.as_os_str(), self.name.as_ref()])
            .status();
        assert!(dropped.is_ok_and(|status| status.success()), "the database of a test goes with it");
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client
}

async fn execute(url: &str, sql: &str) {
    connect(url).await.batch_execute(sql).await.unwrap();
}

impl Cluster {
    /// The one of this run, made when nobody has made it yet.
    fn find() -> Self {
        static IS_READY: OnceLock<()> = OnceLock::new();
        // Every test is a process of its own, and the runner is the parent of all of them.
        let folder = std::env::temp_dir().join(format!("yuyue-postgres-{}", parent_id()));
        IS_READY.get_or_init(|| make(&folder));
        Self { folder }
    }

    fn url(&self, database: &str) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        let port = fs::read_to_string(self.folder.join("port")).unwrap();
        format!("postgres://postgres@{host}:{port}/{database}")
    }
}

/// Makes the cluster unless it is there, while the others wait.
fn make(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let ready = folder.join("ready");
    if ready.exists() {
        return;
    }
    let data = folder.join("data");
    // Whoever died here has left half a cluster.
    let _ = fs::remove_dir_all(&data);
    watch(folder, &data);
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(folder));
    }
    run(server("initdb")
        .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"])
        .arg("--locale=C.UTF-8")
        .arg(&data));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place =
        format!("port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\n", folder.display());
    fs::write(folder.join("port"), port.to_string()).unwrap();
    certify(folder, &data);
    let configuration = data.join("postgresql.conf");
    let written = fs::read_to_string(&configuration).unwrap() + SETTINGS + &place;
    fs::write(&configuration, written).unwrap();
    let log = folder.join("log");
    run(server("pg_ctl").args(["start", "--wait", "--silent", "--pgdata"]).arg(&data).arg("--log").arg(&log));
    File::create(ready).unwrap();
}

/// A certificate that is its own authority.
fn certify(folder: &Path, data: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("authority.pem"), made.cert.pem()).unwrap();
    let (certificate, key) = (data.join("server.crt"), data.join("server.key"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    if is_root() {
        run(Command::new("chown").arg("postgres").args([certificate, key]));
    }
}

#[expect(clippy::zombie_processes, reason = "it outlives whoever started it")]
fn watch(folder: &Path, data: &Path) {
    let stop = server("pg_ctl");
    let watching = Command::new("setsid")
        .args(["sh", "-c", WATCH, &parent_id().to_string()])
        .arg(stop.get_program())
        .args(stop.get_args())
        .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
        .arg(data)
        .env("FOLDER", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    watching.expect("setsid is part of every system");
}

/// A program of the server, which refuses to work for the administrator of the computer.
fn server(name: &str) -> Command {
    if !is_root() {
        return Command::new(program(name));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program(name));
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("--user").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Debian keeps the programs of each version apart and out of the path.
pub fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let newest =
        versions.filter(|version| version.path().join("bin").join(name).exists()).map(|version| version.path()).max();
    newest.map_or_else(|| PathBuf::from(name), |version| version.join("bin").join(name))
}
