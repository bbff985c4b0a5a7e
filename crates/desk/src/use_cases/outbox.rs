//! 待处理: delivering what was taken, and showing what became of it.

use crate::cache::session::list_sessions;
use crate::desk::{Desk, lock};
use crate::device::handover::{Handover, find_handover, upsert_handover};
use crate::device::outbox::{
    Item, Which, acknowledge, find_feed, find_item, list_batch, list_items, update_failed, update_feed, update_outcomes,
};
use crate::error::DeskError;
use crate::use_cases::reasons::{reason, reason_of, reason_with};
use crate::view::app::ClosingAlarm;
use crate::view::outbox::{HandoverView, OutboxKind, OutboxRow, OutboxState, OutboxView};
use crate::view::reason::Reason;
use std::sync::Mutex;
use uuid::Uuid;
use yuyue_domain::application::{Application, ApplicationState, StateKind, Wish};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::command::Command;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::{Effect, ItemOutcome, Outcome};

/// Rows of a group at most.
const ROWS_MAX: u32 = 500;
/// Delivered rows shown at most.
const DELIVERED_MAX: usize = 50;
/// Seconds before a closing from which an unsent command is urgent.
const URGENT_SECONDS: i64 = 3600;
/// Characters of what a clerk writes at most.
const NOTE_MAX: usize = 500;
/// Sessions shown of a command.
const SESSIONS_MAX: usize = 5;

/// What one delivery did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Commands that the centre answered.
    pub answered: usize,
    /// Whether more wait.
    pub more: bool,
}

/// Sends the next batch and stores each outcome. A batch that the centre cannot read as a whole is sent one by one, so
/// that one bad command never keeps another from being sent.
///
/// # Errors
/// As the centre says when it cannot be reached; everything then waits as before, with the reason.
pub async fn deliver(desk: &Mutex<Desk>, centre: &impl Centre) -> Result<Delivered, DeskError> {
    let batch = {
        let mut desk = lock(desk);
        if let Err(error) = desk.write_journal() {
            tracing::error!(code = error.code(), "the journal cannot be written; what stands in it is sent");
        }
        list_batch(&desk.device)?
    };
    if batch.is_empty() {
        return Ok(Delivered { answered: 0, more: false });
    }
    let answered = match send(desk, centre, batch.clone()).await {
        Err(DeskError::Centre(problem)) if is_about_one(&problem) && batch.len() > 1 => {
            let mut answered = 0;
            for envelope in batch {
                match send(desk, centre, vec![envelope]).await {
                    Ok(count) => answered += count,
                    Err(DeskError::Centre(problem)) if is_about_one(&problem) => {}
                    Err(error) => return Err(error),
                }
            }
            answered
        }
        Err(DeskError::Centre(problem)) if is_about_one(&problem) => 0,
        sent => sent?,
    };
    let more = answered > 0 && !list_batch(&lock(desk).device)?.is_empty();
    Ok(Delivered { answered, more })
}

/// Whether the problem lies in what was sent, so that another command may well get through.
const fn is_about_one(problem: &Problem) -> bool {
    matches!(problem.code, ErrorCode::BadRequest | ErrorCode::TooLarge)
}

async fn send(desk: &Mutex<Desk>, centre: &impl Centre, batch: Vec<Envelope>) -> Result<usize, DeskError> {
    let asked_in = find_feed(&lock(desk).device)?;
    let answer = centre.commands(batch.clone()).await;
    let mut desk = lock(desk);
    match answer {
        Ok(mut outcomes) => {
            outcomes.retain(|outcome| batch.iter().any(|envelope| envelope.id == outcome.id));
            desk.store_outcomes(&outcomes, asked_in)?;
            Ok(outcomes.len())
        }
        Err(problem) => {
            let now = desk.now();
            update_failed(&mut desk.device, &batch, problem.code, now)?;
            Err(problem.into())
        }
    }
}

impl Desk {
    /// Stores what the centre has decided.
    pub(crate) fn store_outcomes(
        &mut self,
        outcomes: &[ItemOutcome],
        asked_in: Option<Epoch>,
    ) -> Result<(), DeskError> {
        let now = self.now();
        update_outcomes(&mut self.device, outcomes, asked_in, now)?;
        self.note_agreements(outcomes)
    }

