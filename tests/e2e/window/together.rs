//! Two counters and one person: each sees the other, and what both have booked stands side by side.

use super::{clerk, production};
use fantoccini::key::Key;
use yuyue_tests::centre::CityCentre;
use yuyue_tests::counter::OtherCounter;
use yuyue_tests::window::{Edition, Trial};

#[tokio::test]
async fn two_clerks_with_the_same_person_open_see_each_other_until_one_goes_on() {
    let centre = CityCentre::start();
    let other = OtherCounter::start(&centre, "0317", "peixun-0317").await;
    Trial::of(Edition::Production, "elsewhere")
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .beforehand(production::unlock_keyring)
        .run(async |window| {
            production::enrol(window, &centre).await;
            clerk::sign_in(window).await;
            assert!(other.open("张例三").await.is_empty(), "nobody else serves this person yet");
            clerk::open(window, "张例三").await;
            window.find_text("main .note.warn", "渝北车管所 YB-W03").await;
            window.screenshot("1-applicant").await;
            assert_eq!(other.open("张例三").await, ["渝北车管所 YB-W03"], "the other one hears of the window");
            window.press([Key::F3.into()]).await;
            clerk::at_step(window, "科目确认").await;
            window.find_text("main .note.warn", "渝北车管所 YB-W03").await;
            window.screenshot("2-booking").await;
            other.close().await;
            window.gone("main .note.warn").await;
            clerk::next_person(window).await;
            assert!(other.open("张例三").await.is_empty(), "the window has gone on and is not named any more");
        })
        .await;
}

#[tokio::test]
async fn who_is_booked_elsewhere_meanwhile_is_shown_side_by_side_and_nothing_chosen_is_lost() {
    let centre = CityCentre::start();
    let other = OtherCounter::start(&centre, "0317", "peixun-0317").await;
    Trial::of(Edition::Production, "side-by-side")
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .beforehand(production::unlock_keyring)
        .run(async |window| {
            production::enrol(window, &centre).await;
            clerk::sign_in(window).await;
            clerk::go_to_sessions(window, "张例三").await;
            clerk::choose(window, 2).await;
            other.book_normal(&centre, "张例三").await;
            clerk::at_step(window, "科目确认").await;
            let both = window.find(".beside section").await.text().await.unwrap();
            for part in ["这里选的", "渝北车管所窗口", "已受理，待公示"] {
                assert!(both.contains(part), "what was chosen here and what was taken there, {part}: {both}");
            }
            window.screenshot("1-both").await;
            // The person takes the one of here: the other is withdrawn, and the choices are still there.
            window.press_with(Key::Alt.into(), '3').await;
            window.find_text(".tb tbody tr", "张*三").await;
            window.tab_to("撤回申请").await;
            window.press([Key::Enter.into()]).await;
            window.find(".dialog ul li").await;
            window.tab_to("确认").await;
            window.press([Key::Enter.into()]).await;
            window.gone(".dialog").await;
            window.press_with(Key::Alt.into(), '2').await;
            // The booking stands again where it stood.
            clerk::at_step(window, "选择场次").await;
            window.gone(".beside section").await;
            window.find_text("ol li .pref", "2").await;
            window.screenshot("2-chosen").await;
        })
        .await;
}
