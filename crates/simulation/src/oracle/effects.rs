//! Every acknowledged command took effect exactly once, and nothing else did.

use super::truth::{Decided, Truth};
use crate::model::Model;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use yuyue_domain::application::{Application, StateKind};
use yuyue_protocol::command::Command;
use yuyue_protocol::outcome::Outcome;

/// Checks it. `refused` stand as refused at their devices: a restored centre need not know them.
pub fn check(model: &Model, truth: &Truth, refused: &BTreeSet<Uuid>) -> Result<(), String> {
    for (id, telling) in &model.told {
        let Some(decided) = truth.commands.get(id) else {
            if refused.contains(id) && model.was_restored() {
                continue;
            }
            return Err(format!("a clerk at device {} was told of {id}, and the centre lacks it", telling.device + 1));
        };
        let accepted = matches!(decided.outcome, Outcome::Accepted { .. });
        if (telling.accepted && !accepted) || (telling.refused && accepted) {
            return Err(format!("a clerk was told another outcome of {id} than {:?}", decided.outcome));
        }
    }
    for (id, decided) in &truth.commands {
        check_command(model, truth, *id, decided)?;
    }
    for (id, application) in &truth.applications {
        if !is_accepted(truth, *id) {
            return Err(format!("the application {id} of {} stands on no command", application.applicant.0));
        }
    }
    check_endings(truth)?;
    check_audit(truth)
}

fn is_accepted(truth: &Truth, id: Uuid) -> bool {
    truth.commands.get(&id).is_some_and(|decided| matches!(decided.outcome, Outcome::Accepted { .. }))
}

fn check_command(model: &Model, truth: &Truth, id: Uuid, decided: &Decided) -> Result<(), String> {
    let Some(envelope) = model.sent.get(&id) else {
        return Err(format!("the centre has decided {id}, which nobody has taken"));
    };
    let same = envelope.body == decided.body
        && envelope.signature.to_bytes().as_slice() == decided.signature
        && (envelope.device.0, envelope.number) == (decided.device, decided.number);
    if !same {
        return Err(format!("the centre has decided {id} other than it was taken"));
    }
    let command = envelope.command().map_err(|error| format!("{id} cannot be read: {error}"))?;
    let accepted = matches!(decided.outcome, Outcome::Accepted { .. });
    if let Outcome::Refused { reasons, .. } = &decided.outcome
        && reasons.is_empty()
    {
        return Err(format!("{id} was refused without a reason"));
    }
    if let Command::Apply { applicant, subject, wish, .. } = command {
        match (accepted, truth.applications.get(&id)) {
            (true, Some(made)) => {
                let fits = made.applicant == applicant && made.subject == subject && made.wish == wish;
                if !fits || made.device != envelope.device || made.taken_at > made.accepted_at {
                    return Err(format!("the application {id} is another one than was applied for"));
                }
            }
            (true, None) => return Err(format!("{id} was accepted and made no application")),
            (false, Some(_)) => return Err(format!("{id} was refused and made an application all the same")),
            (false, None) => {}
        }
    }
    Ok(())
}

/// Each application was withdrawn, cancelled and confirmed by as many commands as its timeline says, at most one each.
fn check_endings(truth: &Truth) -> Result<(), String> {
    let mut expected: BTreeMap<Uuid, [usize; 3]> = BTreeMap::new();
    for (id, decided) in &truth.commands {
        if !is_accepted(truth, *id) {
            continue;
        }
        let (index, application) = match serde_json::from_str(&decided.body) {
            Ok(Command::Withdraw { application, .. }) => (0, application),
            Ok(Command::Cancel { application, .. }) => (1, application),
            Ok(Command::ConfirmCode { application, .. }) => (2, application),
            _ => continue,
        };
        expected.entry(application.0).or_default()[index] += 1;
    }
    for (id, application) in &truth.applications {
        let steps = |kind| application.timeline.iter().filter(|step| step.state.kind() == kind).count();
        let confirmed = usize::from(was_confirmed(application));
        let found = [steps(StateKind::Withdrawn), steps(StateKind::CancelledByApplicant), confirmed];
        let expected = expected.remove(id).unwrap_or_default();
        if found != expected {
            return Err(format!(
                "{id} was withdrawn, cancelled and confirmed {found:?} times, by {expected:?} accepted commands"
            ));
        }
        if application.timeline.last().map(|step| step.state) != Some(application.state) {
            return Err(format!("the state of {id} is not where its timeline ends"));
        }
    }
    match expected.into_keys().next() {
        Some(id) => Err(format!("a command about {id} was accepted, and there is no such application")),
        None => Ok(()),
    }
}

fn was_confirmed(application: &Application) -> bool {
    let kinds = application.timeline.windows(2);
    kinds
        .into_iter()
        .any(|pair| (pair[0].state.kind(), pair[1].state.kind()) == (StateKind::AwaitingCode, StateKind::Queued))
}

/// The audit holds exactly one record of every decided command.
fn check_audit(truth: &Truth) -> Result<(), String> {
    let mut counts: BTreeMap<(u32, Vec<u8>), i64> = BTreeMap::new();
    for decided in truth.commands.values() {
        let detail = Sha256::digest(decided.body.as_bytes()).to_vec();
        *counts.entry((decided.device, detail)).or_default() += 1;
    }
    let acts = ["command_accepted", "command_refused", "revealed", "printed"];
    for record in truth.audit.iter().filter(|record| acts.contains(&record.act.as_str())) {
        if let (Some(device), Some(detail)) = (record.device, record.detail.clone()) {
            *counts.entry((device, detail)).or_default() -= 1;
        }
    }
    match counts.into_iter().find(|(_, count)| *count != 0) {
        Some(((device, _), count)) => {
            Err(format!("a command of device {device} was decided {} times for each time it is kept", 1 - count))
        }
        None => Ok(()),
    }
}
