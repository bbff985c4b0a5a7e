//! How personal data is shown where nobody has to read it in full (domain §7): 张*三, 500***********1234, 100****0001.
//!
//! A hidden character is one star, however many bytes it has, so that a masked text keeps its length.

#[cfg(test)]
mod tests;

use crate::identity::{DocumentNumber, PersonName, PhoneNumber, is_mark};

const STAR: char = '*';
/// Below this length a number shows its first and last character only, because 3 + 4 would leave too little hidden.
const FULL_MASK_LENGTH: usize = 11;
/// Below this length a number shows nothing.
const SHORT_MASK_LENGTH: usize = 4;

/// Surnames of two characters; the given name begins after them.
const COMPOUND_SURNAMES: [&str; 40] = [
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊",
    "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文",
    "司徒", "鲜于", "司空", "令狐", "百里", "呼延", "东郭", "南门", "西门", "轩辕", "拓跋", "第五",
];

impl PersonName {
    /// The name with its surname and last character, such as 张*三 or 张*; of Latin names and names with a middle dot the
    /// first letter of each part.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_name(self.reveal())
    }
}

impl DocumentNumber {
    /// The number with its first 3 and last 4 characters, of short numbers less.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_number(self.reveal())
    }
}

impl PhoneNumber {
    /// The number as 3 + 4 digits.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_number(self.reveal())
    }
}

fn mask_name(name: &str) -> String {
    if name.chars().any(|character| character.is_ascii_alphabetic() || is_separator(character)) {
        return mask_parts(name);
    }
    let units = units(name);
    let surname = if units.len() > 2 && COMPOUND_SURNAMES.contains(&units[..2].concat().as_str()) { 2 } else { 1 };
    let last = units.len().saturating_sub(1);
    units
        .iter()
        .enumerate()
        .map(|(index, unit)| {
            let shown = index < surname || (index == last && last > surname);
            if shown && units.len() > 1 { (*unit).to_owned() } else { STAR.to_string() }
        })
        .collect()
}

/// The first letter of each part; a name that is one single letter shows nothing.
fn mask_parts(name: &str) -> String {
    let units = units(name);
    let mut begins = true;
    units
        .iter()
        .map(|unit| {
            if unit.starts_with(is_separator) {
                begins = true;
                return (*unit).to_owned();
            }
            let shown = begins && units.len() > 1;
            begins = false;
            if shown { (*unit).to_owned() } else { STAR.to_string() }
        })
        .collect()
}

fn is_separator(character: char) -> bool {
    matches!(character, '·' | ' ' | '-' | '.' | ',')
}

fn mask_number(number: &str) -> String {
    let length = number.chars().count();
    let (head, tail) = match length {
        FULL_MASK_LENGTH.. => (3, 4),
        SHORT_MASK_LENGTH.. => (1, 1),
        _ => (0, 0),
    };
    number
        .chars()
        .enumerate()
        .map(|(index, character)| if index < head || index + tail >= length { character } else { STAR })
        .collect()
}

/// What people see as one character: a character with the marks that follow it.
fn units(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = text
        .char_indices()
        .filter(|(index, character)| *index == 0 || !is_mark(*character))
        .map(|(at, _)| at)
        .collect();
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}
