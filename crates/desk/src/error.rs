//! What can go wrong at the desk, and how the window hears of it.

use crate::folder::FolderError;
use crate::keys::KeyStoreError;
use crate::view::reason::{HostError, Params};
use yuyue_domain::flow::FlowRefusal;
use yuyue_protocol::envelope::EnvelopeError;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_sqlite::{Fault, OpenError, fault_of};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A local file cannot be opened.
    #[error("a local file cannot be opened")]
    Open(#[from] OpenError),
    /// The data folder cannot be used.
    #[error("the data folder cannot be used")]
    Folder(#[from] FolderError),
    /// The key of the local files cannot be had.
    #[error("the key of the local files cannot be had")]
    Key(#[from] KeyStoreError),
    /// A local file cannot be read or written.
    #[error("a local file cannot be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// The journal cannot be written; nothing may be shown as saved.
    #[error("the journal of commands cannot be written")]
    Journal(#[source] std::io::Error),
    /// A stored value cannot be read or written as JSON.
    #[error("a stored value has another form")]
    Json(#[from] serde_json::Error),
    /// A command cannot be sealed or read.
    #[error("a command cannot be sealed or read")]
    Envelope(#[from] EnvelopeError),
    /// A password cannot be hashed.
    #[error("a password cannot be hashed: {0}")]
    PasswordHash(String),
    /// The centre refused a request as a whole, or cannot be reached.
    #[error("the centre did not answer as wished")]
    Centre(#[from] Problem),
    /// The booking flow refuses.
    #[error("the booking flow refuses")]
    Flow(#[from] FlowRefusal),
    /// This computer is not enrolled.
    #[error("this computer is not enrolled")]
    NotEnrolled,
    /// This computer is enrolled already.
    #[error("this computer is enrolled already")]
    AlreadyEnrolled,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The counter is locked.
    #[error("the counter is locked")]
    Locked,
    /// The password or staff number is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// Too many wrong passwords.
    #[error("signing in is blocked for {seconds} s")]
    SignInBlocked {
        /// How long still.
        seconds: u32,
    },
    /// Without line this clerk cannot be let in (any more).
    #[error("signing in without line is not possible for this clerk")]
    OfflineSignInExpired,
    /// No such thing here.
    #[error("no such thing")]
    NotFound,
    /// The document cannot be printed yet.
    #[error("the document cannot be printed yet")]
    NotYet,
    /// The first fill has not brought what is needed.
    #[error("the centre's data are not here yet")]
    NotFilled,
    /// No booking is on the screen.
    #[error("no booking is on the screen")]
    NoBooking,
    /// The identity has to be checked at 科目确认 or with the code first.
    #[error("the identity was not checked")]
    IdentityUnchecked,
    /// It can no longer be withdrawn or cancelled.
    #[error("it comes too late")]
    TooLate,
    /// The centre refused a command whose answer was waited for.
    #[error("the centre refused it: {code}")]
    Refused {
        /// The first reason's code.
        code: String,
        /// What its sentence needs.
        params: Params,
    },
    /// Nobody has said at this kiosk who they are, or it is somebody else.
    #[error("nobody has said who they are")]
    NoVisit,
    /// Only a kiosk can do that.
    #[error("this is no kiosk")]
    NotAKiosk,
    /// What was typed is no number of a resident identity card.
    #[error("this is no number of a resident identity card")]
    NumberInvalid,
    /// Nobody in this city has the number of the card.
    #[error("nobody has the number of this card")]
    CardUnknown,
    /// The line broke while the centre decided: the same is to be asked again.
    #[error("the centre's answer is awaited")]
    AnswerAwaited,
    /// The code with which staff leave the kiosk is wrong.
    #[error("the exit code is wrong")]
    ExitCodeWrong,
    /// The printer is missing or failed.
    #[error("the printer failed: {0}")]
    Printer(String),
}

impl DeskError {
    /// The stable code that the window translates.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Open(OpenError::TooNew { .. }) => "files_too_new",
            Self::Open(error) => disk_code(error.fault()).unwrap_or("storage_failed"),
            Self::Folder(FolderError::InUse) => "files_in_use",
            Self::Folder(FolderError::Io(error)) | Self::Journal(error) => {
                disk_code(fault_of_io(error)).unwrap_or("storage_failed")
            }
            Self::Key(KeyStoreError::Unavailable(_) | KeyStoreError::Io(_)) => "key_unavailable",
            Self::Key(KeyStoreError::Missing | KeyStoreError::Damaged | KeyStoreError::Differs) => "key_missing",
            Self::Sqlite(error) => disk_code(fault_of(error)).unwrap_or("internal"),
            Self::Json(_) | Self::Envelope(_) | Self::PasswordHash(_) => "internal",
            Self::Centre(problem) => problem_code(problem.code),
            Self::Flow(refusal) => flow_code(*refusal),
            Self::NotEnrolled => "not_enrolled",
            Self::AlreadyEnrolled => "already_enrolled",
            Self::NotSignedIn => "not_signed_in",
            Self::Locked => "locked",
            Self::WrongPassword => "wrong_password",
            Self::SignInBlocked { .. } => "sign_in_blocked",
            Self::OfflineSignInExpired => "offline_sign_in_expired",
            Self::NotFound => "not_found",
            Self::NotYet => "not_yet",
            Self::NotFilled => "not_filled",
            Self::NoBooking => "no_booking",
            Self::IdentityUnchecked => "identity_unchecked",
            Self::TooLate => "too_late",
            Self::Refused { code, .. } => code,
            Self::NoVisit => "no_visit",
            Self::NotAKiosk => "not_a_kiosk",
            Self::NumberInvalid => "number_invalid",
            Self::CardUnknown => "card_unknown",
            Self::AnswerAwaited => "answer_awaited",
            Self::ExitCodeWrong => "exit_code_wrong",
            Self::Printer(_) => "printer_failed",
        }
    }

    /// The kind of trouble with a local file, when that is what it is.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Open(error) => Some(error.fault()),
            Self::Sqlite(error) => Some(fault_of(error)),
            Self::Folder(FolderError::Io(error)) | Self::Journal(error) => Some(fault_of_io(error)),
            _ => None,
        }
    }

    /// Whether the connection that met this is not to be read any more; see [`crate::desk::Desk::hurt`].
    #[must_use]
    pub fn ends_connection(&self) -> bool {
        matches!(self.fault(), Some(Fault::Damaged | Fault::Disk))
    }

    /// Whether the same call may succeed later without a change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Centre(problem) => problem.code.is_retryable(),
            Self::Journal(_) | Self::Printer(_) | Self::Folder(FolderError::InUse) | Self::AnswerAwaited => true,
            _ => matches!(self.fault(), Some(Fault::DiskFull | Fault::Busy | Fault::Disk)),
        }
    }
}

/// The code of a trouble with the disk or a file on it.
const fn disk_code(fault: Fault) -> Option<&'static str> {
    match fault {
        Fault::DiskFull => Some("disk_full"),
        Fault::ReadOnly => Some("disk_read_only"),
        Fault::Busy | Fault::Disk | Fault::Damaged => Some("storage_failed"),
        Fault::Constraint | Fault::Other => None,
    }
}

