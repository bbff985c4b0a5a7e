//! A printer queue of CUPS, driven by the commands `lp` and `lpstat`, which every Linux desktop with a printer has.

use super::{PrintError, PrintJob, Printed, Printer};
use crate::layout::Paper;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// How long `lp` and `lpstat` may take: they only talk to the local print server.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// How often it is looked whether the paper has come.
const PAPER_EVERY: Duration = Duration::from_millis(250);

/// Bytes of an answer that are read at most.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// A queue.
#[derive(Debug, Clone)]
pub struct CupsPrinter {
    queue: String,
    commands: Option<PathBuf>,
    timeout: Duration,
    patience: Option<Duration>,
}

/// What a command said.
struct Answer {
    succeeded: bool,
    out: String,
    err: String,
}

impl CupsPrinter {
    /// The queue of this name.
    #[must_use]
    pub fn new(queue: &str) -> Self {
        Self { queue: queue.to_owned(), commands: None, timeout: ANSWER_TIMEOUT, patience: None }
    }

    /// Takes `lp` and `lpstat` from a folder instead of the search path.
    #[must_use]
    pub fn with_commands_in(mut self, folder: PathBuf) -> Self {
        self.commands = Some(folder);
        self
    }

    /// Waits so long for a paper, and takes it back when it has not come by then.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Waits at most so long for an answer.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The names of all queues of this computer.
    ///
    /// # Errors
    /// When there is no printing system, or it does not answer.
    pub fn list_queues(&self) -> Result<Vec<String>, PrintError> {
        let answer = self.run("lpstat", &["-e"], None)?;
        Ok(answer.out.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// Runs a command to its end. Answers go through files without a name, so that neither a full pipe nor a killed program
    /// leaves anything behind; the input, which names people, goes into no file.
    fn run(&self, command: &str, arguments: &[&str], input: Option<&[u8]>) -> Result<Answer, PrintError> {
        let program = self.commands.as_ref().map_or_else(|| PathBuf::from(command), |folder| folder.join(command));
        let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
        let mut child = Command::new(program)
            .args(arguments)
            // Messages are matched below, so they must not be translated.
            .env("LC_ALL", "C")
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(out.try_clone()?)
            .stderr(err.try_clone()?)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => PrintError::NoPrintingSystem,
                _ => PrintError::Io(error),
            })?;
        if let (Some(bytes), Some(mut pipe)) = (input.map(<[u8]>::to_vec), child.stdin.take()) {
            // Nobody waits for it: a command that hangs is ended, and whoever ends without reading all of it says why.
            std::thread::Builder::new().name("print".into()).spawn(move || pipe.write_all(&bytes))?;
        }
        let succeeded = self.wait(&mut child)?;
        Ok(Answer { succeeded, out: read(&mut out)?, err: read(&mut err)? })
    }

    fn wait(&self, child: &mut Child) -> Result<bool, PrintError> {
        if let Some(status) = child.wait_timeout(self.timeout)? {
            return Ok(status.success());
        }
        child.kill()?;
        child.wait()?;
        Err(PrintError::Silent)
    }
}

fn read(file: &mut std::fs::File) -> io::Result<String> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Printer for CupsPrinter {
    fn check_ready(&self) -> Result<(), PrintError> {
        // -a: takes jobs; -l -p: state with its reasons.
        let takes = self.run("lpstat", &["-a", &self.queue], None)?;
        find_problem(&takes, &self.queue)?;
        if takes.out.contains(" not accepting requests") {
            return Err(PrintError::Stopped);
        }
        let state = self.run("lpstat", &["-l", "-p", &self.queue], None)?;
        find_problem(&state, &self.queue)?;
        check_state(&state.out)
    }

    fn print(&self, job: &PrintJob<'_>) -> Result<Printed, PrintError> {
        self.check_ready()?;
        let media = media(job);
        let arguments =
            ["-d", &self.queue, "-n", "1", "-t", job.kind.file_name(), "-o", &media, "-o", "print-scaling=none", "-"];
        let answer = self.run("lp", &arguments, Some(job.pdf))?;
        find_problem(&answer, &self.queue)?;
        // "request id is counter-12 (1 file(s))"
        let name = answer.out.split_whitespace().nth(3).unwrap_or(&self.queue);
        if let Some(patience) = self.patience {
            self.wait_for_paper(name, patience)?;
        }
        Ok(Printed { job: name.to_owned() })
    }

    fn clear(&self) -> Result<(), PrintError> {
        // The paper that is coming out is that of whoever waits for it.
        let printing = if self.check_ready().is_ok() { self.printing()? } else { None };
        self.jobs()?.iter().filter(|job| Some(*job) != printing.as_ref()).try_for_each(|job| self.take_back(job))
    }
}

