//! 目前推算: where the wish on the screen would end. The centre allocates it as things stand; without an answer the
//! queues that are here say as much as they can.

use crate::desk::{Desk, lock};
use crate::error::DeskError;
use crate::use_cases::sessions::{self, Chooser};
use crate::view::booking::{BookingMode, BookingView, FlowKind, FlowStep};
use crate::view::sessions::{Outlook, SessionList, SessionRow};
use std::sync::Mutex;
use yuyue_domain::ids::{SessionId, SiteId};
use yuyue_domain::outlook::Edge;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::query::{OutlookQuery, WISHED_MAX};

/// Seconds after which the centre is asked anew about the same wish.
const GOOD_SECONDS: i64 = 30;

/// Asks the centre where the wish on the screen would end. Answers the booking with what it said; none when there is
/// nothing to ask, no answer, or another wish on the screen by then.
///
/// # Errors
/// When a file cannot be read.
pub async fn booking_outlook(desk: &Mutex<Desk>, centre: &impl Centre) -> Result<Option<BookingView>, DeskError> {
    let (asked, turn) = {
        let desk = lock(desk);
        (desk.wished()?.filter(|wished| desk.line.is_up() && !desk.is_fresh(wished)), desk.turn())
    };
    let Some(asked) = asked else { return Ok(None) };
    let Ok(found) = centre.outlook(asked.clone()).await else { return Ok(None) };
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    let is_shown = desk.wished()?.as_ref() == Some(&asked);
    desk.visit.outlook = Some((asked, found)).filter(|_| is_shown);
    if is_shown { desk.booking() } else { Ok(None) }
}

impl Desk {
    /// The wish on the screen, when it is one about which the centre can be asked.
    fn wished(&self) -> Result<Option<OutlookQuery>, DeskError> {
        let draft = match self.open_draft() {
            Err(DeskError::NoBooking) => return Ok(None),
            draft => draft?,
        };
        let flow = &draft.body.flow;
        if flow.kind != FlowKind::Normal || !matches!(flow.step, FlowStep::Sessions | FlowStep::Confirm) {
            return Ok(None);
        }
        let query = self.with_chooser(&draft, FlowKind::Normal, |chooser, entries| {
            let (sessions, ordered) = match entries.mode {
                BookingMode::Choose => (entries.chosen.clone(), entries.ordered),
                BookingMode::Assign => {
                    let list = self.asked_list(&draft, chooser, &self.query_of(chooser, &entries)?)?;
                    let rows = list.map(|list| assigned(&list, &entries.accepted_sites)).unwrap_or_default();
                    (rows.iter().map(|row| row.session.id).collect(), false)
                }
            };
            Ok(wish(chooser, sessions, ordered))
        })?;
        Ok(Some(query).filter(|query| (1..=WISHED_MAX).contains(&query.sessions.len())))
    }

    /// Whether the centre was asked about this a moment ago.
    fn is_fresh(&self, wished: &OutlookQuery) -> bool {
        let kept = self.visit.outlook.as_ref().filter(|(asked, _)| asked == wished);
        kept.is_some_and(|(_, found)| self.now().seconds_since(found.as_of) < GOOD_SECONDS)
    }

    /// The outlook of a wish: the centre's answer when it was asked about exactly this, else what the queues say.
    /// `ordered` is none for 服从系统安排.
    pub(crate) fn outlook(
        &self,
        chooser: &Chooser<'_>,
        rows: &[SessionRow],
        ordered: Option<bool>,
        as_of: Option<Timestamp>,
    ) -> Option<Outlook> {
        let here = sessions::outlook(rows, ordered.is_some(), as_of);
        let wished = wish(chooser, rows.iter().map(|row| row.session.id).collect(), ordered.unwrap_or(false));
        let Some((_, found)) = self.visit.outlook.as_ref().filter(|(asked, _)| *asked == wished) else { return here };
        let place = rows.iter().position(|row| Some(row.session.id) == found.outlook.session);
        Some(Outlook {
            session: found.outlook.session,
            preference: place.filter(|_| ordered.is_some()).and_then(|place| u8::try_from(place + 1).ok()),
            reachable: here.as_ref().map_or(0, |here| here.reachable).max(u32::from(place.is_some())),
            accepted: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            missing: match found.outlook.edge {
                Edge::Outside { ranks } => Some(ranks),
                Edge::Vacant | Edge::Inside { .. } | Edge::NoPlaces => None,
            },
            as_of: Some(found.as_of),
        })
    }
}

/// The sessions of a list that the system may use.
pub(super) fn assigned(list: &SessionList, sites: &[SiteId]) -> Vec<SessionRow> {
    let fits = |row: &&SessionRow| row.refused.is_none() && sites.contains(&row.session.site);
    list.rows.iter().filter(fits).cloned().collect()
}

fn wish(chooser: &Chooser<'_>, sessions: Vec<SessionId>, ordered: bool) -> OutlookQuery {
    OutlookQuery { applicant: chooser.record.applicant.id, subject: chooser.subject, sessions, ordered }
}
