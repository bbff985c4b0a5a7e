//! Something that another program holds and lets go over a window: a file, or a piece of text. The language is that of X.

use crate::computer::wait_for;
use crate::screen::Screen;
use std::cell::Cell;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// The version of the language, in the place where a message has it.
const VERSION: u32 = 5 << 24;

/// The other program.
pub struct Holder {
    server: RustConnection,
    over: Window,
    kind: u32,
    holds: Vec<u8>,
}

impl Holder {
    /// Drags `holds`, which is of a kind such as `text/uri-list`, over a place of the only window of a screen and lets go.
    /// Whether the window said that it takes it, and had it then.
    pub async fn drops(screen: &Screen, kind: &str, holds: &str, (x, y): (u32, u32)) -> bool {
        let (server, number) = x11rb::connect(Some(screen.display())).unwrap();
        let root = server.setup().roots[number].root;
        let window = server.generate_id().unwrap();
        let looks = CreateWindowAux::new();
        server.create_window(0, window, root, -10, -10, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &looks).unwrap();
        let over = screen.windows()[0];
        let mut holder = Self { server, over, kind: 0, holds: holds.as_bytes().to_vec() };
        holder.kind = holder.atom(kind);
        let selection = holder.atom("XdndSelection");
        holder.server.set_selection_owner(window, selection, x11rb::CURRENT_TIME).unwrap().check().unwrap();
        holder.says("XdndEnter", [window, VERSION, holder.kind, 0, 0]);
        let copies = holder.atom("XdndActionCopy");
        holder.says("XdndPosition", [window, 0, x << 16 | y, x11rb::CURRENT_TIME, copies]);
        if holder.hears("XdndStatus").await & 1 == 0 {
            holder.says("XdndLeave", [window, 0, 0, 0, 0]);
            return false;
        }
        holder.says("XdndDrop", [window, 0, x11rb::CURRENT_TIME, 0, 0]);
        holder.hears("XdndFinished").await & 1 == 1
    }

    fn says(&self, message: &str, words: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.over, self.atom(message), words);
        self.server.send_event(false, self.over, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    }

    /// Waits for an answer of the window, and shows it what is held whenever it asks; gives the second word of the answer.
    async fn hears(&self, answer: &str) -> u32 {
        let (answer_kind, word) = (self.atom(answer), Cell::new(0));
        wait_for(answer, async || {
            while let Some(event) = self.server.poll_for_event().unwrap() {
                match event {
                    Event::ClientMessage(message) if message.type_ == answer_kind => {
                        word.set(message.data.as_data32()[1]);
                        return true;
                    }
                    Event::SelectionRequest(request) => self.shows(&request),
                    _ => {}
                }
            }
            false
        })
        .await;
        word.get()
    }

    fn shows(&self, request: &SelectionRequestEvent) {
        let SelectionRequestEvent { requestor, selection, target, time, property, .. } = *request;
        let is_known = target == self.kind;
        if is_known {
            self.server.change_property8(PropMode::REPLACE, requestor, property, target, &self.holds).unwrap();
        }
        let told = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time,
            requestor,
            selection,
            target,
            property: if is_known { property } else { AtomEnum::NONE.into() },
        };
        self.server.send_event(false, requestor, EventMask::NO_EVENT, told).unwrap().check().unwrap();
    }

    fn atom(&self, name: &str) -> u32 {
        self.server.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }
}
