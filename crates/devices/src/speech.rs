//! 朗读: a speech engine of the system reads a text aloud, without any network. The text goes to it through a pipe, so that
//! it stands in no file and in no list of processes.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Characters that are read at once, at most: the longest notice has fewer.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// The engine: the package of the same name has Chinese and English.
const ENGINE: &str = "espeak-ng";
/// Words a minute; the engine's own 175 are too fast for most who want to be read to.
const SPEED: &str = "150";

/// In which language something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// 普通话
    Chinese,
    /// English
    English,
}

/// Why nothing is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// No speech engine is installed.
    #[error("no speech engine is installed")]
    NoEngine,
    /// The text is longer than anything that a screen shows.
    #[error("the text is too long to be read aloud")]
    TooLong,
    /// The engine cannot be used.
    #[error("the speech engine cannot be used: {0}")]
    Io(#[from] io::Error),
}

impl SpeechError {
    /// The stable code by which the window chooses its words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoEngine => "no_speech",
            Self::TooLong => "text_too_long",
            Self::Io(_) => "speech_failed",
        }
    }
}

/// Reads texts aloud.
#[derive(Debug, Clone, Default)]
pub struct Speaker {
    folder: Option<PathBuf>,
}

impl Speaker {
    /// Takes the engine from a folder instead of the search path.
    #[must_use]
    pub const fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Begins to read a text.
    ///
    /// # Errors
    /// When no engine is installed, or the text is longer than [`TEXT_CHARS_MAX`].
    pub fn speak(&self, text: &str, voice: Voice) -> Result<Speaking, SpeechError> {
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(SpeechError::TooLong);
        }
        let program = self.folder.as_ref().map_or_else(|| PathBuf::from(ENGINE), |folder| folder.join(ENGINE));
        let voice = match voice {
            Voice::Chinese => "cmn",
            Voice::English => "en",
        };
        let mut child = Command::new(program)
            .args(["--stdin", "-v", voice, "-s", SPEED])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => SpeechError::NoEngine,
                _ => SpeechError::Io(error),
            })?;
        // The engine reads all of it before it speaks. A text of this length fits into a pipe, which holds 64 KiB.
        let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(text.as_bytes()));
        let speaking = Speaking { child };
        written?;
        Ok(speaking)
    }
}

/// A text that is being read. Dropped, it falls silent.
#[derive(Debug)]
pub struct Speaking {
    child: Child,
}

impl Speaking {
    /// Whether it was read to its end.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        // It has ended by itself, or it ends now; nothing else can be done about either.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use wait_timeout::ChildExt as _;

    /// An engine that writes what it hears and how it was called, and then speaks for so long.
    fn engine(folder: &Path, seconds: u32) -> Speaker {
        let program = folder.join(ENGINE);
        let here = folder.display();
        let script = format!("#!/bin/sh\necho \"$@\" > {here}/called\ncat > {here}/heard\nexec sleep {seconds}\n");
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("made a program");
        Speaker::in_folder(folder.to_owned())
    }

    fn end(speaking: &mut Speaking) {
        let ended = speaking.child.wait_timeout(std::time::Duration::from_secs(20)).expect("it runs");
        assert!(ended.is_some(), "it ends when everything is read");
    }

    #[test]
    fn a_text_is_read_through_a_pipe_in_its_language() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut speaking = engine(folder.path(), 0).speak("请放身份证", Voice::Chinese).expect("speaks");
        end(&mut speaking);
        assert!(speaking.has_ended(), "it knows");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("written");
        assert_eq!(read("heard"), "请放身份证", "the whole text");
        assert_eq!(read("called").trim(), "--stdin -v cmn -s 150", "which stands in no list of processes");
        let mut speaking = engine(folder.path(), 0).speak("Hello", Voice::English).expect("speaks");
        end(&mut speaking);
        assert!(read("called").contains("-v en"), "with an English voice");
    }

    #[test]
    fn whoever_stops_it_hears_nothing_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut speaking = engine(folder.path(), 600).speak("长", Voice::Chinese).expect("speaks");
        assert!(!speaking.has_ended(), "it speaks");
        let id = speaking.child.id();
        drop(speaking);
        assert!(!Path::new(&format!("/proc/{id}")).exists(), "its process is gone");
    }

    #[test]
    fn without_an_engine_it_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = Speaker::in_folder(folder.path().to_owned()).speak("x", Voice::English).expect_err("nothing there");
        assert_eq!(error.code(), "no_speech", "in words that the window has");
    }

    #[test]
    fn nothing_endless_is_read() {
        let text = "读".repeat(TEXT_CHARS_MAX + 1);
        let error = Speaker::default().speak(&text, Voice::Chinese).expect_err("too long");
        assert_eq!(error.code(), "text_too_long", "before anything is started");
    }
}
