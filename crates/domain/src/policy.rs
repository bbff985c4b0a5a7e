//! The rules that a regulation or an office may change, as typed and versioned data.
//!
//! A document is read from TOML (the seed of `assets/`) or JSON (as the centre serves it). [`Policy::in_force`] selects by
//! date, so a change of regulation is a new document and no new code. Every section carries its citation and how far it
//! can be trusted; every outcome names the [`PolicyVersion`] by which it was decided.

pub mod local;
pub(crate) mod parse;
pub mod regulation;
#[cfg(test)]
mod tests;
mod validate;

use crate::calendar::{Calendar, CalendarYear};
use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use local::Local;
pub use regulation::Regulation;

/// How far a fact can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum Trust {
    /// The published guide.
    #[serde(rename = "G")]
    Guide,
    /// The regulation's own text.
    #[serde(rename = "R")]
    Regulation,
    /// The work norm as it is quoted in several places.
    #[serde(rename = "N")]
    Norm,
    /// Weak: our reading or default, where no text decides.
    #[serde(rename = "W")]
    Weak,
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Citation {
    /// The text, such as 公安部令第162号.
    pub source: String,
    /// The numbers of its articles; empty where the text has none.
    pub articles: Vec<u16>,
    /// How far to trust it.
    pub trust: Trust,
    /// Why it is weak, or which keys of its section are weaker than the rest, for people who check or replace the data.
    pub note: Option<String>,
}

/// Everything that can change without new code, as it is in force on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Policy {
    /// What the national regulation lays down.
    pub regulation: Regulation,
    /// What the city decides, and our readings where no text decides.
    pub local: Local,
    /// Working days.
    pub calendar: Calendar,
}

/// One versioned document of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "document", rename_all = "snake_case")]
pub enum PolicyDocument {
    /// A version of the national regulation.
    Regulation(Regulation),
    /// A version of the city's parameters.
    Local(Local),
    /// A calendar year.
    Calendar(CalendarYear),
}

/// Which versions decided an outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PolicyVersion {
    /// The version of the regulation.
    pub regulation: String,
    /// The version of the city's parameters.
    pub local: String,
    /// The versions of the calendar years in order.
    pub calendar: Vec<String>,
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.regulation, self.local, self.calendar.join("+"))
    }
}

/// Why documents make no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A document cannot be read or contradicts itself.
    #[error("{file}:{line}: {key}: {problem}")]
    Invalid {
        /// The name under which the text was given.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The key with its sections, such as `window.closes_at`; empty where the file as a whole is meant.
        key: String,
        /// What is wrong, for a person who edits the file.
        problem: String,
    },
    /// No document of a kind is in force on a day.
    #[error("no {document} document is in force on {date}")]
    NoneInForce {
        /// `regulation`, `local` or `calendar`.
        document: &'static str,
        /// The day.
        date: Date,
    },
}

impl PolicyDocument {
    /// Its kind and version: another document of the same name takes its place.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Regulation(regulation) => format!("regulation {}", regulation.version),
            Self::Local(local) => format!("local {}", local.version),
            Self::Calendar(calendar) => format!("calendar {} {}", calendar.year, calendar.version),
        }
    }

    /// Reads one TOML document; `name` only serves the error.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`] with line and key when it cannot be read, has an unknown key or contradicts itself.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        parse::parse(name, text)
    }

    /// Reads several TOML documents, given as pairs of name and text.
    ///
    /// # Errors
    /// The first error, in the order of the files.
    pub fn parse_all(files: &[(&str, &str)]) -> Result<Vec<Self>, PolicyError> {
        files.iter().map(|(name, text)| Self::parse(name, text)).collect()
    }

    /// Its version, unique among documents of its kind.
    #[must_use]
    pub fn version(&self) -> &str {
        match self {
            Self::Regulation(regulation) => &regulation.version,
            Self::Local(local) => &local.version,
            Self::Calendar(year) => &year.version,
        }
    }

    /// Checks that the document does not contradict itself. Reading TOML does this already; a document that came as
    /// JSON is checked with this before it is used.
    ///
    /// # Errors
    /// The key and what is wrong with it.
    pub fn check(&self) -> Result<(), ContentError> {
        validate::check_notes(self)?;
        match self {
            Self::Regulation(regulation) => validate::check_regulation(regulation),
            Self::Local(local) => validate::check_local(local),
            Self::Calendar(year) => validate::check_calendar(year),
        }
    }
}

/// A value that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct ContentError {
    /// The key with its sections, such as `window.closes_at`.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

impl Policy {
    /// Reads TOML documents, given as pairs of name and text, and selects what is in force on `date`.
    ///
    /// # Errors
    /// As [`PolicyDocument::parse`] and [`Policy::in_force`].
    pub fn parse(files: &[(&str, &str)], date: Date) -> Result<Self, PolicyError> {
        Self::in_force(&PolicyDocument::parse_all(files)?, date)
    }

    /// Selects from all documents what is in force on `date`: of each kind the one that became valid last.
    ///
    /// # Errors
    /// [`PolicyError::NoneInForce`] when a kind has no document for that day.
    pub fn in_force(documents: &[PolicyDocument], date: Date) -> Result<Self, PolicyError> {
        let regulation = documents
            .iter()
            .filter_map(|document| match document {
                PolicyDocument::Regulation(regulation) => Some(regulation),
                _ => None,
            })
            .filter(|regulation| is_valid_on(regulation.valid_from, regulation.valid_until, date))
            .max_by_key(|regulation| regulation.valid_from);
        let local = documents
            .iter()
            .filter_map(|document| match document {
                PolicyDocument::Local(local) => Some(local),
                _ => None,
            })
            .filter(|local| is_valid_on(local.valid_from, local.valid_until, date))
            .max_by_key(|local| local.valid_from);
        let years: Vec<CalendarYear> = documents
            .iter()
            .filter_map(|document| match document {
                PolicyDocument::Calendar(year) if year.valid_from <= date => Some(year.clone()),
                _ => None,
            })
            .collect();
        let none = |document| PolicyError::NoneInForce { document, date };
        if years.is_empty() {
            return Err(none("calendar"));
        }
        Ok(Self {
            regulation: regulation.ok_or_else(|| none("regulation"))?.clone(),
            local: local.ok_or_else(|| none("local"))?.clone(),
            calendar: Calendar::new(years),
        })
    }

    /// Which versions this policy is made of.
    #[must_use]
    pub fn version(&self) -> PolicyVersion {
        PolicyVersion {
            regulation: self.regulation.version.clone(),
            local: self.local.version.clone(),
            calendar: self.calendar.years().iter().map(|year| year.version.clone()).collect(),
        }
    }
}

fn is_valid_on(from: Date, until: Option<Date>, date: Date) -> bool {
    from <= date && until.is_none_or(|last| date <= last)
}
