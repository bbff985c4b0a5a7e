//! One application: its progress, its code, withdrawing and cancelling it.

use crate::host::HostSlot;
use tauri::State;
use yuyue_desk::desk::lock;
use yuyue_desk::use_cases::ending;
use yuyue_desk::view::progress::{ApplicationView, EndPreview, EndProof};
use yuyue_desk::view::reason::HostError;
use yuyue_domain::ids::ApplicationId;

#[tauri::command]
#[specta::specta]
pub async fn application(slot: State<'_, HostSlot>, application: ApplicationId) -> Result<ApplicationView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).application(application))
}

#[tauri::command]
#[specta::specta]
pub async fn confirm_code(
    slot: State<'_, HostSlot>,
    application: ApplicationId,
    code: String,
) -> Result<ApplicationView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(ending::confirm_code(&host.desk, &*host.line, application, code).await);
    host.took();
    view
}

#[tauri::command]
#[specta::specta]
pub async fn end_preview(slot: State<'_, HostSlot>, application: ApplicationId) -> Result<EndPreview, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).end_preview(application))
}

#[tauri::command]
#[specta::specta]
pub async fn end_application(
    slot: State<'_, HostSlot>,
    application: ApplicationId,
    proof: EndProof,
) -> Result<ApplicationView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(ending::end_application(&host.desk, &*host.line, application, proof).await);
    host.took();
    view
}
