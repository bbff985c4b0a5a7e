//! Personal data never reaches a log. The types hide themselves in `Debug`; this looks at what log lines name.

use crate::repository::{File, files};
use crate::source::before_tests;
use crate::{assert_one_complaint, assert_tidy};

/// Macros that write a log line or a span.
const LOGGING: &[&str] = &["trace!(", "debug!(", "info!(", "warn!(", "error!(", "span!(", "event!("];

/// Fields of a person that no log line may name.
const PERSONAL: &[&str] = &[
    "phone",
    "document_number",
    "id_number",
    "full_name",
    "applicant_name",
    "home_address",
    "password",
    "serial_number",
];

fn check(file: &File) -> Vec<String> {
    let mut complaints = Vec::new();
    if file.has_extension("rs") && !file.is_test() {
        for (number, call) in calls(before_tests(&file.text)) {
            let named = PERSONAL.iter().filter(|field| has_word(call, field));
            complaints.extend(named.map(|field| format!("{}:{number}: a log line names `{field}`", file.path)));
        }
    }
    // The window has no console that anyone reads, but a web view writes it to files.
    if file.path.starts_with("ui/src/") && file.text.contains("console.") {
        complaints.push(format!("{}: the user interface writes to no console", file.path));
    }
    complaints
}

/// The calls of logging macros, with the line on which each begins.
fn calls(text: &str) -> Vec<(usize, &str)> {
    let starts = LOGGING.iter().flat_map(|name| text.match_indices(name).map(|(at, _)| at));
    starts.map(|at| (text[..at].lines().count(), &text[at..at + text[at..].find(';').unwrap_or(0)])).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[test]
fn no_log_line_names_personal_data() {
    assert_tidy(
        &files().iter().filter(|file| !file.path.starts_with("tests/tidy/")).flat_map(check).collect::<Vec<_>>(),
    );
}

#[test]
fn a_log_line_with_a_phone_is_found() {
    let text = "fn a() {\n    tracing::info!(\n        phone = %person.phone, \"sent\");\n}";
    assert_one_complaint(&check(&File::new("crates/central/src/a.rs", text)), "`phone`");
    assert_one_complaint(&check(&File::new("ui/src/a.ts", "console.log(applicant)")), "console");
}

#[test]
fn a_log_line_with_an_identifier_is_fine() {
    assert_tidy(&check(&File::new("crates/central/src/a.rs", "fn a() { info!(applicant = %id, \"sent\"); }")));
}
