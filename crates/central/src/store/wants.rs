//! What a decision needs to know, and what the store knows of it.

use super::LeaseTerm;
use crate::secret::Hash;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId, OfficeId, SessionId};
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::CodeState;
use yuyue_domain::verification::quota::Quota;
use yuyue_protocol::account::{Clerk, DeviceKind};
use yuyue_protocol::change::Row;
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::outcome::ItemOutcome;

/// What a decision needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Wants {
    /// Rows of the catalogue (offices, sites, policy, notices, clerks, sessions) that changed after this revision.
    pub catalogue_after: Option<Revision>,
    /// Commands that may have been decided before.
    pub commands: BTreeSet<Uuid>,
    /// Which command had this running number of a device.
    pub numbers: BTreeSet<(DeviceId, u64)>,
    /// Devices.
    pub devices: BTreeSet<DeviceId>,
    /// Clerks who act.
    pub clerks: BTreeSet<ClerkId>,
    /// Applicants with tests and applications.
    pub applicants: BTreeSet<ApplicantId>,
    /// Applications, whose applicants are loaded too.
    pub applications: BTreeSet<ApplicationId>,
    /// Sessions of which a priority place may be given out.
    pub sessions: BTreeSet<SessionId>,
    /// Whether every applicant is loaded who has a live application without a place.
    pub all_waiting: bool,
    /// Sessions whose placed applicants are loaded.
    pub placed_in: BTreeSet<SessionId>,
    /// Whether the priority places of every session are loaded that is published after this instant.
    pub priority_places_after: Option<Timestamp>,
    /// Whether the codes of the loaded applicants are needed.
    pub codes: bool,
    /// Requests for codes that may have been answered before.
    pub code_requests: BTreeSet<Uuid>,
    /// Codes that open visits, by the keyed hash of the typed number.
    pub visit_codes: BTreeSet<Hash>,
    /// How often codes were asked for, by the keyed hash of a phone or a device.
    pub quotas: BTreeSet<Hash>,
    /// Clerks with what signs them in, by 工号.
    pub accounts: BTreeSet<String>,
    /// Whether the next free numbers are needed.
    pub next_ids: bool,
    /// The term of the lease under which this is done: nothing is written when another process holds it by then.
    pub term: Option<LeaseTerm>,
    /// Whether it belongs to what the clock makes due though it stands on no term, and waits behind no request.
    pub is_due: bool,
}

impl Wants {
    /// Whether it is one of the crowd's requests: neither commands nor what the clock makes due, which wait behind none of
    /// these.
    #[must_use]
    pub fn is_of_crowd(&self) -> bool {
        self.commands.is_empty() && self.term.is_none() && !self.is_due
    }
}

/// What the store knows of it.
#[derive(Debug)]
pub struct Loaded {
    /// Changed rows of the catalogue.
    pub catalogue: Vec<Row>,
    /// The newest revision at this moment.
    pub head: Revision,
    /// Everything that fell due up to this instant is published, or is history that was imported.
    pub published_until: Timestamp,
    /// Commands that were decided before.
    pub commands: BTreeMap<Uuid, SeenCommand>,
    /// Numbers that were used before.
    pub numbers: BTreeMap<(DeviceId, u64), Uuid>,
    /// Devices.
    pub devices: BTreeMap<DeviceId, DeviceRow>,
    /// Those of the wanted clerks who may act.
    pub active_clerks: BTreeMap<ClerkId, Clerk>,
    /// Applicants with tests and applications.
    pub records: BTreeMap<ApplicantId, ApplicantRecord>,
    /// Priority places.
    pub priority_places: BTreeMap<SessionId, PriorityRow>,
    /// Codes.
    pub codes: BTreeMap<ApplicantId, CodeLedger>,
    /// Requests for codes that were answered before.
    pub code_requests: BTreeMap<Uuid, AnsweredCode>,
    /// Codes that open visits.
    pub visit_codes: BTreeMap<Hash, VisitCodeRow>,
    /// How often codes were asked for.
    pub quotas: BTreeMap<Hash, Quota>,
    /// Clerks with what signs them in.
    pub accounts: BTreeMap<String, Account>,
    /// The next free numbers.
    pub next_ids: NextIds,
}

impl Loaded {
    /// Nothing but where the feed and the publications stand.
    #[must_use]
    pub fn at(head: Revision, published_until: Timestamp) -> Self {
        Self {
            catalogue: Vec::new(),
            head,
            published_until,
            commands: BTreeMap::new(),
            numbers: BTreeMap::new(),
            devices: BTreeMap::new(),
            active_clerks: BTreeMap::new(),
            records: BTreeMap::new(),
            priority_places: BTreeMap::new(),
            codes: BTreeMap::new(),
            code_requests: BTreeMap::new(),
            accounts: BTreeMap::new(),
            visit_codes: BTreeMap::new(),
            quotas: BTreeMap::new(),
            next_ids: NextIds::default(),
        }
    }
}

/// The next free numbers of what the centre numbers itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NextIds {
    /// Publications.
    pub publication: u32,
    /// Devices.
    pub device: u32,
    /// Clerks.
    pub clerk: u32,
}

/// A command that was decided before.
#[derive(Clone, PartialEq, Eq)]
pub struct SeenCommand {
    /// The signature, which covers every field: the same one means the same command.
    pub signature: [u8; 64],
    /// What was decided.
    pub outcome: ItemOutcome,
}

impl fmt::Debug for SeenCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenCommand").field("id", &self.outcome.id).finish_non_exhaustive()
    }
}

/// An enrolled computer, or one that may enrol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its number.
    pub id: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// Its name at the office.
    pub label: String,
    /// Where it stands.
    pub office: OfficeId,
    /// Until when it may enrol; none once it has.
    pub enrolment_until: Option<Timestamp>,
    /// The Ed25519 key that signs its commands; none before it enrolled.
    pub signing_key: Option<[u8; 32]>,
    /// When it enrolled.
    pub enrolled_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Argon2id verifier of the code with which staff leave it; none at a counter.
    pub exit_verifier: Option<String>,
}

/// A clerk with what signs the clerk in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The clerk.
    pub clerk: Clerk,
    /// The argon2id verifier.
    pub verifier: String,
    /// Whether the clerk may not sign in.
    pub disabled: bool,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// Until when no password is tried.
    pub locked_until: Timestamp,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("clerk", &self.clerk.id)
            .field("disabled", &self.disabled)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

/// A request for a code with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredCode {
    /// What was asked for.
    pub request: CodeRequest,
    /// What was answered.
    pub answer: CodeSent,
}

/// The codes of an applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLedger {
    /// What the rules look at.
    pub state: CodeState,
    /// The keyed hash of the last code.
    pub tag: Hash,
}

/// The codes for visits of a typed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitCodeRow {
    /// The last request for one.
    pub request: Uuid,
    /// What the rules look at, and the keyed hash of the last code.
    pub ledger: CodeLedger,
}

/// Priority places of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriorityRow {
    /// Planned.
    pub total: u16,
    /// Given out.
    pub taken: u16,
}

impl PriorityRow {
    /// How many are left.
    #[must_use]
    pub const fn left(self) -> u16 {
        self.total.saturating_sub(self.taken)
    }
}
