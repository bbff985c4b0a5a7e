//! How long a self-service terminal is away when its page or its program dies in the middle of a visit, under the session of its
//! installation: from the kill to the home screen, as a screen reader hears of it.

#![allow(clippy::unwrap_used, reason = "a measurement whose window does not answer can only fail itself")]
#![allow(clippy::print_stdout, reason = "a measurement prints what it has measured")]
#![allow(clippy::disallowed_methods, reason = "a measurement looks at the clock")]

use std::time::{Duration, Instant};
use yuyue_tests::computer::Computer;
use yuyue_tests::reader::{Reader, Reading};
use yuyue_tests::screen::Screen;
use yuyue_tests::window::Edition;

/// How often each is killed.
const KILLS: usize = 10;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let screen = Screen::start(1080, 1920);
    let computer = Computer::start(&[("DISPLAY".into(), screen.display().into())]).await;
    let program = Edition::Training.program();
    computer.run_kiosk_session(&program);
    let reader = Reader::start(&computer).await;
    reader.shows("the home screen", Reading::is_home).await;
    println!("{:<10} {:>8} {:>8} {:>8}", "seconds", "least", "median", "most");
    for (what, is_page) in [("the page", true), ("the program", false)] {
        let mut took = Vec::new();
        for _ in 0..KILLS {
            reader.lays_card(&screen).await;
            let killed = Instant::now();
            if is_page {
                assert_eq!(computer.kill_pages(), 1, "one process shows the page");
            } else {
                computer.kill(&program).await;
            }
            reader.shows("the home screen again", Reading::is_home).await;
            took.push(killed.elapsed());
        }
        took.sort();
        let seconds = |at: usize| took.get(at).map_or(0.0, Duration::as_secs_f64);
        println!("{what:<11} {:>7.1} {:>8.1} {:>8.1}", seconds(0), seconds(KILLS / 2), seconds(KILLS - 1));
    }
}
