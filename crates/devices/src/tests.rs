//! The documents from end to end: what the PDF and the preview say is what the document says.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use crate::document::Receipt;
use crate::document::{Block, qr_text};
use crate::samples::{APPLICATION, acceptance, application, documents, printing, receipt, request, shift_end, voucher};
use crate::{Document, Item, LaidOut, Line, Paper, TypeSize, lay_out};

const PAPERS: [Paper; 3] = [Paper::Thermal80, Paper::A5, Paper::A4];
const SIZES: [TypeSize; 2] = [TypeSize::Normal, TypeSize::Large];

/// Without blanks, because a line may be broken anywhere.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

fn pdf_text(laid_out: &LaidOut) -> String {
    squeezed(&pdf_extract::extract_text_from_mem(&laid_out.to_pdf().unwrap()).unwrap())
}

fn lines(laid_out: &LaidOut) -> Vec<&Line> {
    let items = laid_out.pages.iter().flat_map(|page| &page.items);
    items.filter_map(|item| if let Item::Line(line) = item { Some(line) } else { None }).collect()
}

fn preview_text(laid_out: &LaidOut) -> String {
    let preview = laid_out.to_preview().unwrap();
    let mut text = String::new();
    for page in &preview.pages {
        let svg = roxmltree::Document::parse(&page.svg).unwrap();
        let pictures =
            svg.descendants().filter(|node| node.attribute("role") == Some("img") && node.has_tag_name("path"));
        pictures.for_each(|node| text.push_str(node.attribute("aria-label").unwrap()));
    }
    squeezed(&text)
}

fn thermal(document: &Document) -> LaidOut {
    lay_out(document, Paper::Thermal80, TypeSize::Normal).unwrap()
}

/// Reads the code from its modules, as a scanner does from the paper.
fn read_qr(laid_out: &LaidOut) -> String {
    const PIXELS: usize = 4;
    let mut items = laid_out.pages.iter().flat_map(|page| &page.items);
    let matrix = items.find_map(|item| if let Item::Qr { matrix, .. } = item { Some(matrix) } else { None });
    let matrix = matrix.unwrap();
    let side = matrix.modules * PIXELS;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        let (column, row) = (x / PIXELS, y / PIXELS);
        let is_dark =
            matrix.runs.iter().any(|run| run.row == row && (run.column..run.column + run.length).contains(&column));
        if is_dark { 0 } else { 255 }
    });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "a scanner finds exactly one code");
    grids[0].decode().unwrap().1
}

#[test]
fn every_document_says_all_its_texts_on_every_paper_in_print_and_preview() {
    for (name, document) in documents() {
        for (paper, size) in PAPERS.iter().flat_map(|paper| SIZES.map(|size| (*paper, size))) {
            let laid_out = lay_out(&document, paper, size).unwrap();
            let (printed, shown) = (pdf_text(&laid_out), preview_text(&laid_out));
            for text in document.blocks.iter().flat_map(Block::texts).map(squeezed) {
                assert!(printed.contains(&text), "{name} on {paper:?} prints {text}: {printed}");
                assert!(shown.contains(&text), "{name} on {paper:?} shows {text}");
            }
            assert!(laid_out.replaced.is_empty(), "{name} needs no character that the typeface has not");
        }
    }
}

#[test]
fn a_voucher_has_everything_that_a_person_needs_on_the_day() {
    let printed = pdf_text(&thermal(&voucher("张示三").to_document(&printing(2))));
    for field in [
        "考试预约凭证",
        "优先预约",
        "张示三",
        "110***********002X",
        "科目三（道路驾驶技能）",
        "C1",
        "2026年12月2日",
        "周三08:30",
        "嘉德大道考场",
        "北碚区嘉德大道52号（样例）",
        "取消截止12月1日周二17:00",
        "没有取消又没有到场，按考试不合格处理",
        "本科目第2次",
        "2026100347",
        "0193A1B27C3E7ABC",
        "打印时间2026-11-2410:49",
        "第2次打印（补打）",
        "经办人周例九0317",
        "渝北车管所",
        "3号窗口",
        "(023)68688823",
    ] {
        assert!(printed.contains(field), "{field} is a field of the voucher: {printed}");
    }
    assert!(!printed.contains("19491231"), "the number is masked");
}

