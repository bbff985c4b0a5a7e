//! `GET /v1/vouchers/{token}`: whether a voucher (预约凭证) is genuine and still counts.

use super::input::StrictPath;
use super::{App, problems, schema};
use crate::core::store_problem;
use crate::problem::ApiProblem;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;
use yuyue_domain::application::StateKind;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::time::Timestamp;

/// What a voucher is worth.
#[derive(Serialize)]
pub struct Voucher {
    /// Whether the place is still the person's.
    valid: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    booking: Option<Booking>,
}

/// The booking, as much of it as whoever holds the voucher in hand can compare.
#[derive(Serialize)]
struct Booking {
    name_masked: String,
    number_masked: String,
    subject: Subject,
    class: LicenceClass,
    site: String,
    starts_at: Timestamp,
}

/// Checks a voucher by the token that its code carries: 74 random bits, which nobody guesses.
#[utoipa::path(get, path = "/v1/vouchers/{token}", tag = "public",
    params(("token" = Uuid, Path, description = "The token in the voucher's code.")),
    responses(
        (status = 200, description = "What the voucher is worth.", body = schema::Voucher),
        (status = 404, description = "No token.", body = schema::Problem, content_type = "application/problem+json"),
        problems::ForEverybody,
    ))]
pub async fn voucher<S: Store>(
    State(app): State<Arc<App<S>>>,
    StrictPath(token): StrictPath<Uuid>,
) -> Result<Json<Voucher>, ApiProblem> {
    let found = app.core.store().find_application(ApplicationId(token)).await.map_err(|error| store_problem(&error))?;
    let placed = found.filter(|application| application.state.kind() == StateKind::Placed);
    let Some((application, session)) = placed.and_then(|placed| placed.session().map(|session| (placed, session)))
    else {
        // The same answer for a booking that was given up and for one that never was.
        return Ok(Json(Voucher { valid: false, booking: None }));
    };
    app.core.refresh_catalogue().await.map_err(|error| store_problem(&error))?;
    let place = {
        let catalogue = app.core.catalogue();
        let session = catalogue.sessions.get(&session);
        session.and_then(|session| Some((catalogue.sites.get(&session.site)?.name.clone(), session.starts_at)))
    };
    let record = app.core.store().find_record(application.applicant).await.map_err(|error| store_problem(&error))?;
    let booking = place.zip(record).map(|((site, starts_at), record)| Booking {
        name_masked: record.applicant.name.masked(),
        number_masked: record.applicant.document.number.masked(),
        subject: application.subject,
        class: application.class,
        site,
        starts_at,
    });
    Ok(Json(Voucher { valid: booking.is_some(), booking }))
}
