//! A real centre over an invented city, as an operator sets it up: with the program's own commands, in a folder of its own.

use crate::processes::Processes;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{interval, timeout};

/// A free port of this machine.
const ANY_PORT: &str = "127.0.0.1:0";
/// How long a message may take on a busy machine.
const MESSAGE_WITHIN: Duration = Duration::from_secs(60);
/// People of the city; few are made quickly, and the ones to try are always among them.
const APPLICANTS: &str = "500";
/// 渝北车管所
const OFFICE: &str = "5";

/// A centre that serves until it is dropped.
pub struct CityCentre {
    // In this order they are dropped: first the process, then the folder that it writes to.
    serving: Option<Processes>,
    folder: TempDir,
    public: String,
}

impl CityCentre {
    /// Makes the city and begins to serve it on free ports.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        listen_on(folder.path(), ANY_PORT, ANY_PORT);
        operate(folder.path(), &["generate", "--applicants", APPLICANTS]);
        let mut centre = Self { serving: None, folder, public: String::new() };
        let devices = centre.serve();
        listen_on(centre.folder.path(), &devices, &centre.public);
        centre
    }

    /// Ends it where it stands: the line is dead.
    pub fn kill(&mut self) {
        self.serving = None;
    }

    /// Lets everybody wait: it answers nothing until [`Self::goes_on`].
    pub fn halts(&self) {
        self.serving.as_ref().expect("it serves").halt();
    }

    /// Answers whoever waits.
    pub fn goes_on(&self) {
        self.serving.as_ref().expect("it serves").go_on();
    }

    /// Serves again, where it did before.
    pub fn serve_again(&mut self) {
        self.serve();
    }

    /// Begins to serve; answers where devices reach it.
    fn serve(&mut self) -> String {
        let (ours, theirs) = std::io::pipe().unwrap();
        let mut serve = command(self.folder.path(), &["serve"]);
        serve.stdout(theirs).stderr(Stdio::null());
        self.serving = Some(Processes::start(serve));
        let mut line = String::new();
        BufReader::new(ours).read_line(&mut line).unwrap();
        let after = |words: &str| {
            let (_, rest) = line.split_once(words).expect("the centre says where it listens");
            rest.split([',', ';', ' ', '\n']).next().unwrap().to_owned()
        };
        self.public = after("everybody on ");
        after("devices on ")
    }

    /// The address that a clerk types when a computer is enrolled.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.public
    }

    /// The certificate that an installation brings along.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.data().join("authority.pem")
    }

    /// Prepares a counter for enrolment; gives its one-time code.
    #[must_use]
    pub fn add_counter(&self) -> String {
        self.add("counter", "YB-W03")
    }

    /// Prepares a self-service terminal for enrolment; gives its one-time code.
    #[must_use]
    pub fn add_kiosk(&self) -> String {
        self.add("kiosk", "YB-Z01")
    }

    fn add(&self, kind: &str, label: &str) -> String {
        let device = ["device", "add", "--kind", kind, "--label", label, "--office", OFFICE, "--json"];
        let prepared: Value = serde_json::from_slice(&operate(self.folder.path(), &device)).unwrap();
        prepared["code"].as_str().unwrap().to_owned()
    }

    /// The six digits of the first message after so many, once it has come.
    pub async fn code_after(&self, messages: usize) -> String {
        let coming = async {
            let mut looks = interval(Duration::from_millis(20));
            loop {
                looks.tick().await;
                if let Some(code) = self.messages().get(messages).and_then(|message| code_in(message)) {
                    return code;
                }
            }
        };
        timeout(MESSAGE_WITHIN, coming).await.expect("a message with a code comes")
    }

    /// The texts that the gateway program would bring to phones, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let spool = fs::read_dir(self.data().join("sms")).unwrap().flatten().map(|entry| entry.path());
        let mut messages: Vec<(u64, String)> = spool
            .filter(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")))
            .map(|path| serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap())
            .map(|message| (message["id"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned()))
            .collect();
        messages.sort();
        messages.into_iter().map(|(_, text)| text).collect()
    }

    fn data(&self) -> PathBuf {
        data(self.folder.path())
    }
}

/// The six digits of a message.
fn code_in(message: &str) -> Option<String> {
    message.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 6).map(str::to_owned)
}

/// Where the centre listens from its next start on.
fn listen_on(folder: &Path, devices: &str, public: &str) {
    let config = format!("[serve]\ndevices = \"{devices}\"\npublic = \"{public}\"\nadmin = \"{ANY_PORT}\"\n");
    fs::write(folder.join("centre.toml"), config).unwrap();
}

fn data(folder: &Path) -> PathBuf {
    folder.join("centre")
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let program = std::env::var_os("YUYUE_CENTRAL").expect("`cargo xtask test` builds the centre and names it");
    let mut command = Command::new(program);
    command.args(arguments).env("YUYUE_FOLDER", data(folder)).env("YUYUE_CONFIG", folder.join("centre.toml"));
    command
}

/// Runs a command of the operator to its end; gives what it printed.
fn operate(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = command(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
