//! The real window of either edition: opening it on an empty computer, finding, typing, pressing, taking pictures.

use crate::driver::Driver;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::fs;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{interval, timeout};

/// How long a condition may take to come true on a busy machine.
const WITHIN: Duration = Duration::from_secs(30);

/// How long a whole test may take; the driver itself would wait for ever.
const TEST_WITHIN: Duration = Duration::from_secs(180);

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
    fn program(self) -> PathBuf {
        let variable = match self {
            Self::Training => "YUYUE_TRAINING_WINDOW",
            Self::Production => "YUYUE_PRODUCTION_WINDOW",
        };
        let path = std::env::var_os(variable);
        path.map(PathBuf::from).expect("`cargo xtask test` builds both windows and names them to the tests")
    }
}

/// An open window on a computer on which the product never ran before.
pub struct Window {
    /// The session of the driver, for whatever this kit has no word for.
    pub page: Client,
    // In this order they are dropped: first the driver, then the folder that it writes to.
    _driver: Driver,
    home: TempDir,
}

impl Window {
    /// Opens the window, runs `test`, takes a picture when it fails, and closes the window either way.
    ///
    /// `name` names the pictures in `artifacts/`.
    pub async fn run(edition: Edition, arguments: &[&str], name: &str, test: impl AsyncFnOnce(&Window)) {
        let window = Self::open(edition, arguments).await;
        let within = timeout(TEST_WITHIN, AssertUnwindSafe(test(&window)).catch_unwind()).await;
        let outcome = within.unwrap_or_else(|_| Err(Box::new("the window did not answer any more")));
        if outcome.is_err() {
            // Neither a picture nor a proper end can be had from a session that has broken down.
            let _ = timeout(WITHIN, window.screenshot(&format!("{name}-failed"))).await;
        }
        let _ = timeout(WITHIN, window.page.clone().close()).await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }

    async fn open(edition: Edition, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let driver = Driver::start(home.path()).await;
        let options = json!({ "binary": edition.program(), "args": arguments });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect();
        let connecting = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).clone();
        let page = timeout(WITHIN, connecting.connect(&driver.address()))
            .await
            .expect("the window opens within half a minute")
            .expect("the driver opens the window");
        Self { page, _driver: driver, home }
    }

    /// The folder below which the window keeps its data.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Waits for the first element that fits a CSS selector.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.page.wait().at_most(WITHIN).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("no `{css}` appeared: {error}"))
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

    /// Saves what the window shows as `artifacts/e2e/<name>.png`.
    pub async fn screenshot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("artifacts/e2e");
        fs::create_dir_all(&folder).unwrap();
        match self.page.screenshot().await {
            Ok(picture) => fs::write(folder.join(format!("{name}.png")), picture).unwrap(),
            Err(error) => eprintln!("the window shows nothing to take a picture of: {error}"),
        }
    }
}
