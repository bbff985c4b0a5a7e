//! Nobody waits for ever: whoever waits for a place or for a code has a publication to come.

use super::truth::Truth;
use yuyue_domain::application::StateKind;

/// Checks it, once everything has come to rest.
pub fn check(truth: &Truth) -> Result<(), String> {
    let waiting = truth
        .applications
        .values()
        .filter(|application| matches!(application.state.kind(), StateKind::Queued | StateKind::AwaitingCode));
    for application in waiting {
        if !application.has_publication_to_come(&truth.sessions, truth.published_until) {
            return Err(format!("{} is {:?} and waits for no publication", application.id.0, application.state.kind()));
        }
    }
    Ok(())
}
