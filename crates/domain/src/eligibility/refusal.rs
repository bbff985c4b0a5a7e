//! A reason why somebody may not book, with its rule, its numbers and the day on which it ends.

use crate::applicant::BlockReason;
use crate::ids::{ApplicationId, SessionId, SiteId};
use crate::licence::{BusinessType, LicenceClass, Subject};
use crate::policy::Citation;
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// The day on which a rule is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// On the day of application.
    Application,
    /// On the day of the test.
    Test,
    /// On both.
    Both,
}

/// One reason. On the wire the code and its numbers stand beside the other fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Refusal {
    /// What is against it, with its numbers.
    #[serde(flatten)]
    pub code: RefusalCode,
    /// The rule, as the policy in force cites it.
    pub cite: Citation,
    /// On which day the rule is judged.
    pub judged: Judged,
    /// The first day on which this reason is gone by waiting alone: of the application, or of the test where only that
    /// is judged. None when waiting does not help.
    pub possible_from: Option<Date>,
}

impl Refusal {
    pub(super) fn new(code: RefusalCode, cite: &Citation, judged: Judged) -> Self {
        Self { code, cite: cite.clone(), judged, possible_from: None }
    }

    pub(super) fn until(self, possible_from: Option<Date>) -> Self {
        Self { possible_from, ..self }
    }
}

/// What is against a booking; the code is stable, the window turns it into a sentence with a next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RefusalCode {
    /// This business cannot lead to this class (art. 30, 36, 37).
    ClassNotOffered {
        /// The business.
        business: BusinessType,
        /// The class.
        class: LicenceClass,
    },
    /// The subject is not part of the person's track (art. 30, 36, 37).
    SubjectNotNeeded {
        /// The subjects of the track.
        needed: Vec<Subject>,
    },
    /// The subject is passed.
    AlreadyPassed {
        /// When.
        passed_on: Date,
    },
    /// Other subjects come first (art. 39).
    EarlierSubjectMissing {
        /// Those that are not passed yet.
        missing: Vec<Subject>,
    },
    /// There is no learner permit yet (art. 41).
    PermitMissing,
    /// The learner permit is not valid any more on the day (art. 41).
    PermitExpired {
        /// Its last day, never past the age limit of the class.
        last_day: Date,
    },
    /// Tests without a permit had to be passed within some years of the acceptance (art. 36, 37).
    AcceptanceExpired {
        /// The last day.
        last_day: Date,
    },
    /// The wait from the permit's day of issue is not over (art. 43, 44).
    WaitAfterPermit {
        /// The day of issue.
        issued_on: Date,
        /// Calendar days.
        days: u16,
    },
    /// The wait after a failed booking is not over (art. 47).
    WaitAfterFailure {
        /// The day of its last test.
        failed_on: Date,
        /// Calendar days.
        days: u16,
    },
    /// All bookings inside the permit's life are used (art. 47).
    BookingLimit {
        /// Bookings allowed.
        limit: u8,
    },
    /// Too young for the class (art. 14).
    TooYoung {
        /// Completed years that are needed.
        from_years: u8,
    },
    /// Too old for the class (art. 14).
    TooOld {
        /// The upper limit in years.
        to_years: u8,
        /// The last day on which it was possible.
        last_day: Date,
    },
    /// A block is in force (art. 15, 93).
    Blocked {
        /// Why.
        reason: BlockReason,
        /// Its last day; none means for life.
        until: Option<Date>,
    },
    /// There is no medical certificate (art. 23).
    MedicalMissing,
    /// The medical certificate was too old (art. 23).
    MedicalTooOld {
        /// Its day.
        medical_on: Date,
        /// Months for which it is valid.
        months: u8,
    },
    /// The person has a live application for this subject.
    LiveApplication {
        /// Which.
        application: ApplicationId,
    },
    /// The session is of another subject.
    SessionOfOtherSubject {
        /// The session.
        session: SessionId,
        /// Its subject.
        subject: Subject,
    },
    /// The session does not take the class.
    SessionNotForClass {
        /// The session.
        session: SessionId,
        /// The person's class.
        class: LicenceClass,
    },
    /// The site is suspended or closed.
    SiteNotInUse {
        /// The site.
        site: SiteId,
    },
    /// The site does not test this subject and class (art. 54).
    SiteNotForClass {
        /// The site.
        site: SiteId,
        /// The person's class.
        class: LicenceClass,
    },
    /// The site lies outside the place of testing, which has to be changed first (art. 39).
    SiteOutsidePlace {
        /// The site.
        site: SiteId,
        /// How often the place can still be changed.
        changes_left: u8,
    },
    /// The session overlaps with one of another live application.
    Overlap {
        /// The session.
        session: SessionId,
        /// The other application.
        application: ApplicationId,
        /// The other session.
        other: SessionId,
    },
    /// The policy does not allow these two subjects on one day.
    SameDay {
        /// The session.
        session: SessionId,
        /// The other application.
        application: ApplicationId,
        /// The other subject.
        subject: Subject,
    },
    /// Priority booking: the permit is valid for too long yet.
    PermitNotEnding {
        /// Fewer months than these have to be left.
        months: u8,
        /// The permit's last day.
        last_day: Date,
    },
    /// Priority booking: used for this subject.
    PriorityUsed {
        /// The last application that used it.
        application: ApplicationId,
        /// Times allowed.
        times: u8,
    },
}
