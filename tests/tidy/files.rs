//! What a source file looks like: it says what it is for, it is short, and its tests all run, at once.

use crate::repository::{File, files};
use crate::source::{before_tests, code_only};
use crate::{assert_one_complaint, assert_tidy};

/// Lines of a source file without its tests, at most. Nine of ten files should stay below half of it.
const LINES_MAX: usize = 400;

/// Files that are one long list, which nobody reads from end to end; so are style sheets.
const LISTS: &[&str] = &["ui/src/ipc/bindings.ts", "ui/src/i18n/zh.ts", "ui/src/i18n/en.ts"];

/// Ways to leave a test out, or to run it alone.
const LEFT_OUT: &[&str] =
    &["#[ignore", ".skip(", ".only(", ".todo(", "test.fixme", "xit(", "fit(", "#[cfg_attr(miri, ignore"];

fn check(file: &File) -> Vec<String> {
    let File { path, text } = file;
    let mut complaints = Vec::new();
    let header: &[&str] = match path.rsplit_once('.').map(|(_, extension)| extension) {
        // Tests belong to the file beside them, which says it all, and a configuration to the tool in its name.
        _ if [".config.", ".test."].iter().any(|part| file.name().contains(part)) || file.name() == "tests.rs" => &[],
        Some("rs") => &["//!"],
        Some("ts" | "mjs" | "js") => &["/**", "//"],
        Some("css") => &["/*"],
        // A single statement lies beside its module and is described there.
        Some("sql") if path.contains("/migrations/") => &["--"],
        // A component is what its name says and shows what its markup says.
        Some("svelte") => &[],
        _ => return complaints,
    };
    if !header.is_empty() && !header.iter().any(|mark| text.starts_with(mark)) {
        complaints.push(format!("{path}: the first line must say what the file is for (begin with {})", header[0]));
    }
    let lines = before_tests(text).lines().count();
    let is_list = LISTS.contains(&path.as_str()) || file.has_extension("css");
    if lines > LINES_MAX && !file.is_test() && !is_list {
        complaints.push(format!("{path}: {lines} lines without tests; {LINES_MAX} is the limit, split it by meaning"));
    }
    if file.name() == "mod.rs" {
        complaints.push(format!("{path}: a module is `noun.rs` with a folder `noun/`, never mod.rs"));
    }
    // This file names what it looks for.
    if path != "tests/tidy/files.rs" {
        let code = if file.has_extension("rs") { code_only(text) } else { text.clone() };
        complaints.extend(check_tests(file, &code));
    }
    complaints
}

fn check_tests(file: &File, code: &str) -> Vec<String> {
    let path = &file.path;
    let mut complaints = Vec::new();
    let left_out = LEFT_OUT.iter().filter(|way| has_test_word(code, way));
    complaints.extend(left_out.map(|way| format!("{path}: `{way}`: every test runs, every time")));
    let tests = if file.is_test() { code } else { &code[before_tests(code).len()..] };
    if tests.contains("sleep(") || tests.contains("setTimeout(") {
        complaints.push(format!("{path}: a test waits for a condition or moves the clock, it never sleeps"));
    }
    complaints
}

/// Whether `code` contains `way` where no longer word ends in it (`commit(` is not `it(`).
fn has_test_word(code: &str, way: &str) -> bool {
    let is_word = way.starts_with(char::is_alphabetic);
    code.match_indices(way).any(|(at, _)| !is_word || !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        && (!way.starts_with('.') || is_runner_call(code, way))
}

/// `.skip(` is a test left out behind `test`, `it` or `describe`, and an iterator's method elsewhere.
fn is_runner_call(code: &str, way: &str) -> bool {
    ["test", "it", "describe", "suite"].iter().any(|runner| {
        let call = format!("{runner}{way}");
        code.match_indices(&call).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

#[test]
fn every_source_file_says_what_it_is_for_is_short_and_runs_all_its_tests() {
    let files = files();
    assert!(files.len() > 20, "the walk found the sources");
    assert_tidy(&files.iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn a_file_without_header_is_found() {
    for path in ["a.rs", "a.ts", "a/migrations/V1__a.sql", "a.css"] {
        assert_one_complaint(&check(&File::new(path, "let a = 1;\n")), "what the file is for");
    }
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let code = format!("//! A.\n{}", "fn a() {}\n".repeat(LINES_MAX));
    assert_one_complaint(&check(&File::new("a.rs", &code)), "401 lines");
    let tests = format!("//! A.\n\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn a() {}\n".repeat(LINES_MAX));
    assert_tidy(&check(&File::new("a.rs", &tests)));
}

#[test]
fn a_mod_rs_is_found() {
    assert_one_complaint(&check(&File::new("crates/desk/src/cache/mod.rs", "//! The cache.\n")), "never mod.rs");
}

#[test]
fn a_test_that_is_left_out_is_found() {
    assert_one_complaint(&check(&File::new("a.rs", "//! A.\n#[ignore]\nfn a() {}\n")), "#[ignore");
    assert_one_complaint(&check(&File::new("a.test.ts", "// A.\nit.skip('a', () => {});\n")), ".skip(");
    assert_one_complaint(&check(&File::new("a.test.ts", "// A.\ntest.only('a', () => {});\n")), ".only(");
    assert_tidy(&check(&File::new("a.rs", "//! A.\nfn a() { b.iter().skip(1); commit(); }\n")));
}

#[test]
fn a_test_that_sleeps_is_found() {
    let sleeping = "//! A.\n\n#[cfg(test)]\nmod tests {\n    fn a() { sleep(1); }\n}\n";
    assert_one_complaint(&check(&File::new("crates/desk/src/a.rs", sleeping)), "never sleeps");
    assert_one_complaint(&check(&File::new("tests/a/main.rs", "//! A.\nfn a() { sleep(1); }\n")), "never sleeps");
    assert_tidy(&check(&File::new("crates/desk/src/a.rs", "//! A.\nfn a() { sleep(1); }\n")));
}
