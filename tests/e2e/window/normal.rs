//! 普通考试预约 from sign-in to the voucher, and what a computer remembers of it.

use super::clerk;
use fantoccini::key::Key;
use std::fs;
use yuyue_tests::window::{Edition, Trial, Window};

#[tokio::test]
async fn a_clerk_books_chosen_sessions_and_after_the_publication_prints_the_voucher() {
    Trial::of(Edition::Training, "choose")
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::look_up(window, "张例三").await;
            window.screenshot("1-home").await;
            window.press([Key::F3.into()]).await;
            clerk::at_step(window, "科目确认").await;
            window.find_text("[role=radio][aria-checked=true]", "科目三").await;
            window.screenshot("2-subject").await;
            clerk::confirm_subject(window).await;
            clerk::at_step(window, "业务须知").await;
            window.screenshot("3-notice").await;
            clerk::agree(window).await;
            clerk::at_step(window, "选择场次").await;
            clerk::choose(window, 3).await;
            // The third becomes the first preference.
            window.press([Key::Up.into(), '1']).await;
            window.find_text("tr.cur .pref", "1").await;
            window.screenshot("4-sessions").await;
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            window.screenshot("5-confirm").await;
            let code = clerk::send_code(window, "").await;
            clerk::submit(window, &code).await;
            window.find_text("main h1", "预约申请已受理").await;
            window.find(".slip").await;
            window.screenshot("6-accepted").await;
            publish(window).await;
            print_voucher(window).await;
            window.press_with(Key::Alt.into(), '4').await;
            window.find(".tb tbody tr").await;
            let masked = window
                .wait_for("the session in which the person has a place", async || {
                    window.press([Key::Down.into()]).await;
                    let shown = window.find(".tb tbody").await.text().await.ok()?;
                    shown.contains("张*三").then_some(shown)
                })
                .await;
            assert!(!masked.contains("张例三"), "the published list shows no whole name: {masked}");
            window.screenshot("9-results").await;
        })
        .await;
}

/// The next publication places the application, by its second preference; the page of the applicant says so as soon as the
/// cache has heard of it.
async fn publish(window: &Window) {
    clerk::next_person(window).await;
    clerk::open(window, "张例三").await;
    clerk::train(window, "现在公示").await;
    window.find_text("main", "预约成功").await;
    window.find_text("main button", "F8").await;
    window.screenshot("7-placed").await;
}

/// F8 twice: the preview, which Esc leaves, then the printer of the training edition, which prints into a folder.
async fn print_voucher(window: &Window) {
    window.press([Key::F8.into()]).await;
    window.find(".dialog .slip").await;
    window.press([Key::Escape.into()]).await;
    window.gone(".dialog").await;
    window.press([Key::F8.into()]).await;
    window.find(".dialog .slip").await;
    window.screenshot("8-voucher").await;
    window.press([Key::F8.into()]).await;
    window.gone(".dialog").await;
    let folder = window.computer.home().join("data/cn.cqyuyue.desk.training/printed");
    let printed: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [pdf] = printed.as_slice() else { panic!("one document was printed, not {printed:?}") };
    let text = pdf_extract::extract_text(pdf).unwrap();
    for part in ["预约凭证", "张例三", "科目三"] {
        assert!(text.contains(part), "the voucher says {part}: {text}");
    }
}

#[tokio::test]
async fn the_notice_is_skipped_on_the_second_booking_also_after_a_restart_and_the_system_may_assign() {
    Trial::of(Edition::Training, "assign")
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::go_to_sessions(window, "张例三").await;
            clerk::query(window).await;
            window.press_with(Key::Alt.into(), 'm').await;
            window.find_text("main h2", "服从系统安排").await;
            window.screenshot("1-sites").await;
            window.press([Key::F4.into()]).await;
            clerk::confirm(window, "预约申请已受理").await;
            window.screenshot("2-accepted").await;
            clerk::next_person(window).await;
            for (name, step) in [("赵例无", "3-skipped"), ("林例末", "4-skipped-after-restart")] {
                clerk::start_booking(window, name).await;
                clerk::confirm_subject(window).await;
                clerk::at_step(window, "选择场次").await;
                window.find_text(".river li", "本电脑已阅读").await;
                window.screenshot(step).await;
                clerk::next_person(window).await;
                window.restart().await;
                clerk::sign_in(window).await;
            }
        })
        .await;
}

#[tokio::test]
async fn going_back_loses_nothing_and_the_next_person_finds_the_dates_and_sites() {
    Trial::of(Edition::Training, "back")
        .sized(1920, 1080)
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::go_to_sessions(window, "张例三").await;
            clerk::choose(window, 2).await;
            let asked = window.find(".wiz section .row").await.text().await.unwrap();
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "确认并提交").await;
            clerk::back_to(window, "科目确认").await;
            window.find("input[name=identity]:checked").await;
            window.press([Key::F4.into()]).await;
            clerk::at_step(window, "业务须知").await;
            clerk::agree(window).await;
            clerk::at_step(window, "选择场次").await;
            window.find_text("ol li .pref", "2").await;
            window.screenshot("kept").await;
            clerk::next_person(window).await;
            clerk::start_booking(window, "赵例无").await;
            clerk::confirm_subject(window).await;
            clerk::at_step(window, "选择场次").await;
            let now = window.find(".wiz section .row").await.text().await.unwrap();
            assert_eq!(now, asked, "the dates and the number of sites stay for the next person");
        })
        .await;
}
