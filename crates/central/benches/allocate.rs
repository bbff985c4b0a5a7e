//! How long `allocate` takes to read its input and to write its answer, apart from the allocation itself.
//!
//! `divan`'s throughput is the size of the JSON. A million applications make a file of about 750 MB.

use divan::{Bencher, black_box, counter::BytesCount};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::fmt::Write;
use yuyue_central::cli::allocate::answer;
use yuyue_central::cli::allocate::input::Input;

const SESSIONS: u32 = 12_000;
const SIZES: [u32; 2] = [10_000, 100_000];

fn main() {
    divan::main();
}

/// About four applications for each place; a third of them accept a range of about 200 sessions.
fn file(applications: u32) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(applications));
    let mut text = String::from(r#"{"sessions":["#);
    for session in 0..SESSIONS {
        let separator = if session == 0 { "" } else { "," };
        let places = random.random_range(0..=applications / 2 / SESSIONS + 1);
        let (day, hour) = (session / 600 + 1, session % 10 + 8);
        let start = format!("2026-12-{day:02}T{hour:02}:30:00+08:00");
        push(&mut text, format_args!(r#"{separator}{{"id":"s{session}","places":{places},"starts_at":"{start}"}}"#));
    }
    text.push_str(r#"],"applications":["#);
    for serial in 0..applications {
        let ordered = !serial.is_multiple_of(3);
        let accepts: BTreeSet<u32> = if ordered {
            (0..random.random_range(1..=5)).map(|_| random.random_range(0..SESSIONS)).collect()
        } else {
            let first = random.random_range(0..SESSIONS - 250);
            (first..first + random.random_range(150..=250)).collect()
        };
        let accepts: Vec<String> = accepts.iter().map(|session| format!("\"s{session}\"")).collect();
        let second = random.random_range(0..60);
        push(
            &mut text,
            format_args!(
                concat!(
                    r#"{}{{"id":"a{}","applicant":"p{}","subject":2,"sort_time":"2026-10-18T09:40:{:02}+08:00","#,
                    r#""accepted_at":"2026-09-01T10:00:00+08:00","serial":{},"accepts":[{}],"ordered":{}}}"#
                ),
                if serial == 0 { "" } else { "," },
                serial,
                serial,
                second,
                serial,
                accepts.join(","),
                ordered
            ),
        );
    }
    text + "]}"
}

fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("writing to a text never fails");
}

#[divan::bench(args = SIZES, max_time = 10)]
fn read(bencher: Bencher<'_, '_>, applications: u32) {
    let text = file(applications);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| black_box(Input::read(text.as_bytes())));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn place(bencher: Bencher<'_, '_>, applications: u32) {
    let text = file(applications);
    let input = Input::read(text.as_bytes()).expect("the file is well made");
    bencher.bench_local(|| black_box(input.place()));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn write(bencher: Bencher<'_, '_>, applications: u32) {
    let text = file(applications);
    let input = Input::read(text.as_bytes()).expect("the file is well made");
    let seats = input.place();
    bencher.bench_local(|| {
        let mut answer = Vec::new();
        let outcome = answer::write(&mut answer, &input, &seats);
        black_box((outcome, answer))
    });
}
