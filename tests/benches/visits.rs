//! Visits at the self-service terminal, one after the other in the real window: how much memory each leaves behind.
//!
//! A visit lays a card, opens the record and a booking, and ends. What the program and its web view occupy is read after
//! every twentieth; a straight line through the second half tells what a visit adds.

#![allow(clippy::unwrap_used, reason = "a measurement whose window does not answer can only fail itself")]
#![allow(clippy::print_stdout, reason = "a measurement prints what it has measured")]
#![allow(clippy::float_arithmetic, reason = "a slope is a fraction")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use yuyue_tests::screen::Screen;
use yuyue_tests::window::{Edition, Trial, Window};

/// Visits, unless the environment says how many.
const VISITS: usize = 1000;
/// After so many the memory is read.
const EVERY: usize = 20;
/// How long all of them may take.
const WITHIN: Duration = Duration::from_secs(7200);
/// The programs whose memory counts, by their names in the table of processes.
const PROGRAMS: [&str; 3] = ["yuyue", "WebKitWebProces", "WebKitNetworkPr"];

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let wanted = std::env::var("YUYUE_VISITS").ok().and_then(|text| text.parse().ok());
    let visits: usize = wanted.unwrap_or(VISITS);
    let screen = Screen::start(1080, 1920);
    Trial::of_kiosk(Edition::Training, "visits", &screen)
        .within(WITHIN)
        .run(async |window| {
            let mut read: Vec<BTreeMap<String, u64>> = Vec::new();
            for number in 0..=visits {
                visit(window).await;
                if number % EVERY == 0 {
                    read.push(window.computer.resident_kilobytes());
                }
            }
            println!("{:<16} {:>9} {:>9} {:>9} {:>12}", "kilobytes", "first", "middle", "last", "each visit");
            for program in PROGRAMS {
                let sizes: Vec<u64> = read.iter().map(|sizes| sizes.get(program).copied().unwrap_or(0)).collect();
                let (first, middle, last) = (sizes[0], sizes[sizes.len() / 2], sizes[sizes.len() - 1]);
                let slope = slope(&sizes[sizes.len() / 2..]);
                println!("{program:<16} {first:>9} {middle:>9} {last:>9} {slope:>12.2}");
            }
        })
        .await;
}

/// A visit, as the page of the terminal calls the host for it; the page of the next one is there afterwards.
async fn visit(window: &Window) {
    let begins = "const done = arguments[arguments.length - 1]; const { invoke } = window.__TAURI_INTERNALS__; \
        (async () => { \
          await invoke('training_card', { query: '张例三' }); \
          const { stage } = await invoke('kiosk_read_card'); \
          await invoke('booking_start', { applicant: stage.applicant.id, subject: null, replaces: null }); \
          const query = { applicant: stage.applicant.id, tab: 'all', text: '', subject: null, taken: null, page: { index: 0, size: 50 } }; \
          await invoke('progress', { query }); \
          return stage.stage; \
        })().then(done, (error) => done(String(error.code)));";
    let home = "const shown = document.querySelectorAll('.kiosk main[data-page=home] .k-tile').length === 8; \
        if (shown && !window.visited) { window.visited = true; return true; } return false;";
    window
        .wait_for("the home screen of a new page", async || {
            (window.page.execute(home, vec![]).await.ok()? == json!(true)).then_some(())
        })
        .await;
    let stage: Value = window.page.execute_async(begins, vec![]).await.unwrap();
    assert_eq!(stage, json!("open"), "somebody's visit is open");
    window.page.execute("window.__TAURI_INTERNALS__.invoke('kiosk_end')", vec![]).await.unwrap();
}

/// What each visit adds, by the method of least squares.
#[expect(clippy::cast_precision_loss, reason = "there are not that many kilobytes")]
fn slope(sizes: &[u64]) -> f64 {
    let count = sizes.len() as f64;
    let mean_at = (count - 1.0) / 2.0;
    let mean = sizes.iter().sum::<u64>() as f64 / count;
    let (mut along, mut across) = (0.0, 0.0);
    for (at, size) in sizes.iter().enumerate() {
        let from = at as f64 - mean_at;
        along += from * (*size as f64 - mean);
        across += from * from;
    }
    if across > 0.0 { along / across / EVERY as f64 } else { 0.0 }
}
