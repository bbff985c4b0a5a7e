//! Whatever the host gives as a reason or an error has a sentence in both languages, whose gaps the host fills; and no
//! sentence is left that nobody says.

use crate::repository::{File, files};
use crate::source::before_tests;
use crate::{assert_one_complaint, assert_tidy};
use std::collections::{BTreeMap, BTreeSet};

const SENTENCES: &[&str] = &["ui/src/i18n/reasons.zh.ts", "ui/src/i18n/reasons.en.ts"];
/// One of every refusal of the domain, as its JSON.
const REFUSALS: &str = "crates/domain/tests/wire.rs";
/// What errors of commands may come with.
const ERROR_GAPS: &[&str] = &["days", "minutes", "seconds", "cause"];

/// What a reason about a session always comes with.
const SESSION_GAPS: &[&str] = &["session_name", "session_starts_at"];

/// Codes with the parameters that come with them; of the same code in several places, what all of them give.
type Codes = BTreeMap<String, BTreeSet<String>>;

fn add(codes: &mut Codes, code: &str, params: BTreeSet<String>) {
    match codes.get_mut(code) {
        Some(known) => known.retain(|param| params.contains(param)),
        None => drop(codes.insert(code.to_owned(), params)),
    }
}

/// The text up to the next quotation mark, when it is a code.
fn code_at(text: &str) -> Option<&str> {
    let code = text.split('"').next()?;
    let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!code.is_empty() && code.chars().all(is_code)).then_some(code)
}

/// Every `"name"` that follows `before` in `text`, where `before` is not the end of a longer word.
fn names_after<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    let starts = text.match_indices(before).filter(|(at, _)| !text[..*at].ends_with('_'));
    starts.filter_map(|(at, _)| code_at(&text[at + before.len()..]))
}

/// What the host says: `reason("…")`, `reason_with("…", [("name", …)])`, the same about a
/// session, and the tables from an error to its code.
fn host_codes(file: &File, codes: &mut Codes) {
    let text = before_tests(&file.text);
    for (call, given) in [("reason_with(", &[] as &[&str]), ("session_reason(", SESSION_GAPS)] {
        for part in text.split(call).skip(1) {
            let Some(code) = part.trim_start().strip_prefix('"').and_then(code_at) else { continue };
            let end = part.find(']').unwrap_or(part.len());
            let params = names_after(&part[..end], "(\"").chain(given.iter().copied());
            add(codes, code, params.map(str::to_owned).collect());
        }
    }
    let errors = ["code: \"", "refused(\""].iter().flat_map(|before| names_after(text, before));
    let tables = text.split("code(").skip(1).filter(|part| part.contains("-> &")).flat_map(|part| {
        let end = part.find("\n    }\n").unwrap_or(part.len());
        names_after(&part[..end], "=> \"")
    });
    for code in errors.chain(tables) {
        add(codes, code, ERROR_GAPS.iter().map(|&gap| gap.to_owned()).collect());
    }
    for code in names_after(text, "reason(\"") {
        add(codes, code, BTreeSet::new());
    }
}

/// The domain's refusals. A number of a session or a site is replaced by its name and time.
fn refusals(text: &str, codes: &mut Codes) {
    for part in text.split("\"code\": \"").skip(1) {
        let Some(code) = code_at(part) else { continue };
        let end = part.find('}').unwrap_or(part.len());
        let mut params: BTreeSet<String> = part[..end]
            .split('"')
            .collect::<Vec<_>>()
            .windows(2)
            .filter(|pair| pair[1].starts_with(": "))
            .map(|pair| pair[0].to_owned())
            .collect();
        for name in ["session", "other", "site"] {
            if params.remove(name) {
                params.insert(format!("{name}_name"));
                params.insert(format!("{name}_starts_at"));
            }
        }
        params.remove("application");
        params.insert("possible_from".to_owned());
        add(codes, code, params);
    }
}

/// The sentences of a file with their gaps.
fn sentences(file: &File) -> Codes {
    let mut sentences = Codes::new();
    let mut current = String::new();
    for line in file.text.lines() {
        let key = line.strip_prefix("  ").and_then(|line| line.split_once(':')).map(|(key, _)| key);
        if let Some(key) = key.filter(|key| code_at(key).is_some()) {
            key.clone_into(&mut current);
            sentences.entry(current.clone()).or_default();
        }
        let gaps = line.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(gap, _)| gap.to_owned());
        if let Some(known) = sentences.get_mut(&current) {
            known.extend(gaps.filter(|gap| code_at(gap).is_some()));
        }
    }
    sentences
}

