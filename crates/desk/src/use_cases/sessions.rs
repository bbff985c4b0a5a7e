//! 选择场次: which sessions there are, how each looks for this person as things stand, and where it would end.

use crate::cache::session::{find_counts, find_session, list_sessions};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::use_cases::reasons::{reason_of, reason_of_eligibility};
use crate::view::reason::Reason;
use crate::view::sessions::{
    DayState, Gauge, Outlook, OutlookState, RibbonDay, SessionList, SessionQuery, SessionRow, SiteOption, SiteShare,
};
use std::collections::BTreeMap;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::Channel;
use yuyue_domain::application::transition::Act;
use yuyue_domain::eligibility::{Wanted, check_eligibility};
use yuyue_domain::flow::FlowKind;
use yuyue_domain::ids::{ApplicationId, SessionId, SiteId};
use yuyue_domain::intake::check::check_window;
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::Policy;
use yuyue_domain::rank::{GaugeState, Standing, gauge, standing};
use yuyue_domain::refusal::Refusal;
use yuyue_domain::session::{Session, Site, SiteStatus};
use yuyue_domain::sort_time::sort_time;
use yuyue_domain::time::{Date, DateRange, Timestamp};

/// Sessions listed at most.
const ROWS_MAX: usize = 200;
/// Days of a query at most.
pub(crate) const DAYS_MAX: i64 = 31;
/// From this share of the places on a day counts as busy.
const BUSY_PERCENT: u64 = 80;

/// What every row of one person's list is judged by.
pub(crate) struct Chooser<'a> {
    pub record: &'a ApplicantRecord,
    pub subject: Subject,
    pub kind: FlowKind,
    pub policy: &'a Policy,
    pub sites: &'a BTreeMap<SiteId, Site>,
    /// Sessions that the person's live applications hold or accept.
    pub taken: Vec<(ApplicationId, Session)>,
    pub standing: Standing,
    pub channel: Channel,
    pub now: Timestamp,
}

