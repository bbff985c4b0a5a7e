//! Deciding commands: many at once, each with an outcome of its own, all in one transaction.

use super::ledger::{About, Ledger, Refused, Taking};
use super::read::no_policy;
use super::{Caller, Core, store_problem, tried};
use crate::causes::Causes;
use crate::store::{Batch, Loaded, Store, StoreError, Wants};
use ed25519_dalek::VerifyingKey;
use yuyue_domain::application::Wish;
use yuyue_domain::application::transition::Act;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};
use yuyue_domain::refusal::IntakeRefusal;
use yuyue_domain::rights::{Right, Standing, check, may_act};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::centre::BATCH_MAX;
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::{ItemOutcome, Outcome};

/// An envelope that any device of ours brought, not only the one that took it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The envelope.
    pub envelope: Envelope,
    /// The key with which its signature was found good beforehand, so that the one writer need not check it. It counts
    /// only when it is still the device's key.
    pub signer: Option<SigningKey>,
    /// The kiosk that brought it and whose visit it is there.
    pub visit: Option<(DeviceId, ApplicantId)>,
}

/// The public half of the Ed25519 key with which a device signs.
pub type SigningKey = [u8; 32];

/// What a caller brings, when it is not too much; of no signature is known yet whether it is good.
pub(crate) fn deliveries(caller: Caller, batch: Vec<Envelope>) -> Result<Vec<Delivery>, Problem> {
    if batch.len() > BATCH_MAX {
        return Err(Problem::new(ErrorCode::TooLarge, format!("at most {BATCH_MAX} commands")));
    }
    let visit = caller.visit.map(|applicant| (caller.device, applicant));
    Ok(batch.into_iter().map(|envelope| Delivery { envelope, signer: None, visit }).collect())
}

impl<S: Store> Core<S> {
    /// Decides envelopes one after another and writes everything in one transaction; answers in the order given.
    ///
    /// When a rule of the tables stands against the whole, or a row cannot be read that only some of it need, it is written
    /// one by one, so that one bad command never blocks another.
    ///
    /// # Errors
    /// When the store fails, or no policy was imported. The same can be sent again: what was decided before the failure
    /// is answered as it was.
    pub async fn decide(&self, deliveries: &[Delivery]) -> Result<Vec<ItemOutcome>, Problem> {
        match self.decide_together(deliveries).await {
            Err(error) if is_about_one(&error) => {
                tracing::warn!(
                    error = %Causes(&error),
                    commands = deliveries.len(),
                    "a batch is written one by one"
                );
                let mut outcomes = Vec::with_capacity(deliveries.len());
                for delivery in deliveries {
                    outcomes.push(self.decide_alone(delivery).await?);
                }
                Ok(outcomes)
            }
            Err(error) => Err(store_problem(&error)),
            Ok(outcomes) => outcomes.ok_or_else(no_policy),
        }
    }

    async fn decide_alone(&self, delivery: &Delivery) -> Result<ItemOutcome, Problem> {
        let one = std::slice::from_ref(delivery);
        match self.decide_together(one).await {
            Ok(Some(mut outcomes)) if outcomes.len() == 1 => Ok(outcomes.remove(0)),
            Ok(Some(_)) => Err(Problem::new(ErrorCode::Internal, "a command was not decided")),
            Ok(None) => Err(no_policy()),
            Err(error) if is_about_one(&error) => {
                // The decision believed something that the tables do not, or a row is damaged: a defect, answered as a
                // refusal that is not kept.
                tracing::error!(
                    error = %Causes(&error),
                    command = %delivery.envelope.id,
                    "a command cannot be decided"
                );
                Ok(refused(&delivery.envelope, self.now(), vec![IntakeRefusal::NotAllowed.into()]))
            }
            Err(error) => Err(store_problem(&error)),
        }
    }

    async fn decide_together(&self, deliveries: &[Delivery]) -> Result<Option<Vec<ItemOutcome>>, StoreError> {
        tried(|| self.try_together(deliveries)).await
    }

    async fn try_together(&self, deliveries: &[Delivery]) -> Result<Option<Vec<ItemOutcome>>, StoreError> {
        let parsed: Vec<_> = deliveries.iter().map(|delivery| (delivery, delivery.envelope.command())).collect();
        let envelopes = parsed.iter().map(|(delivery, command)| (&delivery.envelope, command.as_ref().ok()));
        // Whatever is still to be published when the decision is made was so before it waited for the lock.
        let mut wants = wants(envelopes, self.now());
        wants.catalogue_after = Some(self.catalogue().revision());
        self.store
            .transact(&wants, |loaded: Loaded| {
                let mut loaded = loaded;
                // While this waited for the lock a publication may have run: a decision is dated when it is made.
                let now = self.now();
                let mut catalogue = self.catalogue();
                catalogue.apply(std::mem::take(&mut loaded.catalogue), loaded.head);
                let catalogue = &*catalogue;
                let Some(policy) = catalogue.policy.as_deref() else { return (Batch::default(), None) };
                let unheard_seconds = self.config.offline_sign_in_seconds.into();
                let mut ledger = Ledger::new(loaded, catalogue, policy, &self.key, unheard_seconds, now);
                let outcomes = parsed
                    .iter()
                    .map(|(delivery, command)| decide_one(&mut ledger, delivery, command.as_ref().ok()))
                    .collect();
                (ledger.batch, Some(outcomes))
            })
            .await
    }
}

