//! Visits at the self-service terminal, one after the other, by touch in the real window: how much memory each leaves behind.
//!
//! A visit lays a card, opens the record and a booking, and ends. No driver drives the window, so that the page's process ends
//! with each visit as it does in a hall. What the programs occupy is read after every tenth and printed after every hundredth; a
//! straight line through the second half tells what a visit adds.

#![allow(clippy::unwrap_used, reason = "a measurement whose window does not answer can only fail itself")]
#![allow(clippy::print_stdout, reason = "a measurement prints what it has measured")]
#![allow(clippy::float_arithmetic, reason = "a slope is a fraction")]

use yuyue_tests::computer::Computer;
use yuyue_tests::reader::{LEAVE, Reader, Reading};
use yuyue_tests::screen::Screen;
use yuyue_tests::window::Edition;

/// Visits, unless the environment says how many.
const VISITS: usize = 1000;
/// After so many the memory is read.
const EVERY: usize = 10;
/// After so many it is printed.
const PRINTED_EVERY: usize = 100;
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
    let computer = Computer::start(&[("DISPLAY".into(), screen.display().into())]).await;
    computer.run_kiosk_session(&Edition::Training.program());
    let reader = Reader::start(&computer).await;
    reader.shows("the home screen", Reading::is_home).await;
    println!("{:<16} {:>9} {:>9} {:>9}", "kilobytes", "program", "page", "network");
    let mut read: Vec<[u64; PROGRAMS.len()]> = Vec::new();
    for number in 0..=visits {
        visit(&reader, &screen).await;
        if number % EVERY == 0 {
            let sizes = computer.resident_kilobytes();
            read.push(PROGRAMS.map(|program| sizes.get(program).copied().unwrap_or(0)));
        }
        if number % PRINTED_EVERY == 0 {
            let [program, page, network] = read[read.len() - 1];
            println!("{:<16} {program:>9} {page:>9} {network:>9}", format!("after visit {}", number + 1));
        }
    }
    let [program, page, network] = [0, 1, 2].map(|column| slope(&read[read.len() / 2..], column));
    println!("{:<16} {program:>9.2} {page:>9.2} {network:>9.2}", "each visit adds");
}

/// A visit of one who lays a card and goes again; the page of the next one is there afterwards.
async fn visit(reader: &Reader, screen: &Screen) {
    reader.lays_card(screen).await;
    reader.touches(screen, LEAVE, Reading::is_home).await;
}

/// What each visit adds to one of the programs, by the method of least squares.
#[expect(clippy::cast_precision_loss, reason = "there are not that many kilobytes")]
fn slope(read: &[[u64; PROGRAMS.len()]], column: usize) -> f64 {
    let count = read.len() as f64;
    let mean_at = (count - 1.0) / 2.0;
    let mean = read.iter().map(|sizes| sizes[column]).sum::<u64>() as f64 / count;
    let (mut along, mut across) = (0.0, 0.0);
    for (at, sizes) in read.iter().enumerate() {
        let from = at as f64 - mean_at;
        along += from * (sizes[column] as f64 - mean);
        across += from * from;
    }
    if across > 0.0 { along / across / EVERY as f64 } else { 0.0 }
}
