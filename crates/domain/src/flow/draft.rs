//! What was entered at 选择场次, kept for each subject and for both flows beside each other.

use super::refusal::FlowRefusal;
use super::step::FlowKind;
use crate::application::Wish;
use crate::ids::{SessionId, SiteId};
use crate::licence::Subject;
use crate::time::DateRange;
use serde::{Deserialize, Serialize};

/// Days of one query at most; 服从系统安排 takes the days of the query.
pub const QUERY_DAYS_MAX: i64 = 31;

/// The two modes of a normal application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum BookingMode {
    /// 自主选择考试场次
    Choose,
    /// 服从系统安排考试
    Assign,
}

/// The chosen exam dates and sites; nothing is listed before 查询.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionQuery {
    /// 考试日期
    pub dates: DateRange,
    /// 考试地点
    pub sites: Vec<SiteId>,
}

/// What was entered for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SubjectDraft {
    /// The subject.
    pub subject: Subject,
    /// The last 查询.
    pub query: Option<SessionQuery>,
    /// The mode of the normal flow.
    pub mode: BookingMode,
    /// The sessions chosen in the normal flow, in their order.
    pub chosen: Vec<SessionId>,
    /// Whether that order is the applicant's own.
    pub ordered: bool,
    /// The sites that the system may use.
    pub accepted_sites: Vec<SiteId>,
    /// The session chosen in the priority flow.
    pub priority: Option<SessionId>,
}

impl SessionQuery {
    /// Whether it can be asked.
    ///
    /// # Errors
    /// When the days are in the wrong order or more than [`QUERY_DAYS_MAX`], or there is no site.
    pub fn check(&self) -> Result<(), FlowRefusal> {
        if self.dates.first > self.dates.last {
            return Err(FlowRefusal::DatesReversed);
        }
        if (self.dates.last - self.dates.first).num_days() >= QUERY_DAYS_MAX {
            return Err(FlowRefusal::DatesTooMany { days: QUERY_DAYS_MAX });
        }
        if self.sites.is_empty() { Err(FlowRefusal::SitesMissing) } else { Ok(()) }
    }
}

impl SubjectDraft {
    pub(super) const fn new(subject: Subject, query: Option<SessionQuery>) -> Self {
        Self {
            subject,
            query,
            mode: BookingMode::Choose,
            chosen: vec![],
            ordered: false,
            accepted_sites: vec![],
            priority: None,
        }
    }

    /// What the entries ask for.
    ///
    /// # Errors
    /// What is still missing.
    pub fn wish(&self, kind: FlowKind) -> Result<Wish, FlowRefusal> {
        match (kind, self.mode) {
            (FlowKind::Priority, _) => match self.priority {
                Some(session) => Ok(Wish::Priority { session }),
                None => Err(FlowRefusal::SessionsMissing),
            },
            (FlowKind::Normal, BookingMode::Choose) if self.chosen.is_empty() => Err(FlowRefusal::SessionsMissing),
            (FlowKind::Normal, BookingMode::Choose) => {
                Ok(Wish::Choose { sessions: self.chosen.clone(), ordered: self.ordered })
            }
            (FlowKind::Normal, BookingMode::Assign) => {
                let dates = self.query.as_ref().ok_or(FlowRefusal::DatesMissing)?.dates;
                let sites = self.accepted_sites.clone();
                if sites.is_empty() { Err(FlowRefusal::SitesMissing) } else { Ok(Wish::Assign { dates, sites }) }
            }
        }
    }
}
