//! Builds an applicant's whole record from the start, the bookings and the staff.

use crate::application::{Staff, application};
use crate::ledger::{Booking, End, World};
use crate::random::{Purpose, chance, stream, weighted};
use crate::start::{Start, forward};
use crate::{SampleError, documents, names};
use yuyue_domain::applicant::{Applicant, ApplicantRecord, LearnerPermit, Test};
use yuyue_domain::identity::{DocumentType, IdentityDocument, PersonName, PhoneNumber};
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::licence::Subject;

/// The number of the first generated applicant; those below belong to the cast.
pub(crate) const FIRST_ID: u32 = 1001;
/// Phones below this belong to the cast.
const FIRST_PHONE: u32 = 1000;
/// Serial numbers (流水号) begin here.
const FIRST_SERIAL: u64 = 20_000_000;

/// How the applicants are spread over the offices, in the order of the offices.
const OFFICE_SHARES: [u32; 15] = [6, 5, 8, 9, 12, 8, 7, 5, 7, 6, 6, 6, 6, 5, 4];

/// Who somebody is.
pub(crate) struct Who {
    pub id: ApplicantId,
    pub serial: u64,
    pub name: PersonName,
    pub document: IdentityDocument,
    pub phone: Option<PhoneNumber>,
    pub office: OfficeId,
}

/// Who the applicant with this index is.
pub(crate) fn who(seed: u64, index: u32, start: &Start) -> Result<Who, SampleError> {
    let mut rng = stream(seed, Purpose::Name, index);
    let kind = documents::kind(index);
    let name = match kind {
        DocumentType::ForeignResident | DocumentType::Abroad | DocumentType::Diplomat => names::latin(&mut rng),
        DocumentType::ResidentCard if chance(&mut rng, 25) => names::minority(&mut rng),
        _ => names::chinese(&mut rng),
    };
    let shares: Vec<_> = (1..).map(OfficeId).zip(OFFICE_SHARES).collect();
    Ok(Who {
        id: ApplicantId(FIRST_ID + index),
        serial: FIRST_SERIAL + u64::from(index),
        name: documents::name(&name)?,
        document: documents::document(index, kind, start.sex, start.birth)?,
        phone: if start.has_phone { Some(documents::phone(FIRST_PHONE + index)?) } else { None },
        office: weighted(&mut rng, &shares).unwrap_or(OfficeId(1)),
    })
}

/// The whole record of somebody.
pub(crate) fn record(
    world: &World<'_>,
    staff: &Staff<'_>,
    who: Who,
    start: Start,
    bookings: &[Booking],
) -> Result<ApplicantRecord, SampleError> {
    let course = &world.rules.courses[start.course];
    let mut permit = start.permit;
    let mut tests = start.tests;
    let mut applications = Vec::with_capacity(bookings.len());
    for (number, booking) in bookings.iter().enumerate() {
        let application = application(world, staff, &who, booking, bookings.get(number + 1))?;
        if let End::Tested(tries) = booking.end {
            let session = &world.sessions[booking.session as usize];
            if session.subject == Subject::One && course.permit && tries.is_pass(course.pass_mark(Subject::One)) {
                let issued_on = forward(session.starts_at.date(), 1);
                permit = Some(LearnerPermit { issued_on, expires_on: course.permit_expiry(issued_on, start.birth) });
            }
            let begin = session.starts_at.plus_seconds(i64::from(booking.number % 30) * 60);
            tests.extend(tries.tests(session.subject, begin, Some(application.id)));
        }
        applications.push(application);
    }
    tests.sort_by_key(|test: &Test| test.taken_at);
    let applicant = Applicant {
        id: who.id,
        serial: who.serial,
        name: who.name,
        document: who.document,
        sex: start.sex,
        birth_date: start.birth,
        phone: who.phone,
        class: course.class,
        business: course.business,
        held_classes: course.held.clone(),
        accepted_at: start.accepted_at,
        restarted_at: start.restarted_at,
        office: who.office,
        permit,
        medical_on: start.medical_on,
        place_changes: start.place_changes,
        blocks: start.blocks,
    };
    Ok(ApplicantRecord { applicant, tests, applications })
}
