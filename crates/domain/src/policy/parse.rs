//! Reads a policy document, or another document of `assets/`, from TOML, with errors that name file, line and key.
//!
//! An unknown key is refused: a misspelt parameter would otherwise leave its default in force without a word.

use super::{ContentError, PolicyDocument, PolicyError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The key that tells which kind of document a file is.
const KIND: &str = "document";

pub(super) fn parse(file: &str, text: &str) -> Result<PolicyDocument, PolicyError> {
    let source = Source::new(file, text)?;
    let document = match source.table.get(KIND).and_then(|kind| kind.get_ref().as_str()) {
        Some("regulation") => PolicyDocument::Regulation(source.read()?),
        Some("local") => PolicyDocument::Local(source.read()?),
        Some("calendar") => PolicyDocument::Calendar(source.read()?),
        _ => return Err(source.invalid(KIND, "must be \"regulation\", \"local\" or \"calendar\"")),
    };
    source.refuse_unknown_keys(&document)?;
    document.check().map_err(|error| source.invalid(&error.key, &error.problem))?;
    Ok(document)
}

/// Reads a document of one kind; `check` says what contradicts itself.
pub(crate) fn read_checked<T: Serialize + DeserializeOwned>(
    file: &str,
    text: &str,
    check: impl FnOnce(&T) -> Result<(), ContentError>,
) -> Result<T, PolicyError> {
    let source = Source::new(file, text)?;
    let document = source.read()?;
    source.refuse_unknown_keys(&document)?;
    check(&document).map_err(|error| source.invalid(&error.key, &error.problem))?;
    Ok(document)
}

struct Source<'a> {
    file: &'a str,
    text: &'a str,
    table: DeTable<'a>,
}

impl<'a> Source<'a> {
    fn new(file: &'a str, text: &'a str) -> Result<Self, PolicyError> {
        let table = DeTable::parse(text).map_err(|error| PolicyError::Invalid {
            file: file.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            key: String::new(),
            problem: error.message().to_owned(),
        })?;
        Ok(Self { file, text, table: table.into_inner() })
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, PolicyError> {
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            PolicyError::Invalid {
                file: self.file.to_owned(),
                line: line_of(self.text, span.start),
                key: key_at(&self.table, &span).join("."),
                problem: error.message().to_owned(),
            }
        })
    }

    fn refuse_unknown_keys(&self, document: &impl Serialize) -> Result<(), PolicyError> {
        let known = toml::Table::try_from(document).map_err(|error| self.invalid("", &error.to_string()))?;
        match find_unknown_in_table(&self.table, &known) {
            Some(key) => Err(self.invalid(&key, "is no known key")),
            None => Ok(()),
        }
    }

    fn invalid(&self, key: &str, problem: &str) -> PolicyError {
        PolicyError::Invalid {
            file: self.file.to_owned(),
            line: line_of(self.text, offset_of(&self.table, key)),
            key: key.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// The entry of a table or array by the text of its key or index.
fn child<'t, 'a>(value: &'t DeValue<'a>, key: &str) -> Option<(usize, &'t DeValue<'a>)> {
    match value {
        DeValue::Table(table) => {
            let (name, entry) = table.iter().find(|(name, _)| name.get_ref() == key)?;
            Some((name.span().start, entry.get_ref()))
        }
        DeValue::Array(array) => {
            let entry = array.get(key.parse::<usize>().ok()?)?;
            Some((entry.span().start, entry.get_ref()))
        }
        _ => None,
    }
}

/// Where the longest known part of a dotted key stands in the text.
fn offset_of(table: &DeTable<'_>, key: &str) -> usize {
    let mut keys = key.split('.');
    let Some((name, entry)) = keys.next().and_then(|first| table.iter().find(|(name, _)| name.get_ref() == first))
    else {
        return 0;
    };
    let (mut offset, mut value) = (name.span().start, entry.get_ref());
    for key in keys {
        let Some((start, entry)) = child(value, key) else { break };
        (offset, value) = (start, entry);
    }
    offset
}

/// The keys down to the innermost value whose text encloses `span`.
fn key_at(table: &DeTable<'_>, span: &Range<usize>) -> Vec<String> {
    for (name, entry) in table {
        let mut keys = vec![name.get_ref().to_string()];
        if encloses(&entry.span(), span) || encloses(&name.span(), span) {
            keys.extend(key_in(entry.get_ref(), span));
            return keys;
        }
        let inner = key_in(entry.get_ref(), span);
        if !inner.is_empty() {
            keys.extend(inner);
            return keys;
        }
    }
    Vec::new()
}

fn key_in(value: &DeValue<'_>, span: &Range<usize>) -> Vec<String> {
    match value {
        DeValue::Table(table) => key_at(table, span),
        DeValue::Array(array) => {
            for (index, entry) in array.iter().enumerate() {
                let inner = key_in(entry.get_ref(), span);
                if encloses(&entry.span(), span) || !inner.is_empty() {
                    return std::iter::once(index.to_string()).chain(inner).collect();
                }
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn encloses(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The first key of the text that did not survive being read.
fn find_unknown_in_table(text: &DeTable<'_>, known: &toml::Table) -> Option<String> {
    text.iter().find_map(|(name, entry)| {
        let name = name.get_ref().to_string();
        match known.get(&name) {
            None => Some(name),
            Some(value) => find_unknown(entry.get_ref(), value).map(|inner| format!("{name}.{inner}")),
        }
    })
}

fn find_unknown(text: &DeValue<'_>, known: &toml::Value) -> Option<String> {
    match (text, known) {
        (DeValue::Table(text), toml::Value::Table(known)) => find_unknown_in_table(text, known),
        (DeValue::Array(text), toml::Value::Array(known)) => {
            text.iter().zip(known).enumerate().find_map(|(index, (text, known))| {
                find_unknown(text.get_ref(), known).map(|inner| format!("{index}.{inner}"))
            })
        }
        _ => None,
    }
}
