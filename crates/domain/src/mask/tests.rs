//! Masks reveal what they promise and nothing else, whatever the text.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use proptest::prelude::*;

#[test]
fn names_keep_the_surname() {
    let table = [
        ("张三", "张*"),
        ("张小三", "张*三"),
        ("张三李四", "张**四"),
        ("欧阳锋", "欧阳*"),
        ("欧阳小锋", "欧阳*锋"),
        ("司马", "司*"),
        ("甲", "*"),
        ("𠮷田", "𠮷*"),
        ("张㐂䶮", "张*䶮"),
        ("𠮷㐂䶮", "𠮷*䶮"),
        ("阿卜杜·热合曼", "阿**·热**"),
        ("SAMPLE JOHN", "S***** J***"),
        ("O'BRIEN-LEE ANN", "O******-L** A**"),
        ("葛\u{e0100}小\u{e0100}城\u{e0100}", "葛\u{e0100}*城\u{e0100}"),
    ];
    for (name, masked) in table {
        assert_eq!(PersonName::parse(name).unwrap().masked(), masked, "{name}");
    }
}

#[test]
fn numbers_keep_three_and_four() {
    let table = [
        ("11010519491231002X", "110***********002X"),
        ("FRA110077121501", "FRA********1501"),
        ("军字第1234567号", "军字第****567号"),
        ("AB12345", "A*****5"),
        ("ABC", "***"),
    ];
    for (number, masked) in table {
        assert_eq!(DocumentNumber::parse(number).unwrap().masked(), masked, "{number}");
    }
    assert_eq!(PhoneNumber::parse("10000000001").unwrap().masked(), "100****0001", "a phone keeps 3 + 4");
}

fn shown(masked: &str) -> usize {
    masked.chars().filter(|character| *character != STAR).count()
}

proptest! {
    #[test]
    fn a_masked_number_shows_seven_characters_at_most(number in "[0-9A-Z]{1,30}") {
        let masked = mask_number(&number);
        prop_assert!(shown(&masked) <= 7, "3 + 4 and no more");
        prop_assert!(shown(&masked) * 3 <= number.len() * 2, "at least a third stays hidden");
        prop_assert_eq!(masked.len(), number.len(), "one star for one character");
    }

    #[test]
    fn a_masked_chinese_name_shows_surname_and_last_character_at_most(name in "[\u{4e00}-\u{9fff}\u{20000}-\u{2a6df}]{1,8}") {
        let masked = mask_name(&name);
        prop_assert!(shown(&masked) <= 3, "a surname of two characters and the last one at most");
        prop_assert!(masked.contains(STAR), "something stays hidden");
        prop_assert_eq!(masked.chars().count(), name.chars().count(), "one star for one character");
    }

    #[test]
    fn masking_any_text_never_panics_and_hides_something(text in any::<String>()) {
        let number = mask_number(&text);
        prop_assert!(text.is_empty() || number.contains(STAR), "a number is never shown whole");
        let name = mask_name(&text);
        prop_assert!(name.len() <= text.len().max(1), "masking adds nothing");
    }

    #[test]
    fn a_name_is_never_shown_whole(text in any::<String>()) {
        if let Ok(name) = PersonName::parse(&text) {
            let letters = name.reveal().chars().filter(|character| !is_separator(*character)).count();
            let parts = name.reveal().split(is_separator).filter(|part| !part.is_empty()).count();
            let masked = name.masked();
            prop_assert!(masked.contains(STAR) || letters == parts, "only initials can leave nothing to hide");
        }
    }
}