impl Desk {
    pub(crate) fn chooser<'a>(
        &self,
        record: &'a ApplicantRecord,
        subject: Subject,
        kind: FlowKind,
        policy: &'a Policy,
        sites: &'a BTreeMap<SiteId, Site>,
    ) -> Result<Chooser<'a>, DeskError> {
        let mut taken = Vec::new();
        for application in record.applications.iter().filter(|application| application.is_live()) {
            let ids = application.session().map_or_else(|| application.accepts.clone(), |session| vec![session]);
            for id in ids {
                taken.extend(find_session(&self.cache, id)?.map(|session| (application.id, session)));
            }
        }
        let standing = standing(&record.applicant, sort_time(record, subject, policy).value);
        Ok(Chooser { record, subject, kind, policy, sites, taken, standing, channel: self.channel(), now: self.now() })
    }

    /// The answer to 查询 from what is here, with the queues that the centre gave for it.
    pub(crate) fn session_list(&self, chooser: &Chooser<'_>, query: &SessionQuery) -> Result<SessionList, DeskError> {
        let rows = self.open_rows(chooser, query)?;
        let total = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let ribbon = ribbon(query.dates, &rows.iter().map(DayLoad::from).collect::<Vec<_>>());
        let sites = site_shares(chooser, query, &rows);
        let as_of = self.visit.queues.values().map(|queue| queue.as_of).max();
        let rows = rows.into_iter().take(ROWS_MAX).collect();
        Ok(SessionList { query: query.clone(), ribbon, rows, total, as_of, sites })
    }

    /// Sessions of the query whose window is open; in the priority flow those with places left.
    fn open_rows(&self, chooser: &Chooser<'_>, query: &SessionQuery) -> Result<Vec<SessionRow>, DeskError> {
        let class = chooser.record.applicant.class;
        let dates = bounded(query.dates);
        let mut rows = Vec::new();
        for session in list_sessions(&self.cache, chooser.subject, class, dates)? {
            if !query.sites.contains(&session.site) || chooser.check_open(&session).is_err() {
                continue;
            }
            let row = self.session_row(chooser, session)?;
            if chooser.kind == FlowKind::Normal || row.priority_vacant.is_none_or(|vacant| vacant > 0) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    pub(crate) fn session_row(&self, chooser: &Chooser<'_>, session: Session) -> Result<SessionRow, DeskError> {
        let site = chooser.sites.get(&session.site);
        let gauge = self.gauge(chooser, &session)?;
        let refused = chooser.refusal(self, &session, site);
        let closes_at = chooser.closes_at(&session);
        let priority_vacant = match chooser.kind {
            FlowKind::Normal => None,
            FlowKind::Priority if session.priority_places == 0 => Some(0),
            FlowKind::Priority => match self.visit.priority_left.get(&session.id) {
                Some(left) => Some(*left),
                None => find_counts(&self.cache, session.id)?.map(|counts| counts.priority_left),
            },
        };
        Ok(SessionRow {
            site_name: site.map(|site| site.name.clone()).unwrap_or_default(),
            district: site.map(|site| site.district.clone()).unwrap_or_default(),
            gauge,
            priority_vacant,
            closes_at,
            closes_in_seconds: u32::try_from(closes_at.seconds_since(chooser.now).max(0)).unwrap_or(u32::MAX),
            refused,
            session,
        })
    }

    fn gauge(&self, chooser: &Chooser<'_>, session: &Session) -> Result<Gauge, DeskError> {
        if let Some(queue) = self.visit.queues.get(&session.id) {
            let rule = &chooser.policy.local.gauge;
            let gauge = gauge(session.places, queue, &chooser.standing, rule);
            let state = match gauge.state {
                GaugeState::Fits => OutlookState::Fits,
                GaugeState::Tight => OutlookState::Borderline,
                GaugeState::Over => OutlookState::Beyond,
            };
            let position = (!gauge.ahead.at_least).then_some(gauge.ahead.count + 1);
            return Ok(Gauge { applied: Some(gauge.applications), position, state });
        }
        let counts = find_counts(&self.cache, session.id)?;
        // With fewer applications than places everybody fits, whoever stands where.
        let fits = counts.is_some_and(|counts| counts.applications < u32::from(session.places));
        Ok(Gauge {
            applied: counts.map(|counts| counts.applications),
            position: None,
            state: if fits { OutlookState::Fits } else { OutlookState::Unknown },
        })
    }

    /// Sites that offer the subject for the class, those near the accepting office first.
    pub(crate) fn site_options(chooser: &Chooser<'_>) -> Vec<SiteOption> {
        let applicant = &chooser.record.applicant;
        let offers = |site: &&Site| {
            site.status == SiteStatus::Open
                && site
                    .subjects
                    .iter()
                    .any(|offer| offer.subject == chooser.subject && offer.classes.contains(&applicant.class))
        };
        let mut options: Vec<SiteOption> =
            chooser.sites.values().filter(offers).map(|site| site_option(site, chooser)).collect();
        options.sort_by_key(|option| (!option.near, option.id));
        options
    }

    /// What the query fields say at first: the sites near the office and the days of the open windows.
    pub(crate) fn default_query(&self, chooser: &Chooser<'_>) -> Result<SessionQuery, DeskError> {
        let options = Self::site_options(chooser);
        let near: Vec<SiteId> = options.iter().filter(|option| option.near).map(|option| option.id).collect();
        let sites = if near.is_empty() { options.iter().map(|option| option.id).collect() } else { near };
        let today = chooser.now.date();
        let ahead = DateRange { first: today, last: Timestamp::start_of(today).plus_days(60).date() };
        let open = list_sessions(&self.cache, chooser.subject, chooser.record.applicant.class, ahead)?;
        let mut days = open.iter().filter(|session| chooser.check_open(session).is_ok()).map(|s| s.starts_at.date());
        let first = days.next().unwrap_or(today);
        let last = days.next_back().unwrap_or(first);
        Ok(SessionQuery { dates: bounded(DateRange { first, last }), sites })
    }
}

impl Chooser<'_> {
    pub(crate) fn check_open(&self, session: &Session) -> Result<(), Refusal> {
        let act = Act { channel: self.channel, clerk: None, taken_at: self.now, decided_at: self.now };
        Ok(check_window(session, self.kind == FlowKind::Priority, act, self.policy)?)
    }

    /// When its window closes for this flow.
    pub(crate) fn closes_at(&self, session: &Session) -> Timestamp {
        match self.kind {
            FlowKind::Priority => session.priority_closes_at(self.policy),
            FlowKind::Normal => session.closes_at(),
        }
    }

    fn refusal(&self, desk: &Desk, session: &Session, site: Option<&Site>) -> Option<Reason> {
        if let Err(refusal) = self.check_open(session) {
            return Some(reason_of(&desk.cache, &refusal));
        }
        let taken: Vec<(ApplicationId, &Session)> = self.taken.iter().map(|(id, session)| (*id, session)).collect();
        let wanted = Wanted { session, site: site?, taken_sessions: &taken };
        let eligibility = check_eligibility(self.record, self.subject, Some(wanted), self.now, self.policy);
        let own = |refusal: &&yuyue_domain::eligibility::Refusal| {
            // A priority success takes the place of the normal application; that is no reason against it.
            self.kind == FlowKind::Normal
                || !matches!(refusal.code, yuyue_domain::eligibility::RefusalCode::LiveApplication { .. })
        };
        eligibility.refusals().iter().find(own).map(|refusal| reason_of_eligibility(&desk.cache, refusal))
    }
}

