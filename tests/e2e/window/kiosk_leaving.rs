//! Whoever leaves the terminal is forgotten: at whatever step they walk away, and from the page, the files and the memory
//! before the next person comes.

use super::kiosk::{LANDSCAPE, PORTRAIT};
use super::production::unlock_keyring;
use super::visitor::{
    FORWARD, LI, LIN, LOOKS_BETWEEN_TOUCHES, Person, TILES, Tile, Visitor, ZHANG, ZHOU, still_picture,
};
use fantoccini::key::Key;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use yuyue_tests::centre::CityCentre;
use yuyue_tests::computer::wait_for;
use yuyue_tests::screen::{Area, Picture, Screen};
use yuyue_tests::window::{Edition, Trial};

/// Seconds after which somebody who touches nothing is asked whether they are still there, and then is gone.
const UNTIL_ASKED: u64 = 65;
const UNTIL_GONE: u64 = 30;
/// The same while a code is waited for, which lives for 300 seconds.
const UNTIL_ASKED_FOR_CODE: u64 = 275;

/// The clock of the terminal, which goes on when the test says so.
struct Clock {
    folder: TempDir,
    ahead: std::cell::Cell<u64>,
}

impl Clock {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ahead: std::cell::Cell::new(0) }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ahead")
    }

    /// So many seconds pass in which nobody does anything.
    fn pass(&self, seconds: u64) {
        self.ahead.set(self.ahead.get() + seconds);
        // Moved to its place, so that nobody reads half of it.
        let written = self.folder.path().join("written");
        fs::write(&written, self.ahead.get().to_string()).unwrap();
        fs::rename(written, self.path()).unwrap();
    }
}