impl CupsPrinter {
    /// Waits until the paper has come. One that does not come is taken back, so that it does not come later, when nobody waits
    /// for it any more.
    #[expect(
        clippy::disallowed_methods,
        reason = "the printing system can be asked whether a paper has come, and tells nobody"
    )]
    fn wait_for_paper(&self, job: &str, patience: Duration) -> Result<(), PrintError> {
        let begun = Instant::now();
        loop {
            if !self.jobs()?.iter().any(|waiting| waiting == job) {
                return Ok(());
            }
            let is_late = begun.elapsed() >= patience;
            match self.check_ready() {
                // A printer that is only being connected with says so at the beginning of every job.
                Ok(()) | Err(PrintError::Offline) if !is_late => std::thread::sleep(PAPER_EVERY),
                state => {
                    self.take_back(job)?;
                    return Err(state.err().unwrap_or(PrintError::Silent));
                }
            }
        }
    }

    /// Takes back one job. That it has ended meanwhile is as good.
    fn take_back(&self, job: &str) -> Result<(), PrintError> {
        self.run("cancel", &["-x", job], None).map(drop)
    }

    /// What waits or is being printed: lines such as "counter-12 clerk 1024 Tue 03 Nov 2026 08:00:00 AM CST".
    fn jobs(&self) -> Result<Vec<String>, PrintError> {
        let answer = self.run("lpstat", &["-o", &self.queue], None)?;
        find_problem(&answer, &self.queue)?;
        Ok(answer.out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
    }

    /// What is being printed: "printer counter now printing counter-12.  enabled since Tue".
    fn printing(&self) -> Result<Option<String>, PrintError> {
        let state = self.run("lpstat", &["-p", &self.queue], None)?;
        let job = state.out.split_once(" now printing ").and_then(|(_, rest)| rest.split_whitespace().next());
        Ok(job.map(|job| job.trim_end_matches('.').to_owned()))
    }
}

/// The size of the paper as CUPS names it; a roll is as long as the document.
fn media(job: &PrintJob<'_>) -> String {
    match job.paper {
        Paper::Thermal80 => format!("media=Custom.80x{}mm", (job.height + 999) / 1000),
        Paper::A5 => "media=A5".to_owned(),
        Paper::A4 => "media=A4".to_owned(),
    }
}

/// A command that failed, by what it said.
fn find_problem(answer: &Answer, queue: &str) -> Result<(), PrintError> {
    if answer.succeeded {
        return Ok(());
    }
    let said = answer.err.to_lowercase();
    Err(
        if said.contains("does not exist")
            || said.contains("invalid destination")
            || said.contains("unknown destination")
        {
            PrintError::NoPrinter { name: queue.to_owned() }
        } else if said.contains("scheduler is not running") || said.contains("unable to connect") {
            PrintError::NoPrintingSystem
        } else if said.contains("not accepting") {
            PrintError::Stopped
        } else {
            PrintError::Refused { reason: answer.err.trim().to_owned() }
        },
    )
}

/// What `lpstat -l -p` says of the state: the standard reasons of IPP in its line of alerts, and its own words.
fn check_state(state: &str) -> Result<(), PrintError> {
    let state = state.to_lowercase();
    let has_any = |words: &[&str]| words.iter().any(|word| state.contains(word));
    if has_any(&["media-empty", "media-needed", "out of paper", "out-of-paper"]) {
        Err(PrintError::OutOfPaper)
    } else if has_any(&["cover-open", "door-open"]) {
        Err(PrintError::CoverOpen)
    } else if has_any(&[
        "offline",
        "connecting-to-device",
        "waiting for printer to become available",
        "timed-out",
        "unable to locate printer",
        "not connected",
    ]) {
        Err(PrintError::Offline)
    } else if has_any(&[" disabled since", "paused"]) {
        Err(PrintError::Stopped)
    } else {
        Ok(())
    }
}
