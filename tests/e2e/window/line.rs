//! The line breaks in the middle of a booking: it is registered, survives the program, and arrives once.

use super::{clerk, production};
use fantoccini::Locator;
use fantoccini::key::Key;
use yuyue_tests::centre::CityCentre;
use yuyue_tests::window::{Edition, Trial, Window};

#[tokio::test]
async fn what_is_booked_without_line_survives_a_restart_and_is_delivered_once() {
    Trial::of(Edition::Training, "line")
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::go_to_sessions(window, "张例三").await;
            clerk::choose(window, 1).await;
            clerk::train(window, "断开线路").await;
            window.find_text(".top .chip.warn", "离线").await;
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            window.screenshot("1-register").await;
            window.press([Key::Enter.into()]).await;
            window.find_text("main h1", "预约已登记，尚未受理").await;
            window.find(".slip").await;
            window.screenshot("2-registered").await;
            window.press([Key::F9.into()]).await;
            window.find("tr[data-pick]").await;
            window.screenshot("3-waiting").await;
            // With the program the line is there again: the training edition cuts it for one run.
            window.restart().await;
            clerk::sign_in(window).await;
            window.press([Key::F9.into()]).await;
            window.find_text("tr[data-pick], .panel, main", "补验证码").await;
            let rows = rows_with(window, "tr[data-pick]", &["预约申请"]).await;
            assert_eq!(rows, 1, "it arrived once and waits for its code");
            window.screenshot("4-delivered").await;
            window.press_with(Key::Alt.into(), '3').await;
            window.find_text(".tb tbody tr", "张*三").await;
            window.screenshot("5-progress").await;
            let waiting = rows_with(window, ".tb tbody tr", &["张*三", "待验证"]).await;
            assert_eq!(waiting, 1, "and the centre has it once");
        })
        .await;
}

#[tokio::test]
async fn what_is_booked_while_the_centre_is_gone_outlives_a_killed_program_and_arrives_once() {
    let mut centre = CityCentre::start();
    Trial::of(Edition::Production, "killed")
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .beforehand(production::unlock_keyring)
        .run(async |window| {
            production::enrol(window, &centre).await;
            clerk::sign_in(window).await;
            clerk::go_to_sessions(window, "张例三").await;
            clerk::choose(window, 1).await;

            centre.kill();
            window.find_text(".top .chip.warn", "离线").await;
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            window.find_text(".submit", "登记").await;
            window.press([Key::Enter.into()]).await;
            window.find_text("main h1", "预约已登记，尚未受理").await;
            window.kill_and_start().await;

            clerk::sign_in(window).await;
            window.press([Key::F9.into()]).await;
            window.find_text("tr[data-pick]", "预约申请").await;
            window.screenshot("1-waiting").await;
            centre.serve_again();
            window.press_with(Key::Control.into(), 'r').await;
            window.find_text(".top .chip.ok", "已同步").await;
            window.find_text("tr[data-pick]", "补验证码").await;
            assert_eq!(rows_with(window, "tr[data-pick]", &["预约申请"]).await, 1, "it waits for its code, once");
            window.screenshot("2-delivered").await;
            window.press_with(Key::Alt.into(), '3').await;
            window.find_text(".tb tbody tr", "张*三").await;
            assert_eq!(rows_with(window, ".tb tbody tr", &["张*三", "待验证"]).await, 1, "the centre has it once");
        })
        .await;
}

async fn rows_with(window: &Window, css: &str, texts: &[&str]) -> usize {
    let mut found = 0;
    for row in window.page.find_all(Locator::Css(css)).await.unwrap() {
        let shown = row.text().await.unwrap();
        found += usize::from(texts.iter().all(|text| shown.contains(text)));
    }
    found
}
