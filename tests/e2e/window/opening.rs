//! The window opens, shows its page, and ends the program when it is closed.

use yuyue_tests::window::{Edition, Trial};

#[tokio::test]
async fn the_window_opens_and_shows_its_first_screen() {
    Trial::of(Edition::Training, "opening")
        .run(async |window| {
            // The page fills this element only after its scripts ran, which the content policy must allow.
            window.find("#app > *").await;
            window.screenshot("first").await;
            let title = window.page.title().await.expect("the page has a title");
            assert_eq!(title, "渝约", "the page is ours");
        })
        .await;
}

#[tokio::test]
async fn closing_the_window_ends_the_program_and_it_opens_again() {
    for edition in [Edition::Training, Edition::Production] {
        Trial::of(edition, "closing")
            .sized(1920, 1080)
            .run(async |window| {
                window.find("#app > *").await;
                // It waits for the end of the program; the next one would find an open window otherwise and go.
                window.restart().await;
                window.find("#app > *").await;
                // Engines differ in how they scale a whole page.
                let corner =
                    "return document.elementFromPoint(innerWidth - 1, innerHeight - 1).closest('#app > *') !== null";
                let is_filled = window.page.execute(corner, vec![]).await.expect("the page answers");
                assert_eq!(is_filled, true, "the page reaches into the last corner of the window");
                window.screenshot("again").await;
            })
            .await;
    }
}
