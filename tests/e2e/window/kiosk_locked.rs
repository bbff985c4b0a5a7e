//! The terminal stays what it is, whatever somebody does to it: keys, gestures and drops.

use super::hall::VOICE;
use super::kiosk::{LANDSCAPE, PORTRAIT, visit};
use super::visitor::{FORWARD, Tile, Visitor, ZHANG};
use std::collections::BTreeSet;
use yuyue_tests::drop::Holder;
use yuyue_tests::screen::Finger;

/// The keys that are held, by their meanings: Control, Alt, Shift and the one with a logo.
const HELD: [u32; 4] = [0xffe3, 0xffe9, 0xffe1, 0xffeb];
/// F1 to F12.
const FUNCTION_KEYS: std::ops::RangeInclusive<u32> = 0xffbe..=0xffc9;
/// Menu, Print, Pause, Home, End, both Page keys, the arrows, Insert, Delete, `BackSpace`, Escape, Help and Find; and the keys
/// with which browsers go back, forward and home, reload, search, open mail and start programs.
const OTHER_KEYS: [u32; 28] = [
    0xff67,
    0xff61,
    0xff13,
    0xff50,
    0xff57,
    0xff55,
    0xff56,
    0xff51,
    0xff52,
    0xff53,
    0xff54,
    0xff63,
    0xffff,
    0xff08,
    0xff1b,
    0xff6a,
    0xff68,
    0x1008_ff26,
    0x1008_ff27,
    0x1008_ff18,
    0x1008_ff73,
    0x1008_ff1b,
    0x1008_ff19,
    0x1008_ff1d,
    0x1008_ff2e,
    0x1008_ff41,
    0x1008_ff2f,
    0x1008_ff2c,
];
/// Letters and signs that browsers and desktops have a use for.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789+-=/'";

/// What must be as it was.
#[derive(Debug, PartialEq)]
struct Place {
    windows: Vec<u32>,
    visible: usize,
    is_filled: bool,
    address: String,
    /// Its scale, its size and how far it was moved; what is marked in it; whether it is still the one that was there, and was
    /// not loaded anew. Asked at once: this is looked at after each of a thousand keys.
    page: serde_json::Value,
}

async fn place(visitor: &Visitor<'_>) -> Place {
    // What was done has reached the page when the page has drawn itself anew. A menu that opens later still stands there
    // when the next thing is done.
    visitor.draws().await;
    let page = "return [visualViewport.scale, devicePixelRatio, innerWidth, innerHeight, scrollX, scrollY, \
        getSelection().toString(), window.isFirstPage === true]";
    let windows = visitor.screen.windows();
    Place {
        visible: visitor.screen.visible(),
        is_filled: windows.iter().all(|window| visitor.screen.is_filled_by(*window)),
        windows,
        address: visitor.window.page.current_url().await.unwrap().to_string(),
        page: visitor.ask(page, vec![]).await.unwrap(),
    }
}

/// As [`place`], once the window has come to fill the screen, which a page of the right size does not yet mean.
async fn first_place(visitor: &Visitor<'_>) -> Place {
    visitor
        .window
        .wait_for("the one window that fills the screen", async || {
            let windows = visitor.screen.windows();
            (windows.len() == 1 && visitor.screen.is_filled_by(windows[0])).then_some(())
        })
        .await;
    visitor.ask("window.isFirstPage = true", vec![]).await;
    place(visitor).await
}

/// What runs, except the voice, the one program that the page starts: keys that press the buttons of the page may have it
/// read aloud, as fingers may.
fn programs(visitor: &Visitor<'_>) -> BTreeSet<String> {
    let mut programs = visitor.window.computer.programs();
    programs.remove(VOICE);
    programs
}

/// The codes of the keys that a browser or a desktop may have a use for and that press no button of the page.
fn keys(visitor: &Visitor<'_>) -> Vec<u8> {
    let keys = visitor.screen.keys();
    let code = |meaning: u32| keys.iter().find(|(_, has)| *has == meaning).map(|(code, _)| *code);
    let wanted = FUNCTION_KEYS.chain(OTHER_KEYS).chain(LETTERS.chars().map(u32::from));
    let pressed: Vec<u8> = wanted.filter_map(code).collect();
    assert!(pressed.len() > 60, "most keyboards have these keys");
    pressed
}

