//! 优先考试预约: six steps, one session, success at once.

use super::clerk;
use fantoccini::Locator;
use fantoccini::key::Key;
use yuyue_tests::window::{Edition, Trial, Window};

#[tokio::test]
async fn a_priority_booking_goes_by_its_six_steps_and_is_placed_at_once() {
    Trial::of(Edition::Training, "priority")
        .sized(1920, 1080)
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::start_booking(window, "李例优").await;
            let edge = "return document.elementFromPoint(innerWidth / 2, innerHeight - 3).closest('.status') !== null";
            let fills = window.page.execute(edge, vec![]).await.unwrap();
            assert_eq!(fills, true, "the scaled surface fills the screen to its last line");
            window.screenshot("1-subject").await;
            clerk::confirm_subject(window).await;
            clerk::agree(window).await;
            clerk::at_step(window, "切换优先预约").await;
            window.screenshot("2-switch").await;
            window.press([Key::F6.into()]).await;
            clerk::at_step(window, "优先预约业务须知").await;
            window.screenshot("3-notice").await;
            clerk::agree(window).await;
            clerk::at_step(window, "选择场次").await;
            let steps = window.page.find_all(Locator::Css(".river li")).await.unwrap().len();
            assert_eq!(steps, 6, "the guide's six steps");
            choose_vacant(window).await;
            window.screenshot("4-sessions").await;
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            let code = clerk::send_code(window, "").await;
            window.screenshot("5-confirm").await;
            clerk::submit(window, &code).await;
            window.find_text("main h1", "优先预约成功").await;
            let slip = window.find(".slip").await.attr("aria-label").await.unwrap().unwrap_or_default();
            assert!(slip.contains("预约凭证"), "the voucher is there at once: {slip}");
            window.screenshot("6-placed").await;
        })
        .await;
}

/// Goes down the list until a session takes the choice: those without a vacant priority place do not.
async fn choose_vacant(window: &Window) {
    clerk::query(window).await;
    window
        .wait_for("a session with a vacant priority place", async || {
            window.press([' ', Key::Down.into()]).await;
            window.page.find(Locator::Css("tr.hot")).await.ok()
        })
        .await;
}