    /// The cache follows this feed; see [`update_feed`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn follow_feed(&mut self, epoch: Epoch) -> Result<(), DeskError> {
        update_feed(&mut self.device, epoch)
    }

    /// 待处理.
    ///
    /// # Errors
    /// When nobody is signed in, or a file cannot be read.
    pub fn outbox(&self) -> Result<OutboxView, DeskError> {
        self.clerk()?;
        let rows = |items: Vec<Item>| -> Result<Vec<OutboxRow>, DeskError> {
            items.iter().map(|item| self.outbox_row(item)).collect()
        };
        let today = Timestamp::start_of(self.now().date());
        let mut taken = list_items(&self.device, Which::TakenSince(today.plus_days(-30)), 5_000)?;
        let awaiting: Vec<Item> = taken.iter().filter(|item| self.is_awaiting_code(item)).cloned().collect();
        taken.retain(|item| {
            item.answered_at.is_some_and(|at| at >= today) && !item.is_refused() && !self.is_awaiting_code(item)
        });
        let delivered_total = u32::try_from(taken.len()).unwrap_or(u32::MAX);
        taken.sort_by_key(|item| std::cmp::Reverse(item.answered_at));
        taken.truncate(DELIVERED_MAX);
        let mut refused = rows(list_items(&self.device, Which::Refused, ROWS_MAX)?)?;
        refused.sort_by_key(|row| (row.closes_at.is_none(), row.closes_at));
        Ok(OutboxView {
            refused,
            awaiting_code: rows(awaiting)?,
            waiting: rows(list_items(&self.device, Which::Waiting, ROWS_MAX)?)?,
            delivered: rows(taken)?,
            delivered_total,
        })
    }

    /// A clerk has dealt with a refusal and noted what the applicant was told.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or when the file cannot be written.
    pub fn outbox_acknowledge(&mut self, id: Uuid, note: &str) -> Result<OutboxView, DeskError> {
        self.clerk()?;
        let note: String = note.chars().take(NOTE_MAX).collect();
        acknowledge(&self.device, id, &note, self.now())?;
        self.outbox()
    }

    /// 交接: a clerk leaves something that is not done to whoever works here next. It stays where it is, with these words.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is nothing left to do, or when the file cannot be written.
    pub fn outbox_hand_over(&mut self, id: Uuid, note: &str) -> Result<OutboxView, DeskError> {
        let clerk = self.clerk()?;
        let item = find_item(&self.device, id)?.filter(|item| item.acknowledged_at.is_none());
        let state = self.outbox_state(&item.ok_or(DeskError::NotFound)?);
        if state == OutboxState::Delivered {
            return Err(DeskError::NotFound);
        }
        let note = note.chars().take(NOTE_MAX).collect();
        upsert_handover(&self.device, id, &Handover { clerk: clerk.name, at: self.now(), note })?;
        self.outbox()
    }

    fn outbox_state(&self, item: &Item) -> OutboxState {
        match &item.outcome {
            Some((_, Outcome::Refused { .. })) => OutboxState::Refused,
            Some(_) if self.is_awaiting_code(item) => OutboxState::AwaitingCode,
            Some(_) => OutboxState::Delivered,
            None => OutboxState::Waiting,
        }
    }

    /// What waits here, whose closing is near and which does not get through; none when nothing is in danger.
    pub(crate) fn closing_alarm(&self) -> Result<Option<ClosingAlarm>, DeskError> {
        let now = self.now();
        let waiting = list_items(&self.device, Which::Waiting, ROWS_MAX)?;
        let stuck = waiting.iter().filter(|item| !self.line.is_up() || item.tries > 0);
        let soon = stuck.filter_map(|item| item.closes_at);
        let soon: Vec<Timestamp> = soon.filter(|closes_at| closes_at.seconds_since(now) <= URGENT_SECONDS).collect();
        let Some(first) = soon.iter().copied().min() else { return Ok(None) };
        Ok(Some(ClosingAlarm {
            count: u32::try_from(soon.len()).unwrap_or(u32::MAX),
            closes_at: first,
            closes_in_seconds: u32::try_from(first.seconds_since(now).max(0)).unwrap_or(0),
        }))
    }

    /// Whether the centre holds what this command asked for until its code is confirmed.
    fn is_awaiting_code(&self, item: &Item) -> bool {
        let held = matches!(
            &item.outcome,
            Some((_, Outcome::Accepted { effect: Effect::Application { state: ApplicationState::AwaitingCode, .. } }))
        );
        let is_apply = item.application.is_some_and(|application| application.0 == item.envelope.id);
        held && is_apply
            && item
                .application
                .and_then(|application| self.application_row(application).ok())
                .is_some_and(|application| application.state.kind() == StateKind::AwaitingCode)
    }

    pub(crate) fn outbox_row(&self, item: &Item) -> Result<OutboxRow, DeskError> {
        // A row whose command this version cannot read says so and keeps its number; it stands in nobody's way.
        let command = item.envelope.command().ok();
        let now = self.now();
        let application = item.application.and_then(|id| self.application_row(id).ok());
        let (kind, mut subject, wish) = command.as_ref().map_or((OutboxKind::Unreadable, None, None), kind_of);
        subject = subject.or_else(|| application.as_ref().map(|application| application.subject));
        let state = self.outbox_state(item);
        let wish = wish.cloned().or_else(|| application.as_ref().map(|application| application.wish.clone()));
        let masked = item.applicant.map(|applicant| self.find_masked(applicant)).transpose()?.flatten();
        let closes_in = item.closes_at.map(|closes_at| closes_at.seconds_since(now));
        Ok(OutboxRow {
            id: item.envelope.id,
            number: u32::try_from(item.envelope.number).unwrap_or(u32::MAX),
            kind,
            state,
            taken_at: item.envelope.taken_at,
            answered_at: item.answered_at,
            applicant: item.applicant,
            name_masked: masked.map(|masked| masked.name_masked),
            application: item.application,
            subject,
            sessions: self.sessions_of(wish.as_ref(), application.as_ref())?,
            closes_at: item.closes_at,
            closes_in_seconds: closes_in.map(|seconds| u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)),
            urgent: state != OutboxState::Delivered && closes_in.is_some_and(|seconds| seconds <= URGENT_SECONDS),
            tries: item.tries,
            next_try_seconds: self
                .line
                .next_try_seconds(self.world.elapsed())
                .filter(|_| state == OutboxState::Waiting),
            reasons: self.reasons_for(item, state),
            steps: steps_for(item, state, kind),
            can_rebook: state == OutboxState::Refused && matches!(kind, OutboxKind::Book | OutboxKind::BookPriority),
            other: self.other_than(item)?,
            handover: find_handover(&self.device, item.envelope.id)?.map(|handover| HandoverView {
                clerk: handover.clerk,
                at: handover.at,
                note: handover.note,
            }),
        })
    }

    fn sessions_of(
        &self,
        wish: Option<&Wish>,
        application: Option<&Application>,
    ) -> Result<Vec<crate::view::submission::NamedSession>, DeskError> {
        let ids = match (wish, application) {
            (Some(Wish::Choose { sessions, .. }), _) => sessions.clone(),
            (Some(Wish::Priority { session }), _) => vec![*session],
            (Some(Wish::Assign { dates, sites }), Some(application)) => {
                let sessions = list_sessions(&self.cache, application.subject, application.class, *dates)?;
                let fitting = sessions.iter().filter(|session| sites.contains(&session.site));
                fitting.map(|session| session.id).take(SESSIONS_MAX).collect()
            }
            _ => Vec::new(),
        };
        let mut named = Vec::new();
        for id in ids.into_iter().take(SESSIONS_MAX) {
            named.extend(self.find_named_session(id)?);
        }
        Ok(named)
    }

    fn reasons_for(&self, item: &Item, state: OutboxState) -> Vec<Reason> {
        match (&item.outcome, item.problem) {
            (Some((_, Outcome::Refused { reasons, .. })), _) => {
                reasons.iter().map(|refusal| reason_of(&self.cache, refusal)).collect()
            }
            (None, Some(ErrorCode::Offline)) => vec![reason("waits_for_line")],
            (None, Some(problem)) => vec![reason(DeskError::Centre(Problem::new(problem, "")).code())],
            (None, None) if self.line.is_up() => vec![reason("about_to_be_sent")],
            (None, None) => vec![reason("waits_for_line")],
            _ if state == OutboxState::AwaitingCode => vec![reason("held_until_code")],
            _ => Vec::new(),
        }
    }
}

