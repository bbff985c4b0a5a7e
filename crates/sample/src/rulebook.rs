//! What the generator asks the policy again and again, looked up once: tracks, waits, pass marks and ages.

use crate::SampleError;
use crate::places::CLASS_SHARES;
use chrono::{Days, Months};
use yuyue_domain::application::permission::CancellationParameters;
use yuyue_domain::licence::{BusinessType, LicenceClass, Subject};
use yuyue_domain::policy::Policy;
use yuyue_domain::time::Date;

use BusinessType::{Addition, AutomaticToManual, BodyChange, First, Foreign, FullPoints, Military, Restoration};
use LicenceClass::{A1, A2, B1, B2, C1, C2, C5, D, E, F};

/// The rules for one kind of business and class.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub business: BusinessType,
    pub class: LicenceClass,
    pub held: Vec<LicenceClass>,
    /// The subjects in order; never empty.
    pub subjects: Vec<Subject>,
    /// Whether there is a learner permit.
    pub permit: bool,
    /// Whether a medical certificate is part of the licence application.
    pub medical: bool,
    pub age_from: u8,
    pub age_to: Option<u8>,
    permit_years: u8,
    years_from_acceptance: Option<u8>,
    waits: [u16; 4],
    pass_marks: [u8; 4],
}

impl Course {
    /// Calendar days from the permit's issue to the first application for a subject.
    pub fn wait_days(&self, subject: Subject) -> u64 {
        u64::from(self.waits[usize::from(subject.number() - 1)])
    }

    pub fn pass_mark(&self, subject: Subject) -> u8 {
        self.pass_marks[usize::from(subject.number() - 1)]
    }

    /// The day before the first one on which the class can no longer be applied for; none where there is no limit.
    pub fn age_limit(&self, birth: Date) -> Option<Date> {
        self.age_to.and_then(|years| birth.checked_add_months(Months::new(12 * u32::from(years))))
    }

    /// The last day of a permit that was issued on `issued_on`.
    pub fn permit_expiry(&self, issued_on: Date, birth: Date) -> Date {
        let years = Months::new(12 * u32::from(self.permit_years));
        let full = issued_on.checked_add_months(years).and_then(|day| day.checked_sub_days(Days::new(1)));
        let full = full.unwrap_or(issued_on);
        self.age_limit(birth).map_or(full, |limit| limit.min(full))
    }

    /// The last day for all tests where no permit sets it.
    pub fn last_day_without_permit(&self, accepted_on: Date) -> Option<Date> {
        let years = Months::new(12 * u32::from(self.years_from_acceptance?));
        accepted_on.checked_add_months(years)?.checked_sub_days(Days::new(1))
    }
}

/// Every course with how often it is taken.
#[derive(Debug)]
pub(crate) struct Rulebook {
    pub courses: Vec<Course>,
    pub shares: Vec<(usize, u32)>,
    pub retry_days: u64,
    pub bookings_limit: u8,
    pub limit_subjects: Vec<Subject>,
    pub priority_months: u32,
    pub sessions_max: usize,
    /// What giving up an application or a place asks.
    pub cancellation: CancellationParameters,
}

impl Rulebook {
    pub fn new(policy: &Policy) -> Self {
        let regulation = &policy.regulation;
        let mut courses = Vec::new();
        let mut shares = Vec::new();
        for (class, class_share) in CLASS_SHARES {
            let kinds: Vec<_> = BusinessType::ALL
                .into_iter()
                .filter_map(|business| {
                    let held = held_classes(business, class)?;
                    let track = regulation.tracks.find(business, class, &held)?;
                    (!track.subjects.is_empty()).then_some((business, held, track))
                })
                .collect();
            let total: u32 = kinds.iter().map(|(business, ..)| business_share(*business)).sum();
            for (business, held, track) in kinds {
                let per_subject = |value: &dyn Fn(Subject) -> u16| Subject::ALL.map(value);
                let ages = regulation.ages.find(class);
                shares.push((courses.len(), class_share * 1000 * business_share(business) / total));
                courses.push(Course {
                    business,
                    class,
                    subjects: track.subjects.clone(),
                    permit: track.permit,
                    medical: track.medical,
                    age_from: ages.map_or(18, |ages| ages.from_years),
                    age_to: ages.and_then(|ages| ages.to_years),
                    permit_years: regulation.permit.years,
                    years_from_acceptance: track.years_from_acceptance,
                    waits: per_subject(&|subject| regulation.waits.days(subject, class, &held)),
                    pass_marks: Subject::ALL.map(|subject| regulation.pass_marks.score(subject, class)),
                    held,
                });
            }
        }
        let bookings = &regulation.bookings;
        Self {
            courses,
            shares,
            retry_days: u64::from(bookings.retry_days),
            bookings_limit: bookings.limit,
            limit_subjects: bookings.limit_subjects.clone(),
            priority_months: u32::from(policy.local.priority.permit_months_left_below),
            sessions_max: usize::from(policy.local.applications.sessions_max),
            cancellation: policy.local.cancellation.parameters(),
        }
    }
}

impl Rulebook {
    /// The index of a course.
    ///
    /// # Errors
    /// When the policy has no tests for it.
    pub fn find_course(&self, class: LicenceClass, business: BusinessType) -> Result<usize, SampleError> {
        let fits = |course: &Course| course.class == class && course.business == business;
        self.courses.iter().position(fits).ok_or(SampleError::NoCourse { business, class })
    }
}

/// How often a kind of business is among applicants of a class that allows it.
const fn business_share(business: BusinessType) -> u32 {
    match business {
        First => 900,
        Addition => 60,
        AutomaticToManual | BodyChange => 20,
        Foreign | Military => 6,
        FullPoints => 8,
        Restoration => 4,
    }
}

/// What somebody holds already who comes with this business for this class; none when nobody does.
fn held_classes(business: BusinessType, class: LicenceClass) -> Option<Vec<LicenceClass>> {
    match business {
        First | Foreign | Military | Restoration => Some(Vec::new()),
        Addition => Some(match class {
            A1 => vec![B1],
            A2 => vec![B2],
            D => vec![E],
            E => vec![F],
            C1 | C2 | C5 => return None,
            F => vec![C2],
            _ => vec![C1],
        }),
        AutomaticToManual => (class == C1).then(|| vec![C2]),
        BodyChange => (class == C5).then(|| vec![C1]),
        FullPoints => Some(vec![class]),
    }
}
