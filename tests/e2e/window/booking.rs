//! A clerk books a test for the person at the counter, from signing in to the centre's answer.

use fantoccini::key::Key;
use yuyue_tests::window::{Edition, Window};

/// Reads the newest code from the simulated phone, as the person at the counter reads it from theirs.
async fn read_code(window: &Window) -> String {
    let ask = "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke('training', {}).then(done, done);";
    window
        .wait_for("a code on the simulated phone", async || {
            let state = window.page.execute_async(ask, vec![]).await.ok()?;
            let text = state["messages"][0]["text"].as_str()?.to_owned();
            let digits = text.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 6)?;
            Some(digits.to_owned())
        })
        .await
}

async fn sign_in(window: &Window) {
    window.find("#number").await.send_keys("0317").await.unwrap();
    window.find("#password").await.send_keys("peixun-0317").await.unwrap();
    window.press([Key::Enter.into()]).await;
    window.find(".rail").await;
}

/// Looks somebody up and begins a booking.
async fn start_booking(window: &Window, name: &str) {
    window.press([Key::F2.into()]).await;
    window.find(".find input").await.send_keys(name).await.unwrap();
    window.find(".hit").await;
    window.press([Key::F3.into()]).await;
    window.find(".river").await;
}

/// 科目确认: says how the person was identified, and goes on.
async fn confirm_subject(window: &Window) {
    window.find("input[name=identity]:not([disabled])").await.click().await.unwrap();
    window.find(".foot .btn.lg:not([disabled])").await;
    window.press([Key::F4.into()]).await;
}

/// 业务须知: reads to the end and agrees.
async fn agree(window: &Window) {
    window
        .wait_for("the end of the notice", async || {
            window.press([Key::PageDown.into()]).await;
            window.page.find(fantoccini::Locator::Css(".foot .btn.lg:not([disabled])")).await.ok()
        })
        .await;
    window.press([Key::F4.into()]).await;
}

/// 选择场次: asks for sessions and chooses the first one.
async fn choose(window: &Window) {
    window.press_with(Key::Alt.into(), 'q').await;
    window.find(".tb tbody tr").await;
    window.press([Key::Down.into(), ' ']).await;
    window.find(".pref:not(.e)").await;
    window.press([Key::F4.into()]).await;
}

/// 确认并提交: sends the code, types it and books.
async fn submit(window: &Window) {
    window.find(".submit").await;
    window.press([Key::F7.into()]).await;
    window.find(".code .cell").await;
    let code = read_code(window).await;
    window.press(code.chars()).await;
    window.find(".submit:not([disabled])").await;
    window.press([Key::Enter.into()]).await;
}

#[tokio::test]
async fn a_clerk_books_and_the_second_booking_on_this_computer_skips_the_notice() {
    Window::run(Edition::Training, &[], "booking", async |window| {
        sign_in(window).await;
        window.screenshot("booking-1-home").await;
        start_booking(window, "张例三").await;
        window.screenshot("booking-2-subject").await;
        confirm_subject(window).await;
        window.find_text(".river li.now", "业务须知").await;
        window.screenshot("booking-3-notice").await;
        agree(window).await;
        window.find_text(".river li.now", "选择场次").await;
        window.screenshot("booking-4-sessions").await;
        choose(window).await;
        window.find_text(".river li.now", "确认并提交").await;
        submit(window).await;
        window.find_text("main", "预约申请已受理").await;
        window.screenshot("booking-5-done").await;

        window.press([Key::F10.into()]).await;
        start_booking(window, "赵例无").await;
        confirm_subject(window).await;
        window.find_text(".river li.now", "选择场次").await;
        window.screenshot("booking-6-skipped").await;
    })
    .await;
}
