//! The real window of either edition: opening it on an empty computer, finding, typing, pressing, taking pictures.

use crate::computer::Computer;
use crate::frame;
use crate::screen::Screen;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::ffi::OsString;
use std::fs;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{interval, timeout};

/// How long a condition may take to come true on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);

/// How long a whole test may take; the driver itself would wait for ever.
const TEST_WITHIN: Duration = Duration::from_secs(280);

/// How the title of either window begins.
const TITLE: &str = "渝约";

/// More than any screen has to go through with Tab.
const TABS_MAX: usize = 100;

/// Which build of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// With a centre of its own and an invented city.
    Training,
    /// The real one, which contains no server.
    Production,
}

impl Edition {
    /// The program, as `cargo xtask test` has built it.
    #[must_use]
    pub fn program(self) -> PathBuf {
        let variable = match self {
            Self::Training => "YUYUE_TRAINING_WINDOW",
            Self::Production => "YUYUE_PRODUCTION_WINDOW",
        };
        let path = std::env::var_os(variable).expect("`cargo xtask test` builds both windows and names them");
        fs::canonicalize(path).expect("the window is built")
    }
}

/// How a test opens the window.
pub struct Trial<'a> {
    edition: Edition,
    name: &'a str,
    arguments: &'a [&'a str],
    size: (u32, u32),
    fills_screen: bool,
    variables: Vec<(OsString, OsString)>,
    starter: Option<PathBuf>,
    beforehand: Box<dyn FnOnce(&Computer) + 'a>,
}

impl<'a> Trial<'a> {
    /// With a page of 1366×768 pixels. `name` begins the names of the pictures in `artifacts/e2e`.
    #[must_use]
    pub fn of(edition: Edition, name: &'a str) -> Self {
        Self {
            edition,
            name,
            arguments: &[],
            size: (1366, 768),
            fills_screen: false,
            variables: Vec::new(),
            starter: None,
            beforehand: Box::new(|_| {}),
        }
    }

    /// The self-service terminal, on a screen that it has to fill by itself.
    #[must_use]
    pub fn of_kiosk(edition: Edition, name: &'a str, screen: &Screen) -> Self {
        let trial = Self { size: screen.size(), fills_screen: true, ..Self::of(edition, name) };
        trial.with_arguments(&["--kiosk"]).with_variable("DISPLAY", screen.display())
    }

    /// With arguments of the program, such as `--kiosk`.
    #[must_use]
    pub fn with_arguments(self, arguments: &'a [&'a str]) -> Self {
        Self { arguments, ..self }
    }

    /// With another size of the page.
    #[must_use]
    pub fn sized(self, width: u32, height: u32) -> Self {
        Self { size: (width, height), ..self }
    }

    /// With one more variable of the environment.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Started by another program, which starts that of the edition in its turn.
    #[must_use]
    pub fn started_by(self, starter: PathBuf) -> Self {
        Self { starter: Some(starter), ..self }
    }

    /// With something that is done on the computer before the window opens, such as starting a keyring.
    #[must_use]
    pub fn beforehand(self, prepare: impl FnOnce(&Computer) + 'a) -> Self {
        Self { beforehand: Box::new(prepare), ..self }
    }

    /// Opens the window on a new computer, runs `test` and takes a picture when it fails. Everything has ended afterwards.
    pub async fn run(self, test: impl AsyncFnOnce(&mut Window)) {
        let computer = Computer::start(&self.variables).await;
        (self.beforehand)(&computer);
        let program = self.edition.program();
        let starter = self.starter.unwrap_or_else(|| program.clone());
        let arguments = self.arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let page = open(&computer, &starter, self.arguments).await;
        let name = self.name.to_owned();
        let (size, fills_screen) = (self.size, self.fills_screen);
        let mut window = Window { page, computer, program, starter, arguments, name, size, fills_screen };
        window.take_size().await;
        let within = timeout(TEST_WITHIN, AssertUnwindSafe(test(&mut window)).catch_unwind()).await;
        let outcome = within.unwrap_or_else(|_| Err(Box::new("the window did not answer any more")));
        if let Err(panic) = outcome {
            // A session that has broken down shows nothing.
            let _ = timeout(WITHIN, window.screenshot("failed")).await;
            resume_unwind(panic);
        }
    }
}

/// An open window.
pub struct Window {
    /// The session of the driver, for whatever this kit has no word for.
    pub page: Client,
    /// Where it is open.
    pub computer: Computer,
    program: PathBuf,
    starter: PathBuf,
    arguments: Vec<String>,
    name: String,
    size: (u32, u32),
    fills_screen: bool,
}

