//! Reading what people type: documents, names and phones; errors that say what to fix without repeating the value.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use proptest::prelude::*;

fn parse(kind: DocumentType, text: &str) -> Result<String, NumberError> {
    IdentityDocument::parse(kind, text).map(|document| document.number.reveal().to_owned())
}

#[test]
fn the_published_sample_numbers_are_read() {
    let document = IdentityDocument::parse(DocumentType::ResidentCard, "11010519491231002X").unwrap();
    assert_eq!(document.birth_date(), Date::from_ymd_opt(1949, 12, 31), "digits 7 to 14");
    assert_eq!(document.sex(), Some(Sex::Female), "an even sequence");
    assert_eq!(document.area(), Some("110105"), "the first six digits");
    let document = IdentityDocument::parse(DocumentType::ResidentCard, "440524188001010014").unwrap();
    assert_eq!(document.sex(), Some(Sex::Male), "an odd sequence");
    for number in ["932682198501010017", "911124198108030024"] {
        let document = IdentityDocument::parse(DocumentType::ForeignResident, number).unwrap();
        assert!(document.birth_date().is_some(), "the card of 2023 tells the day of birth");
        assert_eq!(document.area(), None, "it has no area code");
    }
}

#[test]
fn what_people_type_is_brought_into_the_normal_form() {
    let table = [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
        "110105\u{3000}19491231\u{00a0}002X\u{feff}",
        "\u{202d}110105\u{200b}19491231—002×\u{202c}",
    ];
    for text in table {
        let read = parse(DocumentType::ResidentCard, text);
        assert_eq!(read.as_deref(), Ok("11010519491231002X"), "typed as {text:?}");
    }
}

#[test]
fn every_type_of_document_takes_its_own_numbers() {
    use DocumentType::{
        Abroad, Diplomat, ForeignResident, HongKongMacauTaiwan, Officer, ResidentCard, RetiredOfficer, Soldier,
        TemporaryCard,
    };
    let table = [
        (ResidentCard, "11010519491231002X", Ok("11010519491231002X")),
        (TemporaryCard, "11010519491231002X", Ok("11010519491231002X")),
        (HongKongMacauTaiwan, "810000199408230021", Ok("810000199408230021")),
        (HongKongMacauTaiwan, "830000199201300022", Ok("830000199201300022")),
        (ForeignResident, "fra 1100 7712 1501", Ok("FRA110077121501")),
        (Officer, "军字第1234567号", Ok("军字第1234567号")),
        (Soldier, "士字第 7654321 号", Ok("士字第7654321号")),
        (RetiredOfficer, "退字（2001）0001", Ok("退字(2001)0001")),
        (Abroad, "h–12345678", Ok("H12345678")),
        (Diplomat, "D/2020/01", Ok("D202001")),
        (ResidentCard, "810000199408230021", Err(NumberError::OtherDocument { suggested: HongKongMacauTaiwan })),
        (ResidentCard, "932682198501010017", Err(NumberError::OtherDocument { suggested: ForeignResident })),
        (TemporaryCard, "932682198501010017", Err(NumberError::OtherDocument { suggested: ForeignResident })),
        (HongKongMacauTaiwan, "11010519491231002X", Err(NumberError::OtherDocument { suggested: ResidentCard })),
        (ForeignResident, "11010519491231002X", Err(NumberError::OtherDocument { suggested: ResidentCard })),
        (ForeignResident, "820000199408230021", Err(NumberError::OtherDocument { suggested: HongKongMacauTaiwan })),
        (ForeignResident, "FRA11007712150", Err(NumberError::Length { expected: 15, found: 14 })),
        (ForeignResident, "FR1110077121501", Err(NumberError::Character { position: 3 })),
        (Abroad, "H12345678#", Err(NumberError::Character { position: 10 })),
    ];
    for (kind, text, expected) in table {
        assert_eq!(parse(kind, text).as_deref().map_err(|error| *error), expected, "{kind:?} {text}");
    }
}

#[test]
fn a_wrong_number_says_what_to_fix() {
    let table = [
        ("", NumberError::Empty),
        (" - ", NumberError::Empty),
        ("1101051949123100", NumberError::Length { expected: 18, found: 16 }),
        ("110105194912310", NumberError::OldNumber),
        ("1101O519491231002X", NumberError::Character { position: 5 }),
        ("1101051949123100X2", NumberError::Character { position: 17 }),
        ("99010519491231002X", NumberError::OtherDocument { suggested: DocumentType::ForeignResident }),
        ("00010519491231002X", NumberError::Area),
        ("11010519490230002X", NumberError::BirthDate),
        ("11010510001231002X", NumberError::BirthDate),
        ("110105194912310021", NumberError::CheckCharacter),
        ("11010519491231020X", NumberError::CheckCharacter),
    ];
    for (text, expected) in table {
        assert_eq!(parse(DocumentType::ResidentCard, text), Err(expected), "{text:?}");
    }
    assert_eq!(
        parse(DocumentType::Abroad, &"7".repeat(31)),
        Err(NumberError::TooLong { max: 30 }),
        "free text is bounded too"
    );
}

