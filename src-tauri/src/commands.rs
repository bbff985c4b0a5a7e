//! The commands that the page may call, and the description of them from which its TypeScript types are made.

use tauri::Wry;
use tauri_specta::{Builder, Casing, ErrorHandlingMode, collect_commands};

/// Every command with its types.
#[must_use]
pub fn builder() -> Builder<Wry> {
    Builder::new()
        .function_casing(Casing::SnakeCase)
        .error_handling(ErrorHandlingMode::Throw)
        .commands(collect_commands![])
        .types(&yuyue_desk::view::types())
}