/// The kind of trouble behind an error of a file that is no database.
fn fault_of_io(error: &std::io::Error) -> Fault {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded => Fault::DiskFull,
        ReadOnlyFilesystem | PermissionDenied => Fault::ReadOnly,
        _ => Fault::Disk,
    }
}

impl From<&DeskError> for HostError {
    fn from(error: &DeskError) -> Self {
        let params = match error {
            DeskError::Refused { params, .. } => params.clone(),
            DeskError::Flow(FlowRefusal::DatesTooMany { days }) => {
                Params::from([("days".to_owned(), days.to_string())])
            }
            DeskError::Centre(Problem { retry_after_seconds: Some(seconds), .. })
            | DeskError::SignInBlocked { seconds } => Params::from([
                ("seconds".to_owned(), seconds.to_string()),
                ("minutes".to_owned(), seconds.div_ceil(60).to_string()),
            ]),
            _ => Params::new(),
        };
        Self { code: error.code().to_owned(), params, retryable: error.is_retryable() }
    }
}

const fn problem_code(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Offline => "no_line",
        ErrorCode::Busy => "centre_busy",
        ErrorCode::SignInRefused => "wrong_password",
        ErrorCode::SignInLocked => "sign_in_blocked",
        ErrorCode::SignedOut => "not_signed_in",
        ErrorCode::EnrolmentRefused => "code_unknown",
        ErrorCode::NotFound => "not_found",
        ErrorCode::NoPhone => "no_phone",
        ErrorCode::CodeTooSoon => "resend_too_early",
        ErrorCode::CodeLimit => "sends_used_up",
        ErrorCode::CodeLocked => "tries_used_up",
        ErrorCode::DeviceUnknown | ErrorCode::DeviceRevoked => "device_refused",
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::Version => "version_differs",
        ErrorCode::BadRequest
        | ErrorCode::CursorGone
        | ErrorCode::TooLarge
        | ErrorCode::Internal
        | ErrorCode::BadAnswer => "centre_failed",
    }
}

const fn flow_code(refusal: FlowRefusal) -> &'static str {
    match refusal {
        FlowRefusal::ChannelNotHere
        | FlowRefusal::ActionNotHere { .. }
        | FlowRefusal::AtFirstStep
        | FlowRefusal::IdentityCheckNotHere
        | FlowRefusal::NoticeChanged { .. } => "wrong_step",
        FlowRefusal::SubjectMissing => "subject_missing",
        FlowRefusal::SubjectNotOpen { .. } => "subject_not_open",
        FlowRefusal::IdentityCheckMissing => "identity_unchecked",
        FlowRefusal::PriorityNotOpen { .. } => "priority_not_open",
        FlowRefusal::SessionsMissing => "sessions_missing",
        FlowRefusal::TooManySessions { .. } => "too_many_sessions",
        FlowRefusal::SessionTwice { .. } => "session_twice",
        FlowRefusal::DatesMissing => "dates_missing",
        FlowRefusal::DatesReversed => "dates_reversed",
        FlowRefusal::DatesTooMany { .. } => "dates_too_many",
        FlowRefusal::SitesMissing => "sites_missing",
    }
}
