//! One window on a computer: a second start shows the window of the first and goes. Where the first dies in that moment, the
//! second takes its place.

use crate::window;
use std::process::Command;
use tauri::plugin::TauriPlugin;
use tauri::{Error, Runtime};

/// By this name the plugin tells that it could not begin.
const PLUGIN: &str = "single-instance";
/// How often this start was made before.
const STARTS: &str = "YUYUE_STARTS";
/// The session bus forgets a program some milliseconds after its end; one start takes longer than that.
const STARTS_MAX: u32 = 10;
/// With this exit code a session knows that another program has the place and does not answer.
const UNANSWERED: i32 = 69;

/// Shows the window of the first start when there is a second one.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app))
}

/// Whether a start failed because the first one did not answer: the bus has its name still, and it is dead.
pub fn is_unanswered(error: &Error) -> bool {
    matches!(error, Error::PluginInitialization(plugin, _) if plugin == PLUGIN)
}

/// Starts the program once more in this process, which nobody else sees; ends it when that was tried often enough.
pub fn start_again() -> ! {
    let starts = std::env::var(STARTS).ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    if starts < STARTS_MAX
        && let Ok(program) = std::env::current_exe()
    {
        replace(Command::new(program).args(std::env::args_os().skip(1)).env(STARTS, (starts + 1).to_string()));
    }
    tracing::error!(starts, "another program has the place of this one and does not answer");
    std::process::exit(UNANSWERED)
}

/// Puts another program in the place of this one; comes back when it cannot.
#[cfg(unix)]
fn replace(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    tracing::error!(%error, "the program could not be started once more");
}

/// Elsewhere the first one's place is free once it is dead, so that no start fails.
#[cfg(not(unix))]
fn replace(_: &mut Command) {}
