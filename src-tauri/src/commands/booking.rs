//! The booking on the screen, from 科目确认 to 预约.

use crate::host::HostSlot;
use tauri::State;
use uuid::Uuid;
use yuyue_desk::desk::lock;
use yuyue_desk::use_cases::{booking as steps, code as codes, submit as submission};
use yuyue_desk::view::booking::{BookingView, FlowAction};
use yuyue_desk::view::reason::HostError;
use yuyue_desk::view::submission::{CodePurpose, CodeStatus};
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::licence::Subject;

#[tauri::command]
#[specta::specta]
pub async fn booking(slot: State<'_, HostSlot>) -> Result<Option<BookingView>, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).booking())
}

#[tauri::command]
#[specta::specta]
pub async fn booking_start(
    slot: State<'_, HostSlot>,
    applicant: ApplicantId,
    subject: Option<Subject>,
    replaces: Option<Uuid>,
) -> Result<BookingView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(lock(&host.desk).booking_start(applicant, subject, replaces));
    host.opened.notify_one();
    view
}

#[tauri::command]
#[specta::specta]
pub async fn booking_act(slot: State<'_, HostSlot>, action: FlowAction) -> Result<Option<BookingView>, HostError> {
    let host = slot.host().await?;
    let view = host.answer(steps::booking_act(&host.desk, &*host.line, action).await);
    host.took();
    view
}

/// Asks the centre where the wish on the screen would end; none when there is nothing new to show.
#[tauri::command]
#[specta::specta]
pub async fn booking_outlook(slot: State<'_, HostSlot>) -> Result<Option<BookingView>, HostError> {
    let host = slot.host().await?;
    host.answer(steps::booking_outlook(&host.desk, &*host.line).await)
}

#[tauri::command]
#[specta::specta]
pub async fn send_code(slot: State<'_, HostSlot>, purpose: CodePurpose) -> Result<CodeStatus, HostError> {
    let host = slot.host().await?;
    host.answer(codes::send_code(&host.desk, &*host.line, purpose).await)
}

#[tauri::command]
#[specta::specta]
pub async fn code_status(slot: State<'_, HostSlot>, purpose: CodePurpose) -> Result<CodeStatus, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).code_status(purpose))
}

#[tauri::command]
#[specta::specta]
pub async fn submit(slot: State<'_, HostSlot>, code: Option<String>) -> Result<BookingView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(submission::submit(&host.desk, &*host.line, code).await);
    host.took();
    view
}
