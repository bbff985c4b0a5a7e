//! What the national regulation lays down (公安部令第162号 and its later changes), section by section.

use super::Citation;
use crate::applicant::BlockReason;
use crate::licence::{BusinessType, LicenceClass, Subject};
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// One version of the regulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Regulation {
    /// The version's name.
    pub version: String,
    /// The first day on which it holds.
    pub valid_from: Date,
    /// The last day on which it holds, when that is known.
    pub valid_until: Option<Date>,
    /// Art. 38.
    pub pass_marks: PassMarks,
    /// Art. 39.
    pub order: Order,
    /// Art. 30, 36, 37.
    pub tracks: Tracks,
    /// Art. 43, 44.
    pub waits: Waits,
    /// Art. 14.
    pub ages: Ages,
    /// Art. 41.
    pub permit: PermitRule,
    /// Art. 47.
    pub bookings: BookingRule,
    /// Art. 15, 93.
    pub blocks: Blocks,
    /// Art. 23.
    pub medical: MedicalRule,
    /// Art. 39: changes of the place of testing.
    pub place_changes: PlaceChangeRule,
    /// Art. 52.
    pub plan: PlanRule,
    /// Art. 54.
    pub capacity: CapacityRule,
}

/// The scores from which a test is passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PassMarks {
    /// Its source.
    pub cite: Citation,
    /// For every subject and class exactly one row.
    pub rows: Vec<PassMark>,
}

/// A pass mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PassMark {
    /// The subject.
    pub subject: Subject,
    /// The classes.
    pub classes: Vec<LicenceClass>,
    /// The lowest score that passes, 0 to 100.
    pub score: u8,
}

impl PassMarks {
    /// The lowest score that passes. A class without a row cannot pass, which reading a document excludes.
    #[must_use]
    pub fn score(&self, subject: Subject, class: LicenceClass) -> u8 {
        let row = self.rows.iter().find(|row| row.subject == subject && row.classes.contains(&class));
        row.map_or(u8::MAX, |row| row.score)
    }
}

/// Which subjects come before which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Order {
    /// Its source.
    pub cite: Citation,
    /// Subjects without a row may be taken first.
    pub rows: Vec<OrderStep>,
}

/// What has to be passed before a subject; subjects that are not part of the applicant's track do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OrderStep {
    /// The subject.
    pub subject: Subject,
    /// What comes before it.
    pub after: Vec<Subject>,
}

/// Which subjects a kind of business asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Tracks {
    /// The source of there being no other track.
    pub cite: Citation,
    /// The first row that fits counts.
    pub rows: Vec<Track>,
}

/// The subjects of one kind of business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Track {
    /// Its source.
    pub cite: Citation,
    /// The kind of business.
    pub business: BusinessType,
    /// The classes applied for.
    pub classes: Vec<LicenceClass>,
    /// When not empty: one of these classes is held already.
    #[serde(default)]
    pub holding: Vec<LicenceClass>,
    /// The subjects in the order of their numbers; empty where no test is needed.
    pub subjects: Vec<Subject>,
    /// Whether there is a learner permit, from which the waits run and inside whose life the tests are passed.
    pub permit: bool,
    /// Whether a medical certificate belongs to the licence application.
    pub medical: bool,
    /// Years from the acceptance within which all tests are passed, where no permit sets that limit.
    pub years_from_acceptance: Option<u8>,
}

impl Tracks {
    /// The track of an applicant; none when this business cannot lead to this class.
    #[must_use]
    pub fn find(&self, business: BusinessType, class: LicenceClass, held: &[LicenceClass]) -> Option<&Track> {
        self.rows.iter().find(|track| {
            track.business == business
                && track.classes.contains(&class)
                && (track.holding.is_empty() || track.holding.iter().any(|class| held.contains(class)))
        })
    }
}

/// Waits from the day of issue of the learner permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Waits {
    /// Its source.
    pub cite: Citation,
    /// Classes that make somebody a holder of a car licence (汽车类驾驶证).
    pub car_classes: Vec<LicenceClass>,
    /// For every subject that has rows, every class stands in exactly one.
    pub rows: Vec<Wait>,
}

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Wait {
    /// The subject that waits.
    pub subject: Subject,
    /// The classes.
    pub classes: Vec<LicenceClass>,
    /// Calendar days from the day of issue; 0 for no wait.
    pub days: u16,
    /// Calendar days for somebody who holds a car class already, where that is shorter.
    pub days_when_holding_car: Option<u16>,
}

impl Waits {
    /// The wait in calendar days; 0 where the regulation names none.
    #[must_use]
    pub fn days(&self, subject: Subject, class: LicenceClass, held: &[LicenceClass]) -> u16 {
        let Some(row) = self.rows.iter().find(|row| row.subject == subject && row.classes.contains(&class)) else {
            return 0;
        };
        match row.days_when_holding_car {
            Some(days) if held.iter().any(|class| self.car_classes.contains(class)) => days,
            _ => row.days,
        }
    }
}

/// The ages between which a class can be applied for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Ages {
    /// Its source.
    pub cite: Citation,
    /// Every class stands in exactly one row.
    pub rows: Vec<AgeLimit>,
}

/// An age limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct AgeLimit {
    /// The classes.
    pub classes: Vec<LicenceClass>,
    /// Completed years from which it can be applied for.
    pub from_years: u8,
    /// 以下: the birthday after which it can no longer be applied for; none for no limit.
    pub to_years: Option<u8>,
}

impl Ages {
    /// The limit of a class.
    #[must_use]
    pub fn find(&self, class: LicenceClass) -> Option<&AgeLimit> {
        self.rows.iter().find(|row| row.classes.contains(&class))
    }
}

/// The life of a learner permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PermitRule {
    /// Its source.
    pub cite: Citation,
    /// Years from the day of issue; never past the age limit of the class.
    pub years: u8,
}

/// How often and how soon a test can be booked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct BookingRule {
    /// Its source.
    pub cite: Citation,
    /// Tries inside one booking: the first and the make-up test.
    pub tries: u8,
    /// Calendar days after a failed booking before the next.
    pub retry_days: u16,
    /// The subjects for which `retry_days` counts.
    pub retry_subjects: Vec<Subject>,
    /// Bookings of a subject inside the permit's life; when the last of them fails, other passed subjects are void.
    pub limit: u8,
    /// The subjects for which `limit` counts, each on its own.
    pub limit_subjects: Vec<Subject>,
}

/// Where the periods come from in which a person may not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Blocks {
    /// Every reason stands in exactly one row.
    pub rows: Vec<BlockRule>,
}

/// The source of one reason for a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct BlockRule {
    /// The reason.
    pub reason: BlockReason,
    /// Its source.
    pub cite: Citation,
}

/// How long a medical certificate is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct MedicalRule {
    /// Its source.
    pub cite: Citation,
    /// Months from its day.
    pub months: u8,
}

/// How often the place of testing can be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PlaceChangeRule {
    /// Its source.
    pub cite: Citation,
    /// At most so many changes.
    pub limit: u8,
}

/// How early a plan of sessions is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PlanRule {
    /// Its source.
    pub cite: Citation,
    /// Calendar days before the test, at least.
    pub published_days_before: u16,
}

/// That a site's daily ceiling stands above the places of its sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CapacityRule {
    /// Its source.
    pub cite: Citation,
}
