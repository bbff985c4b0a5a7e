//! What one batch decides on: the loaded state, changed by each decision before the next one looks at it.

use super::catalogue::Catalogue;
use super::messages;
use crate::audit::{Act as AuditAct, Entry};
use crate::secret::{Hash, ServerKey, hash};
use crate::store::{Batch, CodeLedger, CommandRow, Loaded, Write};
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::transition::Act;
use yuyue_domain::application::{Application, Channel};
use yuyue_domain::ids::{ApplicantId, ApplicationId, DeviceId, SessionId};
use yuyue_domain::intake::Intake;
use yuyue_domain::policy::Policy;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::{CodePurpose, CodeRefusal, CodeState};
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::Row;
use yuyue_protocol::command::Code;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::{Effect, ItemOutcome, Outcome};

/// Reasons against a command.
pub type Refused = Vec<Refusal>;

/// The state on which a batch decides, and what it will write.
pub struct Ledger<'a> {
    pub loaded: Loaded,
    pub catalogue: &'a Catalogue,
    pub policy: &'a Policy,
    pub key: &'a ServerKey,
    /// How long a counter without line may not have heard of a change of its clerks, in seconds.
    pub unheard_seconds: i64,
    pub now: Timestamp,
    pub batch: Batch,
}

/// Where a command was taken, and by whom.
#[derive(Clone, Copy)]
pub struct Taking {
    pub device: DeviceId,
    pub id: Uuid,
    pub act: Act,
}

impl<'a> Ledger<'a> {
    pub fn new(
        loaded: Loaded,
        catalogue: &'a Catalogue,
        policy: &'a Policy,
        key: &'a ServerKey,
        unheard_seconds: i64,
        now: Timestamp,
    ) -> Self {
        Self { loaded, catalogue, policy, key, unheard_seconds, now, batch: Batch::at(now) }
    }

    /// What an application of this person is judged against.
    pub fn intake<'b>(&'b self, record: &'b ApplicantRecord) -> Intake<'b> {
        Intake { record, sessions: &self.catalogue.sessions, sites: &self.catalogue.sites, policy: self.policy }
    }

    pub fn record(&self, applicant: ApplicantId) -> Result<&ApplicantRecord, Refused> {
        self.loaded.records.get(&applicant).ok_or_else(|| vec![IntakeRefusal::ApplicantUnknown.into()])
    }

    /// The record that holds this application.
    pub fn record_of(&self, application: ApplicationId) -> Result<(&ApplicantRecord, &Application), Refused> {
        self.loaded
            .records
            .values()
            .find_map(|record| record.applications.iter().find(|own| own.id == application).map(|own| (record, own)))
            .ok_or_else(|| vec![IntakeRefusal::ApplicationUnknown.into()])
    }

    /// Priority places that nobody has taken.
    pub fn priority_left(&self, session: SessionId) -> u16 {
        self.loaded.priority_places.get(&session).map_or(0, |row| row.left())
    }

    /// Gives out a priority place, or gives one back.
    pub fn take_priority(&mut self, session: SessionId, by: i32) {
        if let Some(row) = self.loaded.priority_places.get_mut(&session) {
            let taken = i32::from(row.taken).saturating_add(by).max(0);
            row.taken = u16::try_from(taken).unwrap_or(u16::MAX);
        }
        self.batch.writes.push(Write::PriorityTaken { session, by });
    }

    /// Keeps an application as it is now, here for the next decision and in the batch.
    pub fn keep(&mut self, application: Application) {
        if let Some(record) = self.loaded.records.get_mut(&application.applicant) {
            match record.applications.iter_mut().find(|own| own.id == application.id) {
                Some(own) => own.clone_from(&application),
                None => record.applications.push(application.clone()),
            }
        }
        self.batch.rows.push(Row::Application(Box::new(application)));
    }

    /// Tries a code; answers what to keep of it once the rest of the command is decided.
    pub fn try_code(
        &self,
        applicant: ApplicantId,
        purpose: CodePurpose,
        code: &Code,
    ) -> (Option<CodeLedger>, Result<(), CodeRefusal>) {
        let Some(ledger) = self.loaded.codes.get(&applicant) else { return (None, Err(CodeRefusal::CodeNotSent)) };
        let matches = self.key.matches(&code_parts(applicant, &code.0), &ledger.tag);
        let (state, tried) = ledger.state.confirm(purpose, matches, self.now, &self.policy.local.code);
        (Some(CodeLedger { state, ..*ledger }), tried)
    }

