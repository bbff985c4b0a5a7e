//! Whoever leaves the terminal is forgotten, at whatever step they walk away.

use super::hall::Hall;
use super::kiosk::{LANDSCAPE, PORTRAIT, visit, visit_in};
use super::kiosk_looking::ALOUD;
use super::visitor::{FORWARD, LI, LIN, Tile, Visitor, ZHANG, ZHOU};
use serde_json::json;
use std::ops::RangeInclusive;
use yuyue_tests::reader::{Reader, Reading};
use yuyue_tests::window::Edition;

/// Seconds after which somebody who touches nothing is asked whether they are still there, and then is gone.
const UNTIL_ASKED: u64 = 65;
const UNTIL_GONE: u64 = 30;
/// The first of these in 长者模式.
const UNTIL_ASKED_ELDER: u64 = 125;
/// The same while a code is waited for, which lives for so many seconds.
const UNTIL_ASKED_FOR_CODE: u64 = 275;
const CODE_LIFE: u64 = 300;
/// So long somebody is read to.
const READING: u64 = 225;
/// A key that does nothing by itself, by its meaning.
const SHIFT: u32 = 0xffe1;

/// The person walks away: the terminal asks, and then it knows nobody.
async fn walks_away(visitor: &Visitor<'_>, until_asked: u64, step: &str) {
    visitor.screen.copies();
    assert!(visitor.screen.has_copied(), "{step}: something was copied");
    visitor.hall.pass(until_asked);
    visitor.sees(".k-dialog", 1).await;
    visitor.window.screenshot(step).await;
    visitor.hall.pass(UNTIL_GONE);
    visitor.sees(".k-util.at-home", 1).await;
    visitor.at_home().await;
    assert_eq!(visitor.count(".k-dialog").await, Some(0), "{step}: nobody is asked any more");
    let is_empty = async || (!visitor.screen.has_copied()).then_some(());
    visitor.window.wait_for(&format!("{step}: clipboards in which nothing is"), is_empty).await;
    let text = visitor.page_text().await;
    for trace in ["张*三", "李*优", "林*末", "周*候", "0033", "0041", "0367", "0172"] {
        assert!(!text.contains(trace), "{step}: the page has forgotten {trace}");
    }
    for trace in [&ZHANG, &LI, &LIN, &ZHOU].into_iter().flat_map(|person| [person.name, person.number]) {
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
async fn whoever_walks_away_in_any_step_of_a_booking_is_forgotten_standing() {
    walk_away_from_a_booking("kiosk-away", PORTRAIT).await;
}

#[tokio::test]
async fn whoever_walks_away_in_any_step_of_a_booking_is_forgotten_lying() {
    walk_away_from_a_booking("kiosk-away-lying", LANDSCAPE).await;
}

async fn walk_away_from_a_booking(name: &str, size: (u32, u32)) {
    visit(name, size, async |visitor| {
        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        walks_away(visitor, UNTIL_ASKED, "0-card").await;

        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        visitor.touch(".type", ".kiosk main[data-page=number]").await;
        visitor.types(&ZHANG.number[..9], ".groups span").await;
        walks_away(visitor, UNTIL_ASKED, "1-number").await;

        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        visitor.types_number(&ZHANG).await;
        walks_away(visitor, UNTIL_ASKED_FOR_CODE, "2-code").await;

        for (step, name) in
            ["subject", "notice", "sessions", "confirm", "done"].into_iter().zip(["3", "4", "5", "6", "7"])
        {
            goes_to(visitor, step).await;
            let until_asked = if step == "confirm" { UNTIL_ASKED_FOR_CODE } else { UNTIL_ASKED };
            walks_away(visitor, until_asked, &format!("{name}-{step}")).await;
        }
    })
    .await;
}

/// Has a code sent, reads it, and types as much of one as somebody who then walks away; answers the code.
async fn types_half_a_code(visitor: &Visitor<'_>) -> String {
    visitor.touch(".send .k-btn", ".k-digits .turn").await;
    // The simulated phone shows its message above the keys, which lie where they stay only then.
    let code = visitor.reads_code("").await;
    visitor.types_code("12").await;
    code
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
        types_half_a_code(visitor).await;
        return;
    }
    visitor.confirms("").await;
    visitor.sees(".sheet svg", 1).await;
}

#[tokio::test]
async fn whoever_walks_away_in_any_step_of_priority_is_forgotten_standing() {
    walk_away_from_priority("kiosk-away-priority", PORTRAIT).await;
}

#[tokio::test]
async fn whoever_walks_away_in_any_step_of_priority_is_forgotten_lying() {
    walk_away_from_priority("kiosk-away-priority-lying", LANDSCAPE).await;
}

async fn walk_away_from_priority(name: &str, size: (u32, u32)) {
    visit(name, size, async |visitor| {
        let begins = async || {
            visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
            visitor.lays_card(&LI, ".kiosk main[data-step=subject]").await;
            visitor.touch(FORWARD, ".kiosk main[data-step=notice], .kiosk main[data-step=priority_switch]").await;
            if visitor.count(".kiosk main[data-step=notice]").await == Some(1) {
                visitor.agrees("priority_switch").await;
            }
        };
        begins().await;
        walks_away(visitor, UNTIL_ASKED, "1-switch").await;
        begins().await;
        visitor.touch(".priority .k-btn", ".kiosk main[data-step=notice]").await;
        walks_away(visitor, UNTIL_ASKED, "2-notice").await;
        begins().await;
        visitor.touch(".priority .k-btn", ".kiosk main[data-step=notice]").await;
        visitor.agrees("priority_sessions").await;
        visitor.touch(".query .primary", ".k-pick:not([disabled])").await;
        walks_away(visitor, UNTIL_ASKED, "3-sessions").await;
        let comes_to_confirm = async || {
            begins().await;
            visitor.touch(".priority .k-btn", ".kiosk main[data-step=priority_sessions]").await;
            visitor.touch(".query .primary", ".k-pick:not([disabled])").await;
            visitor.touch(".k-pick:not([disabled])", ".k-pick[aria-checked=true]").await;
            visitor.touch(FORWARD, ".kiosk main[data-step=confirm]").await;
        };
        comes_to_confirm().await;
        let code = types_half_a_code(visitor).await;
        walks_away(visitor, UNTIL_ASKED_FOR_CODE, "4-confirm").await;
        // The centre's time passes as well: whoever had a code sent may have another one sent.
        visitor.trains("training_five_minutes").await;
        comes_to_confirm().await;
        visitor.confirms(&code).await;
        visitor.window.find_text("h1", "优先预约成功").await;
        visitor.sees(".sheet svg", 1).await;
        walks_away(visitor, UNTIL_ASKED, "5-placed").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_walks_away_from_an_application_or_its_end_is_forgotten_standing() {
    walk_away_from_an_application("kiosk-away-application", PORTRAIT).await;
}

#[tokio::test]
async fn whoever_walks_away_from_an_application_or_its_end_is_forgotten_lying() {
    walk_away_from_an_application("kiosk-away-application-lying", LANDSCAPE).await;
}

async fn walk_away_from_an_application(name: &str, size: (u32, u32)) {
    visit(name, size, async |visitor| {
        visitor.chooses(Tile::Progress, ".kiosk main[data-page=card]").await;
        visitor.lays_card(&ZHANG, ".kiosk main[data-page=applications]").await;
        walks_away(visitor, UNTIL_ASKED, "1-applications").await;
        visitor.chooses(Tile::Progress, ".kiosk main[data-page=card]").await;
        visitor.lays_card(&ZHANG, ".kiosk main[data-page=applications]").await;
        visitor.touch(".k-pick", ".kiosk main[data-page=application]").await;
        walks_away(visitor, UNTIL_ASKED, "2-application").await;
        let comes_to_withdraw = async || {
            visitor.chooses(Tile::Withdraw, ".kiosk main[data-page=card]").await;
            visitor.lays_card(&ZHOU, ".kiosk main[data-page=applications]").await;
            visitor.touch(".k-pick", ".kiosk main[data-page=end]").await;
        };
        comes_to_withdraw().await;
        let code = types_half_a_code(visitor).await;
        walks_away(visitor, UNTIL_ASKED_FOR_CODE, "3-withdrawal").await;
        // The centre's time passes as well: whoever had a code sent may have another one sent.
        visitor.trains("training_five_minutes").await;
        comes_to_withdraw().await;
        visitor.touch(".send .k-btn", ".k-digits .turn").await;
        visitor.types_code(&visitor.reads_code(&code).await).await;
        visitor.touch(FORWARD, ".kiosk main[data-page=ended]").await;
        walks_away(visitor, UNTIL_ASKED, "4-withdrawn").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_says_so_stays_and_loses_nothing() {
    visit("kiosk-stays", LANDSCAPE, async |visitor| {
        goes_to(visitor, "sessions").await;
        visitor.hall.pass(UNTIL_ASKED);
        visitor.sees(".k-dialog", 1).await;
        visitor.touch(".k-dialog .k-btn.primary", ".kiosk:not(:has(.k-dialog))").await;
        assert_eq!(visitor.count(".k-pick[aria-pressed=true]").await, Some(1), "what was chosen is chosen still");
        visitor.hall.pass(UNTIL_GONE);
        rings(visitor, 31..=60).await;
        assert_eq!(visitor.count(".k-dialog").await, Some(0), "the ring has begun anew, and nobody is asked");
        visitor.hall.pass(UNTIL_GONE);
        visitor.sees(".k-dialog", 1).await;
        let keys = visitor.screen.keys();
        let shift =
            keys.iter().find(|(_, meaning)| *meaning == SHIFT).map(|(code, _)| *code).expect("a keyboard has it");
        visitor.screen.press(&[shift]);
        visitor.sees(".kiosk:not(:has(.k-dialog))", 1).await;
        assert_eq!(visitor.count(".k-pick[aria-pressed=true]").await, Some(1), "a key of a keyboard is a sign as well");
        visitor.leaves().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_read_to_is_there_until_the_voice_has_ended() {
    visit("kiosk-reading", PORTRAIT, async |visitor| {
        goes_to(visitor, "subject").await;
        visitor.touch(ALOUD, &format!("{ALOUD}[aria-pressed=true]")).await;
        visitor.window.wait_for("the voice", async || visitor.hall.hears()).await;
        // Far longer than anybody may be idle who is not read to.
        visitor.hall.pass(READING);
        rings(visitor, 31..=CODE_LIFE - READING).await;
        assert_eq!(visitor.count(".k-dialog").await, Some(0), "whoever listens is asked nothing");
        visitor.at_step("subject").await;
        visitor.hall.ends_reading();
        // More than was left before: the end of the voice is a sign.
        rings(visitor, CODE_LIFE - READING + 1..=90).await;
        walks_away(visitor, UNTIL_ASKED, "1-asked").await;
    })
    .await;
}

/// Waits until the ring shows that somebody has so many seconds left.
async fn rings(visitor: &Visitor<'_>, seconds: RangeInclusive<u64>) {
    let left = "return Number(document.querySelector('.k-presence text')?.textContent ?? 0)";
    let shown = async || visitor.ask(left, vec![]).await?.as_u64().filter(|left| seconds.contains(left));
    visitor.window.wait_for("the ring", shown).await;
}

#[tokio::test]
async fn staff_leave_with_their_code_and_with_no_other() {
    let program = Edition::Training.program();
    visit_in(Hall::run_by_session(), "kiosk-staff", LANDSCAPE, async |visitor| {
        for _ in 0..5 {
            visitor.screen.tap((40, 30));
        }
        visitor.sees(".kiosk main[data-page=exit]", 1).await;
        visitor.types("00000001", ".kiosk main .field").await;
        visitor.touch(FORWARD, ".k-act .k-btn:last-child[disabled]").await;
        visitor.sees(".tell .k-note", 1).await;
        assert!(visitor.window.computer.is_running(&program), "a wrong code leads nowhere");
        visitor.types("00000000", ".kiosk main .field").await;
        let forward = visitor.middle(FORWARD).await;
        visitor.screen.tap(forward);
        let code = visitor.window.wait_for("the exit code", async || visitor.hall.ended_with()).await;
        assert_eq!(code, "0", "with any other its session would start it again");
        visitor.window.computer.ends(&program).await;
    })
    .await;
}

#[tokio::test]
async fn in_the_quiet_hour_the_terminal_begins_anew_but_not_before_somebody_old_has_gone() {
    visit_in(Hall::run_by_session(), "kiosk-night", PORTRAIT, async |visitor| {
        let program = Edition::Training.program();
        // Nobody tells the terminal what time it is, so that the night passes here alone.
        visitor.set_line(false).await;
        visitor.sees(".k-tile:disabled", 5).await;
        visitor.hall.pass(seconds_until(visitor, "02:59:00").await);
        visitor.chooses(Tile::Offices, ".kiosk main[data-page=offices]").await;
        visitor.touch(".k-util .k-btn:nth-child(2)", "html[data-size=elder]").await;
        // The host has heard of it as well once the ring is as long as it is in 长者模式.
        rings(visitor, UNTIL_ASKED_ELDER + 1..=150).await;
        visitor.hall.pass(UNTIL_ASKED_ELDER);
        visitor.sees(".k-dialog", 1).await;
        let (_, heard) = visitor.window.wait_for("the voice", async || visitor.hall.hears()).await;
        visitor.window.screenshot("1-asked").await;
        let seconds = heard.chars().filter(char::is_ascii_digit).collect::<String>();
        assert_eq!(
            heard,
            format!("还在办理吗？{seconds}\u{a0}秒后自动结束，\u{200b}并清除您在本机的全部信息。"),
            "it is asked aloud"
        );
        assert!(seconds_until(visitor, "03:00:00").await > 23 * 3600, "it is past three");
        // That it is asked aloud is no sign that somebody is there.
        let left = "return Number(document.querySelector('.k-dialog text')?.textContent ?? 0)";
        let shorter = async || visitor.ask(left, vec![]).await?.as_u64().filter(|left| (1..23).contains(left));
        visitor.window.wait_for("the ring going on", shorter).await;
        assert!(visitor.window.computer.is_running(&program), "and as long as somebody may be, nothing begins anew");
        visitor.hall.pass(UNTIL_GONE);
        let code = visitor.window.wait_for("the exit code", async || visitor.hall.ended_with()).await;
        assert_eq!(code, "75", "it wants to begin anew");
        Reader::start(&visitor.window.computer).await.shows("the home screen of the next day", Reading::is_home).await;
        assert!(visitor.window.computer.is_running(&program), "its session has started it again");
    })
    .await;
}

/// Seconds until the terminal's clock shows this time of the day.
async fn seconds_until(visitor: &Visitor<'_>, time: &str) -> u64 {
    let script = "const [time, done] = arguments; window.__TAURI_INTERNALS__.invoke('app_state').then(({ now }) => { \
        const left = (new Date(`${now.slice(0, 11)}${time}+08:00`) - new Date(now)) / 1000; \
        done(left < 0 ? left + 86400 : left); })";
    visitor.window.page.execute_async(script, vec![json!(time)]).await.unwrap().as_u64().unwrap()
}
