//! What a screen reader reads from the page of a window: its texts, and its buttons with their places. So a test knows what a
//! window shows that no driver drives, and that it did not start itself.

use crate::computer::{Computer, PAGES, wait_for};
use crate::processes::is_named;
use crate::screen::Screen;
use futures_util::future::join_all;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::Path;
use std::time::Duration;
use zbus::Connection;
use zbus::connection::Builder;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};

/// A page that is busy for longer is read at the next look.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// Where the parts of a page are that its engine names itself, among them the root of all.
const ROOT: &str = "/org/a11y/webkit/accessible/";
/// More levels than any page has.
const LEVELS_MAX: usize = 40;
/// The roles of a button, and of one that stays pressed, in the numbers of the screen readers.
const BUTTONS: [u32; 2] = [43, 62];

/// 结束办理.
pub const LEAVE: &str = "结束办理";
/// Whose card is laid, one of those that the training edition offers.
const WHOSE_CARD: &str = "张例三";
/// Whoever sees nothing happen touches again: after so many looks at the page.
const LOOKS: u32 = 40;

/// A program and a part of its page.
type Place = (String, OwnedObjectPath);
/// A part as a program hands it out with all others: its place, the program, what it is in, and what it is.
type Cached = (Place, Place, Place, i32, i32, Vec<String>, String, u32, String, Vec<u32>);

/// A screen reader on a computer.
pub struct Reader {
    bus: Connection,
}

/// What a page said at one moment.
pub struct Reading {
    page: String,
    parts: Vec<Part>,
}

struct Part {
    path: OwnedObjectPath,
    role: u32,
    name: String,
    text: String,
}

impl Reader {
    /// Listens on the session bus of a computer.
    pub async fn start(computer: &Computer) -> Self {
        let bus = Builder::address(computer.bus().as_str()).unwrap().method_timeout(ANSWERS_WITHIN).build();
        Self { bus: bus.await.expect("the session bus of the computer is there") }
    }

    /// What the page says now; none while there is none, or when it changes in the middle of a sentence.
    pub async fn read(&self) -> Option<Reading> {
        let names = self.names().await?;
        let unique = names.iter().filter(|name| name.starts_with(':'));
        let (page, root) = join_all(unique.map(|name| self.find_root(name))).await.into_iter().flatten().next()?;
        let (mut level, mut parts) = (vec![root], Vec::new());
        for _ in 0..LEVELS_MAX {
            let read = join_all(level.iter().map(|path| self.part(&page, path))).await;
            level = Vec::new();
            for part in read {
                let (part, children) = part?;
                parts.push(part);
                level.extend(children);
            }
        }
        Some(Reading { page, parts })
    }

    /// Waits until the page is as wanted.
    pub async fn shows(&self, what: &str, wanted: impl Fn(&Reading) -> bool) {
        wait_for(what, async || self.read().await.is_some_and(|page| wanted(&page))).await;
    }

    /// Touches a button on the screen until the page is as wanted; again when nothing comes of it, as a person does.
    pub async fn touches(&self, screen: &Screen, button: &str, wanted: impl Fn(&Reading) -> bool) {
        let mut looks = 0;
        wait_for(&format!("what comes of touching {button}"), async || {
            let Some(page) = self.read().await else { return false };
            if wanted(&page) {
                return true;
            }
            if let Some(at) = self.find_button(&page, button).await {
                if looks == 0 {
                    screen.tap(at);
                }
                looks = (looks + 1) % LOOKS;
            }
            false
        })
        .await;
    }

    /// At the home screen of a terminal of the training edition: lays a card, and comes to 科目确认.
    pub async fn lays_card(&self, screen: &Screen) {
        self.touches(screen, "预约考试", |page| page.has_button(WHOSE_CARD)).await;
        self.touches(screen, WHOSE_CARD, |page| page.has_button(LEAVE) && page.has_button("下一步")).await;
    }

    /// Whoever is on the bus.
    pub(crate) async fn names(&self) -> Option<Vec<String>> {
        self.ask_bus("ListNames", &()).await
    }