    /// Whether these are the digits of the last code and it was good when they were typed.
    pub fn had_right_code(
        &self,
        applicant: ApplicantId,
        purpose: CodePurpose,
        code: &Code,
        taken_at: Timestamp,
    ) -> bool {
        self.loaded.codes.get(&applicant).is_some_and(|ledger| {
            self.key.matches(&code_parts(applicant, &code.0), &ledger.tag)
                && ledger.state.was_good_at(purpose, taken_at, &self.policy.local.code)
        })
    }

    /// Keeps the codes after a try that failed, and notes wrong digits for the audit: somebody may be guessing.
    pub fn refuse_code(
        &mut self,
        applicant: ApplicantId,
        after_try: Option<CodeLedger>,
        refusal: CodeRefusal,
        taking: Taking,
    ) -> Refused {
        let tries = |ledger: Option<&CodeLedger>| ledger.map(|ledger| (ledger.state.day, ledger.state.wrong_tries));
        if tries(after_try.as_ref()) > tries(self.loaded.codes.get(&applicant)) {
            let (clerk, device) = (taking.act.clerk, Some(taking.device));
            let entry = Entry::new(self.now, AuditAct::CodeWrong);
            self.batch.audit(Entry { clerk, device, applicant: Some(applicant), ..entry });
        }
        self.keep_code(applicant, after_try);
        vec![refusal.into()]
    }

    /// Keeps the codes of a person as they are after a try.
    pub fn keep_code(&mut self, applicant: ApplicantId, ledger: Option<CodeLedger>) {
        let Some(ledger) = ledger else { return };
        self.loaded.codes.insert(applicant, ledger);
        self.batch.writes.push(Write::CodeLedger { applicant, ledger, at: self.now });
    }

    /// The state of somebody's codes.
    pub fn code_state(&self, applicant: ApplicantId) -> CodeState {
        self.loaded.codes.get(&applicant).map_or_else(|| CodeState::new(self.now), |ledger| ledger.state)
    }

    /// Tells somebody of a result, by the bound phone if there is one.
    pub fn tell(&mut self, applicant: ApplicantId, text: String) {
        let record = self.loaded.records.get(&applicant);
        let message = record.and_then(|record| messages::result(&record.applicant, text, self.now));
        self.batch.writes.extend(message);
    }

    /// Notes for the audit what was decided about a command, and keeps the outcome.
    pub fn conclude(&mut self, envelope: &Envelope, about: About, outcome: Outcome) -> ItemOutcome {
        let act = match (&outcome, about.special) {
            (Outcome::Accepted { .. }, Some(special)) => special,
            (Outcome::Accepted { .. }, None) => AuditAct::CommandAccepted,
            (Outcome::Refused { .. }, _) => AuditAct::CommandRefused,
        };
        self.batch.audit(Entry {
            clerk: envelope.clerk,
            device: Some(envelope.device),
            applicant: about.applicant,
            application: about.application,
            detail: Some(hash(envelope.body.as_bytes())),
            ..Entry::new(self.now, act)
        });
        let item = ItemOutcome { id: envelope.id, decided_at: self.now, outcome };
        let seen = crate::store::SeenCommand { signature: envelope.signature.to_bytes(), outcome: item.clone() };
        self.loaded.commands.insert(envelope.id, seen);
        self.loaded.numbers.insert((envelope.device, envelope.number), envelope.id);
        self.batch
            .writes
            .push(Write::Command(Box::new(CommandRow { envelope: envelope.clone(), outcome: item.clone() })));
        item
    }
}

/// What a command is about, for the audit.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    pub applicant: Option<ApplicantId>,
    pub application: Option<ApplicationId>,
    /// An act of its own, when the command is accepted.
    pub special: Option<AuditAct>,
}

impl Taking {
    pub fn channel(kind: DeviceKind) -> Channel {
        match kind {
            DeviceKind::Counter => Channel::Counter,
            DeviceKind::Kiosk => Channel::Kiosk,
        }
    }
}

/// What a code's hash is made of. The purpose is kept beside it and compared by the rules.
pub fn code_parts(applicant: ApplicantId, digits: &str) -> [CodePart<'_>; 2] {
    [CodePart::Applicant(applicant.0.to_be_bytes()), CodePart::Digits(digits)]
}

/// One part of what is hashed.
pub enum CodePart<'a> {
    Applicant([u8; 4]),
    Digits(&'a str),
}

impl AsRef<[u8]> for CodePart<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Applicant(bytes) => bytes,
            Self::Digits(text) => text.as_bytes(),
        }
    }
}

/// The tag of a code.
pub fn code_tag(key: &ServerKey, applicant: ApplicantId, digits: &str) -> Hash {
    key.tag(&code_parts(applicant, digits))
}

/// An accepted application.
pub fn accepted(application: &Application) -> Outcome {
    let effect = Effect::Application { application: application.id, state: application.state };
    Outcome::Accepted { effect }
}
