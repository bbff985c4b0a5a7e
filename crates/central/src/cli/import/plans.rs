//! Planned sessions as the national exchange format lists them (考试计划), made into sessions with their instants.

use crate::core::Catalogue;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use yuyue_domain::ids::{SessionId, SiteId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::session::{
    CeilingError, PlanError as InstantsError, Session, SessionInstants, SessionStatus, check_daily_ceiling,
};
use yuyue_domain::time::{Date, TimeOfDay, Timestamp};

/// A line of a plan. Each field may also have its column name of the exchange format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanLine {
    /// 计划序号
    #[serde(alias = "jhxh")]
    plan: String,
    /// 考场代号
    #[serde(alias = "kcdddh")]
    site: String,
    /// 考试日期
    #[serde(alias = "ksrq")]
    date: Date,
    /// When it begins.
    #[serde(alias = "kssj")]
    starts: TimeOfDay,
    /// When it ends.
    #[serde(alias = "jssj")]
    ends: TimeOfDay,
    /// 科目
    #[serde(alias = "kskm")]
    subject: Subject,
    /// 车型
    #[serde(alias = "kscx")]
    classes: Vec<LicenceClass>,
    /// 可考人数, without the priority places
    #[serde(alias = "kkrs")]
    places: u16,
    /// Places kept for priority booking.
    #[serde(default)]
    priority_places: u16,
    /// Whether the office cancelled it.
    #[serde(default)]
    cancelled: bool,
}

/// Why a plan cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No policy was imported.
    #[error("no policy was imported")]
    NoPolicy,
    /// There is no such site.
    #[error("plan {plan}: there is no site {site}")]
    Site {
        /// 计划序号
        plan: String,
        /// 考场代号
        site: String,
    },
    /// It ends before it begins.
    #[error("plan {0}: it ends before it begins")]
    Times(String),
    /// The same number twice.
    #[error("plan {0}: it stands twice")]
    Twice(String),
    /// Its places were given out for another time: it can be cancelled and planned anew, with another number.
    #[error("plan {0}: its results are published, it cannot be moved")]
    Published(String),
    /// Its instants cannot be computed.
    #[error("plan {plan}: {source}")]
    Instants {
        /// 计划序号
        plan: String,
        /// Why.
        source: InstantsError,
    },
    /// A site would have more places on a day than it may.
    #[error("on {day}: {source}")]
    Ceiling {
        /// The day.
        day: Date,
        /// Why.
        source: CeilingError,
    },
}

/// Makes sessions of a plan. A session that is known already keeps its number and its instants: they never move silently.
pub fn sessions(catalogue: &Catalogue, lines: Vec<PlanLine>, now: Timestamp) -> Result<Vec<Session>, PlanError> {
    let policy = catalogue.policy.as_deref().ok_or(PlanError::NoPolicy)?;
    let sites: BTreeMap<&str, SiteId> = catalogue.sites.values().map(|site| (site.code.as_str(), site.id)).collect();
    let known: BTreeMap<&str, &Session> = catalogue.sessions.values().map(|one| (one.plan.as_str(), one)).collect();
    let mut next = catalogue.sessions.keys().next_back().map_or(1, |last| last.0 + 1);
    let mut seen = BTreeSet::new();
    let mut planned = Vec::with_capacity(lines.len());
    for line in lines {
        if !seen.insert(line.plan.clone()) {
            return Err(PlanError::Twice(line.plan));
        }
        let Some(site) = sites.get(line.site.as_str()) else {
            return Err(PlanError::Site { plan: line.plan, site: line.site });
        };
        if line.ends <= line.starts {
            return Err(PlanError::Times(line.plan));
        }
        let before = known.get(line.plan.as_str());
        let starts_at = Timestamp::at(line.date, line.starts);
        let kept = before.filter(|before| before.starts_at == starts_at);
        if kept.is_none() && before.is_some_and(|before| before.instants.publication_at <= now) {
            return Err(PlanError::Published(line.plan));
        }
        let instants = match kept {
            Some(kept) => kept.instants,
            None => SessionInstants::compute(starts_at, now.date(), policy)
                .map_err(|source| PlanError::Instants { plan: line.plan.clone(), source })?,
        };
        let id = before.map_or(SessionId(next), |before| before.id);
        next += u32::from(before.is_none());
        planned.push(Session {
            id,
            plan: line.plan,
            site: *site,
            starts_at,
            ends_at: Timestamp::at(line.date, line.ends),
            subject: line.subject,
            classes: line.classes,
            places: line.places,
            priority_places: line.priority_places,
            instants,
            // Decided at the close of the window; another window is not closed yet.
            extended: kept.and_then(|kept| kept.extended),
            status: if line.cancelled { SessionStatus::Cancelled } else { SessionStatus::Planned },
        });
    }
    check_ceilings(catalogue, &planned)?;
    Ok(planned)
}

/// Art. 54: the plan and what is known already must stay below every site's ceiling of the day.
fn check_ceilings(catalogue: &Catalogue, planned: &[Session]) -> Result<(), PlanError> {
    let mut all: BTreeMap<SessionId, &Session> = catalogue.sessions.iter().map(|(id, one)| (*id, one)).collect();
    all.extend(planned.iter().map(|session| (session.id, session)));
    let days: BTreeSet<(SiteId, Subject, Date)> =
        planned.iter().map(|session| (session.site, session.subject, session.starts_at.date())).collect();
    for (site, subject, day) in days {
        let Some(site) = catalogue.sites.get(&site) else { continue };
        check_daily_ceiling(site, subject, day, all.values().copied())
            .map_err(|source| PlanError::Ceiling { day, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
