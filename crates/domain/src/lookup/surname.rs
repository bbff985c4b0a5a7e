//! Surnames that are read in one way although their character has others: whoever types 单 as `shan` means the surname,
//! and whoever types `dan` most likely means somebody else.

/// The surname's own reading. Where two readings are surnames of their own, such as 覃 and 乐, none is the wrong one.
const READ_AS_SURNAME: [(char, &str); 13] = [
    ('仇', "qiu"),
    ('任', "ren"),
    ('区', "ou"),
    ('单', "shan"),
    ('曾', "zeng"),
    ('朴', "piao"),
    ('查', "zha"),
    ('沈', "shen"),
    ('盛', "sheng"),
    ('石', "shi"),
    ('解', "xie"),
    ('贾', "jia"),
    ('车', "che"),
];

/// What the other readings of these characters begin with.
const OTHERWISE: [u8; 8] = *b"cdgjlpqt";

/// Whether pinyin or initials, as in [`super::Term::Name`], may fit a surname by a reading that it does not have. A `false`
/// spares reading the names.
#[must_use]
pub fn may_be_read_otherwise(typed: &str) -> bool {
    typed.is_ascii() && typed.bytes().next().is_some_and(|first| OTHERWISE.contains(&first))
}

/// Whether a name that `typed` fits is read otherwise as a name, so that others are more likely meant.
#[must_use]
pub fn is_read_otherwise(name: &str, typed: &str) -> bool {
    let Some(surname) = name.trim_start().chars().next() else { return false };
    let Ok(at) = READ_AS_SURNAME.binary_search_by_key(&surname, |(surname, _)| *surname) else { return false };
    let reading = READ_AS_SURNAME[at].1;
    let is_syllable = typed.starts_with(reading) || reading.starts_with(typed);
    // No syllable begins with i, u or v: where one stands second, no initials were typed.
    let can_be_initials = typed.as_bytes().first() == reading.as_bytes().first()
        && !typed.as_bytes().get(1).is_some_and(|second| b"iuv".contains(second));
    !is_syllable && !can_be_initials
}

#[cfg(test)]
mod tests {
    use super::*;
    use pinyin::{ToPinyin as _, ToPinyinMulti as _};

    #[test]
    fn a_surname_is_read_as_people_say_it_and_not_otherwise() {
        for (name, right, otherwise) in [
            ("单某甲", "shanmou", "danmou"),
            ("曾某甲", "zengm", "cengm"),
            ("解某甲", "xiemoujia", "jiemoujia"),
            ("仇某甲", "qmj", "cmj"),
            ("区某甲", "oumou", "qumou"),
            ("查某甲", "zh", "chamou"),
            ("朴某甲", "pmj", "pumou"),
        ] {
            assert!(!is_read_otherwise(name, right), "{name} is read so in {right}");
            assert!(is_read_otherwise(name, otherwise), "{name} is no {otherwise}");
            assert!(may_be_read_otherwise(otherwise), "{otherwise} is looked into");
        }
        assert!(!is_read_otherwise("但某甲", "danmou"), "但 has one reading");
        assert!(is_read_otherwise("任某甲", "lin"), "whoever types lin means 林");
        assert!(!is_read_otherwise("", "dan"), "no name is read");
    }

    #[test]
    fn the_table_is_in_order_and_every_other_reading_begins_with_a_letter_that_is_looked_into() {
        assert!(READ_AS_SURNAME.is_sorted_by_key(|(surname, _)| *surname), "it is searched by halves");
        for (surname, reading) in READ_AS_SURNAME {
            let multi = surname.to_pinyin_multi().into_iter().flatten();
            let all: Vec<&str> = multi.chain(surname.to_pinyin()).map(pinyin::Pinyin::plain).collect();
            assert!(all.contains(&reading), "{surname} can be found as {reading}");
            let others = all.into_iter().filter(|other| *other != reading);
            assert!(others.clone().all(may_be_read_otherwise), "{surname}: {:?}", others.collect::<Vec<_>>());
        }
    }
}
