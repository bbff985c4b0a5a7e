//! Previewing and printing slips and vouchers.

use crate::host::{HostSlot, internal};
use tauri::State;
use yuyue_desk::view::printing::{DocumentKind, DocumentPreview, PrintJob};
use yuyue_desk::view::reason::HostError;

#[tauri::command]
#[specta::specta]
pub async fn preview_document(slot: State<'_, HostSlot>, kind: DocumentKind) -> Result<DocumentPreview, HostError> {
    let host = slot.host().await?;
    apart(move || host.paperwork.preview(&host, kind)).await
}

#[tauri::command]
#[specta::specta]
pub async fn print_document(slot: State<'_, HostSlot>, kind: DocumentKind) -> Result<PrintJob, HostError> {
    let host = slot.host().await?;
    apart(move || {
        let job = host.paperwork.print(&host, kind);
        host.took();
        job
    })
    .await
}

/// Where a printing system that does not answer keeps nothing else waiting.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|_| Err(internal()))
}
