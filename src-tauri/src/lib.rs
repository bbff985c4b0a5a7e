//! The window of the counter: it opens the web view, passes typed commands on to `yuyue-desk` and its events back.
//!
//! It knows no rule and no SQL; it holds what only a running program can hold: the window, the clock and the threads.

pub mod commands;
mod enrolment;
mod follower;
mod host;
mod instance;
mod keys;
mod kiosk;
mod line;
mod open_record;
mod printing;
#[cfg(feature = "training")]
mod training;
mod upkeep;
mod window;

use std::time::Duration;
use tauri::Manager;

/// How long the end of the program waits for what is under way: for longer than anything does something in a file, but not
/// for a printing system or a network. Meanwhile a second start shows nothing.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Opens the window and runs until it is closed.
///
/// # Panics
/// When there is no screen, or when the web view cannot be started; nobody could be told otherwise.
pub fn run() {
    // To the standard error stream, without personal data: the crates log codes and ids only.
    tracing_subscriber::fmt().with_env_filter(log_filter()).with_writer(std::io::stderr).init();
    let mut context = tauri::generate_context!();
    if cfg!(feature = "training") {
        // The training edition never meets the data, nor an open window, of the real one.
        context.config_mut().identifier.push_str(".training");
    }
    let is_kiosk = kiosk::is_wanted();
    if is_kiosk && cfg!(feature = "training") {
        // In training a computer is both, beside each other.
        context.config_mut().identifier.push_str(".kiosk");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    tauri::async_runtime::set(runtime.handle().clone());
    let mut runtime = Some(runtime);
    let built = tauri::Builder::default()
        .plugin(instance::plugin())
        .plugin(window::remembered_placement())
        .invoke_handler(commands::builder().invoke_handler())
        .on_window_event(move |_, event| {
            if let (true, tauri::WindowEvent::CloseRequested { api, .. }) = (is_kiosk, event) {
                // Only staff leave a kiosk, with their code.
                api.prevent_close();
            }
        })
        .setup(move |app| {
            host::open(app.app_handle());
            window::open(app.app_handle(), is_kiosk)?;
            Ok(())
        })
        .build(context);
    if built.as_ref().is_err_and(instance::is_unanswered) {
        instance::start_again();
    }
    let app = built.expect("the window opens where there is a screen and WebKitGTK");
    app.run(move |_, event| {
        // A thread that is still in SQLCipher when the process ends would crash, because SQLCipher is taken apart then.
        if matches!(event, tauri::RunEvent::Exit)
            && let Some(runtime) = runtime.take()
        {
            runtime.shutdown_timeout(END_WITHIN);
        }
    });
}

/// What is logged unless `YUYUE_LOG` says otherwise.
fn log_filter() -> tracing_subscriber::EnvFilter {
    let wanted = std::env::var("YUYUE_LOG").unwrap_or_default();
    tracing_subscriber::EnvFilter::try_new(wanted)
        .ok()
        .filter(|_| std::env::var_os("YUYUE_LOG").is_some())
        .unwrap_or_else(|| tracing_subscriber::EnvFilter::new("warn,yuyue=info"))
}
