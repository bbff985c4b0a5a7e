//! What a clerk does at the counter of the training edition, by keyboard alone.

use fantoccini::Locator;
use fantoccini::key::Key;
use yuyue_tests::window::Window;

/// Signs in as the clerk of the training edition.
pub async fn sign_in(window: &Window) {
    window.find("#number:focus").await;
    window.press("0317".chars()).await;
    window.press([Key::Tab.into()]).await;
    window.press("peixun-0317".chars()).await;
    window.press([Key::Enter.into()]).await;
    // A booking that was begun is on the screen again; otherwise the desk is.
    window.find(".rail").await;
}

/// The sign-in ran out with the days: the counter asks for the password, and keeps what is on it.
pub async fn sign_in_again(window: &Window) {
    window.find_text(".top .chip.warn", "请重新验证密码").await;
    window.press_with(Key::Control.into(), 'l').await;
    window.find("#password:focus").await;
    window.press("peixun-0317".chars()).await;
    window.press([Key::Enter.into()]).await;
    window.find(".rail").await;
}

/// Looks somebody up (查询) until there is a hit.
pub async fn look_up(window: &Window, name: &str) {
    window.press([Key::F2.into()]).await;
    // Chinese comes from an input method, which WebDriver has no key for.
    window.find(".find input:focus").await.send_keys(name).await.unwrap();
    window.find(".hit").await;
}

/// Opens the page of somebody.
pub async fn open(window: &Window, name: &str) {
    look_up(window, name).await;
    window.press([Key::Enter.into()]).await;
    window.find(".subj").await;
}

/// Looks somebody up and begins a booking (预约考试).
pub async fn start_booking(window: &Window, name: &str) {
    look_up(window, name).await;
    window.press([Key::F3.into()]).await;
    at_step(window, "科目确认").await;
}

/// Begins a booking and goes on to 选择场次, on a computer that has not shown the notice yet.
pub async fn go_to_sessions(window: &Window, name: &str) {
    start_booking(window, name).await;
    confirm_subject(window).await;
    agree(window).await;
    at_step(window, "选择场次").await;
}

/// Waits for a step of the booking.
pub async fn at_step(window: &Window, step: &str) {
    window.find_text(".river li.now", step).await;
}

/// 返回, step by step, to an earlier step.
pub async fn back_to(window: &Window, step: &str) {
    loop {
        let now = window.find(".river li.now").await.text().await.unwrap();
        if now.contains(step) {
            return;
        }
        window.press([Key::Escape.into()]).await;
        window
            .wait_for("another step", async || {
                let shown = window.page.find(Locator::Css(".river li.now")).await.ok()?.text().await.ok()?;
                (shown != now).then_some(())
            })
            .await;
    }
}

/// 科目确认: the subject that can be booked is chosen; the document was seen.
pub async fn confirm_subject(window: &Window) {
    // As fast as somebody types who does this all day.
    window.press(['6', Key::F4.into()]).await;
}

/// 业务须知 or 优先预约业务须知: reads to the end and agrees.
pub async fn agree(window: &Window) {
    window.find(".scroll.text").await;
    window
        .wait_for("the end of the notice", async || {
            window.press([Key::PageDown.into()]).await;
            window.page.find(Locator::Css(".foot .btn.lg:not([disabled])")).await.ok()
        })
        .await;
    window.press([Key::F4.into()]).await;
}

/// 选择场次: asks (查询).
pub async fn query(window: &Window) {
    window.press_with(Key::Alt.into(), 'q').await;
    window.find(".tb tbody tr").await;
}

/// 选择场次: chooses the first sessions of the list, in their order.
pub async fn choose(window: &Window, count: usize) {
    query(window).await;
    for _ in 0..count {
        window.press([' ', Key::Down.into()]).await;
    }
    window.find_text("ol li .pref", &count.to_string()).await;
}

/// 确认并提交: sends the code (发送验证码) and reads it from the simulated phone; `before` is what came last time.
pub async fn send_code(window: &Window, before: &str) -> String {
    window.press([Key::F7.into()]).await;
    window.find(".code .cell.f").await;
    newest_code(window, before).await
}

/// The newest code on the simulated phone; `before` is what came last time.
pub async fn newest_code(window: &Window, before: &str) -> String {
    open_training(window).await;
    let code = window
        .wait_for("a new code on the simulated phone", async || {
            let shown = window.page.find(Locator::Css(".drawer .sms .tag")).await.ok()?.text().await.ok()?;
            (shown != before).then_some(shown)
        })
        .await;
    close_training(window).await;
    code.chars().filter(char::is_ascii_digit).collect()
}

/// 确认并提交: types six digits and books (预约).
pub async fn submit(window: &Window, code: &str) {
    window.find(".code :focus").await;
    window.press(code.chars()).await;
    window.find(".submit:not([disabled])").await;
    window.press([Key::Enter.into()]).await;
}

/// From 确认并提交 to the answer.
pub async fn confirm(window: &Window, answer: &str) {
    at_step(window, "确认并提交").await;
    let code = send_code(window, "").await;
    submit(window, &code).await;
    window.find_text("main h1", answer).await;
}

/// Presses a button of the training panel.
pub async fn train(window: &Window, button: &str) {
    open_training(window).await;
    window.tab_to(button).await;
    window.press([Key::Enter.into()]).await;
    window.find(".drawer .btn[data-busy=false]").await;
    close_training(window).await;
}

async fn open_training(window: &Window) {
    window.press_with(Key::Alt.into(), 't').await;
    window.find(".drawer .grid").await;
}

async fn close_training(window: &Window) {
    window.press_with(Key::Alt.into(), 't').await;
    window.gone(".drawer").await;
}

/// 下一位.
pub async fn next_person(window: &Window) {
    window.press([Key::F10.into()]).await;
    window.find(".find input:focus").await;
}
