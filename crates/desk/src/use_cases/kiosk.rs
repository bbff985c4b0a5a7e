//! 自助终端: who is there, and the end of every trace of them.
//!
//! What a visit brings about lives in a database in memory beside the file in
//! which the kiosk keeps only what it is. So every use case of the counter works here as it is, and forgetting a person is
//! dropping one connection.

mod presence;
mod visit;

pub use presence::Watched;
pub use presence::keep_visit;
pub(crate) use visit::is_lost;
pub use visit::{begin, open, open_by_card, send_again};

use crate::desk::{Desk, Signed};
use crate::device::DEVICE_DB;
use crate::device::exit_code::check_exit_code;
use crate::device::identity::{find_identity, insert_identity};
use crate::error::DeskError;
use crate::use_cases::visit::Visit;
use rusqlite::Connection;
use std::time::Duration;
use uuid::Uuid;
use yuyue_domain::application::Channel;
use yuyue_domain::ids::{ApplicantId, ClerkId};
use yuyue_domain::presence::Presence;
use yuyue_protocol::account::{DeviceKind, Secret};
use yuyue_protocol::visit::VisitCode;

use crate::view::kiosk::Identified;

/// What only a kiosk has.
pub(crate) struct Kiosk {
    /// The file: who the kiosk is, and nothing about anybody else.
    pub file: Connection,
    /// How far somebody has come with saying who they are.
    pub stage: Stage,
    /// Somebody is there.
    pub presence: Option<Presence>,
    /// Counts the people who left, so that an answer that comes later is not taken for the next one's.
    pub turn: u64,
    /// Whether a card reader is connected.
    pub has_reader: bool,
    /// Whether something is being read aloud.
    pub is_speaking: bool,
}

impl Kiosk {
    /// Whether whoever was there is gone.
    pub(crate) fn is_left(&self, now: Duration) -> bool {
        self.presence.is_none_or(|presence| presence.is_gone(now))
    }
}

/// How far somebody has come with saying who they are.
pub(crate) enum Stage {
    /// Nobody has.
    Nobody,
    /// A number was typed and a code sent.
    Asked(Asked),
    /// The person is known.
    Open { applicant: ApplicantId, token: Secret, identified: Identified, prolonged_at: Duration },
}

/// A number that was typed, with its code.
pub(crate) struct Asked {
    pub number: Secret,
    pub sent: VisitCode,
    /// On the clock that nobody can set.
    pub sent_at: Duration,
    pub wrong: bool,
    /// The last try, when its answer was lost: the same one is asked again.
    pub lost: Option<(Uuid, String)>,
}

impl Desk {
    /// At a kiosk: puts the file aside and works in memory from now on.
    pub(crate) fn become_kiosk(&mut self) -> Result<(), DeskError> {
        if self.kiosk.is_some() || find_identity(&self.device)?.is_none_or(|it| it.kind != DeviceKind::Kiosk) {
            return Ok(());
        }
        let memory = empty_device(&self.device)?;
        let file = std::mem::replace(&mut self.device, memory);
        let kiosk =
            Kiosk { file, stage: Stage::Nobody, presence: None, turn: 0, has_reader: false, is_speaking: false };
        self.kiosk = Some(kiosk);
        Ok(())
    }

    /// Whether this computer is a kiosk.
    #[must_use]
    pub const fn is_kiosk(&self) -> bool {
        self.kiosk.is_some()
    }

    /// The file of this computer, for what concerns nobody.
    pub(crate) fn file(&self) -> &Connection {
        self.kiosk.as_ref().map_or(&self.device, |kiosk| &kiosk.file)
    }

    /// As [`Self::file`], to put another connection to it in its place.
    pub(crate) fn file_mut(&mut self) -> &mut Connection {
        self.kiosk.as_mut().map_or(&mut self.device, |kiosk| &mut kiosk.file)
    }

    /// After the file was opened anew: whoever was there is forgotten, and no answer of before is taken for the next one's.
    pub(crate) fn become_kiosk_again(&mut self, turn: u64, has_reader: bool) -> Result<(), DeskError> {
        (self.visit, self.codes) = (Visit::default(), Vec::new());
        self.become_kiosk()?;
        if let Some(kiosk) = &mut self.kiosk {
            (kiosk.turn, kiosk.has_reader) = (turn + 1, has_reader);
        }
        Ok(())
    }

