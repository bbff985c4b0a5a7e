//! Why something is so, in a form that the window can say in either language.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values that fill the gaps of a sentence: days as `2026-12-01`, instants as RFC 3339, numbers as digits, names as they
/// are, subjects as their numbers (`2,3`) under `subject`, `needed` or `missing`, the reason of a block as its code under
/// `reason`.
///
/// A refusal of the domain keeps its own code and field names, with these changes: a session becomes `at` (its begin) and
/// `site` (its name), a site becomes `site` (its name), `possible_from` of a wait becomes `from`, and a block without an
/// end is `blocked_for_life`. Codes and their words: `ui/src/i18n/reasons.zh.ts`.
pub type Params = BTreeMap<String, String>;

/// A reason with its rule: the window translates `code` and fills in `params`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Reason {
    /// Stable code in `snake_case`, such as `wait_after_permit`.
    pub code: String,
    /// What the sentence needs.
    pub params: Params,
    /// The article of the regulation (公安部令第162号) on which it rests; none when it rests on the guide or on a policy.
    pub article: Option<u16>,
}

/// What every command answers when it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct HostError {
    /// Stable code in `snake_case`, such as `wrong_password`; the window translates it and never shows it bare.
    pub code: String,
    /// What the sentence needs.
    pub params: Params,
    /// Whether the same call may succeed later without a change.
    pub retryable: bool,
}

/// One page of a longer list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Page {
    /// Counts from 0.
    pub index: u32,
    /// Rows on a page, at most 100.
    pub size: u32,
}
