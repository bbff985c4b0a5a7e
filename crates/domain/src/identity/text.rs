//! What input methods, card readers and spreadsheets do to letters and digits, undone.

/// The half-width form of a full-width letter, digit or sign; other characters as they are.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// Blanks of all kinds, also those of no width that come along when text is copied.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{00ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Hyphens, dashes and minus signs.
pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{30fc}')
}

/// Digits and capital letters without blanks and dashes; signs that look like an X become one.
pub(super) fn compact(text: &str) -> String {
    text.chars()
        .map(half_width)
        .filter(|character| !is_blank(*character) && !is_dash(*character))
        .map(|character| match character {
            '×' | 'Ⅹ' | 'ⅹ' => 'X',
            other => other.to_ascii_uppercase(),
        })
        .collect()
}
