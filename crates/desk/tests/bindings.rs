//! The window's TypeScript types are generated from the Rust types and never edited by hand.
#![cfg(feature = "bindings")]

use specta_typescript::Typescript;
use std::error::Error;
use std::path::Path;

/// Set to write the file instead of comparing it.
const WRITE: &str = "YUYUE_WRITE_BINDINGS";

#[test]
fn the_windows_types_are_those_of_the_host() -> Result<(), Box<dyn Error>> {
    let header = "// Generated from crates/desk/src/view.rs; do not edit.\n";
    let wanted = Typescript::default().header(header).export(&yuyue_desk::view::types(), specta_serde::Format)?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/ipc/bindings.ts");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &wanted)?;
    }
    let found = std::fs::read_to_string(&path)?;
    assert_eq!(found, wanted, "the types changed: run this test once with {WRITE}=1");
    Ok(())
}
