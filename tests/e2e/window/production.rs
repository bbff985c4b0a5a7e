//! The production edition at a real centre: enrolled with a one-time code, its files encrypted with a key of the keyring.

use super::clerk;
use fantoccini::key::Key;
use std::fs::{self, File};
use std::process::Stdio;
use yuyue_tests::centre::CityCentre;
use yuyue_tests::computer::Computer;
use yuyue_tests::window::{Edition, Trial, Window};

/// Unlocks the keyring of the computer's session, as signing in to the desktop does.
fn unlock_keyring(computer: &Computer) {
    let password = computer.home().join("password");
    fs::write(&password, "a password of the desktop").expect("written");
    let mut keyring = computer.command("gnome-keyring-daemon");
    keyring.args(["--unlock", "--components=secrets"]);
    keyring.stdin(File::open(password).expect("readable")).stdout(Stdio::null()).stderr(Stdio::null());
    computer.run(keyring);
}

/// 设备登记: the centre's address and the one-time code.
async fn enrol(window: &Window, centre: &CityCentre) {
    window.find("#centre:focus").await;
    window.press(centre.address().chars()).await;
    window.press([Key::Tab.into()]).await;
    window.press(centre.add_counter().chars()).await;
    window.press([Key::Enter.into()]).await;
}

/// From the look-up to the answer; the code comes from where the gateway program fetches messages.
async fn book(window: &Window, centre: &CityCentre) {
    clerk::start_booking(window, "张例三").await;
    clerk::confirm_subject(window).await;
    clerk::at_step(window, "业务须知").await;
    clerk::agree(window).await;
    clerk::at_step(window, "选择场次").await;
    clerk::choose(window, 1).await;
    window.press([Key::F4.into()]).await;
    clerk::at_step(window, "确认并提交").await;
    window.press([Key::F7.into()]).await;
    let code = window.wait_for("the code", async || code_in(centre.messages().last()?)).await;
    clerk::submit(window, &code).await;
    window.find_text("main h1", "预约申请已受理").await;
}

/// The six digits of a message.
fn code_in(message: &str) -> Option<String> {
    message.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 6).map(str::to_owned)
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
async fn without_a_keyring_nothing_is_opened_and_the_window_says_why() {
    Trial::of(Edition::Production, "keyring")
        .run(async |window| {
            window.find_text("main h1", "无法打开").await;
            window.find_text("main .note", "密钥环").await;
            window.screenshot("missing").await;
        })
        .await;
}