async fn open(computer: &Computer, program: &Path, arguments: &[impl AsRef<str>]) -> Client {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let options = json!({ "binary": program, "args": arguments });
    let capabilities = [("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect();
    let connecting = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).clone();
    timeout(WITHIN, connecting.connect(&computer.start_driver().await))
        .await
        .expect("the window opens within a minute")
        .expect("the driver opens the window")
}

impl Window {
    /// Closes the window with the button of its frame, and waits until the program has ended.
    pub async fn close(&self) {
        frame::close(TITLE);
        self.computer.ends(&self.program).await;
    }

    /// Closes the window and opens it again on the same computer.
    pub async fn restart(&mut self) {
        self.close().await;
        self.open_again().await;
    }

    /// Kills the program where it stands and opens it again on the same computer.
    pub async fn kill_and_start(&mut self) {
        self.computer.kill(&self.program).await;
        self.open_again().await;
    }

    async fn open_again(&mut self) {
        self.computer.forgets().await;
        self.page = open(&self.computer, &self.starter, &self.arguments).await;
        self.take_size().await;
    }

    /// Gives the page the size that the test wants, and the keyboard, for which there is no window manager to ask.
    async fn take_size(&self) {
        let (width, height) = self.size;
        if !self.fills_screen {
            frame::focus(TITLE);
            self.page.set_window_rect(0, 0, width, height).await.unwrap();
        }
        let wanted = json!([width, height]);
        self.wait_for("the size of the page", async || {
            let size = self.page.execute("return [innerWidth, innerHeight]", vec![]).await.ok()?;
            (size == wanted).then_some(())
        })
        .await;
    }

    /// Waits for the first element that fits a CSS selector.
    pub async fn find(&self, css: &str) -> Element {
        // The driver may stumble over a page that is just being drawn anew; the next look finds what is there then.
        self.wait_for(&format!("`{css}`"), async || self.page.find(Locator::Css(css)).await.ok()).await
    }

    /// Waits until an element that fits a CSS selector shows `text`.
    pub async fn find_text(&self, css: &str, text: &str) -> Element {
        let what = format!("`{css}` with the text {text}");
        self.wait_for(&what, async || {
            for element in self.page.find_all(Locator::Css(css)).await.ok()? {
                // An element may vanish between being found and being read; the next look finds its successor.
                if element.text().await.is_ok_and(|shown| shown.contains(text)) {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// Waits until `look` finds something, and gives it back.
    pub async fn wait_for<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let looking = async {
            let mut looks = interval(Duration::from_millis(50));
            loop {
                looks.tick().await;
                if let Some(found) = look().await {
                    return found;
                }
            }
        };
        timeout(WITHIN, looking).await.unwrap_or_else(|_| panic!("{what} did not appear"))
    }

    /// Clicks the first button, link or tab that shows `text`.
    pub async fn click(&self, text: &str) {
        self.find_text("button, a, [role=tab], [role=radio], [role=option]", text).await.click().await.unwrap();
    }

    /// Types into the field whose label is `label`.
    pub async fn fill(&self, label: &str, text: &str) {
        let labelled = format!(
            "//*[@id = //label[contains(normalize-space(), '{label}')]/@for] | //label[contains(normalize-space(), '{label}')]//input | //*[@aria-label = '{label}']"
        );
        let found = self.page.wait().at_most(WITHIN).for_element(Locator::XPath(&labelled)).await;
        found.unwrap_or_else(|error| panic!("no field {label} appeared: {error}")).send_keys(text).await.unwrap();
    }

    /// Presses keys one after another, as on the keyboard; see [`fantoccini::key::Key`] for those without a letter.
    pub async fn press(&self, keys: impl IntoIterator<Item = char>) {
        let actions = keys.into_iter().fold(KeyActions::new("keyboard".to_owned()), |actions, value| {
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.page.perform_actions(actions).await.unwrap();
    }

    /// Presses a key while another is held, such as Alt and a digit.
    pub async fn press_with(&self, held: char, value: char) {
        let actions = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: held })
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value })
            .then(KeyAction::Up { value: held });
        self.page.perform_actions(actions).await.unwrap();
    }

    /// Goes on with Tab until the element that has the focus shows `text`, as somebody without a mouse does.
    pub async fn tab_to(&self, text: &str) {
        // A scrolling area can have the focus as well, and shows the text of all that is in it.
        let focused = "const at = document.activeElement; \
            if (!at.matches('button, a, input, select')) return ''; \
            return at.innerText || at.labels?.[0]?.innerText || at.ariaLabel || '';";
        for _ in 0..TABS_MAX {
            self.press([Key::Tab.into()]).await;
            let shown = self.page.execute(focused, vec![]).await.unwrap();
            if shown.as_str().is_some_and(|shown| shown.contains(text)) {
                return;
            }
        }
        panic!("Tab does not lead to {text}");
    }

    /// Waits until nothing fits a CSS selector any more.
    pub async fn gone(&self, css: &str) {
        let what = format!("the end of `{css}`");
        self.wait_for(&what, async || {
            let left = self.page.find_all(Locator::Css(css)).await.ok()?;
            left.is_empty().then_some(())
        })
        .await;
    }

    /// Saves what the window shows as `artifacts/e2e/<name of the trial>-<step>.png`.
    pub async fn screenshot(&self, step: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("artifacts/e2e");
        fs::create_dir_all(&folder).unwrap();
        // What was found in the page may not be painted yet.
        let painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));";
        let _ = self.page.execute_async(painted, vec![]).await;
        match self.page.screenshot().await {
            Ok(picture) => fs::write(folder.join(format!("{}-{step}.png", self.name)), picture).unwrap(),
            Err(error) => eprintln!("the window shows nothing to take a picture of: {error}"),
        }
    }
}
