//! Names say what a thing is. Words that hide it are out.

use crate::repository::{File, files};
use crate::source::{code_only, words};
use crate::{assert_one_complaint, assert_tidy};

const HIDING: &[&str] = &[
    "manager",
    "managers",
    "service",
    "services",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "misc",
    "processor",
    "processors",
    "wrapper",
    "wrappers",
    "info",
    "infos",
];

/// What stands before a name where it is given.
const GIVING: &[&str] = &[
    "fn",
    "struct",
    "enum",
    "trait",
    "mod",
    "type",
    "const",
    "static",
    "class",
    "interface",
    "function",
    "union",
    "let",
];

/// Names that are not ours to choose.
const GIVEN_BY_OTHERS: &[&str] = &["Service"];

fn check(file: &File) -> Vec<String> {
    let stem = file.path.rsplit_once('.').map_or(file.path.as_str(), |(stem, _)| stem);
    let mut complaints = Vec::new();
    let mut look_at = |what: &str, name: &str| {
        let hiding = words(name).into_iter().find(|word| HIDING.contains(&word.as_str()));
        if let Some(word) = hiding.filter(|_| !GIVEN_BY_OTHERS.contains(&name)) {
            complaints.push(format!("{}: the {what} `{name}` says `{word}`, which hides what it is", file.path));
        }
    };
    look_at("path", stem);
    if !["rs", "ts", "svelte", "mjs"].iter().any(|extension| file.has_extension(extension)) {
        return complaints;
    }
    let code = if file.has_extension("rs") { code_only(&file.text) } else { file.text.clone() };
    let tokens: Vec<&str> =
        code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|token| !token.is_empty()).collect();
    for pair in tokens.windows(2).filter(|pair| GIVING.contains(&pair[0])) {
        look_at("name", pair[1]);
    }
    complaints
}

#[test]
fn no_name_hides_what_it_names() {
    assert_tidy(&files().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn a_hiding_name_is_found() {
    assert_one_complaint(&check(&File::new("src/a.rs", "struct SessionManager;")), "SessionManager");
    assert_one_complaint(&check(&File::new("src/a.rs", "fn date_util() {}")), "date_util");
    assert_one_complaint(&check(&File::new("src/helpers.rs", "")), "helpers");
    assert_one_complaint(&check(&File::new("src/a.ts", "function userInfo() {}")), "userInfo");
}

#[test]
fn a_word_in_a_comment_or_inside_another_word_is_no_name() {
    assert_tidy(&check(&File::new("src/a.rs", "// fn helper\nfn utilise() { tracing::info!(\"struct Wrapper\"); }")));
}