    /// Where the middle of the first button is whose name begins with `name`, on a screen that the window fills.
    async fn find_button(&self, reading: &Reading, name: &str) -> Option<(u32, u32)> {
        let part = reading.buttons().find(|part| part.name.starts_with(name))?;
        let on_screen = &0u32;
        let (x, y, width, height): (i32, i32, i32, i32) =
            self.ask(&reading.page, &part.path, "org.a11y.atspi.Component", "GetExtents", on_screen).await?;
        Some((u32::try_from(x + width / 2).ok()?, u32::try_from(y + height / 2).ok()?))
    }

    /// The root of the page that a program on the bus shows, when it shows one.
    async fn find_root(&self, program: &str) -> Option<Place> {
        // Others on the bus would not even answer.
        let process: u32 = self.ask_bus("GetConnectionUnixProcessID", &program).await?;
        if !is_named(&Path::new("/proc").join(process.to_string()), PAGES) {
            return None;
        }
        let all: Vec<Cached> =
            self.ask(program, "/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems", &()).await?;
        let root = all.into_iter().map(|item| item.0.1).find(|path| path.starts_with(ROOT))?;
        Some((program.to_owned(), root))
    }

    /// One part of the page, and the parts in it.
    async fn part(&self, page: &str, path: &OwnedObjectPath) -> Option<(Part, Vec<OwnedObjectPath>)> {
        const PART: &str = "org.a11y.atspi.Accessible";
        let role = self.ask(page, path, PART, "GetRole", &()).await?;
        let name: OwnedValue = self.ask(page, path, "org.freedesktop.DBus.Properties", "Get", &(PART, "Name")).await?;
        // Not every part has a text of its own.
        let text = self.ask(page, path, "org.a11y.atspi.Text", "GetText", &(0, -1)).await.unwrap_or_default();
        let children: Vec<Place> = self.ask(page, path, PART, "GetChildren", &()).await?;
        let part = Part { path: path.clone(), role, name: name.try_into().ok()?, text };
        Some((part, children.into_iter().map(|(_, path)| path).collect()))
    }

    /// Asks the bus itself.
    async fn ask_bus<T>(&self, question: &str, about: &(impl Serialize + DynamicType)) -> Option<T>
    where
        T: DeserializeOwned + Type,
    {
        self.ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", question, about).await
    }

    /// Asks a program on the bus; none when it does not know the question, or is gone.
    async fn ask<T>(
        &self,
        program: &str,
        path: &str,
        interface: &str,
        question: &str,
        about: &(impl Serialize + DynamicType),
    ) -> Option<T>
    where
        T: DeserializeOwned + Type,
    {
        let answer = self.bus.call_method(Some(program), path, Some(interface), question, about).await.ok()?;
        answer.body().deserialize().ok()
    }
}

impl Reading {
    /// Whether the name of a button begins so.
    #[must_use]
    pub fn has_button(&self, name: &str) -> bool {
        self.buttons().any(|part| part.name.starts_with(name))
    }

    /// Whether anything on the page has these words in it.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.parts.iter().any(|part| part.name.contains(words) || part.text.contains(words))
    }

    /// All that it says, without numbers, for seconds are counted on every page.
    #[must_use]
    pub fn words(&self) -> String {
        let said = self.parts.iter().flat_map(|part| [part.name.as_str(), part.text.as_str()]);
        said.collect::<String>().replace(|letter: char| letter.is_ascii_digit(), "")
    }

    /// Whether the home screen of a terminal is there, and nobody's visit is open.
    #[must_use]
    pub fn is_home(&self) -> bool {
        self.has_button("预约考试") && self.has_button("高对比度") && !self.has_button(LEAVE)
    }

    fn buttons(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| BUTTONS.contains(&part.role))
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.parts.iter().map(|part| if part.name.is_empty() { &part.text } else { &part.name });
        f.debug_list().entries(said.filter(|words| !words.is_empty())).finish()
    }
}
