//! What was typed into the one look-up box, and under which terms a name is found. Pure text, no data.
//!
//! A query is normalised once and taken for everything it may be: part of a document number, a name, pinyin, the tail
//! of a phone, a serial number (流水号) or the beginning of a slip's number. Whoever holds the data asks for each [`Term`]
//! in turn; nobody at the counter has to say what was typed.

mod name_terms;
mod surname;

use crate::identity::half_width;

pub use name_terms::{NAME_TERMS_MAX, name_terms};
pub use surname::{is_read_otherwise, may_be_read_otherwise};

/// Characters of a query that are looked at; what follows is ignored.
pub const QUERY_CHARS_MAX: usize = 64;

/// Digits from which a part of a number is worth asking for; fewer fit thousands of people.
const DIGITS_MIN: usize = 4;
/// Digits from which the beginning of a document number is asked for: an area code.
const NUMBER_PREFIX_MIN: usize = 6;
/// Hexadecimal digits from which the beginning of a slip's number is asked for.
const SLIP_PREFIX_MIN: usize = 8;
/// What a slip's QR code begins with; the number follows.
pub const SLIP_QR_PREFIX: &str = "YY1:";

/// One thing that a query may be, in normal form.
#[derive(Clone, PartialEq, Eq)]
pub enum Term {
    /// A whole document number, or what it begins with.
    NumberPrefix(String),
    /// What a document number ends with.
    NumberTail(String),
    /// A day of birth as it stands inside a document number, with whatever digits follow it: at least `YYYYMM`.
    NumberFromBirth(String),
    /// What a phone number ends with.
    PhoneTail(String),
    /// A whole phone number.
    Phone(String),
    /// A serial number (流水号).
    Serial(u64),
    /// Any part of a name as the document writes it, or pinyin or initials from any of its characters on, in lower case.
    Name(String),
    /// What an application's identifier begins with: hexadecimal digits in lower case.
    Slip(String),
}

impl std::fmt::Debug for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::NumberPrefix(_) => "NumberPrefix",
            Self::NumberTail(_) => "NumberTail",
            Self::NumberFromBirth(_) => "NumberFromBirth",
            Self::PhoneTail(_) => "PhoneTail",
            Self::Phone(_) => "Phone",
            Self::Serial(_) => "Serial",
            Self::Name(_) => "Name",
            Self::Slip(_) => "Slip",
        };
        write!(f, "{kind}(redacted)")
    }
}

/// Everything that `text` may be, the most telling first; empty while it is too short to tell.
#[must_use]
pub fn parse_query(text: &str) -> Vec<Term> {
    let text = text.trim();
    if let Some(slip) = text.get(..SLIP_QR_PREFIX.len()).filter(|start| start.eq_ignore_ascii_case(SLIP_QR_PREFIX)) {
        // A voucher's code goes on with the token by which its holder has it checked.
        let number = text[slip.len()..].split('/').next().unwrap_or_default();
        let hex = compact(number);
        return if is_slip(&hex) { vec![Term::Slip(hex)] } else { Vec::new() };
    }
    let compact = compact(text);
    if compact.is_empty() {
        return Vec::new();
    }
    let mut terms = Vec::new();
    if is_slip(&compact) && compact.starts_with('0') {
        // Identifiers are UUIDv7: until the year 10889 they begin with 0, which no document number or phone does.
        terms.push(Term::Slip(compact.clone()));
    }
    if compact.bytes().all(|byte| byte.is_ascii_digit()) {
        terms.extend(digits_terms(&compact));
    } else if is_number_tail(&compact) {
        terms.push(Term::NumberTail(compact.to_uppercase()));
        terms.push(Term::NumberPrefix(compact.to_uppercase()));
    } else if compact.chars().any(|letter| letter.is_ascii_digit()) {
        terms.push(Term::NumberPrefix(compact.to_uppercase()));
        if compact.chars().count() >= DIGITS_MIN {
            terms.push(Term::NumberTail(compact.to_uppercase()));
        }
    } else if !compact.is_ascii() || compact.len() >= 2 {
        terms.push(Term::Name(compact));
    }
    terms
}

fn digits_terms(digits: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let length = digits.len();
    if length < DIGITS_MIN {
        return terms;
    }
    if length == 11 && digits.starts_with('1') {
        terms.push(Term::Phone(digits.to_owned()));
    }
    if length >= NUMBER_PREFIX_MIN {
        terms.push(Term::NumberPrefix(digits.to_owned()));
        if begins_with_birth(digits) {
            terms.push(Term::NumberFromBirth(digits.to_owned()));
        }
    }
    if length < 11 {
        terms.push(Term::PhoneTail(digits.to_owned()));
    }
    if length < 18 {
        terms.push(Term::NumberTail(digits.to_owned()));
    }
    if let Ok(serial) = digits.parse() {
        terms.push(Term::Serial(serial));
    }
    terms
}

/// Half-width, without blanks and separators, in lower case, `ü` written as people type it; cut to [`QUERY_CHARS_MAX`].
pub(crate) fn compact(text: &str) -> String {
    text.chars()
        .map(half_width)
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '.' | '·' | '・' | '•' | '\'' | '/' | '_'))
        .take(QUERY_CHARS_MAX)
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == 'ü' { 'v' } else { letter })
        .collect()
}

