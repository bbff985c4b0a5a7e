//! Who works here, and the frame of the window.

use crate::enrolment;
use crate::host::HostSlot;
use tauri::State;
use yuyue_desk::desk;
use yuyue_desk::use_cases::access;
use yuyue_desk::view::app::{AppState, Settings, ShiftSummary};
use yuyue_desk::view::reason::HostError;

#[tauri::command]
#[specta::specta]
pub async fn app_state(slot: State<'_, HostSlot>) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(desk::lock(&host.desk).app_state())
}

#[tauri::command]
#[specta::specta]
pub async fn enroll(slot: State<'_, HostSlot>, centre: String, code: String) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    enrolment::enroll(&host, &centre, code).await?;
    host.wake.notify_one();
    host.answer(desk::lock(&host.desk).app_state())
}

#[tauri::command]
#[specta::specta]
pub async fn sign_in(slot: State<'_, HostSlot>, number: String, password: String) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(access::sign_in(&host.desk, &*host.line, &number, &password).await)
}

#[tauri::command]
#[specta::specta]
pub async fn lock(slot: State<'_, HostSlot>, idle: bool) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(desk::lock(&host.desk).lock_counter(idle))
}

#[tauri::command]
#[specta::specta]
pub async fn unlock(slot: State<'_, HostSlot>, password: String) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(access::unlock(&host.desk, &*host.line, &password).await)
}

#[tauri::command]
#[specta::specta]
pub async fn sign_out(slot: State<'_, HostSlot>) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(desk::lock(&host.desk).sign_out())
}

#[tauri::command]
#[specta::specta]
pub async fn shift_summary(slot: State<'_, HostSlot>) -> Result<ShiftSummary, HostError> {
    let host = slot.host().await?;
    host.answer(desk::lock(&host.desk).shift_summary())
}

#[tauri::command]
#[specta::specta]
pub async fn retry_connection(slot: State<'_, HostSlot>) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.wake.notify_one();
    host.answer(desk::lock(&host.desk).app_state())
}

#[tauri::command]
#[specta::specta]
pub async fn retry_open(slot: State<'_, HostSlot>, aside: bool) -> Result<AppState, HostError> {
    let host = slot.open_again(aside).await?;
    host.answer(desk::lock(&host.desk).app_state())
}

#[tauri::command]
#[specta::specta]
pub async fn acknowledge_rescue(slot: State<'_, HostSlot>) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(desk::lock(&host.desk).acknowledge_rescue())
}

#[tauri::command]
#[specta::specta]
pub async fn save_settings(slot: State<'_, HostSlot>, settings: Settings) -> Result<AppState, HostError> {
    let host = slot.host().await?;
    host.answer(desk::lock(&host.desk).save_settings(settings))
}
