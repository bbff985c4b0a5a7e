//! Lists: today's business, progress, results, offices, notices and what waits here.

use crate::host::HostSlot;
use tauri::State;
use uuid::Uuid;
use yuyue_desk::desk::lock;
use yuyue_desk::view::offices::OfficesView;
use yuyue_desk::view::outbox::OutboxView;
use yuyue_desk::view::progress::{ProgressPage, ProgressQuery};
use yuyue_desk::view::reason::HostError;
use yuyue_desk::view::results::{ResultsPage, ResultsQuery};
use yuyue_desk::view::today::TodayView;
use yuyue_domain::notice::{Notice, NoticeKind};

#[tauri::command]
#[specta::specta]
pub async fn today(slot: State<'_, HostSlot>) -> Result<TodayView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).today())
}

#[tauri::command]
#[specta::specta]
pub async fn progress(slot: State<'_, HostSlot>, query: ProgressQuery) -> Result<ProgressPage, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).progress(&query))
}

#[tauri::command]
#[specta::specta]
pub async fn results(slot: State<'_, HostSlot>, query: ResultsQuery) -> Result<ResultsPage, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).results(&query))
}

#[tauri::command]
#[specta::specta]
pub async fn offices(slot: State<'_, HostSlot>) -> Result<OfficesView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).offices())
}

#[tauri::command]
#[specta::specta]
pub async fn notice(slot: State<'_, HostSlot>, kind: NoticeKind) -> Result<Notice, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).notice(kind))
}

#[tauri::command]
#[specta::specta]
pub async fn outbox(slot: State<'_, HostSlot>) -> Result<OutboxView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).outbox())
}

#[tauri::command]
#[specta::specta]
pub async fn outbox_acknowledge(slot: State<'_, HostSlot>, id: Uuid, note: String) -> Result<OutboxView, HostError> {
    let host = slot.host().await?;
    let view = host.answer(lock(&host.desk).outbox_acknowledge(id, &note));
    host.tell_state();
    view
}

/// 交接: leaves something that is not done to whoever works here next.
#[tauri::command]
#[specta::specta]
pub async fn outbox_hand_over(slot: State<'_, HostSlot>, id: Uuid, note: String) -> Result<OutboxView, HostError> {
    let host = slot.host().await?;
    host.answer(lock(&host.desk).outbox_hand_over(id, &note))
}