/// Which keys can be held together, by their codes: none of them, and all of them at last.
fn held(visitor: &Visitor<'_>) -> Vec<Vec<u8>> {
    let keys = visitor.screen.keys();
    let code = |meaning| keys.iter().find(|(_, has)| *has == meaning).expect("a keyboard has it").0;
    let all = HELD.map(code);
    (0..1 << all.len())
        .map(|with| (0..all.len()).filter(|one| with >> one & 1 == 1).map(|one| all[one]).collect())
        .collect()
}

/// Goes to the home screen from wherever keys have led.
async fn goes_home(visitor: &Visitor<'_>) {
    visitor.touch(".k-util:not(.at-home) .k-btn:first-child", ".k-util.at-home").await;
    visitor.at_home().await;
}

#[tokio::test]
async fn no_key_leads_out_of_the_terminal() {
    visit("kiosk-keys", LANDSCAPE, async |visitor| {
        let before = first_place(visitor).await;
        let running = programs(visitor);
        let pressed = keys(visitor);
        for with in held(visitor) {
            for key in &pressed {
                visitor.screen.press(&[&with[..], &[*key]].concat());
                assert_eq!(place(visitor).await, before, "key {key} with {with:?}");
            }
        }
        assert_eq!(programs(visitor), running, "no program was started, and none has ended");
        visitor.at_home().await;

        // Once more all keys that there are, with Tab, Enter and Space, which press buttons of the page.
        for with in held(visitor) {
            for (key, _) in &visitor.screen.keys() {
                visitor.screen.press(&[&with[..], &[*key]].concat());
            }
            assert_eq!(place(visitor).await, before, "all keys with {with:?}");
        }
        assert_eq!(programs(visitor), running, "nothing was started by any of them");
        goes_home(visitor).await;
        visitor.chooses(Tile::Offices, ".kiosk main[data-page=offices]").await;
    })
    .await;
}

#[tokio::test]
async fn no_key_changes_what_somebody_has_typed_or_ends_their_visit() {
    visit("kiosk-keys-visit", PORTRAIT, async |visitor| {
        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        visitor.touch(".type", ".kiosk main[data-page=number]").await;
        visitor.types(&ZHANG.number[..9], ".groups span").await;
        stays_with_all_keys(visitor, ".groups").await;
        visitor.leaves().await;

        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        visitor.types_number(&ZHANG).await;
        let code = visitor.reads_code("").await;
        visitor.types_code(&code[..3]).await;
        stays_with_all_keys(visitor, ".k-digits").await;
        visitor.types_code(&code[3..]).await;
        visitor.touch(FORWARD, ".kiosk main[data-step=subject]").await;
        stays_with_all_keys(visitor, "h1").await;
        visitor.leaves().await;
    })
    .await;
}

/// Presses all keys that press no button of the page, with whatever can be held: what fits a CSS selector stays as it was.
async fn stays_with_all_keys(visitor: &Visitor<'_>, css: &str) {
    let (before, said) = (first_place(visitor).await, visitor.text_of(css).await);
    for with in held(visitor) {
        for key in &keys(visitor) {
            visitor.screen.press(&[&with[..], &[*key]].concat());
        }
        assert_eq!(place(visitor).await, before, "all keys with {with:?}");
        assert_eq!(visitor.text_of(css).await, said, "all keys with {with:?} type nothing and press nothing");
    }
}

