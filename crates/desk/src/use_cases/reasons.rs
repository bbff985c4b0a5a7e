//! From a refusal of the domain to a reason that the window can say: its code, its numbers, its article.

use crate::cache::document::{DocumentKey, find_document};
use crate::cache::session::find_session;
use crate::view::reason::{Params, Reason};
use crate::view::submission::NamedSession;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;
use yuyue_domain::eligibility::{self, RefusalCode};
use yuyue_domain::ids::{SessionId, SiteId};
use yuyue_domain::policy::Citation;
use yuyue_domain::refusal::Refusal;
use yuyue_domain::session::Site;

/// A reason without parameters.
#[must_use]
pub fn reason(code: &str) -> Reason {
    Reason { code: code.to_owned(), params: Params::new(), article: None }
}

/// A reason with parameters.
#[must_use]
pub fn reason_with<const N: usize>(code: &str, params: [(&str, String); N]) -> Reason {
    let params = params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Reason { params, ..reason(code) }
}

/// A reason that is about a session, with the session's name and time beside the other parameters.
#[must_use]
pub fn session_reason<const N: usize>(code: &str, named: &NamedSession, params: [(&str, String); N]) -> Reason {
    let mut reason = reason_with(code, params);
    reason.params.insert("session_name".to_owned(), named.site_name.clone());
    reason.params.insert("session_starts_at".to_owned(), named.session.starts_at.to_string());
    reason
}

/// A refusal of the centre or of the preview.
#[must_use]
pub fn reason_of(cache: &Connection, refusal: &Refusal) -> Reason {
    match refusal {
        Refusal::Eligibility(refusal) => reason_of_eligibility(cache, refusal),
        Refusal::Intake(refusal) => coded(cache, refusal, None),
        Refusal::Application(refusal) => coded(cache, refusal, None),
        Refusal::Code(refusal) => coded(cache, refusal, None),
    }
}

/// A refusal of the rules.
#[must_use]
pub fn reason_of_eligibility(cache: &Connection, refusal: &eligibility::Refusal) -> Reason {
    let mut reason = coded(cache, &refusal.code, Some(&refusal.cite));
    if matches!(refusal.code, RefusalCode::Blocked { until: None, .. }) {
        // Its sentence names no day.
        "blocked_for_life".clone_into(&mut reason.code);
    }
    if let Some(date) = refusal.possible_from {
        reason.params.insert("possible_from".to_owned(), date.to_string());
    }
    reason
}

/// A value whose JSON has a `code` and parameters beside it. Sessions and sites get their names.
fn coded(cache: &Connection, value: &impl Serialize, cite: Option<&Citation>) -> Reason {
    let article = cite.and_then(|cite| cite.articles.first().copied());
    let Ok(Value::Object(fields)) = serde_json::to_value(value) else { return reason("internal") };
    let mut params = Params::new();
    let mut code = String::new();
    for (name, value) in fields {
        match value {
            Value::String(text) if name == "code" => code = text,
            value => {
                name_parts(cache, &name, &value, &mut params);
                params.insert(name, text_of(&value));
            }
        }
    }
    Reason { code, params, article }
}

fn name_parts(cache: &Connection, name: &str, value: &Value, params: &mut Params) {
    let Some(number) = value.as_u64().and_then(|number| u32::try_from(number).ok()) else { return };
    let mut site = (name == "site").then_some(SiteId(number));
    if matches!(name, "session" | "other")
        && let Ok(Some(session)) = find_session(cache, SessionId(number))
    {
        params.insert(format!("{name}_starts_at"), session.starts_at.to_string());
        site = Some(session.site);
    }
    if let Some(id) = site
        && let Ok(Some(site)) = find_document::<Site>(cache, DocumentKey::Site(id))
    {
        params.insert(format!("{name}_name"), site.name);
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
