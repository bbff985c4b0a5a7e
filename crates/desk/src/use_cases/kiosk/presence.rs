//! The ring: somebody is there for as long as they give signs, and then everything of them is forgotten.

use super::Stage;
use crate::desk::{Desk, lock};
use crate::error::DeskError;
use crate::use_cases::record::mask;
use crate::view::kiosk::{KioskView, PresenceView, VisitStage};
use std::sync::Mutex;
use yuyue_domain::identity::DocumentNumber;
use yuyue_domain::presence::{Awaited, Presence, PresenceState, is_restart_due};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Secret;
use yuyue_protocol::centre::Visits;
use yuyue_protocol::error::ErrorCode;

/// Seconds after which the centre is told that the person of a visit is still there.
const PROLONG_SECONDS: u64 = 60;

/// What a look at the ring found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// Nobody is there.
    Nobody,
    /// Somebody is.
    Here(Box<KioskView>),
    /// Whoever was there has gone and is forgotten; the centre is to forget this token, too.
    Gone(Option<Secret>),
}

/// Tells the centre now and then that the person of the visit is still there; a visit that the centre has ended is over here,
/// too. Answers whether it is.
///
/// # Errors
/// When there is no memory for the next person. That the centre does not answer is none: the visit lasts a while without.
pub async fn keep_visit(desk: &Mutex<Desk>, centre: &impl Visits) -> Result<bool, DeskError> {
    let turn = {
        let mut desk = lock(desk);
        let (now, turn) = (desk.world.elapsed(), desk.turn());
        match &mut desk.kiosk_mut()?.stage {
            Stage::Open { prolonged_at, .. } if now.saturating_sub(*prolonged_at).as_secs() >= PROLONG_SECONDS => {
                *prolonged_at = now;
            }
            _ => return Ok(false),
        }
        turn
    };
    let answer = centre.prolong_visit().await;
    let mut desk = lock(desk);
    let is_over = answer.is_err_and(|problem| problem.code == ErrorCode::SignedOut) && desk.turn() == turn;
    if is_over {
        desk.leave()?;
    }
    Ok(is_over)
}

impl Desk {
    /// A touch. Whoever touches a kiosk at which nobody is comes to it.
    ///
    /// # Errors
    /// When this is no kiosk.
    pub fn touch(&mut self, is_elder: bool) -> Result<KioskView, DeskError> {
        let now = self.world.elapsed();
        let kiosk = self.kiosk_mut()?;
        kiosk.presence = Some(match kiosk.presence {
            Some(presence) => presence.sign(now, is_elder),
            None => Presence::begin(now, is_elder),
        });
        self.kiosk_view()
    }

    /// Looks at the ring. Whoever is gone is forgotten by this.
    ///
    /// # Errors
    /// When this is no kiosk, or there is no memory for the next person.
    pub fn watch(&mut self) -> Result<Watched, DeskError> {
        let now = self.world.elapsed();
        match self.kiosk()?.presence {
            None => Ok(Watched::Nobody),
            Some(presence) if presence.is_gone(now) => Ok(Watched::Gone(self.leave()?)),
            Some(_) => Ok(Watched::Here(Box::new(self.kiosk_view()?))),
        }
    }

    /// Whoever is there waits, for at most so many seconds.
    pub fn wait_for(&mut self, awaited: Awaited, seconds: u32) {
        let now = self.world.elapsed();
        if let Some(kiosk) = &mut self.kiosk {
            let presence = kiosk.presence.unwrap_or_else(|| Presence::begin(now, false));
            kiosk.presence = Some(presence.wait(now, awaited, seconds));
        }
    }

    /// What was waited for is there.
    pub fn arrived(&mut self, awaited: Awaited) {
        let now = self.world.elapsed();
        if let Some(kiosk) = &mut self.kiosk {
            let presence = kiosk.presence.unwrap_or_else(|| Presence::begin(now, false));
            kiosk.presence = Some(presence.arrive(now, awaited));
        }
    }

    /// Whoever is there waits for this no more: the page with the code was left, or reading aloud was ended. Nobody comes
    /// by that.
    pub fn stop_waiting(&mut self, awaited: Awaited) {
        let now = self.world.elapsed();
        if let Some(presence) = self.kiosk.as_mut().and_then(|kiosk| kiosk.presence.as_mut()) {
            *presence = presence.turn_away(now, awaited);
        }
    }

    /// A card reader was connected, or taken away.
    pub const fn set_card_reader(&mut self, has_reader: bool) {
        if let Some(kiosk) = &mut self.kiosk {
            kiosk.has_reader = has_reader;
        }
    }

    /// Something begins to be read aloud, or silence has come.
    pub const fn set_speaking(&mut self, is_speaking: bool) {
        if let Some(kiosk) = &mut self.kiosk {
            kiosk.is_speaking = is_speaking;
        }
    }

    /// Whether the kiosk may begin anew: in the quiet hour, when nobody is there.
    #[must_use]
    pub fn may_restart(&self, started_at: Timestamp) -> bool {
        let is_alone = self.kiosk.as_ref().is_some_and(|kiosk| kiosk.presence.is_none());
        is_alone && is_restart_due(started_at, self.now())
    }

    /// Who is there and for how much longer.
    ///
    /// # Errors
    /// When this is no kiosk.
    pub fn kiosk_view(&self) -> Result<KioskView, DeskError> {
        let kiosk = self.kiosk()?;
        let stage = match (&kiosk.stage, &self.visit.fetched) {
            _ if kiosk.is_left(self.world.elapsed()) => VisitStage::Nobody,
            (Stage::Asked(asked), _) => VisitStage::CodeSent {
                number_masked: DocumentNumber::parse(&asked.number.0).map(|number| number.masked()).unwrap_or_default(),
                code: self.visit_code_view(asked),
            },
            (Stage::Open { identified, .. }, Some(record)) => {
                VisitStage::Open { applicant: mask(&record.applicant), identified: *identified }
            }
            (Stage::Open { .. } | Stage::Nobody, _) => VisitStage::Nobody,
        };
        let ring = kiosk.presence.and_then(|presence| {
            let (left, asking) = match presence.state(self.world.elapsed()) {
                PresenceState::Here { left_seconds } => (left_seconds, false),
                PresenceState::Asking { left_seconds } => (left_seconds, true),
                PresenceState::Gone => return None,
            };
            let short = |seconds: u32| u16::try_from(seconds).unwrap_or(u16::MAX);
            let idle_seconds = short(presence.idle_seconds());
            Some(PresenceView { left_seconds: short(left), idle_seconds, asking })
        });
        Ok(KioskView { stage, presence: ring, card_reader: kiosk.has_reader, speaking: kiosk.is_speaking })
    }

    pub(super) fn set_stage(&mut self, stage: Stage) -> Result<(), DeskError> {
        let now = self.world.elapsed();
        let kiosk = self.kiosk_mut()?;
        kiosk.stage = stage;
        let presence = kiosk.presence.unwrap_or_else(|| Presence::begin(now, false));
        kiosk.presence = Some(presence.arrive(now, Awaited::Code));
        Ok(())
    }
}