fn kind_of(command: &Command) -> (OutboxKind, Option<Subject>, Option<&Wish>) {
    match command {
        Command::Apply { subject, wish, .. } => {
            let is_priority = matches!(wish, Wish::Priority { .. });
            (if is_priority { OutboxKind::BookPriority } else { OutboxKind::Book }, Some(*subject), Some(wish))
        }
        Command::ConfirmCode { .. } => (OutboxKind::ConfirmCode, None, None),
        Command::Withdraw { .. } => (OutboxKind::Withdraw, None, None),
        Command::Cancel { .. } => (OutboxKind::Cancel, None, None),
        Command::AgreeNotice { .. } => (OutboxKind::Agree, None, None),
        Command::RecordPrint { .. } => (OutboxKind::Print, None, None),
        Command::RecordReveal { .. } => (OutboxKind::Reveal, None, None),
    }
}

/// What to do, in order.
fn steps_for(item: &Item, state: OutboxState, kind: OutboxKind) -> Vec<Reason> {
    match state {
        OutboxState::Refused if matches!(kind, OutboxKind::Book | OutboxKind::BookPriority) => {
            vec![
                reason("tell_applicant"),
                reason("choose_other_sessions"),
                reason("note_and_close"),
                reason("or_hand_over"),
            ]
        }
        OutboxState::Refused => vec![reason("tell_applicant"), reason("note_and_close"), reason("or_hand_over")],
        OutboxState::AwaitingCode => {
            vec![reason("call_applicant"), reason("send_code_and_confirm"), reason("any_office_can_confirm")]
        }
        OutboxState::Waiting => {
            let mut steps = vec![reason("nothing_to_do")];
            if let Some(closes_at) = item.closes_at {
                steps.push(reason_with("sent_before", [("closes_at", closes_at.to_string())]));
            }
            steps
        }
        OutboxState::Delivered => Vec::new(),
    }
}