fn is_slip(text: &str) -> bool {
    (SLIP_PREFIX_MIN..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Digits with the check letter X at the end.
fn is_number_tail(text: &str) -> bool {
    text.strip_suffix('x')
        .is_some_and(|digits| digits.len() + 1 >= DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether the digits can be `YYYYMM…` of somebody alive.
fn begins_with_birth(digits: &str) -> bool {
    let month = digits.get(4..6).and_then(|month| month.parse::<u8>().ok());
    (digits.starts_with("19") || digits.starts_with("20")) && month.is_some_and(|month| (1..=12).contains(&month))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<Term> {
        parse_query(text)
    }

    #[test]
    fn a_whole_number_is_one_however_it_was_typed() {
        for text in ["11010519491231002X", " 110105 19491231 002x ", "１１０１０５１９４９１２３１００２Ｘ"]
        {
            assert_eq!(
                kinds(text),
                [Term::NumberTail("11010519491231002X".into()), Term::NumberPrefix("11010519491231002X".into())],
                "width, blanks and case make no difference"
            );
        }
    }

    #[test]
    fn four_digits_are_the_tail_of_a_phone_or_a_number() {
        assert_eq!(
            kinds("0001"),
            [Term::PhoneTail("0001".into()), Term::NumberTail("0001".into()), Term::Serial(1)],
            "the phone comes first, because people are asked for it"
        );
        assert_eq!(
            kinds("002x"),
            [Term::NumberTail("002X".into()), Term::NumberPrefix("002X".into())],
            "only numbers have an X"
        );
    }

    #[test]
    fn eight_digits_of_a_birthday_are_found_inside_numbers() {
        assert!(
            kinds("19491231").contains(&Term::NumberFromBirth("19491231".into())),
            "a birthday is part of a number"
        );
        assert!(!kinds("19491331").contains(&Term::NumberFromBirth("19491331".into())), "there is no thirteenth month");
    }

    #[test]
    fn eleven_digits_are_a_phone_before_anything_else() {
        assert_eq!(kinds("13900000001").first(), Some(&Term::Phone("13900000001".into())), "a phone has 11 digits");
    }

    #[test]
    fn names_and_pinyin_are_names() {
        assert_eq!(kinds("张三"), [Term::Name("张三".into())], "characters are a name");
        assert_eq!(kinds("ZYS"), [Term::Name("zys".into())], "letters are pinyin or initials");
        assert_eq!(kinds("lü wei"), [Term::Name("lvwei".into())], "ü is typed as v");
        assert_eq!(kinds("阿卜杜·热西提"), [Term::Name("阿卜杜热西提".into())], "the dot of a name may be left out");
        assert_eq!(kinds("𠮷"), [Term::Name("𠮷".into())], "a rare character is a name");
    }

    #[test]
    fn too_little_asks_for_nothing() {
        for text in ["", "  ", "1", "123", "z", "--"] {
            assert!(kinds(text).is_empty(), "{text:?} would fit thousands");
        }
    }

    #[test]
    fn a_slip_is_found_by_its_number_or_its_code() {
        let slip = Term::Slip("0193a1b27c3e7abc".into());
        assert_eq!(kinds("0193 A1B2 7C3E 7ABC").first(), Some(&slip), "as it is printed");
        let slip = [slip];
        assert_eq!(kinds("YY1:0193A1B27C3E7ABC/k3Jq_9"), slip, "as a voucher's code goes on with its token");
        assert_eq!(kinds("yy1:0193a1b2-7c3e-7abc"), slip, "as a scanner types the code");
        assert!(kinds("YY1:hello").is_empty(), "a damaged code is nothing");
        assert_eq!(kinds("01938000").first(), Some(&Term::Slip("01938000".into())), "digits alone may be a slip");
    }

    #[test]
    fn a_query_never_shows_up_in_debug_output() {
        assert_eq!(format!("{:?}", kinds("张三")), "[Name(redacted)]", "what was typed is personal data");
    }

    #[test]
    fn a_long_query_is_cut() {
        let Some(Term::Name(name)) = kinds(&"张".repeat(5_000)).pop() else { panic!("characters are a name") };
        assert_eq!(name.chars().count(), QUERY_CHARS_MAX, "nothing is unbounded");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_query_or_the_terms_of_a_name_panic(text in any::<String>(), slip in "(?i)yy1:.{0,40}") {
            for text in [text.as_str(), slip.as_str()] {
                prop_assert!(parse_query(text).len() <= 8, "a query is few things at once");
                prop_assert!(name_terms(text).len() <= NAME_TERMS_MAX, "nothing is unbounded");
            }
        }

        #[test]
        fn digits_and_letters_in_any_order_are_read(text in "[0-9a-fxX·. -]{0,60}") {
            for term in parse_query(&text) {
                prop_assert!(!matches!(term, Term::Serial(_)) || text.len() >= 4, "too little asks for nothing");
            }
        }
    }
}
