//! The frame around the window: what whoever sits at the counter does with it, and no page can.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, InputFocus, MapState, Window};
use x11rb::rust_connection::RustConnection;

/// Presses the button that closes the window whose title begins with `title`, as a window manager tells it.
pub fn close(title: &str) {
    let (screen, window) = open(title);
    let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"]
        .map(|name| screen.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom);
    let message = ClientMessageEvent::new(32, window, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
    screen.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
}

/// Lets the keyboard belong to the window, as whoever clicks on it does.
pub fn focus(title: &str) {
    let (screen, window) = open(title);
    screen.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME).unwrap().check().unwrap();
}

fn open(title: &str) -> (RustConnection, Window) {
    let (screen, number) = x11rb::connect(None).expect("the end-to-end tests run on a screen");
    let root = screen.setup().roots[number].root;
    let window = find(&screen, root, title).expect("the window is on the screen");
    (screen, window)
}

/// The shown window of the screen with that title; there is no window manager that would put it into another one.
fn find(screen: &RustConnection, root: Window, title: &str) -> Option<Window> {
    let name = screen.intern_atom(false, b"_NET_WM_NAME").unwrap().reply().unwrap().atom;
    let all = screen.query_tree(root).unwrap().reply().unwrap().children;
    all.into_iter().find(|window| {
        // A window may go while we look at it.
        let shown = screen.get_window_attributes(*window).unwrap().reply();
        let text = screen.get_property(false, *window, name, AtomEnum::ANY, 0, 64).unwrap().reply();
        shown.is_ok_and(|shown| shown.map_state == MapState::VIEWABLE)
            && text.is_ok_and(|text| text.value.starts_with(title.as_bytes()))
    })
}
