//! The forms of bodies for the published description of the interface: one JSON schema a file, beside this module.

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident = $file:literal),+ $(,)?) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    read(include_str!(concat!("schema/", $file, ".json")))
                }
            }

            impl ToSchema for $name {}
        )+

        #[cfg(test)]
        const FILES: &[&str] = &[$(include_str!(concat!("schema/", $file, ".json"))),+];
    };
}

schemas! {
    /// `envelopes.json`
    Envelopes = "envelopes",
    /// `outcomes.json`
    Outcomes = "outcomes",
    /// `sign_in.json`
    SignIn = "sign_in",
    /// `signed_in.json`
    SignedIn = "signed_in",
    /// `code_request.json`
    CodeRequest = "code_request",
    /// `code_sent.json`
    CodeSent = "code_sent",
    /// `visit_code_request.json`
    VisitCodeRequest = "visit_code_request",
    /// `visit_code.json`
    VisitCode = "visit_code",
    /// `visit_opening.json`
    VisitOpening = "visit_opening",
    /// `visit_answer.json`
    VisitAnswer = "visit_answer",
    /// `visit_left.json`
    VisitLeft = "visit_left",
    /// `search.json`
    Search = "search",
    /// `hits.json`
    Hits = "hits",
    /// `enrol_request.json`
    EnrolRequest = "enrol_request",
    /// `enrolled.json`
    Enrolled = "enrolled",
    /// `changes_page.json`
    ChangesPage = "changes_page",
    /// `applicant_record.json`
    ApplicantRecord = "applicant_record",
    /// `sessions_found.json`
    SessionsFound = "sessions_found",
    /// `priority_places.json`
    PriorityPlaces = "priority_places",
    /// `publications.json`
    Publications = "publications",
    /// `results_page.json`
    ResultsPage = "results_page",
    /// `plans.json`
    Plans = "plans",
    /// `offices.json`
    Offices = "offices",
    /// `voucher.json`
    Voucher = "voucher",
    /// `renew_request.json`
    RenewRequest = "renew_request",
    /// `renewed.json`
    Renewed = "renewed",
    /// `staff_number.json`
    StaffNumber = "staff_number",
    /// `acts_page.json`
    ActsPage = "acts_page",
    /// `audit_tail.json`
    AuditTail = "audit_tail",
    /// `checkpoint.json`
    Checkpoint = "checkpoint",
    /// `seal_key.json`
    SealKey = "seal_key",
    /// `publication_record.json`
    PublicationRecord = "publication_record",
    /// `problem.json`
    Problem = "problem",
    /// `present.json`
    Present = "present",
    /// `office.json`
    Office = "office",
    /// `site.json`
    Site = "site",
    /// `session.json`
    Session = "session",
    /// `session_queue.json`
    SessionQueue = "session_queue",
    /// `clerk.json`
    Clerk = "clerk",
    /// `applicant.json`
    Applicant = "applicant",
    /// `test.json`
    Test = "test",
    /// `application.json`
    Application = "application",
    /// `application_state.json`
    ApplicationState = "application_state",
    /// `change.json`
    Change = "change",
    /// `publication.json`
    Publication = "publication",
    /// `publication_result.json`
    PublicationResult = "publication_result",
    /// `outlook_query.json`
    OutlookQuery = "outlook_query",
    /// `outlook_found.json`
    OutlookFound = "outlook_found",
    /// `open_record.json`
    OpenRecord = "open_record",
    /// `open_elsewhere.json`
    OpenElsewhere = "open_elsewhere",
    /// `session_numbers.json`
    SessionNumbers = "session_numbers",
    /// `site_numbers.json`
    SiteNumbers = "site_numbers",
}

/// A schema's text; a test reads them all, so the empty schema never takes the place of one.
fn read(text: &str) -> RefOr<Schema> {
    serde_json::from_str(text).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_can_be_read() {
        for text in FILES {
            assert!(serde_json::from_str::<RefOr<Schema>>(text).is_ok(), "{text} is no schema");
        }
    }
}
