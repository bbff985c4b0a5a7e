//! Signing in, locking, signing out, and the frame of the window.

use crate::cache::document::{DocumentKey, find_document};
use crate::cache::session::find_next_publication;
use crate::desk::{Desk, Signed, lock};
use crate::device::draft::find_open_draft;
use crate::device::outbox::{Item, Which, count_unsent_and_refused, list_items};
use crate::device::setting::{find_setting, upsert_setting};
use crate::device::verifier::{check_password, check_present, delete_verifier, upsert_verifier};
use crate::error::DeskError;
use crate::opening::{acknowledge_rescue, find_rescue};
use crate::use_cases::booking::BookingDraft;
use crate::use_cases::reasons::reason;
use crate::use_cases::visit::Visit;
use crate::view::app::{
    Access, AppState, ClerkView, DeviceView, Edition, Language, LastSignIn, Settings, ShiftSummary, SyncStatus, Theme,
};
use std::sync::Mutex;
use yuyue_domain::office::Office;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Clerk, DeviceKind, Secret, SignIn};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::command::Command;
use yuyue_protocol::error::{ErrorCode, Problem};

const SETTINGS: &str = "settings";
const LAST_SIGN_IN: &str = "last_sign_in";
const OFFLINE_HOURS: &str = "offline_hours";
/// A window that nobody touches locks by itself: longer than a talk with somebody who looks for a document, shorter than a
/// break.
const LOCK_AFTER_MINUTES: u16 = 10;
/// Commands of one shift that are counted.
const SHIFT_MAX: u32 = 5_000;

/// Signs a clerk in: by the centre, or without line by what was kept from the last time.
///
/// # Errors
/// [`DeskError::WrongPassword`], [`DeskError::SignInBlocked`], [`DeskError::OfflineSignInExpired`], or as the centre says.
pub async fn sign_in(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    staff_number: &str,
    password: &str,
) -> Result<AppState, DeskError> {
    let request = SignIn { staff_number: staff_number.to_owned(), password: Secret(password.to_owned()) };
    let answer = centre.sign_in(request).await;
    let mut desk = lock(desk);
    let (clerk, token) = match answer {
        Ok(signed_in) => {
            let hours = signed_in.offline_until.seconds_since(desk.now()).max(0) / 3600;
            upsert_setting(&desk.device, OFFLINE_HOURS, &hours)?;
            let until = signed_in.offline_until;
            upsert_verifier(&desk.device, &*desk.world, &signed_in.clerk, password, until)?;
            (signed_in.clerk, Some(signed_in.token))
        }
        Err(problem) if problem.code.is_retryable() => {
            let clerk = check_password(&desk.device, staff_number, password, desk.now())?;
            desk.check_still_there(&clerk)?;
            (clerk, None)
        }
        Err(problem) => {
            if problem.code == ErrorCode::SignInRefused {
                // Whoever the centre refuses must not come in when the line is cut.
                forget_changed_password(&desk, staff_number, password)?;
            }
            return Err(problem.into());
        }
    };
    let last = LastSignIn { at: desk.now(), name: clerk.name.clone() };
    upsert_setting(&desk.device, LAST_SIGN_IN, &last)?;
    desk.visit = Visit::default();
    desk.signed = Signed::In { clerk, token };
    desk.app_state()
}

/// The same clerk comes back. Whoever came in without line signs in at the centre by this, when the line is there again.
///
/// # Errors
/// As [`sign_in`]; [`DeskError::NotSignedIn`] when nobody was here.
pub async fn unlock(desk: &Mutex<Desk>, centre: &impl Centre, password: &str) -> Result<AppState, DeskError> {
    let staff_number = {
        let desk = lock(desk);
        match &desk.signed {
            Signed::Locked { clerk, token: None, .. } if desk.line.is_up() => Some(clerk.staff_number.clone()),
            _ => None,
        }
    };
    let Some(staff_number) = staff_number else { return lock(desk).unlock_here(password) };
    let request = SignIn { staff_number, password: Secret(password.to_owned()) };
    let answer = centre.sign_in(request).await;
    let mut desk = lock(desk);
    match answer {
        Ok(signed_in) => {
            let until = signed_in.offline_until;
            upsert_verifier(&desk.device, &*desk.world, &signed_in.clerk, password, until)?;
            // Nobody else may have come in meanwhile.
            if let Signed::Locked { clerk, token, .. } = &mut desk.signed
                && clerk.id == signed_in.clerk.id
            {
                *token = Some(signed_in.token);
            }
        }
        Err(problem) if problem.code.is_retryable() => {}
        Err(problem) => return Err(problem.into()),
    }
    desk.unlock_here(password)
}

