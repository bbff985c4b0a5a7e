//! A computer on which the product never ran before: a home folder, a session bus and processes of its own, so that
//! tests cannot meet each other.

use crate::processes::{Processes, is_named};
use crate::reader::Reader;
use crate::traces::{Search, find_in_files, find_in_memory};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{interval, timeout};

/// A busy machine may take its time; a test that waits this long has something wrong.
const START_WITHIN: Duration = Duration::from_secs(60);

/// The program that shows a page.
pub(crate) const PAGES: &str = "WebKitWebProcess";
/// The program that drives one.
const DRIVER: &str = "WebKitWebDriver";
/// Where in the home folder the session bus listens.
const BUS: &str = "bus";

/// The computer. All that was started on it has ended once this is dropped, and its files are gone.
pub struct Computer {
    environment: Vec<(OsString, OsString)>,
    // In this order they are dropped: first the processes, then the folder that they write to.
    processes: Processes,
    home: TempDir,
}

impl Computer {
    /// A new computer, with variables of the environment that it has in addition.
    pub async fn start(variables: &[(OsString, OsString)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (bus, address) = (home.path().join(BUS), bus_in(home.path()));
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--session", "--nofork", "--nopidfile", "--nosyslog"]);
        daemon.arg(format!("--address={address}"));
        // It complains about limits that only root may raise.
        let processes = Processes::start(quiet(daemon));
        let mut environment: Vec<(OsString, OsString)> = [
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
            // A web view that is driven paints nothing with what the window sets by itself, for the kiosks.
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "0"),
            // No screen reader listens here, and its bus would outlive the test.
            ("NO_AT_BRIDGE", "1"),
            // A small city is made quickly; it has the same people to try.
            ("YUYUE_TRAINING_APPLICANTS", "500"),
            // The morning of a Tuesday without holidays near it: what can be booked must not depend on when a test runs.
            ("YUYUE_TRAINING_BEGIN", "2026-11-03T08:00:00+08:00"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        environment.push(("DBUS_SESSION_BUS_ADDRESS".into(), address.into()));
        for (name, folder) in
            [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")]
        {
            environment.push((name.into(), home.path().join(folder).into()));
        }
        environment.extend_from_slice(variables);
        wait_for("the session bus", async || UnixStream::connect(&bus).await.is_ok()).await;
        Self { environment, processes, home }
    }

    /// Its home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A command in the session of this computer, for the test itself to run and to wait for.
    #[must_use]
    pub fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Lets `program` run as a terminal in a hall does, in the session of its installation: no driver drives it, and a
    /// [`Reader`] hears what its page says.
    pub fn run_kiosk_session(&self, program: &Path) {
        let mut command = self.undriven(kiosk_session());
        command.env("YUYUE_PROGRAM", program);
        self.run(command);
    }

    /// As [`Self::command`], for a window that no driver drives and whose page a [`Reader`] hears.
    #[must_use]
    pub fn undriven(&self, program: impl Into<OsString>) -> Command {
        let mut command = self.command(program);
        command.env_remove("TAURI_WEBVIEW_AUTOMATION").env_remove("WEBKIT_DISABLE_DMABUF_RENDERER");
        command.env("AT_SPI_BUS_ADDRESS", self.bus());
        command
    }

    /// The address of its session bus.
    #[must_use]
    pub fn bus(&self) -> String {
        bus_in(self.home.path())
    }

    /// Lets a program run in the session of this computer for as long as the computer is there.
    pub fn run(&self, command: Command) {
        self.processes.join(command);
    }

    /// How many kilobytes what runs on it occupies, by the names of the programs, the driver and the bus among them.
    #[must_use]
    pub fn resident_kilobytes(&self) -> BTreeMap<String, u64> {
        let mut sizes = BTreeMap::new();
        for process in self.processes.all() {
            let Ok(status) = fs::read_to_string(process.join("status")) else { continue };
            let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let size = field("VmRSS:").and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0);
            *sizes.entry(field("Name:").unwrap_or_default().to_owned()).or_default() += size;
        }
        sizes
    }

    /// The programs that run on it, by their names in the table of processes, which are cut after fifteen letters.
    #[must_use]
    pub fn programs(&self) -> BTreeSet<String> {
        self.resident_kilobytes().into_keys().collect()
    }

    /// Whether `program` runs on it.
    #[must_use]
    pub fn is_running(&self, program: &Path) -> bool {
        self.processes.is_running(program)
    }

    /// Ends the processes that show pages where they stand, as a fault of the engine does; answers how many there were.
    #[must_use]
    pub fn kill_pages(&self) -> usize {
        self.processes.kill_named(PAGES)
    }

    /// Has the processes that show pages stand still for ever, as a page that is caught in a loop does; answers how many there
    /// are.
    #[must_use]
    pub fn halt_pages(&self) -> usize {
        self.processes.halt_named(PAGES)
    }

    /// Where words stand in the memory of what runs on it, the driver apart, which knows what the test knows. All of the
    /// memory was read.
    #[must_use]
    pub fn find_in_memory(&self, words: &[&str]) -> Vec<String> {
        let mut search = Search::default();
        for process in self.processes.all().filter(|process| !is_named(process, DRIVER)) {
            search += find_in_memory(&process, words);
        }
        assert!(search.read > 0, "a search that reads nothing finds nothing");
        assert_eq!(search.unread, 0, "what stands in pages that cannot be read is not known");
        search.found
    }

    /// The files in its home folder in which one of the words stands.
    #[must_use]
    pub fn files_with(&self, words: &[&str]) -> Vec<PathBuf> {
        find_in_files(self.home.path(), words)
    }

    /// Ends `program` where it stands, as a power cut does.
    pub async fn kill(&self, program: &Path) {
        self.processes.kill(program);
        self.ends(program).await;
    }

    /// Waits until `program` has ended by itself.
    pub async fn ends(&self, program: &Path) {
        wait_for("the end of the program", async || !self.is_running(program)).await;
    }

    /// Waits until the session bus knows no program any more that would be the one instance: its end comes before that.
    pub(crate) async fn forgets(&self) {
        let reader = Reader::start(self).await;
        wait_for("the bus without the program", async || {
            reader.names().await.is_some_and(|names| !names.iter().any(|name| name.contains("SingleInstance")))
        })
        .await;
    }

    /// Starts `WebKitWebDriver`, the program between a test and the web view, and tells where it listens.
    pub(crate) async fn start_driver(&self) -> String {
        let port = free_port();
        let mut driver = self.command("WebKitWebDriver");
        driver.arg(format!("--port={port}"));
        self.run(driver);
        let answers = async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok();
        wait_for("the driver", answers).await;
        format!("http://127.0.0.1:{port}")
    }
}

/// The session that an installation brings along.
#[must_use]
pub fn kiosk_session() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/kiosk/yuyue-kiosk-session")
}

/// The address of the session bus of the computer with this home folder.
fn bus_in(home: &Path) -> String {
    format!("unix:path={}", home.join(BUS).display())
}

/// Waits until a condition has come true.
pub async fn wait_for(what: &str, mut has_come: impl AsyncFnMut() -> bool) {
    let coming = async {
        let mut looks = interval(Duration::from_millis(20));
        while !has_come().await {
            looks.tick().await;
        }
    };
    timeout(START_WITHIN, coming).await.unwrap_or_else(|_| panic!("{what} did not come within a minute"));
}

fn quiet(mut command: Command) -> Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A port that nobody listens on; the driver takes none of its own choice.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
