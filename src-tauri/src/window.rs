//! The one window: how it opens at a counter and at a kiosk, and how it comes to the front.

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Runtime, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

/// The label by which the capabilities name the window.
const MAIN: &str = "main";

/// The smallest area for which the screens are drawn, in logical pixels.
const SMALLEST: (f64, f64) = (1024.0, 720.0);
/// The area with which a counter starts, in logical pixels.
const USUAL: (f64, f64) = (1366.0, 768.0);

/// Opens the window. A kiosk fills its screen and shows no frame.
pub fn open<R: Runtime>(app: &AppHandle<R>, is_kiosk: bool) -> tauri::Result<()> {
    let title = if cfg!(feature = "training") { "渝约 · 培训模式" } else { "渝约" };
    let mut builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default()).title(title);
    if cfg!(feature = "training") {
        builder = builder.icon(tauri::include_image!("icons/training/128x128@2x.png"))?;
    }
    let builder = if is_kiosk {
        builder.fullscreen(true).decorations(false).resizable(false).always_on_top(true)
    } else {
        builder.inner_size(USUAL.0, USUAL.1).min_inner_size(SMALLEST.0, SMALLEST.1)
    };
    builder.build()?;
    Ok(())
}

/// Brings the window to the front when the program is started once more.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if let Err(error) = window.unminimize().and_then(|()| window.set_focus()) {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

/// Remembers where the counter's window was and how large. Whether it fills the screen is the kiosk's business alone.
pub fn remembered_placement<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}
