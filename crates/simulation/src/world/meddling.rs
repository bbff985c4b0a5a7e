//! Where the deliberate bugs that stand between a device and the centre do what they do.

use super::Run;
use crate::bugs::Bug;
use crate::line::{Answer, Reply, Request};
use yuyue_central::store::Store as _;
use yuyue_desk::world::World as _;
use yuyue_protocol::account::Secret;
use yuyue_protocol::change::What;
use yuyue_protocol::command::Command;
use yuyue_protocol::cursor::{Cursor, Epoch};
use yuyue_protocol::envelope::{Envelope, Head};
use yuyue_protocol::outcome::{Effect, ItemOutcome, Outcome};

impl Run {
    /// The centre answers a request, unless a deliberate bug stands between.
    pub(super) fn handle(&mut self, from: usize, token: Option<&Secret>, mut request: Request) -> Option<Answer> {
        let id = self.devices[from].id();
        let old = self.meddle_with_request(from, &mut request);
        if let (Some(Bug::AnswersWithoutAsking), Request::Commands(batch)) = (self.config.bug, &request)
            && self.draw(4) == 0
        {
            let decided_at = self.time.now();
            let outcome = Outcome::Accepted { effect: Effect::Recorded };
            let made_up = batch.iter().map(|one| ItemOutcome { id: one.id, decided_at, outcome: outcome.clone() });
            return Some(Ok(Reply::Commands(made_up.collect())));
        }
        let answer = self.centre.handle(id, token, request)?;
        Some(self.meddle_with_answer(from, answer, old))
    }

    /// Answers the feed that a device believes in, where it shall go on believing in it.
    fn meddle_with_request(&mut self, from: usize, request: &mut Request) -> Option<Epoch> {
        match (self.config.bug?, request) {
            (Bug::OldCachesAreKept, Request::Changes(Some(after), _)) => {
                let head = crate::city::now(self.centre.core()?.store().get_head()).ok()?;
                let old = after.epoch;
                *after = Cursor { epoch: head.epoch, revision: after.revision.min(head.revision) };
                Some(old)
            }
            (Bug::CommandsAreCopied, Request::Commands(batch)) => {
                let copies: Vec<Envelope> = batch.iter().filter_map(|envelope| self.copy(from, envelope)).collect();
                batch.extend(copies);
                None
            }
            _ => None,
        }
    }

    /// The same wish as another command.
    fn copy(&self, from: usize, envelope: &Envelope) -> Option<Envelope> {
        let command = envelope.command().ok()?;
        let head = Head {
            id: uuid::Uuid::from_u128(envelope.id.as_u128() + 1),
            number: envelope.number + 1_000_000,
            ..envelope.head()
        };
        let key = &self.devices[from].computer.key;
        matches!(command, Command::Apply { .. }).then(|| Envelope::seal(head, &command, key).ok()).flatten()
    }

    fn meddle_with_answer(&mut self, from: usize, mut answer: Answer, old: Option<Epoch>) -> Answer {
        let Some(bug) = self.config.bug else { return answer };
        match (bug, &mut answer) {
            (Bug::TheWrongClockCounts, Ok(Reply::Time(now))) => *now = self.devices[from].world.wall(),
            (Bug::AnswersAreMixedUp, Ok(Reply::Commands(outcomes))) if outcomes.len() > 1 => {
                let (first, second) = (outcomes[0].id, outcomes[1].id);
                (outcomes[0].id, outcomes[1].id) = (second, first);
            }
            (Bug::CommandsAreCopied, Ok(Reply::Commands(outcomes))) => {
                let sent = &self.model.sent;
                outcomes.retain(|outcome| sent.contains_key(&outcome.id));
            }
            (Bug::AChangeIsSkipped, Ok(Reply::Changes(page))) => {
                page.changes.retain(|change| change.revision.0 % 11 != 0);
            }
            (Bug::TheCursorMovesFirst, Ok(Reply::Changes(page))) if page.cursor.revision.0 % 3 == 0 => {
                page.changes.clear();
                page.counts = None;
            }
            (Bug::TombstonesAreForgotten, Ok(Reply::Changes(page))) => {
                page.changes.retain(|change| matches!(change.what, What::Set(_)));
                page.counts = None;
            }
            (Bug::OldCachesAreKept, Ok(Reply::Changes(page))) => {
                page.cursor.epoch = old.unwrap_or(page.cursor.epoch);
                page.counts = None;
            }
            _ => {}
        }
        answer
    }
}
