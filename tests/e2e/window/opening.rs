//! The window opens and shows its page.

use yuyue_tests::window::{Edition, Window};

#[tokio::test]
async fn the_window_opens_and_shows_its_first_screen() {
    Window::run(Edition::Training, &[], "opening", async |window| {
        // The page fills this element only after its scripts ran, which the content policy must allow.
        window.find("#app > *").await;
        window.screenshot("opening").await;
        let title = window.page.title().await.expect("the page has a title");
        assert_eq!(title, "渝约", "the page is ours");
    })
    .await;
}
