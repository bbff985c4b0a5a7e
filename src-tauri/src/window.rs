//! The one window: how it opens at a counter and at a kiosk, how it comes to the front, and how a kiosk's forgets.

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

/// The label by which the capabilities name the window.
const MAIN: &str = "main";

/// The page at a terminal, which shows nothing of a counter's from its first moment on.
const TERMINAL: &str = "index.html?kiosk";

/// The smallest area for which the screens are drawn, in logical pixels.
const SMALLEST: (f64, f64) = (1024.0, 720.0);
/// The area with which a counter starts, in logical pixels.
const USUAL: (f64, f64) = (1366.0, 768.0);

/// Opens the window. A kiosk fills its screen and shows no frame.
pub fn open<R: Runtime>(app: &AppHandle<R>, is_kiosk: bool) -> tauri::Result<()> {
    let title = if cfg!(feature = "training") { "渝约 · 培训模式" } else { "渝约" };
    let page = if is_kiosk { WebviewUrl::App(TERMINAL.into()) } else { WebviewUrl::default() };
    let mut builder = WebviewWindowBuilder::new(app, MAIN, page).title(title);
    if cfg!(feature = "training") {
        builder = builder.icon(tauri::include_image!("icons/training/128x128@2x.png"))?;
    }
    let builder = if is_kiosk {
        // The page keeps nothing on the disk, goes nowhere else and shows no tools. A window that cannot be resized would keep
        // the size with which it begins, also in a compositor that gives it the whole screen; one that is maximised as well
        // has no edges that a finger could drag.
        builder
            .maximized(true)
            .fullscreen(true)
            .decorations(false)
            .closable(false)
            .always_on_top(true)
            .incognito(!is_driven())
            .devtools(false)
            .on_navigation(is_own)
    } else {
        builder.inner_size(USUAL.0, USUAL.1).min_inner_size(SMALLEST.0, SMALLEST.1)
    };
    let window = builder.build()?;
    if is_kiosk { guard(&window) } else { Ok(()) }
}

/// A counter's computer was enrolled as a kiosk: the window fills the screen from now on.
pub fn lock_down<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let Some(window) = app.get_webview_window(MAIN) else { return Ok(()) };
    window.set_decorations(false)?;
    window.set_closable(false)?;
    window.set_always_on_top(true)?;
    window.maximize()?;
    window.set_fullscreen(true)?;
    guard(&window)
}

/// The page forgets whoever was there: its process ends, and with it all of its memory; a new one shows the page anew. The
/// clipboard is emptied. A page that has died has a new process already. A driver would lose its session with the process, so
/// that the page is only loaded anew under one.
pub fn forget<R: Runtime>(app: &AppHandle<R>, has_died: bool) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let forgotten = window.clear_all_browsing_data().and_then(|()| {
        window.with_webview(move |webview| {
            #[cfg(target_os = "linux")]
            linux::forget(&webview.inner(), !has_died && !is_driven());
            #[cfg(not(target_os = "linux"))]
            let _ = (webview, has_died);
        })
    });
    let forgotten =
        forgotten.and_then(|()| if cfg!(target_os = "linux") && !is_driven() { Ok(()) } else { window.reload() });
    if let Err(error) = forgotten {
        tracing::error!(%error, "the page was not loaded anew");
    }
}

/// Whether a test drives the page, which it cannot in a page that keeps nothing.
fn is_driven() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// Whether an address is the page's own; nothing else is ever loaded at a kiosk.
fn is_own(address: &Url) -> bool {
    match (address.scheme(), address.host_str()) {
        ("tauri", _) | ("http" | "https", Some("tauri.localhost")) => true,
        // A developer's page.
        ("http", Some("localhost")) => cfg!(dev),
        _ => false,
    }
}

/// No menu, and a page that comes back when its process dies, or stands still for long.
fn guard<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    let app = window.app_handle().clone();
    window.with_webview(move |webview| {
        #[cfg(target_os = "linux")]
        linux::guard(&webview.inner(), move || crate::kiosk::page_died(&app));
        #[cfg(not(target_os = "linux"))]
        let _ = (webview, app);
    })
}

#[cfg(target_os = "linux")]
mod linux {
    use gtk::glib;
    use gtk::prelude::WidgetExt as _;
    use std::rc::Rc;
    use std::time::Duration;
    use webkit2gtk::{WebProcessTerminationReason, WebView, WebViewExt as _};

    /// Where the page is.
    const HOME: &str = "tauri://localhost/index.html?kiosk";

    /// So long a page may answer no touch, after the seconds in which the engine still hopes for an answer.
    const STANDS_STILL_FOR: Duration = Duration::from_secs(15);

    pub fn guard(webview: &WebView, died: impl Fn() + 'static) {
        let died = Rc::new(died);
        webview.connect_context_menu(|_, _, _, _| true);
        let ended = Rc::clone(&died);
        webview.connect_web_process_terminated(move |webview, reason| {
            // At the end of a visit it ends because we say so.
            if reason != WebProcessTerminationReason::TerminatedByApi {
                tracing::error!(?reason, "the page's process ended");
                ended();
            }
            // Not loaded again, which needs a page that was there: this one may have died before it was.
            webview.load_uri(webview.uri().as_deref().unwrap_or(HOME));
        });
        webview.connect_is_web_process_responsive_notify(move |webview| {
            // A driver would lose its session, however long its machine has something else to do.
            if webview.is_web_process_responsive() || super::is_driven() {
                return;
            }
            let (webview, died) = (webview.clone(), Rc::clone(&died));
            glib::timeout_add_local_once(STANDS_STILL_FOR, move || {
                if !webview.is_web_process_responsive() {
                    tracing::error!("the page's process stands still");
                    died();
                    webview.terminate_web_process();
                }
            });
        });
    }

    pub fn forget(webview: &WebView, ends: bool) {
        for selection in [gtk::gdk::SELECTION_CLIPBOARD, gtk::gdk::SELECTION_PRIMARY] {
            let clipboard = webview.clipboard(&selection);
            clipboard.set_text("");
            clipboard.clear();
        }
        if ends {
            webview.terminate_web_process();
        }
    }
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
