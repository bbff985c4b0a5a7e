//! Somebody who may book nothing hears why, and where it is written.

use super::clerk;
use fantoccini::Locator;
use yuyue_tests::window::{Edition, Trial};

#[tokio::test]
async fn whoever_may_book_nothing_sees_each_reason_with_its_article_and_cannot_go_on() {
    Trial::of(Edition::Training, "refused")
        .run(async |window| {
            clerk::sign_in(window).await;
            clerk::open(window, "王例否").await;
            for (reason, article) in [("须满 10 日", "第四十三条"), ("须先通过", "第三十九条"), ("作弊", "第十五条")]
            {
                let said = window.find_text(".subj .reason", reason).await.text().await.unwrap();
                assert!(said.contains(article), "the reason names its article: {said}");
            }
            window.screenshot("1-applicant").await;
            clerk::start_booking(window, "王例否").await;
            let chosen = window.page.find_all(Locator::Css("[role=radio][aria-checked=true]")).await.unwrap();
            assert!(chosen.is_empty(), "nothing can be booked, so nothing is chosen");
            window.press(['2', '6']).await;
            window.find("input[name=identity]:checked").await;
            window.find(".foot .btn.lg[disabled]").await;
            window.find(".foot .why").await;
            window.screenshot("2-subject").await;
        })
        .await;
}