/// Opens the terminal of the training edition with a clock of the test.
async fn visit(name: &str, (width, height): (u32, u32), test: impl AsyncFnOnce(&Visitor<'_>, &Clock)) {
    let (screen, clock) = (Screen::start(width, height), Clock::new());
    Trial::of_kiosk(Edition::Training, name, &screen)
        .with_variable("YUYUE_TRAINING_CLOCK", clock.path())
        .run(async |window| test(&Visitor { window, screen: &screen }, &clock).await)
        .await;
}

/// The person walks away: the terminal asks, and then it knows nobody.
async fn walks_away(visitor: &Visitor<'_>, clock: &Clock, until_asked: u64, step: &str) {
    clock.pass(until_asked);
    visitor.sees(".k-dialog", 1).await;
    visitor.window.screenshot(step).await;
    clock.pass(UNTIL_GONE);
    visitor.sees(".k-util.at-home", 1).await;
    visitor.at_home().await;
    assert_eq!(visitor.count(".k-dialog").await, Some(0), "{step}: nobody is asked any more");
    let text = visitor.page_text().await;
    for trace in
        ["张*三", "李*优", "林*末", ZHANG.name, LI.name, LIN.name, ZHANG.number, LI.number, LIN.number, "0033", "0041"]
    {
        assert!(!text.contains(trace), "{step}: the page has forgotten {trace}");
    }
    let nobody = "const done = arguments[0]; const { invoke } = window.__TAURI_INTERNALS__; \
        invoke('kiosk').then(async (view) => { \
          const booking = await invoke('booking').catch(() => null); \
          const list = await invoke('application', { application: '00000000-0000-7000-8000-000000000000' }).catch((error) => error.code); \
          done([view.stage.stage, booking, list]); \
        });";
    let told = visitor.window.page.execute_async(nobody, vec![]).await.unwrap();
    assert_eq!(told, json!(["nobody", null, "no_visit"]), "{step}: the host knows nobody either");
}

#[tokio::test]
async fn whoever_walks_away_in_any_step_of_a_booking_is_forgotten() {
    visit("kiosk-away", PORTRAIT, async |visitor, clock| {
        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        visitor.touch(".type", ".kiosk main[data-page=number]").await;
        visitor.types(&ZHANG.number[..9], ".groups span").await;
        walks_away(visitor, clock, UNTIL_ASKED, "1-number").await;

        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        visitor.types_number(&ZHANG).await;
        walks_away(visitor, clock, UNTIL_ASKED_FOR_CODE, "2-code").await;

        for (step, name) in
            ["subject", "notice", "sessions", "confirm", "done"].into_iter().zip(["3", "4", "5", "6", "7"])
        {
            goes_to(visitor, step).await;
            let until_asked = if step == "confirm" { UNTIL_ASKED_FOR_CODE } else { UNTIL_ASKED };
            walks_away(visitor, clock, until_asked, &format!("{name}-{step}")).await;
        }
    })
    .await;
}

/// From the home screen to a step of the booking, with a card; at 确认并提交 a code is waited for.
async fn goes_to(visitor: &Visitor<'_>, step: &str) {
    visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
    // Whoever books at last has had no code sent a moment ago.
    let person = if step == "done" { &LIN } else { &ZHANG };
    visitor.lays_card(person, ".kiosk main[data-step=subject]").await;
    if step == "subject" {
        return;
    }
    visitor.touch(FORWARD, ".kiosk main[data-step=notice], .kiosk main[data-step=sessions]").await;
    if step == "notice" {
        return;
    }
    // Once per computer: nobody before has agreed to it, the first who comes here does.
    if visitor.count(".kiosk main[data-step=notice]").await == Some(1) {
        visitor.agrees("sessions").await;
    }
    visitor.picks(1).await;
    if step == "sessions" {
        return;
    }
    visitor.touch(FORWARD, ".kiosk main[data-step=confirm]").await;
    if step == "confirm" {
        visitor.touch(".send .k-btn", ".k-digits .turn").await;
        visitor.types_code("12").await;
        return;
    }
    visitor.confirms("").await;
    visitor.sees(".sheet svg", 1).await;
}

#[tokio::test]
async fn whoever_walks_away_in_any_step_of_priority_or_of_an_application_is_forgotten() {
    visit("kiosk-away-priority", LANDSCAPE, async |visitor, clock| {
        let begins = async || {
            visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
            visitor.lays_card(&LI, ".kiosk main[data-step=subject]").await;
            visitor.touch(FORWARD, ".kiosk main[data-step=notice], .kiosk main[data-step=priority_switch]").await;
            if visitor.count(".kiosk main[data-step=notice]").await == Some(1) {
                visitor.agrees("priority_switch").await;
            }
        };
        begins().await;
        walks_away(visitor, clock, UNTIL_ASKED, "1-switch").await;
        begins().await;
        visitor.touch(".priority .k-btn", ".kiosk main[data-step=notice]").await;
        walks_away(visitor, clock, UNTIL_ASKED, "2-notice").await;
        begins().await;
        visitor.touch(".priority .k-btn", ".kiosk main[data-step=notice]").await;
        visitor.agrees("priority_sessions").await;
        visitor.touch(".query .primary", ".k-pick:not([disabled])").await;
        walks_away(visitor, clock, UNTIL_ASKED, "3-sessions").await;

        visitor.chooses(Tile::Progress, ".kiosk main[data-page=card]").await;
        visitor.lays_card(&ZHANG, ".kiosk main[data-page=applications]").await;
        walks_away(visitor, clock, UNTIL_ASKED, "4-applications").await;
        visitor.chooses(Tile::Progress, ".kiosk main[data-page=card]").await;
        visitor.lays_card(&ZHANG, ".kiosk main[data-page=applications]").await;
        visitor.touch(".k-pick", ".kiosk main[data-page=application]").await;
        walks_away(visitor, clock, UNTIL_ASKED, "5-application").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_says_so_stays_and_loses_nothing() {
    visit("kiosk-stays", LANDSCAPE, async |visitor, clock| {
        goes_to(visitor, "sessions").await;
        clock.pass(UNTIL_ASKED);
        visitor.sees(".k-dialog", 1).await;
        visitor.touch(".k-dialog .k-btn.primary", ".kiosk:not(:has(.k-dialog))").await;
        assert_eq!(visitor.count(".k-pick[aria-pressed=true]").await, Some(1), "what was chosen is chosen still");
        clock.pass(UNTIL_GONE);
        let left = "return Number(document.querySelector('.k-presence text')?.textContent ?? 0)";
        visitor
            .window
            .wait_for("the ring after that", async || {
                visitor.ask(left, vec![]).await?.as_u64().filter(|left| (31..=60).contains(left))
            })
            .await;
        assert_eq!(visitor.count(".k-dialog").await, Some(0), "the ring has begun anew, and nobody is asked");
        visitor.leaves().await;
    })
    .await;
}

/// Where a finger finds what it needs, and how the home screen looks where it shows no clock, and what is typed into
/// before anything is.
struct Map {
    tile: (u32, u32),
    number_keys: Vec<(u32, u32)>,
    number_forward: (u32, u32),
    code_keys: Vec<(u32, u32)>,
    code_forward: (u32, u32),
    leave: (u32, u32),
    field: Area,
    digits: Area,
    home: Picture,
    empty_field: Picture,
    empty_digits: Picture,
}

/// The terminal of the production edition, whose centre is another program, so that only its own memory is looked into; and
/// without a driver, which would know what the page shows.
#[tokio::test]
async fn when_the_second_person_comes_the_first_is_in_no_page_no_file_and_no_memory() {
    let centre = CityCentre::start();
    let screen = Screen::start(PORTRAIT.0, PORTRAIT.1);
    Trial::of_kiosk(Edition::Production, "kiosk-memory", &screen)
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .with_variable("YUYUE_PROGRAM", Edition::Production.program())
        .within(Duration::from_secs(280))
        .beforehand(unlock_keyring)
        .run(async |window| {
            window.find("#centre:focus").await;
            window.press(centre.address().chars()).await;
            window.press([Key::Tab.into()]).await;
            window.press(centre.add_kiosk().chars()).await;
            window.press([Key::Enter.into()]).await;
            let map = learn(&Visitor { window, screen: &screen }, &centre).await;

            window.computer.kill(&Edition::Production.program()).await;
            let session = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/kiosk/yuyue-kiosk-session");
            let mut undriven = window.computer.command(session);
            undriven.env_remove("TAURI_WEBVIEW_AUTOMATION");
            window.computer.run(undriven);
            let computer = &window.computer;
            let traces = [ZHANG.name, ZHANG.number, ZHANG.phone];

            touches_through(&screen, &map, &centre, &ZHANG).await;
            wait_for("the first person's visit", async || !computer.find_in_memory(&[ZHANG.name]).is_empty()).await;
            touches(&screen, map.leave, async || screen.picture(TILES).is_like(&map.home)).await;
            touches_through(&screen, &map, &centre, &LI).await;
            wait_for("the second person's visit", async || !computer.find_in_memory(&[LI.name]).is_empty()).await;
            assert_eq!(computer.find_in_memory(&traces), Vec::<String>::new(), "whoever has left is in no memory");
            assert_eq!(files_with(computer.home(), &traces), Vec::<PathBuf>::new(), "nor in a file");
            touches(&screen, map.leave, async || screen.picture(TILES).is_like(&map.home)).await;
            let traces = [&traces[..], &[LI.name, LI.number, LI.phone]].concat();
            assert_eq!(computer.find_in_memory(&traces), Vec::<String>::new(), "and neither is the second one");
            assert_eq!(files_with(computer.home(), &traces), Vec::<PathBuf>::new(), "nor in a file");
        })
        .await;
}

/// Goes through a visit with the driver, and notes where everything is.
async fn learn(visitor: &Visitor<'_>, centre: &CityCentre) -> Map {
    let keys = async |order: &str| {
        let mut places = Vec::new();
        for key in order.chars() {
            let place = "1234567890".find(key).map_or(0, |place| if place == 9 { 11 } else { place + 1 });
            places.push(visitor.middle(&format!(".k-key:nth-child({place})")).await);
        }
        places
    };
    let digits = "0123456789";
    visitor.at_home().await;
    let tile = visitor.middle(".k-tile.book").await;
    visitor.chooses(Tile::Book, ".kiosk main[data-page=number]").await;
    let before = centre.messages().len();
    let number_keys = keys(digits).await;
    let number_forward = visitor.middle(".k-act .k-btn:last-child").await;
    let (empty_field, field) = still_picture(visitor, visitor.area(".field").await).await;
    visitor.types_number(&ZHOU).await;
    let code_keys = keys(digits).await;
    let code_forward = visitor.middle(".k-act .k-btn:last-child").await;
    let (empty_digits, digits) = still_picture(visitor, visitor.area(".k-digits").await).await;
    visitor.types_code(&centre.code_after(before).await).await;
    visitor.touch(FORWARD, ".kiosk main[data-step=subject]").await;
    let leave = visitor.middle(".k-util .k-btn:first-child").await;
    visitor.leaves().await;
    visitor.sees(".k-tile:not(:disabled)", 8).await;
    let (home, _) = still_picture(visitor, TILES).await;
    Map {
        tile,
        number_keys,
        number_forward,
        code_keys,
        code_forward,
        leave,
        field,
        digits,
        home,
        empty_field,
        empty_digits,
    }
}

/// From the home screen to the record, with nothing but a finger.
async fn touches_through(screen: &Screen, map: &Map, centre: &CityCentre, person: &Person) {
    wait_for("the home screen", async || screen.picture(TILES).is_like(&map.home)).await;
    let before = centre.messages().len();
    touches(screen, map.tile, async || screen.picture(map.field).is_like(&map.empty_field)).await;
    for digit in person.number.bytes() {
        let shown = screen.picture(map.field);
        let key = map.number_keys[usize::from(digit - b'0')];
        touches(screen, key, async || !screen.picture(map.field).is_like(&shown)).await;
    }
    touches(screen, map.number_forward, async || screen.picture(map.digits).is_like(&map.empty_digits)).await;
    for digit in centre.code_after(before).await.bytes() {
        let shown = screen.picture(map.digits);
        let key = map.code_keys[usize::from(digit - b'0')];
        touches(screen, key, async || !screen.picture(map.digits).is_like(&shown)).await;
    }
    let shown = screen.picture(TILES);
    touches(screen, map.code_forward, async || !screen.picture(TILES).is_like(&shown)).await;
}

/// Touches a place until something has come of it; again when nothing has, as a person does.
async fn touches(screen: &Screen, at: (u32, u32), mut done: impl AsyncFnMut() -> bool) {
    let mut looks = 0;
    wait_for("what a touch brings about", async || {
        if looks % LOOKS_BETWEEN_TOUCHES == 0 {
            screen.tap(at);
        }
        looks += 1;
        done().await
    })
    .await;
}

/// The files below a folder in which one of the words stands.
fn files_with(folder: &Path, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, words));
        } else if let Ok(bytes) = fs::read(&path) {
            let stands = |word: &&str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
            found.extend(words.iter().any(stands).then_some(path));
        }
    }
    found
}
