//! A program that runs as a process of its own: killed, stopped, continued and left without room on the disk.

use super::history::Line;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;

/// A program, running or not.
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    /// Where what it says on its error output goes.
    log: PathBuf,
    child: Option<Child>,
    /// How often it was started; lines of earlier lives are told apart by it.
    pub starts: u32,
}

impl Program {
    /// A program that does not run yet.
    pub fn new(path: &Path, arguments: Vec<OsString>, log: PathBuf) -> Self {
        Self { path: path.to_owned(), arguments, log, child: None, starts: 0 }
    }

    /// Starts it; each line that it says goes to `sender` as that of `node`.
    pub fn start(&mut self, node: usize, sender: &Sender<Line>) -> Result<(), String> {
        self.kill();
        let failed = |error: std::io::Error| format!("a program cannot be started: {error}");
        let mut log = std::fs::File::options().create(true).append(true).open(&self.log).map_err(failed)?;
        // A write beyond the limit of a file's size shall fail, as on a full disk, and not end the program.
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(&self.path)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        self.starts += 1;
        let start = self.starts;
        if let Some(output) = child.stdout.take() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for text in BufReader::new(output).lines().map_while(Result::ok) {
                    if sender.send(Line { node, start, text }).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(mut errors) = child.stderr.take() {
            // Through here, so that the limit of its files does not hold for what it logs.
            std::thread::spawn(move || std::io::copy(&mut errors, &mut log));
        }
        self.child = Some(child);
        Ok(())
    }

    /// Whether it runs; one that has ended is noticed here.
    pub fn is_running(&mut self) -> bool {
        let runs = matches!(self.child.as_mut().map(Child::try_wait), Some(Ok(None)));
        if !runs {
            self.child = None;
        }
        runs
    }

    /// `kill -9`. Whether there was anything to kill.
    pub fn kill(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return false };
        let killed = child.kill().is_ok();
        // Whoever has ended is waited for at once.
        let _ = child.wait();
        killed
    }

    /// Sends a signal, such as `STOP` or `CONT`.
    pub fn signal(&self, name: &str) -> Result<(), String> {
        self.with_id(|id| run("sh", &["-c", &format!("kill -{name} {id}")]))
    }

    /// From now on no file of it grows beyond so many bytes, as if the disk were full; none for no limit.
    pub fn limit_files(&self, bytes: Option<u64>) -> Result<(), String> {
        let bytes = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        self.with_id(|id| run("prlimit", &["--pid", &id.to_string(), &format!("--fsize={bytes}:")]))
    }

    fn with_id(&self, act: impl FnOnce(u32) -> Result<(), String>) -> Result<(), String> {
        self.child.as_ref().map_or(Ok(()), |child| act(child.id()))
    }

    /// The end of what it said on its error output.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command; one about a program that has just ended does not matter.
fn run(command: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(command).args(arguments).output();
    output.map(drop).map_err(|error| format!("{command} cannot be run: {error}"))
}
