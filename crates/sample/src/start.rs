//! Where an applicant stands when the recorded sessions begin: drawn from the seed and the applicant's index alone.
//!
//! What lies before the recorded sessions is a walk through the course: lessons, tests with results, waits. Its tests
//! name no application, because they are from before this system.

use crate::documents::birthday;
use crate::outcome::Tries;
use crate::random::{Purpose, chance, stream, weighted};
use crate::rulebook::{Course, Rulebook};
use chrono::{Days, Months, NaiveTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use yuyue_domain::applicant::{Block, BlockReason, LearnerPermit, Test};
use yuyue_domain::identity::Sex;
use yuyue_domain::licence::{BusinessType, Subject};
use yuyue_domain::time::{Date, Timestamp};

/// How an applicant's way differs from an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Learns and books.
    Ordinary,
    /// Has stopped for now: has nothing booked although nothing forbids it, or waits.
    Idle,
    /// The permit ends within the months that open priority booking.
    Expiring,
    /// The permit has ended.
    Expired,
    /// May not apply for a while.
    Blocked,
    /// The medical certificate has become too old.
    MedicalExpired,
    /// Comes close to the age limit of the class.
    NearAgeLimit,
    /// Has no phone, so that no code can be sent.
    WithoutPhone,
}

const TURNS: [(Turn, u32); 8] = [
    (Turn::Ordinary, 690),
    (Turn::Idle, 200),
    (Turn::Expiring, 35),
    (Turn::Expired, 10),
    (Turn::Blocked, 8),
    (Turn::MedicalExpired, 20),
    (Turn::NearAgeLimit, 7),
    (Turn::WithoutPhone, 30),
];

/// Where an applicant stands when the recorded sessions begin.
#[derive(Debug)]
pub(crate) struct Start {
    pub course: usize,
    /// Whether subject 3 is taken before subject 2.
    pub three_first: bool,
    pub sex: Sex,
    pub birth: Date,
    pub accepted_at: Timestamp,
    pub restarted_at: Option<Timestamp>,
    pub place_changes: u8,
    pub medical_on: Option<Date>,
    pub blocks: Vec<Block>,
    pub has_phone: bool,
    pub permit: Option<LearnerPermit>,
    pub tests: Vec<Test>,
    /// How many subjects of the course are passed.
    pub position: usize,
    /// Bookings used, by subject.
    pub bookings: [u8; 4],
    /// From when on the next application comes; none when none comes.
    pub ready_at: Option<Timestamp>,
}

/// The days that frame every history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub today: Date,
    /// The first day with recorded sessions.
    pub first: Date,
}

impl Course {
    /// The subjects in the order in which somebody takes them.
    pub fn order(&self, three_first: bool) -> impl Iterator<Item = Subject> + '_ {
        let swapped = three_first && self.subjects.contains(&Subject::Two) && self.subjects.contains(&Subject::Three);
        self.subjects.iter().map(move |subject| match subject {
            Subject::Two if swapped => Subject::Three,
            Subject::Three if swapped => Subject::Two,
            other => *other,
        })
    }

    /// The subject after `position` passed ones.
    pub fn subject_at(&self, position: usize, three_first: bool) -> Option<Subject> {
        self.order(three_first).nth(position)
    }
}

