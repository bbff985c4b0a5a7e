//! The seeded synthetic city for tests, benchmarks and training.
//!
//! [`City::generate`] makes offices, sites, sessions, clerks, devices and the bookings of any number of applicants;
//! [`City::applicants`] streams the people themselves. One seed decides everything. Nobody in it can be a real person:
//! `documents` says why for each kind of number. Only the offices are real.

mod application;
mod cast;
mod city;
mod documents;
mod ledger;
mod names;
mod outcome;
mod places;
mod plan;
mod random;
mod record;
mod rulebook;
mod session_index;
mod staff;
mod start;

pub use cast::{CastMember, CastRole};
pub use city::{City, CityConfig};
pub use staff::{SampleClerk, SampleDevice};

use yuyue_domain::application::permission::ApplicationRefusal;
use yuyue_domain::calendar::CalendarError;
use yuyue_domain::identity::{NameError, NumberError, PhoneError};
use yuyue_domain::licence::{BusinessType, LicenceClass, Subject};
use yuyue_domain::policy::PolicyError;
use yuyue_domain::session::PlanError;

/// Why a city cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// Document numbers would repeat.
    #[error("at most {limit} applicants have numbers of their own")]
    TooManyApplicants {
        /// The most that are possible.
        limit: u32,
    },
    /// The plan has no session that somebody of the cast needs.
    #[error("the plan is too short: no session of subject {} fits the cast", subject.number())]
    PlanTooShort {
        /// The subject.
        subject: Subject,
    },
    /// The policy has no track on which the cast depends.
    #[error("the policy knows no tests for {business:?} of class {class}")]
    NoCourse {
        /// The kind of business.
        business: BusinessType,
        /// The class.
        class: LicenceClass,
    },
    /// The calendar does not cover the days.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A session cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The file of the offices cannot be read.
    #[error(transparent)]
    Offices(#[from] PolicyError),
    /// The domain takes a made-up document number for none.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The domain takes a made-up name for none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The domain takes a made-up phone for none.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// The domain refuses a made-up history.
    #[error(transparent)]
    Application(#[from] ApplicationRefusal),
}
