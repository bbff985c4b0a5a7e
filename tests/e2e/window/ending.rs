//! 撤回申请 before the publication and 取消预约 after success, each with what it leads to.

use super::clerk;
use fantoccini::key::Key;
use yuyue_tests::window::{Edition, Trial, Window};

#[tokio::test]
async fn an_application_is_withdrawn_and_a_place_is_cancelled_with_the_consequences_in_sight() {
    Trial::of(Edition::Training, "ending")
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::open(window, "周例候").await;
            end(window, "撤回", "1-withdraw").await;
            clerk::next_person(window).await;
            clerk::open(window, "马例用").await;
            end(window, "取消", "2-cancel").await;
        })
        .await;
}

/// Ends the live application of whoever is open, after the document was seen.
async fn end(window: &Window, act: &str, step: &str) {
    window.press([Key::Delete.into()]).await;
    let lines = window.find(".dialog ul li").await.text().await.unwrap();
    assert!(!lines.is_empty(), "what it leads to is said before it is done");
    window.press(['6']).await;
    window.find(".dialog .df .btn.d:not([disabled])").await;
    window.screenshot(step).await;
    window.press([Key::F4.into()]).await;
    window.gone(".dialog").await;
    window.find_text(".toasts .note.ok", &format!("已{act}")).await;
    window.gone(".subj .btn.d").await;
    window.screenshot(&format!("{step}-done")).await;
}
