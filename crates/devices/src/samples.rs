//! Invented people, sites and sessions for the tests of this package.

use crate::document::{
    Acceptance, Document, Leaflet, LeafletSection, Printing, Receipt, Request, SessionLine, ShiftEnd, Taken, Voucher,
    WishLines,
};
use yuyue_domain::identity::{DocumentNumber, PersonName};
use yuyue_domain::ids::{ApplicationId, DeviceId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::time::{DateRange, Timestamp};

pub const APPLICATION: &str = "0193a1b2-7c3e-7abc-8def-0123456789ab";

pub fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().expect("a time in a test is well formed")
}

pub fn application() -> ApplicationId {
    ApplicationId(APPLICATION.parse().expect("an identifier in a test is well formed"))
}

pub fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name in a test is well formed")
}

pub fn number() -> DocumentNumber {
    DocumentNumber::parse("11010519491231002X").expect("the published sample number is well formed")
}

pub fn printing(count: u32) -> Printing {
    Printing {
        printed_at: at("2026-11-24T10:49"),
        count,
        office: "渝北车管所".to_owned(),
        place: "3 号窗口".to_owned(),
        clerk: Some("周例九 0317".to_owned()),
        service_line: "(023)68688823".to_owned(),
    }
}

pub fn voucher(person: &str) -> Voucher {
    Voucher {
        is_public: false,
        application: application(),
        token: "k3Jq_9dT-xw".to_owned(),
        serial: 2_026_100_347,
        name: name(person),
        number: number(),
        subject: Subject::Three,
        class: LicenceClass::C1,
        starts_at: at("2026-12-02T08:30"),
        site: "嘉德大道考场".to_owned(),
        address: "北碚区嘉德大道 52 号（样例）".to_owned(),
        cancel_by: at("2026-12-01T17:00"),
        booking_count: 2,
        priority: true,
        accepted_at: at("2026-11-24T10:48"),
    }
}

pub fn session(starts_at: &str, site: &str) -> SessionLine {
    SessionLine {
        starts_at: at(starts_at),
        site: site.to_owned(),
        closes_at: at("2026-11-24T17:00"),
        publication_at: at("2026-11-26T17:00"),
    }
}

pub fn request(person: &str) -> Request {
    Request {
        application: application(),
        serial: 2_026_100_347,
        name: name(person),
        number: number(),
        subject: Subject::Three,
        class: LicenceClass::C1,
        wish: WishLines::Choose {
            sessions: vec![session("2026-12-01T13:30", "翠屏路考场"), session("2026-12-02T08:30", "嘉德大道考场")],
            ordered: true,
        },
    }
}

pub fn assign_request(person: &str) -> Request {
    let dates = DateRange { first: at("2026-12-01T00:00").date(), last: at("2026-12-07T00:00").date() };
    let sites = vec!["翠屏路考场".to_owned(), "嘉德大道考场".to_owned()];
    let first_publication_at = Some(at("2026-11-26T17:00"));
    Request { wish: WishLines::Assign { dates, sites, matching: 14, first_publication_at }, ..request(person) }
}

pub fn receipt(taken: Taken) -> Receipt {
    Receipt { taken, device: DeviceId(12), number: Some(47), taken_at: at("2026-11-24T10:47"), is_delivered: false }
}

pub fn acceptance(request: Request) -> Acceptance {
    Acceptance { request, accepted_at: at("2026-11-24T10:48") }
}

pub fn shift_end(taken: u32, missing: &[u64]) -> ShiftEnd {
    let missing_count = u32::try_from(missing.len()).expect("a test misses few");
    ShiftEnd {
        device: DeviceId(12),
        from: at("2026-11-24T08:55"),
        until: at("2026-11-24T17:05"),
        taken,
        received: taken - missing_count,
        missing: missing.to_vec(),
    }
}

pub fn leaflet() -> Leaflet {
    let section = LeafletSection { heading: "先看这里".to_owned(), paragraphs: vec!["样例一段。".to_owned()] };
    Leaflet { title: "业务须知".to_owned(), subtitle: "第 1 版".to_owned(), sections: vec![section] }
}

/// One of each document, with the name of its case.
pub fn documents() -> Vec<(&'static str, Document)> {
    let cancellation = Taken::Cancellation {
        application: application(),
        name: name("张示三"),
        number: number(),
        subject: Subject::Two,
        starts_at: at("2026-12-02T08:30"),
        site: "嘉德大道考场".to_owned(),
    };
    let withdrawal = Taken::Withdrawal {
        application: application(),
        name: name("张示三"),
        number: number(),
        subject: Subject::Four,
    };
    let applied = Taken::Application { request: request("张示三"), awaits_code: true };
    vec![
        ("voucher", voucher("张示三").to_document(&printing(1))),
        ("voucher_reprint", voucher("张示三").to_document(&printing(2))),
        ("acceptance_choose", acceptance(request("张示三")).to_document(&printing(1))),
        ("acceptance_assign", acceptance(assign_request("张示三")).to_document(&printing(1))),
        ("receipt_application", receipt(applied).to_document(&printing(1))),
        ("receipt_withdrawal", receipt(withdrawal).to_document(&printing(1))),
        ("receipt_cancellation", receipt(cancellation).to_document(&printing(1))),
        ("shift_end_balanced", shift_end(42, &[]).to_document(&printing(1))),
        ("leaflet", leaflet().to_document(&printing(1))),
        ("shift_end_missing", shift_end(42, &[45, 46, 47, 52]).to_document(&printing(1))),
    ]
}