/// A password that is right here and wrong at the centre was changed or its clerk dismissed; a mistyped one is neither.
fn forget_changed_password(desk: &Desk, staff_number: &str, password: &str) -> Result<(), DeskError> {
    if check_password(&desk.device, staff_number, password, desk.now()).is_ok() {
        delete_verifier(&desk.device, staff_number)?;
    }
    Ok(())
}

impl Desk {
    /// The clerk leaves the counter, or nobody has touched the window for so long (`is_idle`). What was typed stays; whatever was
    /// revealed is covered.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn lock_counter(&mut self, is_idle: bool) -> Result<AppState, DeskError> {
        if let Signed::In { clerk, token } = self.signed.clone() {
            self.visit.is_revealed = false;
            self.signed =
                Signed::Locked { clerk, token, at: self.now(), idle_minutes: is_idle.then_some(LOCK_AFTER_MINUTES) };
        }
        if matches!(self.signed, Signed::Out) { Err(DeskError::NotSignedIn) } else { self.app_state() }
    }

    /// The same clerk comes back. The password is checked on this computer, so that it works without line, however long ago
    /// the clerk signed in with it.
    ///
    /// # Errors
    /// [`DeskError::WrongPassword`] or [`DeskError::SignInBlocked`]; [`DeskError::NotSignedIn`] when nobody was here.
    pub(crate) fn unlock_here(&mut self, password: &str) -> Result<AppState, DeskError> {
        match self.signed.clone() {
            Signed::Locked { clerk, token, .. } => {
                let kept = check_present(&self.device, &clerk.staff_number, password, self.now())?;
                self.check_still_there(&kept)?;
                self.signed = Signed::In { clerk, token };
                self.app_state()
            }
            Signed::In { .. } => self.app_state(),
            Signed::Out => Err(DeskError::NotSignedIn),
        }
    }

    /// The clerk goes. The booking on the screen stays a draft.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn sign_out(&mut self) -> Result<AppState, DeskError> {
        self.signed = Signed::Out;
        self.visit = Visit::default();
        self.codes.clear();
        crate::device::draft::close_drafts(&self.device)?;
        self.app_state()
    }

    /// Everything that the frame of the window shows.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn app_state(&self) -> Result<AppState, DeskError> {
        let identity = self.find_identity()?;
        let device = identity
            .as_ref()
            .map(|identity| -> Result<DeviceView, DeskError> {
                let office: Option<Office> = find_document(&self.cache, DocumentKey::Office(identity.office))?;
                Ok(DeviceView {
                    id: identity.device,
                    kind: identity.kind,
                    counter: counter_number(&identity.label),
                    label: identity.label.clone(),
                    office: office.unwrap_or_else(|| Office {
                        id: identity.office,
                        name: String::new(),
                        district: String::new(),
                        telephone: String::new(),
                        address: String::new(),
                    }),
                    authorised_until: identity.authorised_until(),
                })
            })
            .transpose()?;
        Ok(AppState {
            edition: self.edition,
            version: self.version.clone(),
            now: self.now(),
            access: match device.as_ref().map(|device| device.kind) {
                None => Access::Unenrolled,
                Some(DeviceKind::Kiosk) => Access::Kiosk,
                Some(DeviceKind::Counter) => self.access()?,
            },
            device,
            sync: self.sync_status()?,
            settings: self.settings()?,
            rescue: find_rescue(&self.device)?,
            elsewhere: self.open_elsewhere()?,
        })
    }

    fn access(&self) -> Result<Access, DeskError> {
        Ok(match &self.signed {
            Signed::Out => Access::SignedOut {
                last: find_setting(&self.device, LAST_SIGN_IN)?,
                offline_hours: find_setting(&self.device, OFFLINE_HOURS)?.unwrap_or(0),
            },
            Signed::Locked { clerk, at, idle_minutes, .. } => Access::Locked {
                clerk: clerk_view(clerk),
                at: *at,
                idle_minutes: *idle_minutes,
                kept: find_open_draft::<BookingDraft>(&self.device)?
                    .filter(|draft| !draft.body.is_submitted)
                    .map(|draft| draft.body.flow.step),
            },
            Signed::In { clerk, token } => Access::Open {
                clerk: clerk_view(clerk),
                lock_after_minutes: LOCK_AFTER_MINUTES,
                sign_in_again: token.is_none() && self.line.is_up(),
            },
        })
    }

    /// The centre no longer knows the clerk's token, so that the clerk has to sign in again.
    pub(crate) fn note_signed_out(&mut self, problem: &Problem) {
        if let (ErrorCode::SignedOut, Signed::In { token, .. }) = (problem.code, &mut self.signed) {
            *token = None;
        }
    }

    fn sync_status(&self) -> Result<SyncStatus, DeskError> {
        let (unsent, refused) = count_unsent_and_refused(&self.device)?;
        let now = self.now();
        let closes_at = list_items(&self.device, Which::Waiting, 1)?.first().and_then(|item| item.closes_at);
        // The training centre's clock is invented, so that being off from it says nothing about this computer.
        let offset = if self.edition == Edition::Training { 0 } else { self.clock.offset_seconds(&*self.world) };
        Ok(SyncStatus {
            line: self.line.view(self.world.elapsed(), closes_at),
            data_as_of: self.data_as_of()?,
            unsent,
            refused,
            clock_offset_seconds: i32::try_from(offset).unwrap_or(if offset < 0 { i32::MIN } else { i32::MAX }),
            next_publication: find_next_publication(&self.cache, now)?,
            refused_by_centre: self
                .refused_by_centre
                .map(|code| reason(DeskError::Centre(Problem::new(code, "")).code())),
            alarm: self.closing_alarm()?,
        })
    }

    fn settings(&self) -> Result<Settings, DeskError> {
        let default = Settings { theme: Theme::Light, language: Language::Chinese };
        Ok(find_setting(&self.device, SETTINGS)?.unwrap_or(default))
    }

    /// Keeps what the clerk has set on this computer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_settings(&mut self, settings: Settings) -> Result<AppState, DeskError> {
        upsert_setting(&self.device, SETTINGS, &settings)?;
        self.app_state()
    }

    /// Somebody has read what was lost with a damaged file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn acknowledge_rescue(&mut self) -> Result<AppState, DeskError> {
        acknowledge_rescue(&self.device)?;
        self.app_state()
    }

    /// What the clerk who works here took for applicants today and what of it the centre has. Records of looking, printing
    /// and reading a notice are no business of theirs.
    ///
    /// # Errors
    /// When nobody is signed in, or a file cannot be read.
    pub fn shift_summary(&self) -> Result<ShiftSummary, DeskError> {
        let clerk = self.clerk()?;
        let since = Timestamp::start_of(self.now().date());
        let mut items = list_items(&self.device, Which::TakenSince(since), SHIFT_MAX)?;
        items.retain(|item| item.envelope.clerk == Some(clerk.id) && is_business(item));
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let missing: Vec<_> = items.iter().filter(|item| item.outcome.is_none()).collect();
        let last: Option<LastSignIn> = find_setting(&self.device, LAST_SIGN_IN)?;
        let signed_in_at = last.filter(|last| last.name == clerk.name && last.at >= since).map(|last| last.at);
        let first_taken_at = items.iter().map(|item| item.envelope.taken_at).min();
        let view = self.outbox()?;
        Ok(ShiftSummary {
            from: signed_in_at.into_iter().chain(first_taken_at).min().unwrap_or_else(|| self.now()),
            open: view.refused.into_iter().chain(view.awaiting_code).collect(),
            taken: count(items.len()),
            received: count(items.len() - missing.len()),
            missing: missing.into_iter().map(|item| self.outbox_row(item)).collect::<Result<_, _>>()?,
        })
    }
}

fn clerk_view(clerk: &Clerk) -> ClerkView {
    ClerkView { id: clerk.id, number: clerk.staff_number.clone(), name: clerk.name.clone() }
}

/// Whether something was asked for by an applicant.
fn is_business(item: &Item) -> bool {
    match item.envelope.command() {
        Ok(Command::Apply { .. } | Command::ConfirmCode { .. } | Command::Withdraw { .. } | Command::Cancel { .. })
        | Err(_) => true,
        Ok(Command::AgreeNotice { .. } | Command::RecordPrint { .. } | Command::RecordReveal { .. }) => false,
    }
}

/// The number of the counter in its label: what stands before 号, such as in 2 楼 3 号窗口, else the last number.
pub(super) fn counter_number(label: &str) -> u16 {
    let before = label.split_once('号').map_or(label, |(before, _)| before);
    let digits = before.rsplit(|letter: char| !letter.is_ascii_digit()).find(|digits| !digits.is_empty());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
