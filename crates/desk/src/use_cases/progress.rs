//! 网办进度: the applications of one person, or those that were taken at this office.

use crate::cache::applicant::find_applicant;
use crate::cache::application::{OfficeFilter, list_applications_at};
use crate::desk::Desk;
use crate::device::outbox::{Which, list_items};
use crate::error::DeskError;
use crate::lookup::is_fitting;
use crate::view::progress::{ProgressPage, ProgressQuery, ProgressTab, TabCount};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::lookup::parse_query;
use yuyue_domain::time::{DateRange, Timestamp};

/// Days of taking that are listed when none are chosen.
const DAYS: i64 = 30;
/// Applications of an office that are looked at.
const APPLICATIONS_MAX: u32 = 5_000;

const TABS: [ProgressTab; 6] = [
    ProgressTab::All,
    ProgressTab::AwaitingCode,
    ProgressTab::Queued,
    ProgressTab::Placed,
    ProgressTab::Unplaced,
    ProgressTab::Ended,
];

impl Desk {
    /// A page of applications, the newest first.
    ///
    /// # Errors
    /// When nobody is signed in, there is no such person, or a file cannot be read.
    pub fn progress(&self, query: &ProgressQuery) -> Result<ProgressPage, DeskError> {
        match query.applicant {
            Some(applicant) => drop(self.acting_for(applicant)?),
            None => drop(self.clerk()?),
        }
        let mut applications = match query.applicant {
            Some(applicant) => self.record(applicant)?.applications,
            None => self.office_applications(query)?,
        };
        applications.retain(|application| {
            query.subject.is_none_or(|subject| application.subject == subject)
                && query.taken.is_none_or(|days| days.contains(application.taken_at.date()))
        });
        if !query.text.trim().is_empty() {
            self.retain_fitting(&mut applications, &query.text)?;
        }
        applications.sort_by_key(|application| std::cmp::Reverse((application.taken_at, application.id)));
        let tabs = TABS
            .into_iter()
            .map(|tab| TabCount {
                tab,
                count: count(applications.iter().filter(|application| is_in(tab, application)).count()),
            })
            .collect();
        applications.retain(|application| is_in(query.tab, application));
        let total = count(applications.len());
        let size = usize::try_from(query.page.size.clamp(1, 100)).unwrap_or(100);
        let first = usize::try_from(query.page.index).unwrap_or(usize::MAX).saturating_mul(size);
        let policy = self.policy()?;
        let mut rows = Vec::new();
        for application in applications.iter().skip(first).take(size) {
            let record = self.record(application.applicant)?;
            rows.push(self.application_view(application, &record, &policy)?);
        }
        Ok(ProgressPage { rows, total, tabs, as_of: self.data_as_of()? })
    }

    /// What was typed above the list: the number of an application, or whatever finds a person among those listed.
    fn retain_fitting(&self, applications: &mut Vec<Application>, text: &str) -> Result<(), DeskError> {
        let number: String = text.chars().filter(char::is_ascii_hexdigit).flat_map(char::to_lowercase).collect();
        let terms = parse_query(text);
        let mut people: BTreeMap<ApplicantId, bool> = BTreeMap::new();
        for id in applications.iter().map(|application| application.applicant) {
            if let Entry::Vacant(entry) = people.entry(id) {
                let row = find_applicant(&self.cache, id)?;
                let fits = row.is_some_and(|row| terms.iter().any(|term| is_fitting(term, &row.applicant)));
                entry.insert(fits);
            }
        }
        applications.retain(|application| {
            let is_number = number.len() >= 4 && application.id.0.simple().to_string().starts_with(&number);
            is_number || people.get(&application.applicant).copied().unwrap_or(false)
        });
        Ok(())
    }

    /// What was taken at this office, with what waits at this counter.
    fn office_applications(&self, query: &ProgressQuery) -> Result<Vec<Application>, DeskError> {
        let today = self.now().date();
        let taken =
            query.taken.unwrap_or(DateRange { first: Timestamp::start_of(today).plus_days(-DAYS).date(), last: today });
        let filter = OfficeFilter { office: self.identity()?.office, taken, subject: query.subject };
        let mut applications = list_applications_at(&self.cache, &filter, APPLICATIONS_MAX)?;
        let mut seen: BTreeSet<ApplicationId> = applications.iter().map(|application| application.id).collect();
        let since = Timestamp::start_of(taken.first);
        for item in list_items(&self.device, Which::TakenSince(since), APPLICATIONS_MAX)? {
            let Some(id) = item.application.filter(|_| !item.is_refused()) else { continue };
            match self.application_row(id) {
                Ok(application) if seen.insert(id) => applications.push(application),
                // Laid over: what this counter knows is newer than the feed.
                Ok(application) => {
                    if let Some(row) = applications.iter_mut().find(|row| row.id == id) {
                        *row = application;
                    }
                }
                Err(DeskError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(applications)
    }
}

const fn is_in(tab: ProgressTab, application: &Application) -> bool {
    let state = application.state.kind();
    match tab {
        ProgressTab::All => true,
        ProgressTab::AwaitingCode => matches!(state, StateKind::AwaitingCode),
        ProgressTab::Queued => matches!(state, StateKind::Queued),
        ProgressTab::Placed => matches!(state, StateKind::Placed),
        ProgressTab::Unplaced => matches!(state, StateKind::Unplaced),
        ProgressTab::Ended => {
            !matches!(state, StateKind::AwaitingCode | StateKind::Queued | StateKind::Placed | StateKind::Unplaced)
        }
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