#[tokio::test]
async fn no_gesture_does_anything_but_press_what_one_finger_presses() {
    visit("kiosk-gestures", PORTRAIT, async |visitor| {
        let screen = visitor.screen;
        let before = first_place(visitor).await;
        let (x, y) = visitor.middle(".k-tile.offices").await;
        let other = visitor.middle(".k-tile.sessions").await;
        let stays = async |what: &str| {
            assert_eq!(place(visitor).await, before, "{what} leaves everything as it was");
            assert_eq!(visitor.count(".k-util.at-home").await, Some(1), "{what} presses nothing");
        };

        for (from, to) in [(40, 300), (300, 40)] {
            screen.touch(1, Finger::Down, (x - from, y));
            screen.touch(2, Finger::Down, (x + from, y));
            for step in 1..=10 {
                let apart = (from * (10 - step) + to * step) / 10;
                screen.touch(1, Finger::Moves, (x - apart, y));
                screen.touch(2, Finger::Moves, (x + apart, y));
            }
            screen.touch(1, Finger::Up, (x - to, y));
            screen.touch(2, Finger::Up, (x + to, y));
            stays("a pinch").await;
        }
        screen.touch(1, Finger::Down, (x, y));
        screen.touch(2, Finger::Down, other);
        screen.touch(2, Finger::Up, other);
        screen.touch(1, Finger::Up, (x, y));
        stays("two fingers").await;
        for finger in 1..=5 {
            screen.touch(finger, Finger::Down, (x + finger * 20, y + finger * 10));
        }
        for finger in 1..=5 {
            screen.touch(finger, Finger::Up, (x + finger * 20, y + finger * 10));
        }
        stays("a flat hand").await;
        screen.touch(1, Finger::Down, (x, y));
        screen.touch(1, Finger::Moves, other);
        screen.touch(1, Finger::Up, other);
        stays("a finger that goes elsewhere").await;
        for height in (400..1800).step_by(20) {
            screen.touch(1, if height == 400 { Finger::Down } else { Finger::Moves }, (540, 2200 - height));
        }
        screen.touch(1, Finger::Up, (540, 420));
        stays("a swipe").await;
        for button in [2, 3, 8, 9] {
            screen.click(button, (x, y), &[]);
            stays("a mouse's other button").await;
        }
        let keys = screen.keys();
        let control = keys.iter().find(|(_, meaning)| *meaning == HELD[0]).map(|(code, _)| *code).unwrap();
        for button in [4, 5, 6, 7] {
            screen.click(button, (x, y), &[control]);
            stays("a wheel with Control").await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_dropped_on_the_terminal_is_not_opened() {
    visit("kiosk-drops", LANDSCAPE, async |visitor| {
        let before = first_place(visitor).await;
        let running = programs(visitor);
        let middle = visitor.middle(".k-tile.offices").await;
        let dropped = [
            ("text/uri-list", "file:///etc/hostname\r\n"),
            ("text/uri-list", "https://example.org/\r\n"),
            ("text/plain;charset=utf-8", "https://example.org/"),
            ("text/html", "<a href='https://example.org/'>here</a>"),
        ];
        for (kind, held) in dropped {
            Holder::drops(visitor.screen, kind, held, middle).await;
            assert_eq!(place(visitor).await, before, "{held} as {kind} leads nowhere");
            visitor.at_home().await;
        }
        assert_eq!(programs(visitor), running, "and starts no program");
    })
    .await;
}

#[tokio::test]
async fn a_slow_or_a_doubled_touch_presses_once() {
    visit("kiosk-touches", PORTRAIT, async |visitor| {
        let elder = visitor.middle(".k-util .k-btn:nth-child(2)").await;
        visitor.sees(".k-tile:not(:disabled)", 8).await;
        let now = async || visitor.ask("return performance.now()", vec![]).await?.as_f64();
        // The screen takes touches a moment after it has come.
        visitor.touch(".k-util .k-btn:nth-child(2)", "html[data-size=elder]").await;
        visitor.touch(".k-util .k-btn:nth-child(2)", "html:not([data-size])").await;
        let tapped = visitor.window.wait_for("the page's clock", now).await;
        visitor.window.wait_for("another moment", async || (now().await? > tapped + 1000.0).then_some(())).await;
        visitor.screen.tap(elder);
        visitor.screen.tap(elder);
        visitor.sees("html[data-size=elder]", 1).await;
        let unhurried = visitor.window.wait_for("the page's clock", now).await;
        visitor.window.wait_for("another moment", async || (now().await? > unhurried + 1000.0).then_some(())).await;
        assert_eq!(visitor.count("html[data-size=elder]").await, Some(1), "a double tap is one touch");

        let before = first_place(visitor).await;
        let offices = visitor.middle(".k-tile.offices").await;
        visitor.screen.touch(1, Finger::Down, offices);
        let down = visitor.window.wait_for("the page's clock", now).await;
        visitor.window.wait_for("a long while", async || (now().await? > down + 2000.0).then_some(())).await;
        assert_eq!(place(visitor).await, before, "no menu opens under a finger that stays");
        assert_eq!(visitor.count(".k-tile.offices[data-pressed]").await, Some(1), "the button looks pressed");
        visitor.screen.touch(1, Finger::Up, offices);
        visitor.sees(".kiosk main[data-page=offices]", 1).await;
    })
    .await;
}
