//! The code that confirms a booking: wrong ones are counted, and one that has run out says so and is sent anew.

use super::clerk;
use fantoccini::key::Key;
use yuyue_tests::window::{Edition, Trial, Window};

#[tokio::test]
async fn a_wrong_code_costs_a_try_and_the_right_one_books_also_when_the_clerk_looks_elsewhere_in_its_middle() {
    Trial::of(Edition::Training, "wrong-code")
        .run(async |window| {
            clerk::sign_in(window).await;
            to_confirm(window, "张例三", 1).await;
            let right = clerk::send_code(window, "").await;
            let wrong = if right == "000000" { "000001" } else { "000000" };
            for left in ["4", "3"] {
                clerk::submit(window, wrong).await;
                window.find_text(".note.bad", &format!("还可输入 {left} 次")).await;
            }
            window.screenshot("1-wrong").await;
            let (half, rest) = right.split_at(3);
            window.find(".code :focus").await;
            window.press(half.chars()).await;
            window.press([Key::F9.into()]).await;
            window.find_text("main h1", "待处理").await;
            window.press_with(Key::Alt.into(), '2').await;
            clerk::submit(window, rest).await;
            window.find_text("main h1", "预约申请已受理").await;
        })
        .await;
}

#[tokio::test]
async fn a_code_that_runs_out_while_the_clerk_looks_says_so_and_a_new_one_books() {
    Trial::of(Edition::Training, "run-out-code")
        .run(async |window| {
            clerk::sign_in(window).await;
            to_confirm(window, "张例三", 1).await;
            let first = clerk::send_code(window, "").await;
            window.find_text("main .code", "验证码 4:").await;
            window.press(first.chars().take(3)).await;
            clerk::train(window, "过 5 分钟").await;
            window.find_text(".note.warn", "验证码已过期").await;
            window.screenshot("1-run-out").await;
            let second = clerk::send_code(window, &first).await;
            clerk::submit(window, &second).await;
            window.find_text("main h1", "预约申请已受理").await;
        })
        .await;
}

/// A row far enough down the list; the last one when it is shorter.
const LATER: usize = 200;

#[tokio::test]
async fn a_code_of_yesterday_confirms_nothing_and_the_line_stays_although_the_sign_in_ran_out() {
    Trial::of(Edition::Training, "expired-code")
        .run(async |window| {
            clerk::sign_in(window).await;
            // A later session is still open on the next day.
            to_confirm(window, "孙例初", LATER).await;
            let code = clerk::send_code(window, "").await;
            clerk::train(window, "到下一天").await;
            window.find_text(".top .chip.ok", "已同步").await;
            window.find_text(".note.warn", "验证码已过期").await;
            window.find(".code :focus").await;
            window.press(code.chars()).await;
            window.find(".submit[disabled]").await;
            window.screenshot("1-expired").await;
            // Whoever has to sign in again keeps the booking.
            clerk::sign_in_again(window).await;
            clerk::at_step(window, "确认并提交").await;
            let second = clerk::send_code(window, &code).await;
            clerk::submit(window, &second).await;
            window.find_text("main h1", "预约申请已受理").await;
        })
        .await;
}

/// To 确认并提交 with the session in this row, counted from 1.
async fn to_confirm(window: &Window, name: &str, row: usize) {
    clerk::go_to_sessions(window, name).await;
    clerk::query(window).await;
    window.press(vec![Key::Down.into(); row - 1]).await;
    window.press([' ']).await;
    window.find_text("ol li .pref", "1").await;
    window.press([Key::F4.into()]).await;
    clerk::at_step(window, "确认并提交").await;
}
