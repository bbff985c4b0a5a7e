//! The window opens, shows its page, and ends the program when it is closed.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use yuyue_tests::computer::{Computer, wait_for};
use yuyue_tests::reader::Reader;
use yuyue_tests::window::{Edition, Trial};
use zbus::Connection;
use zbus::connection::Builder;
use zbus::fdo;

/// The name by which the training edition's one window is found.
const NAME: &str = "cn.cqyuyue.desk.training.SingleInstance";
/// Where a second start asks the first to show itself.
const PLACE: &str = "/cn/cqyuyue/desk/training/SingleInstance";
/// With this exit code the program says that another one has its place and does not answer.
const UNANSWERED: i32 = 69;

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

/// A window that has died and that the session bus still knows. It tells the test whenever a second start asks for it.
struct Dying {
    asked: UnboundedSender<()>,
}

#[zbus::interface(name = "org.SingleInstance.DBus")]
impl Dying {
    fn execute_callback(&self, arguments: Vec<String>, folder: String) -> fdo::Result<()> {
        drop((arguments, folder));
        self.asked.send(()).expect("the test listens");
        Err(fdo::Error::NoReply("it died before it could answer".to_owned()))
    }
}

#[tokio::test]
async fn a_second_start_leaves_the_window_to_the_first_and_goes() {
    let (computer, program) = (Computer::start(&[]).await, Edition::Training.program());
    computer.run(computer.undriven(&program));
    let reader = Reader::start(&computer).await;
    wait_for("a window with a page", async || reader.read().await.is_some()).await;
    let mut second = computer.undriven(&program);
    let ended = tokio::task::spawn_blocking(move || second.status()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(0), "the second one goes, and has nothing to complain of");
    assert!(computer.is_running(&program), "the first one stays");
}

async fn dies_on(computer: &Computer) -> (Connection, UnboundedReceiver<()>) {
    let (asked, heard) = unbounded_channel();
    let bus = Builder::address(computer.bus().as_str()).unwrap().name(NAME).unwrap();
    (bus.serve_at(PLACE, Dying { asked }).unwrap().build().await.unwrap(), heard)
}

#[tokio::test]
async fn a_start_that_meets_a_window_which_has_just_died_opens_its_own() {
    let computer = Computer::start(&[]).await;
    let (dying, mut heard) = dies_on(&computer).await;
    computer.run(computer.undriven(Edition::Training.program()));
    for _ in 0..2 {
        heard.recv().await.expect("the program asks, and asks again");
    }
    dying.release_name(NAME).await.unwrap();
    let reader = Reader::start(&computer).await;
    wait_for("a window with a page", async || reader.read().await.is_some()).await;
}

#[tokio::test]
async fn a_start_that_nobody_answers_ends_with_a_code_of_its_own() {
    let computer = Computer::start(&[]).await;
    let (_dying, mut heard) = dies_on(&computer).await;
    let mut start = computer.undriven(Edition::Training.program());
    let ended = tokio::task::spawn_blocking(move || start.status()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(UNANSWERED), "it does not panic, and whoever started it can start it again");
    let mut starts = 0;
    while heard.try_recv().is_ok() {
        starts += 1;
    }
    assert_eq!(starts, 10, "it has tried for a while, and no longer");
}