/// Complaints about one file of sentences, given what the host says and the whole text in which a code may stand.
fn check(file: &File, codes: &Codes, spoken: &str) -> Vec<String> {
    let sentences = sentences(file);
    let mut complaints = Vec::new();
    for (code, params) in codes {
        match sentences.get(code) {
            None => complaints.push(format!("{}: no sentence for `{code}`", file.path)),
            Some(gaps) => complaints.extend(
                gaps.difference(params).map(|gap| format!("{}: nobody fills {{{gap}}} of `{code}`", file.path)),
            ),
        }
    }
    let silent = sentences.keys().filter(|code| !spoken.contains(&format!("\"{code}\"")));
    complaints.extend(silent.map(|code| format!("{}: nobody says `{code}`", file.path)));
    complaints
}

fn is_host(file: &File) -> bool {
    let path = file.path.as_str();
    let is_tested = path.contains("/tests") || path.contains("/testing");
    let is_spoken = path.starts_with("crates/desk/src/") || path.starts_with("src-tauri/src/");
    let is_device =
        ["printer", "card", "speech"].iter().any(|device| path == format!("crates/devices/src/{device}.rs"));
    !is_tested && (is_spoken || is_device)
}

#[test]
fn every_reason_of_the_host_has_a_sentence_that_it_can_fill() {
    let files = files();
    let mut codes = Codes::new();
    files.iter().filter(|file| is_host(file)).for_each(|file| host_codes(file, &mut codes));
    files.iter().filter(|file| file.path == REFUSALS).for_each(|file| refusals(&file.text, &mut codes));
    assert!(codes.len() > 100, "the codes were found: {}", codes.len());
    let spoken: String =
        files.iter().filter(|file| is_host(file) || file.path == REFUSALS).map(|file| file.text.as_str()).collect();
    let texts = files.iter().filter(|file| SENTENCES.contains(&file.path.as_str()));
    assert_tidy(&texts.flat_map(|file| check(file, &codes, &spoken)).collect::<Vec<_>>());
}

#[test]
fn the_stand_in_for_the_host_says_nothing_else() {
    let files = files();
    let spoken: String =
        files.iter().filter(|file| is_host(file) || file.path == REFUSALS).map(|file| file.text.as_str()).collect();
    let fakes = files.iter().filter(|file| file.path.starts_with("ui/src/ipc/fake/"));
    let unknown = fakes.flat_map(|file| {
        let codes = names_after(&file.text, "reason(\"").chain(names_after(&file.text, "refused(\""));
        let unknown = codes.filter(|code| !spoken.contains(&format!("\"{code}\"")));
        unknown.map(|code| format!("{}: the host never says `{code}`", file.path)).collect::<Vec<_>>()
    });
    assert_tidy(&unknown.collect::<Vec<_>>());
}

#[test]
fn a_code_without_a_sentence_a_gap_that_stays_open_and_a_silent_sentence_are_found() {
    let mut codes = Codes::new();
    let host = File::new("crates/desk/src/a.rs", "vec![reason(\"one\"), reason_with(\"two\", [(\"days\", days)])]");
    host_codes(&host, &mut codes);
    let complain = |text: &str| check(&File::new("reasons.ts", text), &codes, &host.text);
    assert_tidy(&complain("  one: \"1\",\n  two: \"{days}\",\n"));
    assert_one_complaint(&complain("  one: \"1\",\n"), "no sentence for `two`");
    assert_one_complaint(&complain("  one: \"1\",\n  two: \"{months}\",\n"), "nobody fills {months}");
    assert_one_complaint(&complain("  one: \"1\",\n  two: \"2\",\n  three: \"3\",\n"), "nobody says `three`");
}

#[test]
fn a_refusal_of_the_domain_is_known_by_its_fields() {
    let mut codes = Codes::new();
    refusals("{ \"code\": \"overlap\", \"session\": 5, \"months\": 6 }", &mut codes);
    let expected = ["months", "possible_from", "session_name", "session_starts_at"].map(str::to_owned);
    assert_eq!(codes["overlap"], expected.into_iter().collect(), "names instead of numbers");
}
