//! 自助终端: who is there, what is read aloud, and what anybody may look up.

use crate::host::HostSlot;
use crate::kiosk as running;
use tauri::State;
use yuyue_desk::desk::lock;
use yuyue_desk::use_cases::kiosk as visits;
use yuyue_desk::view::kiosk::{KioskView, OpenSessions, OpenSessionsQuery, SpokenLanguage};
use yuyue_desk::view::reason::HostError;
use yuyue_domain::presence::Awaited;

#[tauri::command]
#[specta::specta]
pub async fn kiosk(slot: State<'_, HostSlot>) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    host.answer(running::view(&host))
}

#[tauri::command]
#[specta::specta]
pub async fn kiosk_touch(slot: State<'_, HostSlot>, elder: bool) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).touch(elder))
}

#[tauri::command]
#[specta::specta]
pub async fn kiosk_begin(slot: State<'_, HostSlot>, number: String) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    host.answer(visits::begin(&host.desk, &*host.line, &number).await)
}

#[tauri::command]
#[specta::specta]
pub async fn kiosk_send_again(slot: State<'_, HostSlot>) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    host.answer(visits::send_again(&host.desk, &*host.line).await)
}

#[tauri::command]
#[specta::specta]
pub async fn kiosk_open(slot: State<'_, HostSlot>, code: String) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    host.answer(visits::open(&host.desk, &*host.line, code).await)
}

#[tauri::command]
#[specta::specta]
pub async fn kiosk_read_card(slot: State<'_, HostSlot>) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    running::read_card(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn kiosk_end(slot: State<'_, HostSlot>) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    host.answer(running::end(&host))
}

#[tauri::command]
#[specta::specta]
pub async fn open_sessions(slot: State<'_, HostSlot>, query: OpenSessionsQuery) -> Result<OpenSessions, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).open_sessions(&query))
}

#[tauri::command]
#[specta::specta]
pub async fn read_aloud(
    slot: State<'_, HostSlot>,
    text: String,
    language: SpokenLanguage,
    pressed: bool,
) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    running::read_aloud(&host, &text, language, pressed)
}

#[tauri::command]
#[specta::specta]
pub async fn stop_waiting(slot: State<'_, HostSlot>, awaited: Awaited) -> Result<KioskView, HostError> {
    let host = slot.host().await?;
    running::stop_waiting(&host, awaited)
}

#[tauri::command]
#[specta::specta]
pub async fn staff_exit(slot: State<'_, HostSlot>, code: String) -> Result<(), HostError> {
    let host = slot.host().await?;
    running::staff_exit(&host, &code)
}
