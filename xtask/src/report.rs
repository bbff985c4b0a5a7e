//! Counting what test runners report. All of ours write JUnit files.

use anyhow::{Context, Result};
use std::fs;
use std::ops::AddAssign;
use std::path::Path;

/// How many tests or checks passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Counts the test cases of a JUnit file. A case that was skipped counts as failed: nothing here may be skipped.
///
/// # Errors
/// When the file is missing or is no XML.
pub fn read_junit(path: &Path) -> Result<Counts> {
    let text = fs::read_to_string(path).with_context(|| format!("the runner left no report in {}", path.display()))?;
    count_cases(&text).with_context(|| format!("the report in {} cannot be read", path.display()))
}

fn count_cases(junit: &str) -> Result<Counts> {
    let document = roxmltree::Document::parse(junit)?;
    let mut counts = Counts::default();
    for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
        if case.children().any(|child| matches!(child.tag_name().name(), "failure" | "error" | "skipped")) {
            counts.failed += 1;
        } else {
            counts.passed += 1;
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::{Counts, count_cases};

    #[test]
    fn failures_errors_and_skipped_cases_count_as_failed() {
        let junit = r#"<?xml version="1.0"?><testsuites><testsuite name="a">
            <testcase name="one"/><testcase name="two"><system-out>text</system-out></testcase>
            <testcase name="three"><failure type="x">why</failure></testcase>
            <testcase name="four"><error/></testcase><testcase name="five"><skipped/></testcase>
            </testsuite></testsuites>"#;
        let counts = count_cases(junit).expect("the report is well-formed");
        assert_eq!(counts, Counts { passed: 2, failed: 3 }, "only cases without a complaint have passed");
    }

    #[test]
    fn a_report_that_was_cut_off_is_an_error() {
        assert!(count_cases("<testsuites><testcase").is_err(), "half a report must not count as no failures");
    }
}
