//! A person's name: Chinese names with rare characters and middle dots, and Latin names.

use super::PersonName;
use super::text::{half_width, is_blank};

/// The longest name, in characters: what the chip of a foreigner's card can hold.
const LENGTH_MAX: usize = 60;

/// What is wrong with a name. It never contains the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NameError {
    /// Nothing was typed.
    #[error("type the name")]
    Empty,
    /// More characters than a document can carry.
    #[error("the name has more than {max} characters")]
    TooLong {
        /// As many as it may have.
        max: u8,
    },
    /// A digit or sign that no name has.
    #[error("character {position} of the name cannot stand in a name")]
    Character {
        /// Its place, counted from 1, in the name without surplus blanks.
        position: u8,
    },
}

impl PersonName {
    /// Reads a name as people type it or a card reader delivers it: full-width letters become half-width, every kind of
    /// middle dot becomes `·`, blanks vanish around Chinese characters and shrink to one between Latin words.
    ///
    /// # Errors
    /// When it is empty, too long or has a character that no name has.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name = tidy(text);
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().count() > LENGTH_MAX {
            return Err(NameError::TooLong { max: 60 });
        }
        let letters = name.chars().any(char::is_alphabetic) || name.chars().any(is_private);
        match name.chars().position(|character| !is_name_character(character)) {
            Some(index) => Err(NameError::Character { position: u8::try_from(index + 1).unwrap_or(u8::MAX) }),
            None if !letters => Err(NameError::Character { position: 1 }),
            None => Ok(Self(name)),
        }
    }
}

fn tidy(text: &str) -> String {
    let mut name = String::new();
    let mut blank = false;
    // More than enough to notice a name that is too long, however long the text is.
    for character in text.chars().map(half_width).take(LENGTH_MAX * 4) {
        if is_blank(character) {
            blank = true;
            continue;
        }
        let character = if is_middle_dot(character) { '·' } else { character };
        let between_words = blank && character.is_ascii() && name.chars().last().is_some_and(|last| last.is_ascii());
        if between_words {
            name.push(' ');
        }
        blank = false;
        name.push(character);
    }
    name
}

fn is_middle_dot(character: char) -> bool {
    matches!(character, '·' | '•' | '‧' | '∙' | '⋅' | '・' | '･' | '\u{0387}' | '\u{a78f}')
}

/// Card chips carry characters that were rare when they were made in the private use area.
fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// Marks that belong to the character before them.
pub(crate) fn is_mark(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_name_character(character: char) -> bool {
    character.is_alphabetic()
        || is_private(character)
        || is_mark(character)
        || matches!(character, '·' | ' ' | '-' | '\'' | '’' | '.' | ',')
}