pub(crate) fn bounded(dates: DateRange) -> DateRange {
    let last = Timestamp::start_of(dates.first).plus_days(DAYS_MAX - 1).date();
    DateRange { first: dates.first, last: dates.last.min(last) }
}

fn site_option(site: &Site, chooser: &Chooser<'_>) -> SiteOption {
    SiteOption {
        id: site.id,
        name: site.name.clone(),
        district: site.district.clone(),
        near: site.near.contains(&chooser.record.applicant.office),
    }
}

/// What a session means for its day.
pub(crate) struct DayLoad {
    pub date: Date,
    pub places: u16,
    pub applied: u32,
    /// Whether a person who asks could not reach it.
    pub is_beyond: bool,
}

impl From<&SessionRow> for DayLoad {
    fn from(row: &SessionRow) -> Self {
        Self {
            date: row.session.starts_at.date(),
            places: row.session.places,
            applied: row.gauge.applied.unwrap_or(0),
            is_beyond: row.gauge.state == OutlookState::Beyond,
        }
    }
}

pub(crate) fn ribbon(dates: DateRange, rows: &[DayLoad]) -> Vec<RibbonDay> {
    let dates = bounded(dates);
    dates
        .first
        .iter_days()
        .take_while(|date| *date <= dates.last)
        .map(|date| {
            let of_day = || rows.iter().filter(move |row| row.date == date);
            let places: u64 = of_day().map(|row| u64::from(row.places)).sum();
            let applied: u64 = of_day().map(|row| u64::from(row.applied)).sum();
            let load = (applied * 100).checked_div(places).unwrap_or(100).min(100);
            let state = if of_day().next().is_none() {
                DayState::None
            } else if of_day().all(|row| row.is_beyond) {
                DayState::Full
            } else if load >= BUSY_PERCENT {
                DayState::Busy
            } else {
                DayState::Available
            };
            RibbonDay { date, state, load_percent: u8::try_from(load).unwrap_or(100) }
        })
        .collect()
}

fn site_shares(chooser: &Chooser<'_>, query: &SessionQuery, rows: &[SessionRow]) -> Vec<SiteShare> {
    let mut shares: Vec<SiteShare> = query
        .sites
        .iter()
        .filter_map(|id| chooser.sites.get(id))
        .map(|site| {
            let of_site = || rows.iter().filter(move |row| row.session.site == site.id && row.refused.is_none());
            let reachable = || of_site().filter(|row| is_reachable(row));
            SiteShare {
                site: site_option(site, chooser),
                sessions: u32::try_from(of_site().count()).unwrap_or(u32::MAX),
                reachable: u32::try_from(reachable().count()).unwrap_or(u32::MAX),
                earliest: reachable().map(|row| row.session.starts_at).min(),
            }
        })
        .collect();
    shares.sort_by_key(|share| (!share.site.near, share.site.id));
    shares
}

/// Where an application that accepts these rows would end: at the first publication that can seat it, whatever the
/// preference across publication days, and within one publication by preference.
pub(crate) fn outlook(rows: &[SessionRow], is_chosen: bool, as_of: Option<Timestamp>) -> Option<Outlook> {
    if rows.is_empty() || rows.iter().all(|row| row.gauge.state == OutlookState::Unknown) {
        return None;
    }
    let reachable = || rows.iter().enumerate().filter(|(_, row)| is_reachable(row));
    let best = reachable().min_by_key(|(index, row)| (row.session.instants.publication_at, *index));
    let session: Option<SessionId> = best.map(|(_, row)| row.session.id);
    Some(Outlook {
        session,
        preference: best.filter(|_| is_chosen).and_then(|(index, _)| u8::try_from(index + 1).ok()),
        reachable: u32::try_from(reachable().count()).unwrap_or(u32::MAX),
        accepted: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        missing: None,
        as_of,
    })
}

fn is_reachable(row: &SessionRow) -> bool {
    matches!(row.gauge.state, OutlookState::Fits | OutlookState::Borderline)
}
