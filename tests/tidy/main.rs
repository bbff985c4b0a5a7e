//! The rules of this repository that no compiler knows: who may depend on whom, what a file looks like, what a name may
//! not say, what must never be committed.
//!
//! Every rule is a function from what it looks at to a list of complaints. One test shows that the repository gives no
//! cause for complaint, others show with bad input that the rule can find something.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its input fails, and that is right")]

mod dependencies;
mod files;
mod invariants;
mod licences;
mod lints;
mod metadata;
mod migrations;
mod names;
mod privacy;
mod reasons;
mod repository;
mod source;
mod traces;

/// Fails with every complaint on a line of its own.
fn assert_tidy(complaints: &[String]) {
    assert!(complaints.is_empty(), "this is not tidy:\n{}", complaints.join("\n"));
}

/// Fails unless there is exactly one complaint, and it contains `word`.
fn assert_one_complaint(complaints: &[String], word: &str) {
    assert!(
        matches!(complaints, [one] if one.contains(word)),
        "one complaint about {word} was expected, these were found: {complaints:#?}"
    );
}