/// Whether a failure may be that of one command and not of all: a rule of the tables, or a damaged row of one person.
fn is_about_one(error: &StoreError) -> bool {
    match error {
        StoreError::Constraint { .. } => true,
        StoreError::Unreadable { table, .. } => {
            matches!(*table, "applicant" | "application" | "code_ledger" | "command")
        }
        StoreError::Unavailable(_) | StoreError::Overtaken | StoreError::Failed(_) => false,
    }
}

/// All that these commands need to know, so that the store can load it at once.
fn wants<'a>(commands: impl Iterator<Item = (&'a Envelope, Option<&'a Command>)>, now: Timestamp) -> Wants {
    let mut wants = Wants::default();
    for (envelope, command) in commands {
        wants.commands.insert(envelope.id);
        wants.numbers.insert((envelope.device, envelope.number));
        wants.devices.insert(envelope.device);
        wants.clerks.extend(envelope.clerk);
        match command {
            Some(Command::Apply { applicant, wish, code, .. }) => {
                wants.applicants.insert(*applicant);
                // Whether there is one already that bears the identifier, imported or older than all commands that are kept.
                wants.applications.insert(ApplicationId(envelope.id));
                wants.codes |= code.is_some();
                if let Wish::Priority { session } = wish {
                    wants.sessions.insert(*session);
                    wants.priority_places_after = Some(now);
                }
            }
            Some(Command::ConfirmCode { application, .. } | Command::Withdraw { application, .. }) => {
                wants.applications.insert(*application);
                wants.codes = true;
            }
            Some(Command::Cancel { application, .. }) => {
                wants.applications.insert(*application);
                wants.codes = true;
                wants.priority_places_after = Some(now);
            }
            Some(Command::AgreeNotice { applicant, .. } | Command::RecordReveal { applicant }) => {
                wants.applicants.insert(*applicant);
            }
            Some(Command::RecordPrint { application, .. }) => {
                wants.applications.insert(*application);
            }
            None => {}
        }
    }
    wants
}

fn decide_one(ledger: &mut Ledger<'_>, delivery: &Delivery, command: Option<&Command>) -> ItemOutcome {
    let envelope = &delivery.envelope;
    if let Some(seen) = ledger.loaded.commands.get(&envelope.id) {
        if seen.signature == envelope.signature.to_bytes() {
            return seen.outcome.clone();
        }
        return refused(envelope, ledger.now, vec![IntakeRefusal::Reused.into()]);
    }
    // Nothing below is kept: somebody else's identifier or number must not be used up by whoever cannot sign for it.
    let kind = match check_sender(ledger, delivery) {
        Ok(kind) => kind,
        Err(reason) => return refused(envelope, ledger.now, vec![reason.into()]),
    };
    let allowed = is_allowed(ledger, delivery, standing(ledger, delivery, kind), command);
    if kind == DeviceKind::Kiosk && !allowed {
        // Not kept either: the same command may come again when its person has said who they are.
        return refused(envelope, ledger.now, vec![IntakeRefusal::NotAllowed.into()]);
    }
    let act = Act {
        channel: Taking::channel(kind),
        clerk: envelope.clerk,
        taken_at: envelope.taken_at,
        decided_at: ledger.now,
    };
    let taking = Taking { device: envelope.device, id: envelope.id, act };
    let Some(command) = command else {
        return ledger.conclude(envelope, About::default(), refusal(vec![IntakeRefusal::Unreadable.into()]));
    };
    if !allowed {
        return ledger.conclude(envelope, About::default(), refusal(vec![IntakeRefusal::NotAllowed.into()]));
    }
    let (about, outcome) = dispatch(ledger, command, taking);
    ledger.conclude(envelope, about, outcome)
}

fn dispatch(ledger: &mut Ledger<'_>, command: &Command, taking: Taking) -> (About, Outcome) {
    let person = |applicant| About { applicant: Some(applicant), ..About::default() };
    let owner = |ledger: &Ledger<'_>, application| About {
        applicant: ledger.record_of(application).ok().map(|(record, _)| record.applicant.id),
        application: Some(application),
        special: None,
    };
    match command {
        Command::Apply { applicant, subject, wish, office, identity_check, code, replaces } => {
            let about = About { application: Some(ApplicationId(taking.id)), ..person(*applicant) };
            let wanted = super::apply::Wanted {
                applicant: *applicant,
                subject: *subject,
                wish,
                office: *office,
                identity_check: *identity_check,
                code: code.as_ref(),
                replaces: *replaces,
            };
            (about, super::apply::apply(ledger, &wanted, taking))
        }
        Command::ConfirmCode { application, code } => {
            let about = owner(ledger, *application);
            (about, or_refusal(super::confirm::confirm(ledger, *application, code, taking)))
        }
        Command::Withdraw { application, proof } => {
            let about = owner(ledger, *application);
            (about, or_refusal(super::give_up::withdraw(ledger, *application, proof, taking)))
        }
        Command::Cancel { application, proof } => {
            let about = owner(ledger, *application);
            (about, or_refusal(super::give_up::cancel(ledger, *application, proof, taking)))
        }
        Command::AgreeNotice { notice, version, applicant } => {
            (person(*applicant), or_refusal(super::record::agree(ledger, *notice, *version, *applicant, taking)))
        }
        Command::RecordReveal { applicant } => {
            let about = About { special: Some(crate::audit::Act::Revealed), ..person(*applicant) };
            (about, or_refusal(super::record::reveal(ledger, *applicant)))
        }
        Command::RecordPrint { application, .. } => {
            let about = About { special: Some(crate::audit::Act::Printed), ..owner(ledger, *application) };
            (about, or_refusal(super::record::print(ledger, *application)))
        }
    }
}