#[test]
fn rare_characters_and_names_of_every_people_are_printed_as_they_are() {
    for person in ["𠮷㐂䶮", "𬱖𫄧", "买买提·吐尔逊", "欧阳〇", "JOSÉ ÑANDÚ Øst", "王㛃喆"] {
        let laid_out = thermal(&voucher(person).to_document(&printing(1)));
        assert!(laid_out.replaced.is_empty(), "the typeface has all of {person}");
        assert!(pdf_text(&laid_out).contains(&squeezed(person)), "the PDF says {person}");
        assert!(preview_text(&laid_out).contains(&squeezed(person)), "the preview says {person}");
    }
}

#[test]
fn a_character_that_the_typeface_has_not_is_replaced_and_reported_never_a_box() {
    let laid_out = thermal(&voucher("张\u{E000}三").to_document(&printing(1)));
    assert_eq!(laid_out.replaced, ['\u{E000}'], "whoever prints it can tell the clerk");
    assert_eq!(laid_out.to_preview().unwrap().replaced, ["\u{E000}"], "and so can the window");
    let printed = pdf_text(&laid_out);
    assert!(printed.contains("张〓三"), "the sign for a missing character stands in its place");
    assert!(printed.contains("〓处的字本机字库没有（U+E000）"), "and the paper says what it means");
}

#[test]
fn a_reprint_says_that_it_is_one_and_a_first_print_does_not() {
    for (count, is_marked) in [(1, false), (2, true)] {
        let printed = pdf_text(&thermal(&acceptance(request("张示三")).to_document(&printing(count))));
        assert_eq!(printed.contains("补打"), is_marked, "print number {count}");
    }
}

#[test]
fn slips_mask_the_name_deny_being_a_voucher_and_tell_publication_from_test_day() {
    let applied = crate::document::Taken::Application { request: request("张示三"), awaits_code: false };
    let accepted = thermal(&acceptance(request("张示三")).to_document(&printing(1)));
    let elsewhere = Receipt { number: None, is_delivered: true, ..receipt(applied.clone()) };
    let held = preview_text(&thermal(&elsewhere.to_document(&printing(1))));
    assert!(held.contains("中心已经收到") && !held.contains("保存在本机"), "what the centre has is not kept here only");
    assert!(held.contains("设备12") && !held.contains("号第"), "a number that is not known here is not invented");
    let registered = thermal(&receipt(applied).to_document(&printing(1)));
    for slip in [&accepted, &registered] {
        let printed = pdf_text(slip);
        assert!(printed.contains("本回执不是预约凭证"), "a slip is not a voucher: {printed}");
        assert!(printed.contains("这天不是考试日"), "the day of publication is not the day of the test");
        assert!(printed.contains("张*三") && !printed.contains("张示三"), "slips mask the name");
        assert!(!printed.contains("预约成功凭"), "nothing on a slip promises a place");
    }
    assert!(pdf_text(&registered).contains("尚未受理"), "the centre has not answered");
    assert!(pdf_text(&registered).contains("设备12第47号"), "the device's number finds it again");
    assert!(!pdf_text(&accepted).contains("尚未受理"), "the centre has accepted it");
    assert!(!pdf_text(&registered).contains("还差手机验证码"), "nothing is missing when the code was given");
}

#[test]
fn a_kiosk_names_no_clerk() {
    let at_kiosk = crate::document::Printing { clerk: None, ..printing(1) };
    let printed = pdf_text(&thermal(&voucher("张示三").to_document(&at_kiosk)));
    assert!(printed.contains("自助办理") && !printed.contains("经办人"), "nobody stood behind the counter: {printed}");
}

