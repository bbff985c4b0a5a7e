//! 朗读: a speech engine of the system reads a text aloud, without any network. The text goes to it through a pipe, so that
//! it stands in no file and in no list of processes.

use regex::Regex;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;

/// Characters that are read at once, at most: the longest notice has fewer.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// The engine: the package of the same name has Chinese and English.
const ENGINE: &str = "espeak-ng";
/// Words a minute; the engine's own 175 are too fast for most who want to be read to.
const SPEED: &str = "150";
/// The voice for Chinese. The one that is called just `cmn` takes the syllables that it makes of the characters for English
/// words, and spells their tones as numbers.
const CHINESE: &str = "cmn-latn-pinyin";
/// Chinese in the middle of English, such as the name of a test site: an English voice would say "Chinese letter" of each.
static IN_ENGLISH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\p{Han}(?:[^a-zA-Z\n]{0,3}\p{Han})*").expect("a regular expression"));

/// In which language something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// 普通话
    Chinese,
    /// English
    English,
}

impl Voice {
    const fn name(self) -> &'static str {
        match self {
            Self::Chinese => CHINESE,
            Self::English => "en",
        }
    }

    /// The text in the markup of speech engines, with the voice that each part of it needs. The engine knows double quotes only.
    fn mark_up(self, text: &str) -> String {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let marked = match self {
            Self::Chinese => Cow::Borrowed(text.as_str()),
            Self::English => IN_ENGLISH.replace_all(&text, format!("<voice xml:lang=\"{CHINESE}\">$0</voice>")),
        };
        format!("<speak>{marked}</speak>")
    }
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
        let complaints = tempfile::tempfile()?;
        let mut child = Command::new(program)
            .args(["--stdin", "-m", "-v", voice.name(), "-s", SPEED])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(complaints.try_clone()?)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => SpeechError::NoEngine,
                _ => SpeechError::Io(error),
            })?;
        // The engine reads all of it before it speaks. A text of this length fits into a pipe, which holds 64 KiB.
        let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(voice.mark_up(text).as_bytes()));
        let speaking = Speaking { child, complaints };
        written?;
        Ok(speaking)
    }
}

/// How a text came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was read.
    Read,
    /// The engine could not be heard, as without a sound device.
    Failed,
}

/// A text that is being read. Dropped, it falls silent.
#[derive(Debug)]
pub struct Speaking {
    child: Child,
    /// What the engine complains of, which is never anything of the text.
    complaints: File,
}

impl Speaking {
    /// How it ended; none while it is being read.
    pub fn ended(&mut self) -> Option<Ended> {
        let status = match self.child.try_wait() {
            Ok(status) => status?,
            Err(_) => return Some(Ended::Failed),
        };
        Some(if self.is_read(status).unwrap_or(false) { Ended::Read } else { Ended::Failed })
    }

    /// The engine's code is that of success also when there was nothing to be heard; then it says so.
    fn is_read(&mut self, status: ExitStatus) -> io::Result<bool> {
        let mut complaints = Vec::new();
        self.complaints.rewind()?;
        self.complaints.read_to_end(&mut complaints)?;
        let complaints = String::from_utf8_lossy(&complaints).to_lowercase();
        Ok(status.success() && !complaints.lines().any(|line| line.starts_with("error")))
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
        let here = folder.display();
        scripted(folder, &format!("echo \"$@\" > {here}/called\ncat > {here}/heard\nexec sleep {seconds}"))
    }

    fn scripted(folder: &Path, script: &str) -> Speaker {
        let program = folder.join(ENGINE);
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
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
        assert_eq!(speaking.ended(), Some(Ended::Read), "it knows");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("written");
        assert_eq!(read("heard"), "<speak>请放身份证</speak>", "the whole text");
        let called = "--stdin -m -v cmn-latn-pinyin -s 150";
        assert_eq!(read("called").trim(), called, "which stands in no list of processes");
        let mut speaking = engine(folder.path(), 0).speak("Hello", Voice::English).expect("speaks");
        end(&mut speaking);
        assert!(read("called").contains("-v en"), "with an English voice");
    }

    #[test]
    fn each_part_of_a_text_has_its_voice_and_no_sign_is_taken_for_markup() {
        assert_eq!(Voice::Chinese.mark_up("A < B & C，科目二"), "<speak>A &lt; B &amp; C，科目二</speak>");
        assert_eq!(
            Voice::English.mark_up("Test at 翠屏路考场 · 渝北, 3 places"),
            r#"<speak>Test at <voice xml:lang="cmn-latn-pinyin">翠屏路考场 · 渝北</voice>, 3 places</speak>"#
        );
    }

    /// What the real engine would say, in its own writing of sounds.
    fn sounds(text: &str, voice: Voice) -> String {
        let said = Command::new(ENGINE).args(["-q", "-x", "-m", "-v", voice.name(), &voice.mark_up(text)]).output();
        let said = said.expect("the speech engine is installed, as `cargo xtask test` does");
        String::from_utf8_lossy(&said.stdout).into_owned()
    }

    #[test]
    fn chinese_is_read_as_chinese_also_in_the_middle_of_english() {
        let said = sounds("您好，请选择要办理的业务", Voice::Chinese);
        assert!(said.contains("n'i35n_| X'Au214"), "nín hǎo: {said}");
        assert!(!said.contains("(en)"), "nothing of it is taken for English: {said}");
        let said = sounds("Session at 翠屏路考场 on 1 December", Voice::English);
        assert!(said.contains("s'ES@n") && said.contains("tsh'uei51_| ph'i35N"), "each as it is: {said}");
        assert!(!said.contains("tS'aIni:z"), "no character is only called Chinese: {said}");
    }

    #[test]
    fn an_engine_that_cannot_be_heard_has_failed() {
        let folder = tempfile::tempdir().expect("a folder");
        for (script, ended) in [
            ("cat > /dev/null; echo 'espeak: No envelope' >&2", Ended::Read),
            ("cat > /dev/null; echo 'error: No such file or directory' >&2", Ended::Failed),
            ("cat > /dev/null; exit 1", Ended::Failed),
        ] {
            let speaker = scripted(folder.path(), script);
            let mut speaking = speaker.speak("请放身份证", Voice::Chinese).expect("it starts");
            end(&mut speaking);
            assert_eq!(speaking.ended(), Some(ended), "{script}");
        }
    }

    #[test]
    fn whoever_stops_it_hears_nothing_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut speaking = engine(folder.path(), 600).speak("长", Voice::Chinese).expect("speaks");
        assert_eq!(speaking.ended(), None, "it speaks");
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