#[test]
fn document_types_have_their_letters() {
    let letters: String = DocumentType::ALL.iter().map(|kind| kind.letter()).collect();
    assert_eq!(letters, "ACDEFGIMQ", "the letters of the exchange format");
    for kind in DocumentType::ALL {
        assert_eq!(DocumentType::find(kind.letter()), Some(kind), "a letter finds its type");
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.letter().to_string(), "the wire form is the letter");
    }
    assert_eq!(DocumentType::find('Z'), None, "no other letter does");
}

#[test]
fn names_are_read_as_documents_write_them() {
    let table = [
        ("张三", "张三"),
        (" 张 三 \u{3000}", "张三"),
        ("𠮷㐂䶮", "𠮷㐂䶮"),
        ("阿卜杜•热合曼", "阿卜杜·热合曼"),
        ("阿卜杜・热合曼", "阿卜杜·热合曼"),
        ("ＳＡＭＰＬＥ　ＪＯＨＮ", "SAMPLE JOHN"),
        ("Sample   John  ", "Sample John"),
        ("O'Brien-Lee, Ann", "O'Brien-Lee, Ann"),
        ("\u{e863}小明", "\u{e863}小明"),
    ];
    for (text, expected) in table {
        assert_eq!(PersonName::parse(text).unwrap().reveal(), expected, "{text}");
    }
}

#[test]
fn what_is_no_name_is_refused() {
    let table = [
        ("", NameError::Empty),
        (" \u{3000}", NameError::Empty),
        ("张3", NameError::Character { position: 2 }),
        ("张<三", NameError::Character { position: 2 }),
        ("张\u{0}三", NameError::Character { position: 2 }),
        ("···", NameError::Character { position: 1 }),
    ];
    for (text, expected) in table {
        assert_eq!(PersonName::parse(text), Err(expected), "{text:?}");
    }
    assert_eq!(PersonName::parse(&"张".repeat(61)), Err(NameError::TooLong { max: 60 }), "61 characters");
    assert!(PersonName::parse(&"张".repeat(60)).is_ok(), "60 characters are allowed");
}

#[test]
fn phones_are_mobile_numbers_of_eleven_digits() {
    for text in
        ["10000000001", "100 0000 0001", "100-0000-0001", "+86 10000000001", "0086-10000000001", "１００００００００01"]
    {
        assert_eq!(PhoneNumber::parse(text).unwrap().reveal(), "10000000001", "typed as {text}");
    }
    assert_eq!(PhoneNumber::parse("10000000001").unwrap().tail(), "0001", "the last four digits");
    let table = [
        ("", PhoneError::Empty),
        ("1000000001", PhoneError::Length { found: 10 }),
        ("100000000012", PhoneError::Length { found: 12 }),
        ("02368688823", PhoneError::NotMobile),
        ("1000000000a", PhoneError::Character { position: 11 }),
    ];
    for (text, expected) in table {
        assert_eq!(PhoneNumber::parse(text), Err(expected), "{text:?}");
    }
}

#[test]
fn debug_output_and_wire_errors_never_show_personal_data() {
    let name = PersonName::parse("张小三").unwrap();
    let document = IdentityDocument::parse(DocumentType::ResidentCard, "11010519491231002X").unwrap();
    let phone = PhoneNumber::parse("10000000001").unwrap();
    let shown = format!("{name:?} {document:?} {phone:?}");
    for secret in ["张", "三", "1101", "002X", "0001"] {
        assert!(!shown.contains(secret), "{secret} does not belong into a log: {shown}");
    }
    let error = serde_json::from_str::<PhoneNumber>("\"SECRET4711\"").unwrap_err().to_string();
    assert!(!error.contains("4711"), "an error repeats nothing: {error}");
}

#[test]
fn personal_text_is_plain_text_on_the_wire() {
    let phone = PhoneNumber::parse("10000000001").unwrap();
    assert_eq!(serde_json::to_string(&phone).unwrap(), "\"10000000001\"", "written as it is");
    assert_eq!(serde_json::from_str::<PhoneNumber>("\"100 0000 0001\"").unwrap(), phone, "read like typed text");
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic_and_no_error_repeats_it(text in any::<String>()) {
        for kind in DocumentType::ALL {
            if let Ok(document) = IdentityDocument::parse(kind, &text) {
                prop_assert!(document.number.reveal().chars().count() <= number::LENGTH_MAX, "numbers are bounded");
                let again = IdentityDocument::parse(kind, document.number.reveal());
                prop_assert_eq!(again, Ok(document), "the normal form is read as itself");
            }
        }
        if let Ok(name) = PersonName::parse(&text) {
            prop_assert_eq!(PersonName::parse(name.reveal()), Ok(name.clone()), "the normal form is read as itself");
        }
        let _any_result_will_do = PhoneNumber::parse(&text);
    }

    #[test]
    fn one_wrong_digit_is_always_noticed(position in 0_usize..17, step in 1_u8..10) {
        let mut digits: Vec<u8> = b"11010519491231002X".to_vec();
        digits[position] = b'0' + (digits[position] - b'0' + step) % 10;
        let text = String::from_utf8(digits).unwrap();
        prop_assert!(parse(DocumentType::ResidentCard, &text).is_err(), "the check character catches a single wrong digit");
    }
}