impl Start {
    /// The start of the applicant with this index.
    pub fn draw(seed: u64, index: u32, rules: &Rulebook, frame: Frame) -> Self {
        let mut rng = stream(seed, Purpose::Person, index);
        let course_index = weighted(&mut rng, &rules.shares).unwrap_or(0);
        let course = &rules.courses[course_index];
        let turn = weighted(&mut rng, &TURNS).unwrap_or(Turn::Ordinary);
        let turn = match turn {
            Turn::Expiring | Turn::Expired if !course.permit => Turn::Ordinary,
            Turn::NearAgeLimit if course.age_to.is_none() => Turn::Ordinary,
            Turn::MedicalExpired if !course.medical => Turn::Idle,
            other => other,
        };
        let accepted_on = accepted_on(&mut rng, turn, course, frame);
        let sex = if chance(&mut rng, 560) { Sex::Male } else { Sex::Female };
        let birth = birthday(index, wanted_birth(&mut rng, turn, course, accepted_on, frame));
        let accepted_at = office_hours(&mut rng, accepted_on);
        let mut start = Self {
            course: course_index,
            three_first: chance(&mut rng, 120),
            sex,
            birth,
            accepted_at,
            restarted_at: None,
            place_changes: 0,
            // Certificates are renewed while somebody is under way.
            medical_on: course.medical.then(|| back(frame.today, rng.random_range(0..60))),
            blocks: Vec::new(),
            has_phone: turn != Turn::WithoutPhone,
            permit: None,
            tests: Vec::new(),
            position: 0,
            bookings: [0; 4],
            ready_at: None,
        };
        if turn == Turn::MedicalExpired {
            start.medical_on = Some(back(frame.today, rng.random_range(200..320)));
        }
        start.walk(&mut rng, turn, course, rules, frame);
        start.add_business(&mut rng, turn, course, accepted_on, frame);
        if turn == Turn::Blocked || chance(&mut rng, 2) {
            start.add_block(&mut rng, turn, frame);
        }
        start
    }

    /// Walks through the course until the recorded sessions begin.
    fn walk(&mut self, rng: &mut ChaCha8Rng, turn: Turn, course: &Course, rules: &Rulebook, frame: Frame) {
        let pace = if chance(rng, 600) { 12 } else { 90 };
        let stop = match turn {
            Turn::Expiring | Turn::Expired => 1,
            Turn::Ordinary | Turn::NearAgeLimit => {
                // The subjects are about as far from each other in demand as the plan's seats.
                weighted(rng, &[(0, 22), (1, 32), (2, 26), (3, 20)]).unwrap_or(0).min(course.subjects.len() - 1)
            }
            _ => rng.random_range(0..course.subjects.len()),
        };
        let mut day = forward(self.accepted_at.date(), rng.random_range(2..9));
        if course.permit && !course.subjects.contains(&Subject::One) {
            self.issue_permit(course, forward(self.accepted_at.date(), 1));
        }
        while let Some(subject) = course.subject_at(self.position, self.three_first) {
            if let Some(permit) = self.permit {
                day = day.max(forward(permit.issued_on, course.wait_days(subject) + 1));
            }
            let study = if subject == Subject::One { 6 } else { pace };
            if !matches!(turn, Turn::Expiring | Turn::Expired) {
                day = weekday(forward(day, rng.random_range(0..=study)));
            }
            let used = &mut self.bookings[usize::from(subject.number() - 1)];
            if day >= frame.first || self.position >= stop || *used + 1 >= rules.bookings_limit {
                break;
            }
            *used += 1;
            let result = match turn {
                Turn::Expiring | Turn::Expired => Tries::passed(course.pass_mark(subject)),
                _ => Tries::draw(rng, course.pass_mark(subject)),
            };
            let begin = Timestamp::at(day, NaiveTime::from_hms_opt(8, 30, 0).unwrap_or_default());
            self.tests.extend(result.tests(subject, begin.plus_seconds(rng.random_range(0..5400)), None));
            if result.is_pass(course.pass_mark(subject)) {
                self.position += 1;
                if subject == Subject::One && course.permit {
                    self.issue_permit(course, forward(day, 1));
                }
                day = forward(day, 2);
            } else {
                day = forward(day, rules.retry_days + 1);
            }
        }
        // Who would have been ready long ago comes spread over the recorded weeks instead of all on the first day.
        let spread = rng.random_range(0..60);
        let waited = if day < frame.first { back(forward(frame.first, spread), 20).max(day) } else { day };
        let books = match turn {
            Turn::Ordinary | Turn::NearAgeLimit => true,
            Turn::Expiring => chance(rng, 700),
            _ => false,
        };
        self.ready_at = books.then(|| Timestamp::at(waited, NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()));
    }

    fn issue_permit(&mut self, course: &Course, issued_on: Date) {
        self.permit = Some(LearnerPermit { issued_on, expires_on: course.permit_expiry(issued_on, self.birth) });
    }

