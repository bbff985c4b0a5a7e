#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use super::*;
use crate::document::{Printing, Voucher};
use crate::samples::{documents, name, printing, voucher};
use proptest::prelude::*;

/// The place of an item: left, top, right, bottom.
fn place(item: &Item) -> (Um, Um, Um, Um) {
    match item {
        Item::Line(line) => (line.x, line.top, line.x + line.width, line.top + line.height),
        Item::Rule { x, y, width } => (*x, *y, x + width, *y),
        Item::Frame { x, y, width, height } => (*x, *y, x + width, y + height),
        Item::Mark { x, y, size } | Item::Qr { x, y, size, .. } => (*x, *y, x + size, y + size),
    }
}

fn overlap(one: &Item, other: &Item) -> bool {
    let (a, b) = (place(one), place(other));
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// Everything lies inside the margins, and only a frame has something inside.
fn check_places(laid_out: &LaidOut, size: TypeSize) -> Result<(), TestCaseError> {
    let measures = Measures::of(laid_out.paper, size);
    for page in &laid_out.pages {
        for (index, item) in page.items.iter().enumerate() {
            let (left, top, right, bottom) = place(item);
            prop_assert!(left >= measures.margin_x && right <= page.width - measures.margin_x, "inside left and right");
            prop_assert!(
                top >= measures.margin_y && bottom <= page.height - measures.margin_y,
                "inside top and bottom"
            );
            let solid = |item: &Item| !matches!(item, Item::Frame { .. });
            for other in page.items[index + 1..].iter().filter(|other| solid(other) && solid(item)) {
                prop_assert!(!overlap(item, other), "nothing lies on anything else");
            }
        }
    }
    Ok(())
}

fn all() -> impl Strategy<Value = (Paper, TypeSize)> {
    let papers = prop_oneof![Just(Paper::Thermal80), Just(Paper::A5), Just(Paper::A4)];
    (papers, prop_oneof![Just(TypeSize::Normal), Just(TypeSize::Large)])
}

/// Texts as no designer thinks of them: long, without a place to break, with blanks and signs anywhere.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[重庆市渝北区一二三号（）、，A-Za-z0-9 ]{0,200}", "[A-Z]{1,150}", "\\PC{0,120}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_makes_lines_leave_the_page_or_overlap(
        (paper, size) in all(),
        person in "[一-龥]{2,60}|[A-Z][a-z]{1,58}",
        (site, address, office, clerk) in (text(), text(), text(), text()),
    ) {
        let long = Voucher { name: name(&person), site, address, ..voucher("张示三") };
        let printing = Printing { office, clerk: Some(clerk), ..printing(2) };
        let laid_out = lay_out(&long.to_document(&printing), paper, size).unwrap();
        check_places(&laid_out, size)?;
    }

    #[test]
    fn wrapping_loses_nothing_but_blanks(text in text(), width in 8_000..80_000) {
        let face = Typeface::new().unwrap();
        let printable = face.printable(&text, &mut Vec::new());
        let lines = wrap::wrap(&face, &printable, 3_200, width);
        let squeezed = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
        prop_assert_eq!(squeezed(&lines.concat()), squeezed(&printable), "every character stays, in order");
        for line in lines {
            prop_assert!(face.width(&line, 3_200) <= width, "no line is wider than its column");
        }
    }
}

#[test]
fn all_documents_lie_well_on_every_paper() {
    for (_, document) in documents() {
        for paper in [Paper::Thermal80, Paper::A5, Paper::A4] {
            for size in [TypeSize::Normal, TypeSize::Large] {
                check_places(&lay_out(&document, paper, size).unwrap(), size).unwrap();
            }
        }
    }
}

#[test]
fn a_line_never_begins_with_a_comma_nor_ends_with_an_opening_bracket() {
    let face = Typeface::new().unwrap();
    let text = "结果，可以在网办进度（和驾驶人考试预约结果公布）里查，中心也会发短信。";
    for width in (4..30).map(|characters| characters * 3_200) {
        for line in wrap::wrap(&face, text, 3_200, width) {
            assert!(!line.starts_with(['，', '。', '）']) || line.chars().count() == 1, "{line} begins well");
            assert!(!line.ends_with('（'), "{line} ends well");
        }
    }
}

#[test]
fn a_roll_ends_with_its_content_and_sheets_have_their_size() {
    let document = voucher("张示三").to_document(&printing(1));
    let sizes = |paper| {
        let laid_out = lay_out(&document, paper, TypeSize::Normal).unwrap();
        laid_out.pages.iter().map(|page| (page.width, page.height)).collect::<Vec<_>>()
    };
    assert!(matches!(sizes(Paper::Thermal80)[..], [(80_000, 150_000..=250_000)]), "a slip of a hand's length");
    assert_eq!(sizes(Paper::A5), [(148_000, 210_000)], "one sheet of A5");
    assert_eq!(sizes(Paper::A4), [(210_000, 297_000)], "one sheet of A4");
}

#[test]
fn documents_are_set_as_they_were() {
    for (name, document) in documents() {
        insta::assert_json_snapshot!(format!("document_{name}"), document);
    }
    let document = voucher("张示三").to_document(&printing(1));
    let laid_out = lay_out(&document, Paper::Thermal80, TypeSize::Normal).unwrap();
    insta::assert_json_snapshot!("laid_out_voucher", laid_out);
}
