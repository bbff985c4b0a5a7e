//! A screen of its own with a touch panel: an X server without graphics whose fingers are the test's. To the window they
//! are as real as those of a person, which what a driver makes of a page is not.

use crate::processes::Processes;
use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt, CreateWindowAux, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, MapState, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// How long the X server may take to hear a finger.
const HEARD_WITHIN: Duration = Duration::from_secs(60);
/// The largest value of an axis of the touch panel.
const AXIS_MAX: u32 = 65_535;
/// What was copied, and what was only marked.
const CLIPBOARDS: [&str; 2] = ["CLIPBOARD", "PRIMARY"];
/// A message about a finger, of which the values of 64 axes, twice, are the most.
const TOUCH_BYTES: usize = 1056;

/// What a finger does; the numbers are those of the X server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finger {
    /// Comes down on the glass.
    Down = 18,
    /// Moves on it.
    Moves = 19,
    /// Goes up.
    Up = 20,
}

/// The screen. It is gone once this is dropped, with all that it shows.
pub struct Screen {
    size: (u32, u32),
    display: String,
    server: RustConnection,
    root: Window,
    panel: RefCell<UnixStream>,
    // In this order they are dropped: first the processes, then the folder that they write to.
    _processes: Processes,
    _folder: TempDir,
}

