//! Sessions that are open for application, for anybody who asks: a kiosk shows them without knowing who is there, and
//! without line.

use crate::cache::session::{find_counts, list_sessions};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::use_cases::sessions::{DayLoad, bounded, ribbon};
use crate::view::kiosk::{OpenSession, OpenSessions, OpenSessionsQuery};
use crate::view::sessions::SiteOption;
use yuyue_domain::application::transition::Act;
use yuyue_domain::intake::check::check_window;
use yuyue_domain::session::SiteStatus;
use yuyue_domain::time::{DateRange, Timestamp};

/// Sessions listed at most.
const ROWS_MAX: usize = 200;
/// Days ahead that are looked through for open windows.
const DAYS_AHEAD: i64 = 60;

impl Desk {
    /// Sessions whose window is open now.
    ///
    /// # Errors
    /// When this is a counter at which nobody is signed in, or a file cannot be read.
    pub fn open_sessions(&self, query: &OpenSessionsQuery) -> Result<OpenSessions, DeskError> {
        self.reading()?;
        let (now, policy, known, own) = (self.now(), self.policy()?, self.sites()?, self.identity()?.office);
        let mut sites: Vec<SiteOption> = known
            .values()
            .filter(|site| {
                let offers = |offer: &yuyue_domain::session::SiteSubject| {
                    offer.subject == query.subject && offer.classes.contains(&query.class)
                };
                site.status == SiteStatus::Open && site.subjects.iter().any(offers)
            })
            .map(|site| SiteOption {
                id: site.id,
                name: site.name.clone(),
                district: site.district.clone(),
                near: site.near.contains(&own),
            })
            .collect();
        sites.sort_by_key(|site| (!site.near, site.id));
        let ahead = Timestamp::start_of(now.date()).plus_days(DAYS_AHEAD).date();
        let wanted = query.dates.map_or(DateRange { first: now.date(), last: ahead }, bounded);
        let act = Act { channel: self.channel(), clerk: None, taken_at: now, decided_at: now };
        let mut open = list_sessions(&self.cache, query.subject, query.class, wanted)?;
        open.retain(|session| {
            sites.iter().any(|site| site.id == session.site)
                && query.sites.as_ref().is_none_or(|chosen| chosen.contains(&session.site))
                && check_window(session, false, act, &policy).is_ok()
        });
        let days = open.iter().map(|session| session.starts_at.date());
        let found =
            DateRange { first: days.clone().min().unwrap_or(now.date()), last: days.max().unwrap_or(now.date()) };
        let dates = bounded(query.dates.unwrap_or(found));
        open.retain(|session| dates.contains(session.starts_at.date()));
        let mut rows = Vec::new();
        for session in open {
            let site = known.get(&session.site);
            rows.push(OpenSession {
                site_name: site.map(|site| site.name.clone()).unwrap_or_default(),
                district: site.map(|site| site.district.clone()).unwrap_or_default(),
                applied: find_counts(&self.cache, session.id)?.map(|counts| counts.applications),
                closes_at: session.closes_at(),
                session,
            });
        }
        let load = |row: &OpenSession| DayLoad {
            date: row.session.starts_at.date(),
            places: row.session.places,
            applied: row.applied.unwrap_or(0),
            is_beyond: false,
        };
        Ok(OpenSessions {
            ribbon: ribbon(dates, &rows.iter().map(load).collect::<Vec<_>>()),
            total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            dates,
            sites,
            rows: rows.into_iter().take(ROWS_MAX).collect(),
            as_of: self.data_as_of()?,
        })
    }
}
