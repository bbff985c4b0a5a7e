//! Lets Tauri check the configuration and the capabilities, and the user interface be built in.

fn main() -> std::io::Result<()> {
    // Lints and unit tests need no user interface; a window without one says that it has found no page.
    std::fs::create_dir_all("../ui/dist")?;
    tauri_build::build();
    Ok(())
}
