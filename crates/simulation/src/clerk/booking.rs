//! Booking from 科目确认 to the answer, and taking up a booking that a crash or a clerk left behind.

use super::{ClerkLine, Counter, Done, Told};
use crate::city::Person;
use yuyue_desk::desk::lock;
use yuyue_desk::error::DeskError;
use yuyue_desk::use_cases::applicant::open_applicant;
use yuyue_desk::use_cases::booking::booking_act;
use yuyue_desk::use_cases::code::send_code;
use yuyue_desk::use_cases::submit::submit;
use yuyue_desk::view::booking::{BookingMode, BookingView, FlowAction, StepBody};
use yuyue_desk::view::sessions::{SessionList, SessionQuery, SiteOption};
use yuyue_desk::view::submission::{CodePurpose, DoneKind, DoneView};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::SessionId;
use yuyue_domain::time::{DateRange, Timestamp};

/// How somebody wants to be booked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Who.
    pub person: Person,
    /// Whether priority booking is taken where it is offered.
    pub priority: bool,
    /// Whether the system shall assign the session.
    pub assign: bool,
    /// Whether a code is asked for.
    pub with_code: bool,
    /// A refused command whose choices are taken over.
    pub replaces: Option<uuid::Uuid>,
}

/// Steps of a flow at most; more would be a flow that goes round in circles.
const STEPS_MAX: usize = 40;

/// Books somebody.
pub async fn book<L: ClerkLine>(counter: Counter<L>, plan: Plan) -> Done {
    let name = format!("books {} for subject {}", plan.person.id.0, plan.person.subject.number());
    match flow(&counter, &plan).await {
        Ok(done) => Done { what: format!("{name}: {}", done.what), ..done },
        Err(error) => counter.failed(&name, &error),
    }
}

async fn flow<L: ClerkLine>(counter: &Counter<L>, plan: &Plan) -> Result<Done, DeskError> {
    let person = &plan.person;
    open_applicant(&counter.desk, &counter.centre(), person.id).await?;
    counter.dawdle().await;
    let mut view = lock(&counter.desk).booking_start(person.id, Some(person.subject), plan.replaces)?;
    for _ in 0..STEPS_MAX {
        counter.dawdle().await;
        let action = match &view.body {
            StepBody::Subject(step) if step.identity_check.is_none() => {
                FlowAction::CheckIdentity { check: IdentityCheck::DocumentSeen }
            }
            StepBody::Subject(_) if view.subject.is_none() => FlowAction::ChooseSubject { subject: person.subject },
            StepBody::Notice(step) => FlowAction::Agree { version: step.notice.version },
            StepBody::PrioritySwitch(step) if plan.priority && step.eligible => FlowAction::SwitchToPriority,
            StepBody::Subject(_) | StepBody::PrioritySwitch(_) => FlowAction::Next,
            StepBody::Sessions(step) => match step.list.clone() {
                None => FlowAction::Query { query: everything(&step.query, &step.sites) },
                Some(_) if plan.assign && step.mode == BookingMode::Choose => {
                    FlowAction::SetMode { mode: BookingMode::Assign }
                }
                Some(_) if step.mode == BookingMode::Assign || !step.chosen.is_empty() => FlowAction::Next,
                Some(list) => match choose(counter, &list, 3) {
                    sessions if sessions.is_empty() => return Ok(Done::of("nothing is open")),
                    sessions => FlowAction::Choose { sessions, ordered: counter.draw(2) == 0 },
                },
            },
            StepBody::PrioritySessions(step) => match (&step.list, &step.chosen) {
                (None, _) => FlowAction::Query { query: everything(&step.query, &step.sites) },
                (Some(_), Some(_)) => FlowAction::Next,
                (Some(list), None) => match choose(counter, list, 1) {
                    sessions if sessions.is_empty() => return Ok(Done::of("no priority place is left")),
                    sessions => FlowAction::Choose { sessions, ordered: false },
                },
            },
            StepBody::Confirm(_) => return confirm(counter, plan).await,
            StepBody::Done(done) => return Ok(answered(done)),
        };
        match booking_act(&counter.desk, &counter.centre(), action).await? {
            Some(next) => view = next,
            None => return Ok(Done::of("left the flow")),
        }
    }
    let mut done = Done::of("the flow does not end");
    done.complaint = Some(format!("the flow goes round in circles at {:?}", view.body));
    Ok(done)
}

/// Three weeks at all sites.
fn everything(query: &SessionQuery, sites: &[SiteOption]) -> SessionQuery {
    let first = query.dates.first;
    let last = Timestamp::start_of(first).plus_days(20).date();
    SessionQuery { dates: DateRange { first, last }, sites: sites.iter().map(|site| site.id).collect() }
}

fn choose<L: ClerkLine>(counter: &Counter<L>, list: &SessionList, most: u64) -> Vec<SessionId> {
    let mut open: Vec<SessionId> =
        list.rows.iter().filter(|row| row.refused.is_none()).map(|row| row.session.id).collect();
    let mut chosen = Vec::new();
    let count = 1 + counter.draw(most);
    while !open.is_empty() && u64::try_from(chosen.len()).unwrap_or(u64::MAX) < count {
        let index = usize::try_from(counter.draw(u64::try_from(open.len()).unwrap_or(1))).unwrap_or(0);
        chosen.push(open.remove(index));
    }
    chosen
}

/// 确认并提交, with up to three tries at the code.
async fn confirm<L: ClerkLine>(counter: &Counter<L>, plan: &Plan) -> Result<Done, DeskError> {
    let mut code = None;
    for _ in 0..3 {
        if plan.with_code && code.is_none() {
            let sent = send_code(&counter.desk, &counter.centre(), CodePurpose::Booking).await;
            code = if sent.is_ok() { counter.read_code(&plan.person).await } else { None };
            if code.is_none() && counter.draw(2) == 0 {
                return match sent {
                    Ok(_) => Ok(Done::of("no code came; left as a draft")),
                    Err(error) => Err(error),
                };
            }
        }
        counter.dawdle().await;
        // A second press while the first is on its way does nothing: the window's button is busy then.
        let view = submit(&counter.desk, &counter.centre(), code.clone()).await;
        match view {
            Ok(BookingView { body: StepBody::Done(done), .. }) => return Ok(answered(&done)),
            Ok(BookingView { body: StepBody::PrioritySessions(_), .. }) => return Ok(Done::of("somebody was faster")),
            Ok(_) => code = counter.phone.code_of(&plan.person.phone),
            Err(error) => return Err(error),
        }
    }
    Ok(Done::of("gave up after three codes"))
}

/// The page after 预约.
fn answered(view: &DoneView) -> Done {
    let told = match view.kind {
        DoneKind::Registered => Told::Saved,
        DoneKind::AwaitingCode | DoneKind::Accepted | DoneKind::Placed => Told::Accepted,
        DoneKind::Refused => Told::Refused,
    };
    let reasons: Vec<&str> = view.reasons.iter().map(|reason| reason.code.as_str()).collect();
    let mut done = Done::of(format!("{:?} {} {reasons:?}", view.kind, view.application.0));
    if told == Told::Refused && reasons.iter().all(|code| code.is_empty()) {
        done.complaint = Some(format!("{} was refused without a reason", view.application.0));
    }
    done.told.push((view.application.0, told));
    if told != Told::Refused {
        done.slip = Some((view.application, yuyue_domain::ids::ApplicantId(0)));
    }
    done
}
