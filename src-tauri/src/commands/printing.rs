//! Previewing and printing slips and vouchers.

use crate::host::HostSlot;
use tauri::State;
use yuyue_desk::view::printing::{DocumentKind, DocumentPreview, PrintJob};
use yuyue_desk::view::reason::HostError;

#[tauri::command]
#[specta::specta]
pub async fn preview_document(slot: State<'_, HostSlot>, kind: DocumentKind) -> Result<DocumentPreview, HostError> {
    let host = slot.host().await?;
    host.paperwork.preview(&host, kind)
}

#[tauri::command]
#[specta::specta]
pub async fn print_document(slot: State<'_, HostSlot>, kind: DocumentKind) -> Result<PrintJob, HostError> {
    let host = slot.host().await?;
    let job = host.paperwork.print(&host, kind);
    host.took();
    job
}