impl Screen {
    /// Switches it on, with a window manager that knows one shortcut: Alt+F4 closes a window.
    #[must_use]
    pub fn start(width: u32, height: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let panel = at("panel");
        let settings = include_str!("screen/xorg.conf")
            .replace("{panel}", &panel.display().to_string())
            .replace("{width}", &width.to_string())
            .replace("{height}", &height.to_string());
        fs::write(at("xorg.conf"), settings).unwrap();
        fs::write(at("openbox.xml"), include_str!("screen/openbox.xml")).unwrap();
        let (ours, theirs) = std::io::pipe().unwrap();
        let mut xorg = Command::new("Xorg");
        xorg.arg("-config").arg(at("xorg.conf")).arg("-logfile").arg(at("log"));
        xorg.args(["-noreset", "-novtswitch", "-nolisten", "tcp", "-displayfd", "1"]);
        xorg.stdout(theirs).stderr(Stdio::null());
        let processes = Processes::start(xorg);
        let mut number = String::new();
        BufReader::new(ours).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let (server, screen) = x11rb::connect(Some(&display)).expect("the X server listens");
        let root = server.setup().roots[screen].root;
        let mut manager = Command::new("openbox");
        manager.arg("--sm-disable").arg("--config-file").arg(at("openbox.xml"));
        manager.env("DISPLAY", &display).env("HOME", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        processes.join(manager);
        let panel = RefCell::new(open_panel(UnixStream::connect(panel).expect("the touch panel is connected")));
        Self { size: (width, height), display, server, root, panel, _processes: processes, _folder: folder }
    }

    /// Its width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The name by which programs find it.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Lets a finger do something. There are ten, from 1; the X server has heard it afterwards.
    pub fn touch(&self, finger: u32, does: Finger, (x, y): (u32, u32)) {
        let mut message = Vec::with_capacity(TOUCH_BYTES);
        for word in [u32::try_from(TOUCH_BYTES).unwrap(), 6, finger, does as u32, 0] {
            message.extend(word.to_ne_bytes());
        }
        // Two axes have a value; then four bytes, so that the values begin at a multiple of eight.
        message.extend([0b11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [x * AXIS_MAX / self.size.0, y * AXIS_MAX / self.size.1] {
            message.extend(f64::from(value).to_ne_bytes());
        }
        message.resize(TOUCH_BYTES, 0);
        let mut panel = self.panel.borrow_mut();
        panel.write_all(&message).unwrap();
        panel.write_all(&[8u32.to_ne_bytes(), 1u32.to_ne_bytes()].concat()).unwrap();
        panel.read_exact(&mut [0; 8]).expect("the X server hears fingers");
    }

    /// One finger comes down and goes up.
    pub fn tap(&self, at: (u32, u32)) {
        self.touch(1, Finger::Down, at);
        self.touch(1, Finger::Up, at);
    }

    /// Presses keys, by their codes, one on top of the other, and lets go of them again.
    pub fn press(&self, codes: &[u8]) {
        let fake = |kind: u8, code: u8| {
            self.server.xtest_fake_input(kind, code, x11rb::CURRENT_TIME, self.root, 0, 0, 0).unwrap().check().unwrap();
        };
        for code in codes {
            fake(KEY_PRESS_EVENT, *code);
        }
        for code in codes.iter().rev() {
            fake(KEY_RELEASE_EVENT, *code);
        }
    }

    /// Presses a button of a mouse once, while keys are held; 4 to 7 are its wheel.
    pub fn click(&self, button: u8, (x, y): (u32, u32), held: &[u8]) {
        let (x, y) = (i16::try_from(x).unwrap(), i16::try_from(y).unwrap());
        let fake = |kind: u8, code: u8| {
            self.server.xtest_fake_input(kind, code, x11rb::CURRENT_TIME, self.root, x, y, 0).unwrap().check().unwrap();
        };
        fake(MOTION_NOTIFY_EVENT, 0);
        for code in held {
            fake(KEY_PRESS_EVENT, *code);
        }
        fake(BUTTON_PRESS_EVENT, button);
        fake(BUTTON_RELEASE_EVENT, button);
        held.iter().rev().for_each(|code| fake(KEY_RELEASE_EVENT, *code));
    }

    /// Every key that the keyboard of this screen has, with the meaning (the key symbol) that it has without others.
    #[must_use]
    pub fn keys(&self) -> Vec<(u8, u32)> {
        let (first, last) = (self.server.setup().min_keycode, self.server.setup().max_keycode);
        let mapping = self.server.get_keyboard_mapping(first, last - first + 1).unwrap().reply().unwrap();
        let meanings = mapping.keysyms.chunks(mapping.keysyms_per_keycode.into());
        (first..=last)
            .zip(meanings)
            .map(|(code, meanings)| (code, meanings[0]))
            .filter(|(_, meaning)| *meaning != 0)
            .collect()
    }

    /// Holds something in both clipboards, as a program does in which somebody has copied.
    pub fn copies(&self) {
        for clipboard in CLIPBOARDS {
            let window = self.server.generate_id().unwrap();
            let (looks, class) = (CreateWindowAux::new(), WindowClass::INPUT_ONLY);
            self.server.create_window(0, window, self.root, -10, -10, 1, 1, 0, class, 0, &looks).unwrap();
            let clipboard = self.atom(clipboard);
            self.server.set_selection_owner(window, clipboard, x11rb::CURRENT_TIME).unwrap().check().unwrap();
        }
    }

    /// Whether anybody holds something in a clipboard.
    #[must_use]
    pub fn has_copied(&self) -> bool {
        let owner = |clipboard| self.server.get_selection_owner(self.atom(clipboard)).unwrap().reply().unwrap().owner;
        CLIPBOARDS.into_iter().any(|clipboard| owner(clipboard) != x11rb::NONE)
    }

    /// The windows that programs have opened, as the window manager lists them.
    #[must_use]
    pub fn windows(&self) -> Vec<Window> {
        self.property(self.root, "_NET_CLIENT_LIST", AtomEnum::WINDOW.into())
    }

    /// How many windows can be seen, with menus and hints, which no window manager lists.
    #[must_use]
    pub fn visible(&self) -> usize {
        let all = self.server.query_tree(self.root).unwrap().reply().unwrap().children;
        let is_visible = |window: &Window| {
            // A window may go while we look at it.
            let shown = self.server.get_window_attributes(*window).unwrap().reply();
            let place = self.server.get_geometry(*window).unwrap().reply();
            shown.is_ok_and(|shown| shown.map_state == MapState::VIEWABLE)
                && place.is_ok_and(|place| place.x >= 0 && place.y >= 0 && place.width > 1 && place.height > 1)
        };
        all.iter().filter(|window| is_visible(window)).count()
    }

    /// Whether a window fills the screen, as it has asked the window manager.
    #[must_use]
    pub fn is_filled_by(&self, window: Window) -> bool {
        let filled = self.atom("_NET_WM_STATE_FULLSCREEN");
        self.property(window, "_NET_WM_STATE", AtomEnum::ATOM.into()).contains(&filled)
    }

    fn property(&self, window: Window, name: &str, kind: u32) -> Vec<u32> {
        let reply = self.server.get_property(false, window, self.atom(name), kind, 0, 64).unwrap().reply();
        reply.ok().and_then(|reply| reply.value32().map(Iterator::collect)).unwrap_or_default()
    }

    fn atom(&self, name: &str) -> u32 {
        self.server.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }
}

/// Tells the panel which version of its language we speak, and hears its own.
fn open_panel(mut panel: UnixStream) -> UnixStream {
    panel.set_read_timeout(Some(HEARD_WITHIN)).unwrap();
    let (length, kind, major, minor) = (12u32, 0u32, 1u16, 0u16);
    panel.write_all(&[length.to_ne_bytes(), kind.to_ne_bytes()].concat()).unwrap();
    panel.write_all(&[major.to_ne_bytes(), minor.to_ne_bytes()].concat()).unwrap();
    panel.read_exact(&mut [0; 12]).expect("the touch panel answers");
    panel
}