    /// Changes of the test place, and the business that restarts the rank.
    fn add_business(&mut self, rng: &mut ChaCha8Rng, turn: Turn, course: &Course, accepted_on: Date, frame: Frame) {
        if matches!(course.business, BusinessType::FullPoints | BusinessType::Restoration) {
            self.restarted_at = Some(self.accepted_at);
        }
        let days = frame.first.signed_duration_since(accepted_on).num_days();
        if turn == Turn::Idle && days > 40 && chance(rng, 150) {
            self.place_changes = rng.random_range(1..=3);
            let days_later = rng.random_range(30..days.unsigned_abs());
            self.restarted_at = Some(office_hours(rng, forward(accepted_on, days_later)));
        }
    }

    fn add_block(&mut self, rng: &mut ChaCha8Rng, turn: Turn, frame: Frame) {
        let reasons = [
            (BlockReason::Cheating, 50),
            (BlockReason::FalseMaterial, 25),
            (BlockReason::StandIn, 15),
            (BlockReason::Revoked, 10),
        ];
        let reason = weighted(rng, &reasons).unwrap_or(BlockReason::Cheating);
        if turn == Turn::Blocked {
            let from = back(frame.today, rng.random_range(1..300));
            let until = (reason != BlockReason::Revoked || chance(rng, 800))
                .then(|| forward(frame.today, rng.random_range(5..700)));
            self.blocks.push(Block { reason, from, until });
        } else {
            let until = back(self.accepted_at.date(), rng.random_range(5..200));
            self.blocks.push(Block { reason, from: back(until, 365), until: Some(until) });
        }
    }
}

fn accepted_on(rng: &mut ChaCha8Rng, turn: Turn, course: &Course, frame: Frame) -> Date {
    // The test of subject 1 and the issue of the permit take a few days after the acceptance.
    let ahead = if course.subjects.contains(&Subject::One) { 9 } else { 1 };
    let three_years = |day: Date| day.checked_sub_months(Months::new(36)).unwrap_or(day);
    let days_ago = match turn {
        Turn::Expiring => return back(three_years(forward(frame.today, rng.random_range(75..170))), ahead),
        Turn::Expired => return back(three_years(back(frame.today, rng.random_range(20..200))), ahead),
        _ if chance(rng, 350) => rng.random_range(1..60),
        _ => rng.random_range(60..850),
    };
    back(frame.today, days_ago)
}

fn wanted_birth(rng: &mut ChaCha8Rng, turn: Turn, course: &Course, accepted_on: Date, frame: Frame) -> Date {
    if let (Turn::NearAgeLimit, Some(to)) = (turn, course.age_to) {
        let limit = forward(frame.today, rng.random_range(80..220));
        return limit.checked_sub_months(Months::new(12 * u32::from(to))).unwrap_or(limit);
    }
    let oldest = course.age_to.map_or(68, |to| u32::from(to).saturating_sub(6));
    let youngest = u32::from(course.age_from) + 1;
    // Most are young.
    let range = if chance(rng, 750) { youngest..oldest.min(youngest + 16) } else { youngest..oldest };
    let years = Months::new(12 * rng.random_range(range));
    back(accepted_on.checked_sub_months(years).unwrap_or(accepted_on), rng.random_range(0..365))
}

/// A moment at which offices are open.
pub(crate) fn office_hours(rng: &mut ChaCha8Rng, day: Date) -> Timestamp {
    Timestamp::start_of(day).plus_seconds(rng.random_range(9 * 3600..17 * 3600))
}

pub(crate) fn forward(day: Date, days: u64) -> Date {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

pub(crate) fn back(day: Date, days: u64) -> Date {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// The day itself, or the Monday after a weekend.
fn weekday(day: Date) -> Date {
    use chrono::{Datelike, Weekday};
    match day.weekday() {
        Weekday::Sat => day + TimeDelta::days(2),
        Weekday::Sun => day + TimeDelta::days(1),
        _ => day,
    }
}
