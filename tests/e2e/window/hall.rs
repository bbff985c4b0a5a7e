//! What stands around a terminal and does what a test wants: its clock, its voice, its printer and its reader of cards.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use yuyue_tests::computer::kiosk_session;
use yuyue_tests::window::{Edition, Trial};

/// What the program starts to read something aloud, as in the table of processes.
pub const VOICE: &str = "espeak-ng";

/// A hall with one terminal of the training edition.
pub struct Hall {
    folder: TempDir,
    ahead: Cell<u64>,
}

impl Hall {
    /// Everything is in order, and the clock goes as it does elsewhere.
    pub fn new() -> Self {
        let hall = Self { folder: tempfile::tempdir().unwrap(), ahead: Cell::new(0) };
        for folder in ["programs", "memory"] {
            fs::create_dir(hall.at(folder)).unwrap();
        }
        assert!(
            Command::new("mkfifo").arg(hall.at("read")).status().unwrap().success(),
            "the end of a text has its pipe"
        );
        hall.installs_voice();
        // The program finds no voice but this one, and how it ended is kept.
        let (programs, program, ended) = (hall.at("programs"), Edition::Training.program(), hall.at("ended"));
        let run = format!("PATH={} {} \"$@\"\necho $? > {}", programs.display(), program.display(), ended.display());
        write_program(&hall.at("terminal"), &run);
        hall
    }

    /// As in a real hall it is the session of its installation that runs the terminal. Only the first time a driver drives
    /// it: whoever wants to see the next one needs a reader.
    pub fn run_by_session() -> Self {
        let hall = Self::new();
        let (terminal, driven, once) = (hall.at("terminal"), hall.at("driven"), hall.at("once"));
        fs::rename(&terminal, &once).unwrap();
        let undriven = "unset TAURI_WEBVIEW_AUTOMATION WEBKIT_DISABLE_DMABUF_RENDERER\n\
            export AT_SPI_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS";
        let (first, ended) = (once.display(), hall.at("ended"));
        let ended = ended.display();
        let run = format!("if [ -e {ended} ]; then\n{undriven}\nfi\n{first} \"$@\"\nexit $(cat {ended})");
        write_program(&driven, &run);
        write_program(&terminal, &format!("YUYUE_PROGRAM={} exec {}", driven.display(), kiosk_session().display()));
        hall
    }

    /// Lets a trial open its terminal here.
    pub fn holds<'a>(&self, trial: Trial<'a>) -> Trial<'a> {
        trial
            .started_by(self.at("terminal"))
            .with_variable("YUYUE_TRAINING_CLOCK", self.at("ahead"))
            .with_variable("YUYUE_TRAINING_FAULT", self.at("fault"))
            // What is printed lies in memory, in the folder that a session has there.
            .with_variable("XDG_RUNTIME_DIR", self.at("memory"))
            // A terminal in a hall is started by its session, which starts it again.
            .with_variable("YUYUE_KIOSK_SESSION", "1")
    }

    /// So many seconds pass in which nobody does anything.
    pub fn pass(&self, seconds: u64) {
        self.ahead.set(self.ahead.get() + seconds);
        self.put("ahead", &self.ahead.get().to_string());
    }

    /// A device is out of order, in the way that an error code names.
    pub fn breaks(&self, code: &str) {
        self.put("fault", code);
    }

    /// Every device is in order again.
    pub fn mends(&self) {
        fs::remove_file(self.at("fault")).unwrap();
    }

    /// The voice is there, and keeps how it was called and what it was given to read. It starts nothing and speaks until
    /// somebody silences it, or [`Self::ends_reading`].
    pub fn installs_voice(&self) {
        let heard = self.at("heard");
        let speak = format!(
            "read -r text\nprintf '%s\\n' \"$*\" \"$text\" > {}\nread -r _ < {}",
            heard.display(),
            self.at("read").display()
        );
        write_program(&self.at("programs").join(VOICE), &speak);
    }

    /// The voice comes to the end of what it was given to read.
    pub fn ends_reading(&self) {
        // A voice that has fallen silent already would be waited for for ever.
        let end = ["60", "sh", "-c", "echo > \"$0\""];
        assert!(Command::new("timeout").args(end).arg(self.at("read")).status().unwrap().success(), "a voice reads");
    }

    /// Nobody has installed a voice.
    pub fn removes_voice(&self) {
        fs::remove_file(self.at("programs").join(VOICE)).unwrap();
    }

    /// How the voice was last called and what it was given to read, once; none when it has read nothing since.
    pub fn hears(&self) -> Option<(String, String)> {
        let heard = fs::read_to_string(self.at("heard")).ok()?;
        let (called, text) = heard.strip_suffix('\n')?.split_once('\n')?;
        fs::remove_file(self.at("heard")).unwrap();
        // Between the marks that tell the engine which voice to take.
        let words = text.split('<').map(|part| part.split_once('>').map_or(part, |(_, words)| words));
        Some((called.to_owned(), words.collect::<String>().replace("&lt;", "<").replace("&amp;", "&")))
    }

    /// How many papers the printer has been given and still knows of.
    pub fn papers(&self) -> usize {
        fs::read_dir(self.at("memory/yuyue-printed")).map_or(0, Iterator::count)
    }

    /// The exit code with which the program has ended.
    pub fn ended_with(&self) -> Option<String> {
        fs::read_to_string(self.at("ended")).ok().filter(|code| code.ends_with('\n')).map(|code| code.trim().to_owned())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Moved to its place, so that nobody reads half of it.
    fn put(&self, name: &str, text: &str) {
        let written = self.at("written");
        fs::write(&written, text).unwrap();
        fs::rename(written, self.at(name)).unwrap();
    }
}

fn write_program(path: &Path, lines: &str) {
    fs::write(path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
