//! Looking applicants up and opening one.

use crate::host::HostSlot;
use tauri::State;
use yuyue_desk::desk::lock;
use yuyue_desk::use_cases::{applicant, search as look_up};
use yuyue_desk::view::applicant::{ApplicantView, RevealedApplicant, SearchAnswer};
use yuyue_desk::view::reason::HostError;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::ApplicantId;

#[tauri::command]
#[specta::specta]
pub async fn search(slot: State<'_, HostSlot>, query: String) -> Result<SearchAnswer, HostError> {
    let host = slot.host().await?;
    host.answer(look_up::search(&host.desk, &*host.line, &query).await)
}

/// What is known of somebody here now; opens nothing.
#[tauri::command]
#[specta::specta]
pub async fn applicant(slot: State<'_, HostSlot>, applicant: ApplicantId) -> Result<ApplicantView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).applicant(applicant))
}

#[tauri::command]
#[specta::specta]
pub async fn open_applicant(slot: State<'_, HostSlot>, applicant: ApplicantId) -> Result<ApplicantView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(applicant::open_applicant(&host.desk, &*host.line, applicant).await);
    host.opened.notify_one();
    view
}

#[tauri::command]
#[specta::specta]
pub async fn check_identity(
    slot: State<'_, HostSlot>,
    applicant: ApplicantId,
    check: IdentityCheck,
) -> Result<ApplicantView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(lock(&host.desk).check_identity(applicant, check));
    host.took();
    view
}

#[tauri::command]
#[specta::specta]
pub async fn reveal(slot: State<'_, HostSlot>, applicant: ApplicantId) -> Result<RevealedApplicant, HostError> {
    let host = slot.host().await?;
    let revealed = host.answer(lock(&host.desk).reveal(applicant));
    host.took();
    revealed
}

#[tauri::command]
#[specta::specta]
pub async fn close_applicant(slot: State<'_, HostSlot>) -> Result<(), HostError> {
    let host = slot.host().await?;
    let left = host.answer(lock(&host.desk).close_applicant());
    host.opened.notify_one();
    left
}
