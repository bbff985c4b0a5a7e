//! The live stream: the centre says that there is something new, the device then follows the feed.

use super::line_problem;
use reqwest::Response;
use std::time::Duration;
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::error::{ErrorCode, Problem};

/// After this time a stream is opened anew, whatever it still says.
pub const LIFE_MAX: Duration = Duration::from_secs(3600);
/// Bytes of one event at most.
const EVENT_BYTES_MAX: usize = 4 * 1024;

/// The newest revisions, as the centre tells them. The caller bounds how long it waits: the centre says every 5 seconds
/// that it is there.
pub struct HeadStream {
    response: Response,
    buffer: Vec<u8>,
}

/// What the stream said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The newest revision is this.
    Head(Revision),
    /// The centre is there and has nothing new.
    KeepAlive,
}

impl HeadStream {
    pub(super) const fn new(response: Response) -> Self {
        Self { response, buffer: Vec::new() }
    }

    /// Waits for what the stream says next.
    ///
    /// # Errors
    /// When the stream ends or breaks off.
    pub async fn next(&mut self) -> Result<Heard, Problem> {
        loop {
            if let Some(heard) = take_event(&mut self.buffer) {
                return Ok(heard);
            }
            if self.buffer.len() > EVENT_BYTES_MAX {
                return Err(Problem::new(ErrorCode::BadAnswer, "the live stream cannot be read"));
            }
            match self.response.chunk().await.map_err(|error| line_problem(&error))? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => return Err(Problem::new(ErrorCode::Offline, "the live stream ended")),
            }
        }
    }
}

/// Takes the first whole event out of the buffer; events end with an empty line.
fn take_event(buffer: &mut Vec<u8>) -> Option<Heard> {
    let end = buffer.windows(2).position(|pair| pair == b"\n\n")?;
    let event: Vec<u8> = buffer.drain(..end + 2).collect();
    let text = String::from_utf8_lossy(&event);
    let head = text.lines().find_map(|line| line.strip_prefix("data:")).and_then(|data| data.trim().parse().ok());
    Some(head.map_or(Heard::KeepAlive, |revision| Heard::Head(Revision(revision))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_whole_and_in_order() {
        let mut buffer = b"event: head\ndata: 7\n\n: \n\nevent: head\ndata: 8\n".to_vec();
        assert_eq!(take_event(&mut buffer), Some(Heard::Head(Revision(7))), "the first event");
        assert_eq!(take_event(&mut buffer), Some(Heard::KeepAlive), "a comment says that the centre is there");
        assert_eq!(take_event(&mut buffer), None, "the third has not come whole");
        buffer.extend_from_slice(b"\n");
        assert_eq!(take_event(&mut buffer), Some(Heard::Head(Revision(8))), "now it has");
    }
}