/// Checks that the device which signed this is one of ours and that its running number is new.
fn check_sender(ledger: &Ledger<'_>, delivery: &Delivery) -> Result<DeviceKind, IntakeRefusal> {
    let envelope = &delivery.envelope;
    let device = ledger.loaded.devices.get(&envelope.device).ok_or(IntakeRefusal::NotAllowed)?;
    let bytes = device.signing_key.filter(|_| device.revoked_at.is_none()).ok_or(IntakeRefusal::NotAllowed)?;
    if delivery.signer != Some(bytes) {
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| IntakeRefusal::NotAllowed)?;
        envelope.check_signature(&key).map_err(|_| IntakeRefusal::BadSignature)?;
    }
    if ledger.loaded.numbers.contains_key(&(envelope.device, envelope.number)) {
        return Err(IntakeRefusal::Reused);
    }
    Ok(device.kind)
}

/// Who took a command: at a counter the clerk who acts there, at a kiosk the person whose visit it is when it is brought.
/// None when nobody can have taken it in this way.
fn standing(ledger: &Ledger<'_>, delivery: &Delivery, kind: DeviceKind) -> Option<Standing> {
    let envelope = &delivery.envelope;
    match (kind, envelope.clerk) {
        (DeviceKind::Counter, Some(clerk)) => standing_of(ledger, envelope, clerk),
        (DeviceKind::Kiosk, None) if delivery.visit.is_some_and(|(kiosk, _)| kiosk == envelope.device) => {
            Some(Standing::Visitor)
        }
        (DeviceKind::Kiosk, None) => Some(Standing::Kiosk),
        (DeviceKind::Counter, None) | (DeviceKind::Kiosk, Some(_)) => None,
    }
}

fn standing_of(ledger: &Ledger<'_>, envelope: &Envelope, clerk: ClerkId) -> Option<Standing> {
    let clerk = ledger.loaded.active_clerks.get(&clerk)?;
    let standing = Standing::Staff(clerk.role);
    let is_own_office = ledger.loaded.devices.get(&envelope.device).is_some_and(|device| device.office == clerk.office);
    let unheard_until = clerk.renewed_at.map(|at| at.plus_seconds(ledger.unheard_seconds));
    may_act(standing, is_own_office, unheard_until, envelope.taken_at).then_some(standing)
}

/// What a command does and about whom.
fn right(ledger: &Ledger<'_>, command: &Command) -> (Right, Option<ApplicantId>) {
    let owner = |application| ledger.record_of(application).ok().map(|(record, _)| record.applicant.id);
    match command {
        Command::Apply { applicant, .. } => (Right::Apply, Some(*applicant)),
        Command::AgreeNotice { applicant, .. } => (Right::Agree, Some(*applicant)),
        Command::RecordReveal { applicant } => (Right::Reveal, Some(*applicant)),
        Command::ConfirmCode { application, .. } => (Right::Confirm, owner(*application)),
        Command::Withdraw { application, .. } => (Right::Withdraw, owner(*application)),
        Command::Cancel { application, .. } => (Right::Cancel, owner(*application)),
        Command::RecordPrint { application, .. } => (Right::Print, owner(*application)),
    }
}

/// Whether whoever took a command may do it. What cannot be read does nothing, and needs somebody all the same.
fn is_allowed(ledger: &Ledger<'_>, delivery: &Delivery, standing: Option<Standing>, command: Option<&Command>) -> bool {
    let Some(standing) = standing else { return false };
    match command {
        None => standing != Standing::Kiosk,
        Some(command) => {
            let (right, about) = right(ledger, command);
            let visitor = delivery.visit.map(|(_, visitor)| visitor);
            check(standing, right, about.is_some() && about == visitor).is_ok()
        }
    }
}

fn refused(envelope: &Envelope, now: Timestamp, reasons: Refused) -> ItemOutcome {
    ItemOutcome { id: envelope.id, decided_at: now, outcome: refusal(reasons) }
}

pub(super) const fn refusal(reasons: Refused) -> Outcome {
    Outcome::Refused { reasons, alternatives: Vec::new() }
}

fn or_refusal(decided: Result<Outcome, Refused>) -> Outcome {
    decided.unwrap_or_else(refusal)
}
