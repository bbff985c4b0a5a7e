//! Makes an application from a booking by the domain's own transitions, so that no sample has a history that the product
//! itself would refuse.

use crate::SampleError;
use crate::ledger::{Booking, End, Mode, World, wish};
use crate::random::{Purpose, chance, stream};
use crate::record::Who;
use crate::staff::{SampleClerk, SampleDevice};
use rand::RngExt;
use uuid::Builder;
use yuyue_domain::application::permission::CancellationParameters;
use yuyue_domain::application::transition::{Act, NewApplication, Proof};
use yuyue_domain::application::{Application, Channel};
use yuyue_domain::identity::{DocumentType, IdentityCheck};
use yuyue_domain::ids::{ApplicationId, OfficeId};
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;

/// The people and machines that take applications.
pub(crate) struct Staff<'a> {
    pub clerks: &'a [SampleClerk],
    pub devices: &'a [SampleDevice],
}

/// The id of a booking's application: a `UUIDv7` of the moment at which it was taken.
fn application_id(seed: u64, booking: &Booking) -> ApplicationId {
    let random: [u8; 10] = stream(seed, Purpose::Id, booking.number).random();
    let millis = u64::try_from(booking.taken_at.unix()).unwrap_or_default() * 1000;
    ApplicationId(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// The application of a booking; `next` is the person's following booking.
pub(crate) fn application(
    world: &World<'_>,
    staff: &Staff<'_>,
    who: &Who,
    booking: &Booking,
    next: Option<&Booking>,
) -> Result<Application, SampleError> {
    let session = &world.sessions[booking.session as usize];
    let (wish, accepts) = wish::wish(world, booking);
    let desk = desk(world.seed, staff, who, booking);
    let new = NewApplication {
        id: application_id(world.seed, booking),
        applicant: who.id,
        subject: session.subject,
        class: world.rules.courses[usize::from(booking.course)].class,
        wish,
        accepts,
        office: desk.office,
        device: desk.device.id,
        identity_check: desk.check,
    };
    let verified = !matches!(booking.end, End::AwaitingCode | End::Lapsed);
    let mut application = Application::accept(new, verified, desk.act(booking.taken_at, booking.accepted_at))?;
    let superseded_by = next.map(|next| application_id(world.seed, next));
    advance(&mut application, booking, session, &desk, superseded_by, world.rules.cancellation)?;
    Ok(application)
}

/// Takes the application from its acceptance to where it stands.
fn advance(
    application: &mut Application,
    booking: &Booking,
    session: &Session,
    desk: &Desk<'_>,
    superseded_by: Option<ApplicationId>,
    cancellation: CancellationParameters,
) -> Result<(), SampleError> {
    let at = booking.changed_at;
    let system = Act::system(at);
    if matches!(booking.end, End::Placed | End::Tested(_) | End::CancelledByApplicant | End::CancelledByOffice) {
        let publication_at = session.instants.publication_at;
        let placed_at = if booking.mode == Mode::Priority { booking.accepted_at } else { publication_at };
        application.place(session.id, Act::system(placed_at))?;
    }
    match booking.end {
        End::AwaitingCode | End::Queued | End::Placed => {}
        End::Unplaced => application.leave_unplaced(system)?,
        End::Withdrawn => application.withdraw(Some(Proof::Code), desk.act(at, at), cancellation)?,
        End::CancelledByOffice => application.cancel_by_office(system)?,
        End::Lapsed => application.lapse(system)?,
        End::Tested(_) => application.record_test(session.id, system, session.into())?,
        End::Superseded => {
            if let Some(by) = superseded_by {
                application.supersede(by, system)?;
            }
        }
        End::CancelledByApplicant => {
            application.cancel(Some(Proof::Code), desk.act(at, at), session.into(), cancellation)?;
        }
    }
    Ok(())
}

/// Where a booking was taken.
struct Desk<'a> {
    channel: Channel,
    office: OfficeId,
    device: &'a SampleDevice,
    clerk: Option<&'a SampleClerk>,
    check: Option<IdentityCheck>,
}

fn desk<'a>(seed: u64, staff: &Staff<'a>, who: &Who, booking: &Booking) -> Desk<'a> {
    let mut rng = stream(seed, Purpose::Desk, booking.number);
    // What had to wait for the line or for a code, or was cancelled, went over a counter; kiosks read resident cards only.
    let online = booking.accepted_at.seconds_since(booking.taken_at) < 60;
    let coded = !matches!(booking.end, End::AwaitingCode | End::Lapsed | End::CancelledByApplicant);
    let kiosk = online
        && coded
        && who.phone.is_some()
        && who.document.kind == DocumentType::ResidentCard
        && chance(&mut rng, 220);
    let channel = if kiosk { Channel::Kiosk } else { Channel::Counter };
    let elsewhere = chance(&mut rng, 120);
    let fits = |device: &&SampleDevice| device.channel == channel && (elsewhere || device.office == who.office);
    let fitting: Vec<&SampleDevice> = staff.devices.iter().filter(fits).collect();
    let device = fitting.get(rng.random_range(0..fitting.len().max(1))).copied().unwrap_or(&staff.devices[0]);
    let clerks: Vec<&SampleClerk> = staff.clerks.iter().filter(|clerk| clerk.office == device.office).collect();
    let clerk = (!kiosk).then(|| clerks.get(rng.random_range(0..clerks.len().max(1))).copied()).flatten();
    let check = match who.document.kind {
        DocumentType::TemporaryCard => IdentityCheck::TemporaryDocument,
        DocumentType::ResidentCard if chance(&mut rng, 750) => IdentityCheck::CardRead,
        _ => IdentityCheck::DocumentSeen,
    };
    Desk { channel, office: device.office, device, clerk, check: (!kiosk).then_some(check) }
}

impl Desk<'_> {
    fn act(&self, taken_at: Timestamp, decided_at: Timestamp) -> Act {
        Act { channel: self.channel, clerk: self.clerk.map(|clerk| clerk.id), taken_at, decided_at }
    }
}