#[test]
fn the_code_of_a_slip_names_its_application_and_that_of_a_voucher_its_token_too() {
    let named = format!("YY1:{}", APPLICATION.replace('-', "").to_uppercase());
    assert_eq!(qr_text(application()), named, "the form that the look-up reads");
    let slip = thermal(&acceptance(request("张示三")).to_document(&printing(1)));
    assert_eq!(read_qr(&slip), named, "a slip's code names the application");
    let paper = thermal(&voucher("张示三").to_document(&printing(1)));
    assert_eq!(read_qr(&paper), format!("{named}/k3Jq_9dT-xw"), "a voucher's code goes on with the token");
    let terms = yuyue_domain::lookup::parse_query(&read_qr(&paper));
    assert_eq!(terms, yuyue_domain::lookup::parse_query(&named), "scanned at a counter both find the same application");
}

#[test]
fn where_others_look_on_the_voucher_masks_the_name() {
    let text = |is_public| {
        pdf_text(&thermal(&crate::document::Voucher { is_public, ..voucher("张示三") }.to_document(&printing(1))))
    };
    assert!(text(false).contains("张示三"), "the paper is for the examiner");
    assert!(text(true).contains("张*三") && !text(true).contains("张示三"), "the screen is for everybody who passes");
}

#[test]
fn a_token_that_no_code_can_hold_is_an_error_with_a_code() {
    let long = crate::document::Voucher { token: "x".repeat(5_000), ..voucher("张示三") };
    let error = lay_out(&long.to_document(&printing(1)), Paper::A5, TypeSize::Normal).unwrap_err();
    assert_eq!(error.code(), "document_qr_too_long", "the window can say what is wrong");
    assert!(!error.is_retryable(), "the same token never fits");
}

#[test]
fn the_large_variant_has_larger_type_in_every_line() {
    for (name, document) in documents() {
        for paper in PAPERS {
            let normal = lay_out(&document, paper, TypeSize::Normal).unwrap();
            let large = lay_out(&document, paper, TypeSize::Large).unwrap();
            let smallest = |laid_out| lines(laid_out).iter().map(|line| line.size).min().unwrap();
            assert!(
                smallest(&large) * 10 >= smallest(&normal) * 13,
                "{name} on {paper:?} is at least 1.3 times as large"
            );
        }
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = voucher("张示三").to_document(&printing(1));
    assert_eq!(thermal(&document).to_pdf(), thermal(&document).to_pdf(), "nothing but the arguments decides");
}

#[test]
fn the_pdf_is_tagged_chinese_and_carries_the_typeface() {
    let pdf = thermal(&voucher("张示三").to_document(&printing(1))).to_pdf().unwrap();
    let text = String::from_utf8_lossy(&pdf);
    for mark in ["/Lang(zh-CN)", "/StructTreeRoot", "/MarkInfo", "/FontFile3"] {
        assert!(text.contains(mark), "the PDF has {mark}");
    }
    assert!(pdf.len() < 200_000, "only the characters in use are embedded, not {} bytes", pdf.len());
}

#[test]
fn the_shift_is_balanced_only_when_all_that_was_taken_was_received() {
    let balanced = pdf_text(&thermal(&shift_end(42, &[]).to_document(&printing(1))));
    assert!(balanced.contains("全部送达") && balanced.contains("可以交班"), "42 taken = 42 received: {balanced}");
    let missing = pdf_text(&thermal(&shift_end(42, &[52, 45, 47, 46]).to_document(&printing(1))));
    assert!(missing.contains("还没有全部送达") && missing.contains("38件"), "four are missing: {missing}");
    assert!(missing.contains("45–47、52"), "and they are named: {missing}");
}

#[test]
fn debug_output_shows_nobody() {
    let voucher = voucher("张示三");
    let document = voucher.to_document(&printing(1));
    let laid_out = thermal(&document);
    let preview = laid_out.to_preview().unwrap();
    let shown = format!("{voucher:?} {document:?} {:?} {laid_out:?} {preview:?}", document.blocks);
    assert!(!shown.contains('张') && !shown.contains("k3Jq"), "neither name nor token: {shown}");
}
