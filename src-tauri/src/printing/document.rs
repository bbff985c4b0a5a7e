//! The desk's facts in the form of `yuyue-devices`. Nothing is decided or worded here.

use yuyue_desk::use_cases::printing::{Printable, PrintedBy, Requested};
use yuyue_desk::view::offices::OfficesView;
use yuyue_desk::view::submission::NamedSession;
use yuyue_devices::Document;
use yuyue_devices::document::{
    Acceptance, Leaflet, LeafletSection, Printing, Receipt, Request, SessionLine, ShiftEnd, Taken, Voucher, WishLines,
};
use yuyue_domain::application::Wish;
use yuyue_domain::notice::{Notice, NoticeKind};

/// Whether it is set in large type.
pub const fn large(facts: &Printable) -> bool {
    matches!(facts, Printable::Voucher { large: true, .. })
}

/// The document.
pub fn to_document(facts: &Printable, by: &PrintedBy) -> Document {
    let printing = printing(by);
    match facts {
        Printable::Receipt { request, number, is_delivered, awaits_code } => Receipt {
            taken: Taken::Application { request: to_request(request), awaits_code: *awaits_code },
            device: request.application.device,
            number: *number,
            taken_at: request.application.taken_at,
            is_delivered: *is_delivered,
        }
        .to_document(&printing),
        Printable::Ending { request, place, number, taken_at } => Receipt {
            taken: ending(request, place.as_deref()),
            device: by.device,
            number: Some(*number),
            taken_at: *taken_at,
            is_delivered: false,
        }
        .to_document(&printing),
        Printable::Acceptance { request } => {
            Acceptance { request: to_request(request), accepted_at: request.application.accepted_at }
                .to_document(&printing)
        }
        Printable::Voucher { request, place, booking_count, is_public, .. } => {
            voucher(request, place, *booking_count, *is_public).to_document(&printing)
        }
        Printable::Notice(notice) => notice_leaflet(notice).to_document(&printing),
        Printable::Offices(offices) => offices_leaflet(offices).to_document(&printing),
        Printable::ShiftEnd(shift) => ShiftEnd {
            device: by.device,
            from: shift.from,
            until: by.at,
            taken: shift.taken,
            received: shift.received,
            missing: shift.missing.iter().map(|row| row.number.into()).collect(),
        }
        .to_document(&printing),
    }
}

fn printing(by: &PrintedBy) -> Printing {
    Printing {
        printed_at: by.at,
        count: by.copy,
        office: by.office.as_ref().map(|office| office.name.clone()).unwrap_or_default(),
        place: by.label.clone(),
        clerk: by.staff_number.as_ref().map(|number| format!("工号 {number}")),
        service_line: by.service_line.clone(),
    }
}

fn to_request(requested: &Requested) -> Request {
    let Requested { applicant, application, .. } = requested;
    Request {
        application: application.id,
        serial: applicant.serial,
        name: applicant.name.clone(),
        number: applicant.document.number.clone(),
        subject: application.subject,
        class: application.class,
        wish: wish(requested),
    }
}

fn ending(requested: &Requested, place: Option<&NamedSession>) -> Taken {
    let Requested { applicant, application, .. } = requested;
    let (name, number) = (applicant.name.clone(), applicant.document.number.clone());
    let (application, subject) = (application.id, application.subject);
    match place {
        None => Taken::Withdrawal { application, name, number, subject },
        Some(place) => Taken::Cancellation {
            application,
            name,
            number,
            subject,
            starts_at: place.session.starts_at,
            site: place.site_name.clone(),
        },
    }
}

fn wish(requested: &Requested) -> WishLines {
    match &requested.application.wish {
        Wish::Assign { dates, .. } => WishLines::Assign {
            dates: *dates,
            sites: requested.sites.clone(),
            matching: u32::try_from(requested.application.accepts.len()).unwrap_or(u32::MAX),
            first_publication_at: requested.first_publication_at,
        },
        Wish::Choose { ordered, .. } => {
            WishLines::Choose { sessions: requested.sessions.iter().map(session_line).collect(), ordered: *ordered }
        }
        Wish::Priority { .. } => {
            WishLines::Choose { sessions: requested.sessions.iter().map(session_line).collect(), ordered: false }
        }
    }
}

fn session_line(named: &NamedSession) -> SessionLine {
    SessionLine {
        starts_at: named.session.starts_at,
        site: named.site_name.clone(),
        closes_at: named.session.closes_at(),
        publication_at: named.session.instants.publication_at,
    }
}

fn voucher(requested: &Requested, place: &NamedSession, booking_count: u32, is_public: bool) -> Voucher {
    let Requested { applicant, application, .. } = requested;
    Voucher {
        application: application.id,
        token: application.id.0.to_string(),
        serial: applicant.serial,
        name: applicant.name.clone(),
        is_public,
        number: applicant.document.number.clone(),
        subject: application.subject,
        class: application.class,
        starts_at: place.session.starts_at,
        site: place.site_name.clone(),
        address: place.address.clone(),
        cancel_by: place.session.instants.cancel_by,
        booking_count,
        priority: application.is_priority(),
        accepted_at: application.accepted_at,
    }
}

fn notice_leaflet(notice: &Notice) -> Leaflet {
    let title = match notice.kind {
        NoticeKind::Booking => "业务须知",
        NoticeKind::Priority => "优先预约业务须知",
    };
    let sections = notice
        .sections
        .iter()
        .map(|section| LeafletSection { heading: section.title_zh.clone(), paragraphs: section.text_zh.clone() });
    Leaflet { title: title.to_owned(), subtitle: format!("第 {} 版", notice.version), sections: sections.collect() }
}

fn offices_leaflet(view: &OfficesView) -> Leaflet {
    let sections = view.offices.iter().map(|office| LeafletSection {
        heading: office.name.clone(),
        paragraphs: vec![office.telephone.clone(), office.address.clone()],
    });
    let subtitle = format!("{} {}", view.platform, view.telephone);
    Leaflet { title: "车管所地址和电话".to_owned(), subtitle, sections: sections.collect() }
}
