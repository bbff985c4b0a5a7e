//! The rows of the books, and what a command does to them.

use crate::lookup::is_fitting;
use yuyue_domain::applicant::Applicant;
use yuyue_domain::application::{Application, ApplicationState, Channel, Transition, Wish};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::lookup::parse_query;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{Change, Row, RowKey, What};
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::{Effect, Outcome};
use yuyue_protocol::query::Search;

pub(super) fn key_of(row: &Row) -> RowKey {
    match row {
        Row::Office(row) => RowKey::Office(row.id),
        Row::Site(row) => RowKey::Site(row.id),
        Row::Clerk(row) => RowKey::Clerk(row.id),
        Row::Policy(_) => RowKey::Policy,
        Row::Notice(row) => RowKey::Notice(row.kind),
        Row::Agreement(row) => RowKey::Agreement(row.kind, row.version),
        Row::Session(row) => RowKey::Session(row.id),
        Row::Applicant(row) => RowKey::Applicant(row.applicant.id),
        Row::Application(row) => RowKey::Application(row.id),
        Row::SessionCounts(row) => RowKey::SessionCounts(row.session),
        Row::Ladder(row) => RowKey::Ladder(row.subject, row.class),
        Row::Publication(row) => RowKey::Publication(row.id),
        Row::PublishedResult(row) => RowKey::PublishedResult(row.publication, row.application),
    }
}

pub(super) fn is_row(what: &What, key: &RowKey) -> bool {
    match what {
        What::Set(row) => key_of(row) == *key,
        What::Gone(gone) => gone == key,
    }
}

/// The people whom a look-up fits.
pub(super) fn fitting(rows: &[Change], search: &Search) -> Vec<Applicant> {
    let terms = parse_query(&search.text);
    let people = rows.iter().filter_map(|change| match &change.what {
        What::Set(Row::Applicant(row)) => Some(&row.applicant),
        _ => None,
    });
    let fits = |applicant: &&Applicant| terms.iter().any(|term| is_fitting(term, applicant));
    people.filter(fits).take(usize::try_from(search.limit).unwrap_or(usize::MAX)).cloned().collect()
}

/// Whether a row is about people.
pub(super) const fn is_personal(what: &What) -> bool {
    matches!(
        what,
        What::Set(Row::Applicant(_) | Row::Application(_) | Row::PublishedResult(_) | Row::Agreement(_))
            | What::Gone(RowKey::Applicant(_) | RowKey::Application(_))
    )
}

pub(super) fn effect_of(envelope: &Envelope, now: Timestamp) -> (Outcome, Option<Application>) {
    let Ok(Command::Apply { applicant, subject, wish, office, identity_check, code, .. }) = envelope.command() else {
        return (Outcome::Accepted { effect: Effect::Recorded }, None);
    };
    let id = ApplicationId(envelope.id);
    let state = match (&wish, code) {
        (Wish::Priority { session }, _) => ApplicationState::Placed { session: *session, placed_at: now },
        (_, None) => ApplicationState::AwaitingCode,
        (_, Some(_)) => ApplicationState::Queued,
    };
    let accepts = match &wish {
        Wish::Choose { sessions, .. } => sessions.clone(),
        Wish::Priority { session } => vec![*session],
        Wish::Assign { .. } => Vec::new(),
    };
    let step = Transition { at: now, state, channel: Channel::Counter, clerk: envelope.clerk };
    let application = Application {
        id,
        applicant,
        subject,
        class: yuyue_domain::licence::LicenceClass::C1,
        wish,
        accepts,
        channel: Channel::Counter,
        office,
        device: envelope.device,
        clerk: envelope.clerk,
        identity_check,
        taken_at: envelope.taken_at,
        accepted_at: now,
        state,
        timeline: vec![step],
    };
    (Outcome::Accepted { effect: Effect::Application { application: id, state } }, Some(application))
}
