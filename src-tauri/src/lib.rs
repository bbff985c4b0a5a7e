//! The window of the counter: it opens the web view, passes typed commands on to `yuyue-desk` and its events back.
//!
//! It knows no rule and no SQL; it holds what only a running program can hold: the window, the clock and the threads.

pub mod commands;
mod window;

use tauri::Manager;

/// Opens the window and runs until it is closed.
///
/// # Panics
/// When there is no screen, or when the web view cannot be started; nobody could be told otherwise.
pub fn run() {
    let mut context = tauri::generate_context!();
    if cfg!(feature = "training") {
        // The training edition never meets the data, nor an open window, of the real one.
        context.config_mut().identifier.push_str(".training");
    }
    let is_kiosk = std::env::args().skip(1).any(|argument| argument == "--kiosk");
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(window::remembered_placement())
        .invoke_handler(commands::builder().invoke_handler())
        .setup(move |app| {
            window::open(app.app_handle(), is_kiosk)?;
            Ok(())
        })
        .run(context)
        .expect("the window opens where there is a screen and WebKitGTK");
}
