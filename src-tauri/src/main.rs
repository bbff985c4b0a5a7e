//! The program: what must be true of the process before the window opens, and then the window.

// A console would open beside the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

fn main() {
    // On some kiosks the web view stays blank when it shares memory with the graphics card. Whoever set the variable
    // knows better: under WebDriver the web view paints nothing without that sharing.
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        #[expect(unsafe_code, reason = "no other thread exists yet that could read the environment meanwhile")]
        // SAFETY: these are the first statements of the program, which has one thread.
        unsafe {
            std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
    }
    yuyue_window::run();
}
