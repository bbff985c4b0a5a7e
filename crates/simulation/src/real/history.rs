//! What the programs said, in the order in which it was heard, and the model of what ought to be true.

use crate::clerk::Told;
use crate::model::Model;
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;
use uuid::Uuid;
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

/// Lines kept for whoever looks into a failure.
const LINES_KEPT: usize = 60;
/// Counters, and the centre behind them.
pub const CENTRE: usize = 3;

/// A line that a program said.
pub struct Line {
    /// Which program.
    pub node: usize,
    /// In which of its lives.
    pub start: u32,
    /// What.
    pub text: String,
}

/// What a counter that comes to rest says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rest {
    unsent: u64,
    revision: u64,
}

/// The history of a run.
pub struct History {
    sender: Sender<Line>,
    receiver: Receiver<Line>,
    lines: VecDeque<String>,
    rests: BTreeMap<usize, Rest>,
    /// Where the centre said last that it listens, and in which of its lives.
    pub listens: Option<(u32, Vec<u16>)>,
    /// What clerks were told, and where cursors stood.
    pub model: Model,
    /// What happened how often.
    pub counts: super::Counts,
}

impl History {
    pub fn new() -> Self {
        let (sender, receiver) = channel();
        let mut model = Model::new(CENTRE);
        model.tellings_are_lost = true;
        let (lines, rests) = (VecDeque::new(), BTreeMap::new());
        Self { sender, receiver, lines, rests, listens: None, model, counts: super::Counts::new() }
    }

    /// Where programs say what they say.
    pub const fn sender(&self) -> &Sender<Line> {
        &self.sender
    }

    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn count_of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// Notes what was done to the programs.
    pub fn note(&mut self, text: String) {
        self.lines.push_back(text);
        if self.lines.len() > LINES_KEPT {
            self.lines.pop_front();
        }
    }

    pub fn last_lines(&self) -> String {
        self.lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    /// Hears one line, if one comes until then.
    pub fn hear_until(&mut self, until: Instant) -> Result<bool, String> {
        #[expect(clippy::disallowed_methods, reason = "real programs are waited for on the wall's clock")]
        let rest = until.saturating_duration_since(Instant::now());
        match self.receiver.recv_timeout(rest) {
            Ok(line) => self.hear(&line).map(|()| true),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(false),
        }
    }

    fn hear(&mut self, line: &Line) -> Result<(), String> {
        let Line { node, start, text } = line;
        if *node == CENTRE {
            let ports = text.split(", ").filter_map(|part| part.rsplit(':').next()?.parse().ok());
            self.listens = Some((*start, ports.collect()));
            return Ok(());
        }
        let words: Vec<&str> = text.splitn(3, ' ').collect();
        match words[..] {
            ["cursor", epoch, revision] => {
                let cursor = epoch.parse().ok().zip(revision.parse().ok());
                let cursor =
                    cursor.map(|(epoch, revision)| Cursor { epoch: Epoch(epoch), revision: Revision(revision) });
                self.model.see_cursor(*node, cursor)?;
                self.count("rounds");
            }
            ["rest", unsent, revision] => {
                let read = |text: &str| text.parse().map_err(|_| format!("a counter says `{text}`"));
                self.rests.insert(*node, Rest { unsent: read(unsent)?, revision: read(revision)? });
            }
            ["told", kind, command] => {
                let command: Uuid = command.parse().map_err(|_| format!("a counter says `{text}`"))?;
                let told = match kind {
                    "Saved" => Told::Saved,
                    "Accepted" => Told::Accepted,
                    _ => Told::Refused,
                };
                self.model.tell(*node, command, told);
                self.count(match told {
                    Told::Saved => "told saved",
                    Told::Accepted => "told accepted",
                    Told::Refused => "told refused",
                });
            }
            ["complaint", ..] => return Err(format!("counter {}: {text}", node + 1)),
            ["does", ..] => self.count("acts"),
            _ => {}
        }
        if words[0] != "cursor" && words[0] != "rest" {
            self.note(format!("counter {} (start {start}): {text}", node + 1));
        }
        Ok(())
    }

    /// Whether every counter has sent everything and stands at the centre's head.
    pub fn is_at_rest(&self, counters: usize, head: u64) -> bool {
        self.rests.len() == counters && self.rests.values().all(|rest| *rest == Rest { unsent: 0, revision: head })
    }

    pub fn rest_lines(&self) -> String {
        format!("{:?}", self.rests)
    }
}