    /// Where it is acted.
    pub(crate) const fn channel(&self) -> Channel {
        if self.is_kiosk() { Channel::Kiosk } else { Channel::Counter }
    }

    /// Who acts: the clerk at a counter; at a kiosk the person of the visit, through nobody.
    pub(crate) fn acting(&self) -> Result<Option<ClerkId>, DeskError> {
        match &self.kiosk {
            None => Ok(Some(self.clerk()?.id)),
            Some(_) => self.visitor().map(|_| None).ok_or(DeskError::NoVisit),
        }
    }

    /// As [`Self::acting`], for this person.
    pub(crate) fn acting_for(&self, applicant: ApplicantId) -> Result<Option<ClerkId>, DeskError> {
        match self.visitor() {
            Some(visitor) if visitor != applicant => Err(DeskError::NoVisit),
            _ => self.acting(),
        }
    }

    /// What concerns nobody can be read by everybody at a kiosk, and by clerks at a counter.
    pub(crate) fn reading(&self) -> Result<(), DeskError> {
        if self.is_kiosk() { Ok(()) } else { self.clerk().map(|_| ()) }
    }

    /// The person of the visit. Whoever is gone is nobody from that instant on, also before they are forgotten.
    pub(crate) fn visitor(&self) -> Option<ApplicantId> {
        let kiosk = self.kiosk.as_ref()?;
        match kiosk.stage {
            Stage::Open { applicant, .. } if !kiosk.is_left(self.world.elapsed()) => Some(applicant),
            Stage::Open { .. } | Stage::Nobody | Stage::Asked(_) => None,
        }
    }

    /// The token of the visit.
    pub(crate) fn visit_token(&self) -> Option<Secret> {
        match &self.kiosk.as_ref()?.stage {
            Stage::Open { token, .. } => Some(token.clone()),
            Stage::Nobody | Stage::Asked(_) => None,
        }
    }

    /// Whose turn it is, to be compared after a wait.
    #[must_use]
    pub fn turn(&self) -> u64 {
        self.kiosk.as_ref().map_or(0, |kiosk| kiosk.turn)
    }

    /// An answer that comes when its person has left is nobody's.
    ///
    /// # Errors
    /// [`DeskError::NoVisit`] when somebody else is there by now, or nobody.
    pub fn check_turn(&self, turn: u64) -> Result<(), DeskError> {
        if self.turn() == turn { Ok(()) } else { Err(DeskError::NoVisit) }
    }

    pub(crate) fn kiosk(&self) -> Result<&Kiosk, DeskError> {
        self.kiosk.as_ref().ok_or(DeskError::NotAKiosk)
    }

    pub(crate) fn kiosk_mut(&mut self) -> Result<&mut Kiosk, DeskError> {
        self.kiosk.as_mut().ok_or(DeskError::NotAKiosk)
    }

    /// Whether staff may leave the kiosk with this code.
    ///
    /// # Errors
    /// [`DeskError::ExitCodeWrong`] or [`DeskError::SignInBlocked`].
    pub fn check_exit_code(&self, code: &str) -> Result<(), DeskError> {
        check_exit_code(&self.kiosk()?.file, code, self.now())
    }

    /// Forgets everything about whoever was there. Answers the token that the centre is to forget, too.
    ///
    /// # Errors
    /// When this is no kiosk, or there is no memory for the next person; then nothing can be begun here.
    pub fn leave(&mut self) -> Result<Option<Secret>, DeskError> {
        let token = self.visit_token();
        let kiosk = self.kiosk_mut()?;
        kiosk.turn += 1;
        kiosk.stage = Stage::Nobody;
        kiosk.presence = None;
        let fresh = empty_device(&kiosk.file)?;
        self.device = fresh;
        self.visit = Visit::default();
        self.codes.clear();
        self.signed = Signed::Out;
        Ok(token)
    }
}

/// The tables of the file in memory, with who the kiosk is.
fn empty_device(file: &Connection) -> Result<Connection, DeskError> {
    let memory = yuyue_sqlite::open_in_memory(&DEVICE_DB)?;
    let identity = find_identity(file)?.ok_or(DeskError::NotEnrolled)?;
    insert_identity(&memory, &identity)?;
    Ok(memory)
}
