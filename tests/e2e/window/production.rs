//! The production edition at a real centre: enrolled with a one-time code, its files encrypted with a key of the keyring.

use super::clerk;
use fantoccini::Locator;
use fantoccini::key::Key;
use std::fs::{self, File};
use std::process::Stdio;
use yuyue_tests::centre::CityCentre;
use yuyue_tests::computer::Computer;
use yuyue_tests::counter::OtherCounter;
use yuyue_tests::window::{Edition, Trial, Window};

/// Unlocks the keyring of the computer's session, as signing in to the desktop does.
pub fn unlock_keyring(computer: &Computer) {
    let password = computer.home().join("password");
    fs::write(&password, "a password of the desktop").expect("written");
    let mut keyring = computer.command("gnome-keyring-daemon");
    keyring.args(["--unlock", "--components=secrets"]);
    keyring.stdin(File::open(password).expect("readable")).stdout(Stdio::null()).stderr(Stdio::null());
    computer.run(keyring);
}

/// 设备登记: the centre's address and the one-time code.
pub async fn enrol(window: &Window, centre: &CityCentre) {
    window.find("#centre:focus").await;
    window.press(centre.address().chars()).await;
    window.press([Key::Tab.into()]).await;
    window.press(centre.add_counter().chars()).await;
    window.press([Key::Enter.into()]).await;
}

/// From the look-up to the answer; the code comes from where the gateway program fetches messages.
async fn book(window: &Window, centre: &CityCentre) {
    clerk::go_to_sessions(window, "张例三").await;
    clerk::choose(window, 1).await;
    window.press([Key::F4.into()]).await;
    clerk::at_step(window, "确认并提交").await;
    clerk::submit(window, &send_code(window, centre).await).await;
    window.find_text("main h1", "预约申请已受理").await;
}

/// 确认并提交: sends the code (发送验证码) and fetches it as the gateway program does.
async fn send_code(window: &Window, centre: &CityCentre) -> String {
    let before = centre.messages().len();
    window.press([Key::F7.into()]).await;
    centre.code_after(before).await
}

#[tokio::test]
async fn a_computer_enrols_books_at_the_centre_and_is_known_again_after_a_restart() {
    let centre = CityCentre::start();
    Trial::of(Edition::Production, "production")
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .beforehand(unlock_keyring)
        .run(async |window| {
            enrol(window, &centre).await;
            clerk::sign_in(window).await;
            window.screenshot("1-home").await;
            book(window, &centre).await;
            window.screenshot("2-accepted").await;
            window.restart().await;
            clerk::sign_in(window).await;
            clerk::next_person(window).await;
            window.find_text(".tb tbody", "张*三").await;
            window.screenshot("3-after-a-restart").await;
        })
        .await;
}

#[tokio::test]
async fn whoever_loses_the_race_for_the_last_priority_place_is_told_and_books_one_that_is_left() {
    let centre = CityCentre::start();
    let rival = OtherCounter::start(&centre, "0317", "peixun-0317").await;
    Trial::of(Edition::Production, "race")
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .beforehand(unlock_keyring)
        .run(async |window| {
            enrol(window, &centre).await;
            clerk::sign_in(window).await;
            clerk::start_booking(window, "李例优").await;
            clerk::confirm_subject(window).await;
            clerk::agree(window).await;
            clerk::at_step(window, "切换优先预约").await;
            window.press([Key::F6.into()]).await;
            clerk::agree(window).await;
            clerk::at_step(window, "选择场次").await;
            clerk::query(window).await;
            let listed = rows(window).await;
            window.press([' ']).await;
            let wanted = window.find("tr.hot").await.text().await.unwrap();
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            let code = send_code(window, &centre).await;

            rival.book_priority(&centre, "曹例争").await;
            clerk::submit(window, &code).await;
            clerk::at_step(window, "选择场次").await;
            window.find_text(".note.bad", "这个优先名额刚被他人约走").await;
            assert_eq!(rows(window).await, listed - 1, "what is left is offered");
            let left = window.find(".tb tbody").await.text().await.unwrap();
            assert!(!left.contains(&wanted), "and not what is full: {wanted}");
            window.screenshot("1-taken").await;
            window.press([' ']).await;
            window.find("tr.hot").await;
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            clerk::submit(window, &code).await;
            window.find_text("main h1", "优先预约成功").await;
            window.screenshot("2-placed").await;
        })
        .await;
}

/// The sessions that are listed.
async fn rows(window: &Window) -> usize {
    window.page.find_all(Locator::Css(".tb tbody tr[data-pick]")).await.unwrap().len()
}

#[tokio::test]
async fn without_a_keyring_nothing_is_opened_and_the_window_says_why() {
    Trial::of(Edition::Production, "keyring")
        .run(async |window| {
            window.find_text("main h1", "无法打开").await;
            window.find_text("main .note", "密钥环").await;
            window.screenshot("missing").await;
        })
        .await;
}
