//! 待处理 by keyboard alone: the code that was missing, what the centre sent back, and the end of the shift.

use super::clerk;
use fantoccini::Locator;
use fantoccini::key::Key;
use std::fs;
use yuyue_tests::window::{Edition, Trial, Window};

#[tokio::test]
async fn a_code_that_was_missing_is_given_in_the_outbox_and_the_shift_ends_with_all_received() {
    Trial::of(Edition::Training, "missing-code")
        .run(async |window| {
            clerk::sign_in(window).await;
            register(window, "张例三").await;
            clerk::train(window, "恢复线路").await;
            window.press([Key::F9.into()]).await;
            window.find_text("tr.grp", "待验证").await;
            window.find_text("tr[data-pick].cur", "张*三").await;
            window.screenshot("1-held").await;
            window.press([Key::Enter.into()]).await;
            let code = send_code(window).await;
            window.find(".dialog .code :focus").await;
            window.press(code.chars()).await;
            window.find(".dialog .btn.p:not([disabled])").await;
            window.press([Key::Enter.into()]).await;
            window.gone(".dialog").await;
            window.find_text("tr[data-pick]", "补验证码").await;
            window.screenshot("2-delivered").await;
            window.tab_to("交班核对").await;
            window.press([Key::Enter.into()]).await;
            window.find_text(".dialog", "今天办理 2 件，中心收到 2 件").await;
            window.screenshot("3-shift").await;
            window.press([Key::F8.into()]).await;
            window.find(".dialog .slip").await;
            window.press([Key::F8.into()]).await;
            window.gone(".dialog").await;
            let text = printed(window);
            for part in ["交班单", "本班登记", "2 件", "全部送达"] {
                assert!(text.contains(part), "the slip of the shift says {part}: {text}");
            }
        })
        .await;
}

#[tokio::test]
async fn what_came_too_late_is_sent_back_with_its_reason_handed_over_and_booked_again() {
    Trial::of(Edition::Training, "sent-back")
        .run(async |window| {
            clerk::sign_in(window).await;
            register(window, "张例三").await;
            // The line is gone for so long that the session is published without this application.
            for _ in 0..2 {
                clerk::train(window, "到下一天").await;
            }
            for _ in 0..2 {
                clerk::train(window, "现在公示").await;
            }
            clerk::train(window, "恢复线路").await;
            clerk::sign_in_again(window).await;
            window.press([Key::F9.into()]).await;
            window.find_text("tr.grp", "中心退回，需处理").await;
            window.find_text("tr[data-pick].cur", "张*三").await;
            let said = window.find(".refused").await.text().await.unwrap();
            assert!(said.contains("中心的答复") && said.contains("怎么办"), "why, and what to do: {said}");
            window.screenshot("1-sent-back").await;
            window.press([Key::F6.into()]).await;
            window.find(".dialog textarea").await;
            window.fill("留给下一位办事员", "申请人下午再来").await;
            window.press_with(Key::Control.into(), Key::Enter.into()).await;
            window.gone(".dialog").await;
            window.find_text(".refused .note", "申请人下午再来").await;
            window.screenshot("2-handed-over").await;
            window.press([Key::Enter.into()]).await;
            clerk::at_step(window, "科目确认").await;
            clerk::confirm_subject(window).await;
            clerk::at_step(window, "选择场次").await;
            clerk::choose(window, 1).await;
            window.press([Key::F4.into()]).await;
            clerk::confirm(window, "预约申请已受理").await;
            window.press([Key::F9.into()]).await;
            window.find_text("tr.grp", "今日已送达").await;
            let left = window.page.find_all(Locator::Css(".refused")).await.unwrap();
            assert!(left.is_empty(), "what was booked again is no work any more");
            window.screenshot("3-done").await;
        })
        .await;
}

#[tokio::test]
async fn what_closes_within_an_hour_and_is_not_sent_raises_the_alarm_until_it_has_arrived() {
    // Forty minutes before the application for the first session of the list closes.
    Trial::of(Edition::Training, "alarm")
        .with_variable("YUYUE_TRAINING_BEGIN", "2026-11-03T11:20:00+08:00")
        .run(async |window| {
            clerk::sign_in(window).await;
            register(window, "张例三").await;
            window.find_text(".top .chip.bad", "1 件未送达，12:00 截止").await;
            window.screenshot("1-closing").await;
            window.press([Key::F9.into()]).await;
            window.find_text("main", "11月3日 12:00 申请截止，还有").await;
            window.screenshot("2-waiting").await;
            clerk::train(window, "恢复线路").await;
            window.gone(".top .chip.bad").await;
            window.find_text("tr.grp", "待验证").await;
        })
        .await;
}

/// Cuts the line and registers an application.
async fn register(window: &Window, name: &str) {
    clerk::go_to_sessions(window, name).await;
    clerk::choose(window, 1).await;
    clerk::train(window, "断开线路").await;
    window.find_text(".top .chip.warn", "离线").await;
    window.press([Key::F4.into()]).await;
    clerk::at_step(window, "确认并提交").await;
    window.press([Key::Enter.into()]).await;
    window.find_text("main h1", "预约已登记，尚未受理").await;
}

/// Sends the code in the dialog, which leaving spends nothing of, and reads it from the simulated phone meanwhile.
async fn send_code(window: &Window) -> String {
    window.find(".dialog .code").await;
    window.press([Key::F7.into()]).await;
    window.find(".dialog .code .cell.f").await;
    window.press([Key::Escape.into()]).await;
    window.gone(".dialog").await;
    let code = clerk::newest_code(window, "").await;
    window.press([Key::Enter.into()]).await;
    code
}

/// The text of the one document that came out of the printer.
fn printed(window: &Window) -> String {
    let folder = window.computer.home().join("data/cn.cqyuyue.desk.training/printed");
    let printed: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [pdf] = printed.as_slice() else { panic!("one document was printed, not {printed:?}") };
    pdf_extract::extract_text(pdf).unwrap()
}
