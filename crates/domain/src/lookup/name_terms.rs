//! Under which terms a name is found: any part of it, full pinyin or initials from any character on.

use super::compact;
use pinyin::{ToPinyin as _, ToPinyinMulti as _};
use std::collections::BTreeSet;

/// Terms of one name at most.
pub const NAME_TERMS_MAX: usize = 48;
/// Characters of a name from which a term may begin.
const STARTS_MAX: usize = 12;
/// Ways to read a name that are kept; surnames such as 曾 and 单 have more than one.
const READINGS_MAX: usize = 4;

/// Terms such that a query for any part of the name, its pinyin or its initials is the beginning of one of them.
///
/// Normal form as in [`super::Term::Name`], sorted, without doubles. A term of one ASCII letter is left out.
#[must_use]
pub fn name_terms(name: &str) -> Vec<String> {
    let letters: Vec<char> = compact(name).chars().collect();
    let mut terms = BTreeSet::new();
    for start in 0..letters.len().min(STARTS_MAX) {
        // A name in Latin letters is found from its beginning and from each word, not from the middle of one.
        if start > 0 && letters[start].is_ascii() && !is_word_start(name, start) {
            continue;
        }
        terms.insert(letters[start..].iter().collect::<String>());
    }
    for reading in readings(&letters) {
        for start in 0..reading.len().min(STARTS_MAX) {
            terms.insert(reading[start..].concat());
            let initials: String = reading[start..].iter().filter_map(|syllable| syllable.chars().next()).collect();
            if initials.len() > 1 {
                terms.insert(initials);
            }
        }
    }
    terms.into_iter().take(NAME_TERMS_MAX).collect()
}

/// Whether the letter that is the `start`-th of the compact name begins a word of the name as it is written.
fn is_word_start(name: &str, start: usize) -> bool {
    let mut seen = 0;
    let mut after_gap = true;
    for letter in name.trim().chars() {
        if compact(letter.encode_utf8(&mut [0; 4])).is_empty() {
            after_gap = true;
            continue;
        }
        if seen == start {
            return after_gap;
        }
        seen += 1;
        after_gap = false;
    }
    false
}

/// The ways to read a name as syllables without tones; characters without a reading are passed over.
fn readings(letters: &[char]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for letter in letters {
        let mut ways: Vec<String> = Vec::new();
        if let Some(multi) = letter.to_pinyin_multi() {
            for reading in multi {
                push_reading(&mut ways, reading.plain());
            }
        } else if let Some(reading) = letter.to_pinyin() {
            push_reading(&mut ways, reading.plain());
        }
        if ways.is_empty() {
            continue;
        }
        let mut next = Vec::new();
        // Way by way, so that the usual reading of every character comes first and the cut drops the rarest.
        for way in &ways {
            for begun in &all {
                let mut longer = begun.clone();
                longer.push(way.clone());
                next.push(longer);
            }
        }
        next.truncate(READINGS_MAX);
        all = next;
    }
    all.retain(|reading| !reading.is_empty());
    all
}

fn push_reading(ways: &mut Vec<String>, plain: &str) {
    let typed = plain.replace('ü', "v");
    // On a keyboard without ü both v and u are typed.
    let as_u = typed.replace('v', "u");
    for way in [typed, as_u] {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(name: &str, query: &str) -> bool {
        let query = compact(query);
        name_terms(name).iter().any(|term| term.starts_with(&query))
    }

    #[test]
    fn any_part_of_a_name_finds_it() {
        for query in ["张伟丽", "张伟", "伟丽", "丽", "张"] {
            assert!(finds("张伟丽", query), "{query} is part of the name");
        }
        assert!(!finds("张伟丽", "张丽"), "a gap is no part");
    }

    #[test]
    fn full_pinyin_and_initials_find_it_from_any_character_on() {
        for query in ["zhangweili", "zhangwei", "zhang", "weili", "zwl", "zw", "wl"] {
            assert!(finds("张伟丽", query), "{query} is how the name is typed");
        }
    }

    #[test]
    fn a_surname_with_two_readings_is_found_by_both() {
        assert!(finds("曾某甲", "zengmoujia") && finds("曾某甲", "cmj"), "曾 is read zeng and ceng");
        assert!(finds("单某甲", "shanmou") && finds("单某甲", "danmou"), "单 is read shan and dan");
    }

    #[test]
    fn a_u_with_dots_is_found_as_v_and_as_u() {
        for query in ["lvmou", "lumou", "lümou"] {
            assert!(finds("吕某", query), "{query} is how 吕 is typed");
        }
    }

    #[test]
    fn rare_characters_are_found_even_without_a_reading() {
        for name in ["𠮷某某", "㐂某某", "䶮某某"] {
            assert!(finds(name, name), "{name} is found by its characters");
            assert!(finds(name, "moumou"), "{name} is found by what can be read");
        }
    }

    #[test]
    fn a_latin_name_is_found_by_each_word_and_never_by_the_middle_of_one() {
        for query in ["testperson", "TEST PERSON", "person", "per"] {
            assert!(finds("Test Person", query), "{query} begins a word");
        }
        assert!(!finds("Test Person", "erson"), "the middle of a word is no term");
    }

    #[test]
    fn the_terms_of_a_very_long_name_are_bounded() {
        assert!(name_terms(&"曾单".repeat(60)).len() <= NAME_TERMS_MAX, "nothing is unbounded");
        assert!(name_terms("").is_empty(), "no name has no terms");
    }
}
