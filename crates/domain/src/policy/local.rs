//! What the city decides, and our readings where no text decides: each a parameter with a source.

use super::Citation;
use crate::application::permission::CancellationParameters;
use crate::licence::Subject;
use crate::sort_time::SortScope;
use crate::time::{Date, TimeOfDay};
use serde::{Deserialize, Serialize};

/// One version of the city's parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Local {
    /// The version's name.
    pub version: String,
    /// The first day on which it holds.
    pub valid_from: Date,
    /// The last day on which it holds, when that is known.
    pub valid_until: Option<Date>,
    /// When applications for a session are taken.
    pub window: Window,
    /// When places are allocated and results published.
    pub publication: PublicationRule,
    /// Priority booking.
    pub priority: Priority,
    /// What an application may ask for and how it is taken.
    pub applications: Applications,
    /// Giving up a place.
    pub cancellation: Cancellation,
    /// The code sent to the phone.
    pub code: CodeRule,
    /// What moves the sort time.
    pub rank: RankRule,
    /// How the gauge of a session reads.
    pub gauge: GaugeRule,
    /// Readings of the regulation's rules.
    pub readings: Readings,
    /// Several subjects on one day.
    pub same_day: SameDay,
    /// Where an applicant may book.
    pub places: Places,
}

/// When applications for a session are taken; working days are counted back from the day of the test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Window {
    /// Its source.
    pub cite: Citation,
    /// The working day before the test on which it opens.
    pub opens_working_days_before: u8,
    /// The time of day at which it opens.
    pub opens_at: TimeOfDay,
    /// The working day before the test on which it closes.
    pub closes_working_days_before: u8,
    /// The time of day at which it closes.
    pub closes_at: TimeOfDay,
    /// The working day before the test on which an extended window closes.
    pub extended_closes_working_days_before: u8,
    /// The time of day at which an extended window closes.
    pub extended_closes_at: TimeOfDay,
}

/// When places are allocated and results published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PublicationRule {
    /// Its source.
    pub cite: Citation,
    /// The working day before the test.
    pub working_days_before: u8,
    /// The time of day.
    pub at: TimeOfDay,
}

/// When priority booking of a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PriorityClose {
    /// At the session's publication.
    Publication,
    /// Together with its window for normal applications.
    Window,
}

/// Priority booking (优先预约).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Priority {
    /// Its source.
    pub cite: Citation,
    /// The permit is valid for less than so many months more.
    pub permit_months_left_below: u8,
    /// So many successful priority bookings of each subject.
    pub times_per_subject: u8,
    /// When it ends.
    pub closes: PriorityClose,
    /// Whether priority places that nobody took go to normal applications at the publication.
    pub unused_places_go_to_normal: bool,
}

/// What an application may ask for and how it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Applications {
    /// Its source.
    pub cite: Citation,
    /// Sessions that one application chooses at most.
    pub sessions_max: u8,
    /// Whether the clerk's identity check stands for the code while the line is down.
    pub offline_vouching: bool,
    /// Whether an application that was taken and signed at an enrolled counter before the window closed, and is at the
    /// centre before the allocation, counts as in time.
    pub taken_in_time_counts: bool,
}

/// Giving up a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Cancellation {
    /// Its source.
    pub cite: Citation,
    /// The last working day before the test on which a place can be given up.
    pub working_days_before: u8,
    /// The time of day until which (inclusive).
    pub at: TimeOfDay,
    /// Whether a place can be given up at a counter only.
    pub counter_only: bool,
    /// Whether a cancellation that was taken at a counter without line counts from its taking.
    pub counts_from_taking: bool,
    /// Whether withdrawing and cancelling need the code or the identity check recorded at the counter.
    pub needs_proof: bool,
}

impl Cancellation {
    /// What a cancellation asks of these parameters.
    #[must_use]
    pub const fn parameters(&self) -> CancellationParameters {
        CancellationParameters {
            counter_only: self.counter_only,
            counts_from_taking: self.counts_from_taking,
            needs_proof: self.needs_proof,
        }
    }
}

/// The code sent to the phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CodeRule {
    /// Its source.
    pub cite: Citation,
    /// How many digits it has.
    pub digits: u8,
    /// How long it can be used.
    pub life_seconds: u32,
    /// How soon another can be sent.
    pub resend_seconds: u32,
    /// How many wrong tries end it.
    pub wrong_tries_max: u8,
    /// How many are sent to one person on one day.
    pub sends_per_day: u8,
}

/// What moves the sort time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct RankRule {
    /// Its source.
    pub cite: Citation,
    /// Whom a cancelled booking or a missed test moves back.
    pub scope: SortScope,
}

/// How the gauge of a session reads (水位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct GaugeRule {
    /// Its source.
    pub cite: Citation,
    /// The last places that count as 临界, in percent of the places, rounded up.
    pub tight_percent: u8,
}

/// On which day a wait has to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum WaitEnd {
    /// On the day of application.
    Application,
    /// On the day of the test.
    Test,
}

/// On which day a medical certificate has to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MedicalJudged {
    /// On the day on which the licence application was accepted, with which it is handed in.
    Acceptance,
    /// On the day of each application for a test and on the day of the test.
    ApplicationAndTest,
}

/// Readings of the regulation's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Readings {
    /// Its source.
    pub cite: Citation,
    /// On which day the waits from the permit and after a failed booking have to be over.
    pub waits_end_on: WaitEnd,
    /// Subjects for which the wait after a failed booking counts beyond those that the regulation names.
    pub retry_wait_also_for: Vec<Subject>,
    /// Whether a booking that was cancelled in time counts to the limit of bookings.
    pub cancelled_booking_counts: bool,
    /// On which day the medical certificate has to be valid.
    pub medical_judged_on: MedicalJudged,
}

/// Several subjects on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SameDay {
    /// Its source.
    pub cite: Citation,
    /// Whether subjects 2 and 3 can be taken in a row on one day.
    pub two_and_three: bool,
    /// Whether subject 4 can be taken on the day of subject 2 or 3.
    pub four: bool,
}

/// Which sites an applicant may choose before that is a change of the place of testing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FreeSites {
    /// All sites of the city.
    All,
    /// The sites near the office that accepted the licence application.
    NearOffice,
}

/// Where an applicant may book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Places {
    /// Its source.
    pub cite: Citation,
    /// Which sites are free to choose.
    pub free_sites: FreeSites,
}
