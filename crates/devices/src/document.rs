//! What a paper says: one pure model for every document, in reading order and without measures.

mod acceptance;
mod leaflet;
mod receipt;
mod request;
mod shift_end;
mod voucher;
mod wording;

use serde::Serialize;
use std::fmt;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::lookup::SLIP_QR_PREFIX;
use yuyue_domain::time::Timestamp;

pub use acceptance::Acceptance;
pub use leaflet::{Leaflet, LeafletSection};
pub use receipt::{Receipt, Taken};
pub use request::{Request, SessionLine, WishLines};
pub use shift_end::ShiftEnd;
pub use voucher::Voucher;

/// Which document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 登记回执: taken here, not yet accepted by the centre
    Receipt,
    /// 受理回执: accepted by the centre
    Acceptance,
    /// 预约凭证: a place was given
    Voucher,
    /// 交班单: what was taken in a shift and what the centre has received of it
    ShiftEnd,
    /// 业务须知 or 车管所地址和电话, to take along
    Leaflet,
}

impl DocumentKind {
    /// The name of a print job or file: tells the kind, and nothing of a person.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Receipt => "yuyue-receipt",
            Self::Acceptance => "yuyue-acceptance",
            Self::Voucher => "yuyue-voucher",
            Self::ShiftEnd => "yuyue-shift-end",
            Self::Leaflet => "yuyue-leaflet",
        }
    }
}

/// Where, when, by whom and for the how-manieth time a paper is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printing {
    /// When it is printed.
    pub printed_at: Timestamp,
    /// 1 for the first print of this document, 2 for the first reprint (补打), …
    pub count: u32,
    /// The office, such as 渝北车管所.
    pub office: String,
    /// The place in the office, such as 3 号窗口 or 1 号自助终端.
    pub place: String,
    /// Name and staff number of the clerk; none at a kiosk.
    pub clerk: Option<String>,
    /// The public service line as the guide prints it.
    pub service_line: String,
}

/// One part of a document.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// The mark of the product: two rivers and their confluence.
    Mark,
    /// The name of the document.
    Title {
        /// Its text.
        text: String,
    },
    /// Below the title: office, place, mode.
    Subtitle {
        /// Its text.
        text: String,
    },
    /// What nobody may overlook, in a frame.
    Notice {
        /// Its text.
        text: String,
    },
    /// A dashed line.
    Separator,
    /// The largest text of the paper, such as the day of the test.
    Headline {
        /// Its text.
        text: String,
    },
    /// Below a headline, such as the site.
    Place {
        /// Its text.
        text: String,
    },
    /// A name and its value.
    Row {
        /// The name, a few characters.
        label: String,
        /// The value.
        value: String,
        /// Whether the value is printed bold.
        strong: bool,
    },
    /// More about the row above, below its value.
    Detail {
        /// Its text.
        text: String,
    },
    /// A sentence from margin to margin.
    Note {
        /// Its text.
        text: String,
    },
    /// A short line in the middle, such as time of print or telephone.
    Foot {
        /// Its text.
        text: String,
    },
    /// A QR code.
    Qr {
        /// What a scanner reads.
        text: String,
        /// What people read below it, and what a screen reader says instead of it.
        caption: String,
    },
}

#[cfg(test)]
impl Block {
    /// The texts that people read, in order.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Mark | Self::Separator => Vec::new(),
            Self::Title { text }
            | Self::Subtitle { text }
            | Self::Notice { text }
            | Self::Headline { text }
            | Self::Place { text }
            | Self::Detail { text }
            | Self::Note { text }
            | Self::Foot { text } => vec![text],
            Self::Row { label, value, .. } => vec![label, value],
            Self::Qr { caption, .. } => vec![caption],
        }
    }
}

/// A document before it is set on paper. It holds personal data; `Debug` shows only its kind.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Which one.
    pub kind: DocumentKind,
    /// Its name, as in its title block.
    pub title: String,
    /// When it is printed.
    pub printed_at: Timestamp,
    /// Its parts in reading order.
    pub blocks: Vec<Block>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, redacted)", self.kind)
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Block(redacted)")
    }
}

/// What the QR code of a slip says: the application, in the form that the look-up of the desk reads.
#[must_use]
pub fn qr_text(application: ApplicationId) -> String {
    format!("{SLIP_QR_PREFIX}{}", application.0.simple().to_string().to_uppercase())
}

/// The application's number as people read it to each other: its first 16 hexadecimal digits in groups of four.
#[must_use]
pub fn slip_number(application: ApplicationId) -> String {
    let hex = application.0.simple().to_string().to_uppercase();
    [&hex[0..4], &hex[4..8], &hex[8..12], &hex[12..16]].join(" ")
}

/// Blocks in the making.
struct Builder {
    kind: DocumentKind,
    title: String,
    blocks: Vec<Block>,
}

impl Builder {
    fn new(kind: DocumentKind, title: &str, subtitle: &str) -> Self {
        let blocks =
            vec![Block::Mark, Block::Title { text: title.to_owned() }, Block::Subtitle { text: subtitle.to_owned() }];
        Self { kind, title: title.to_owned(), blocks }
    }

    fn notice(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Notice { text: text.into() });
    }

    fn separator(&mut self) {
        self.blocks.push(Block::Separator);
    }

    fn row(&mut self, label: &str, value: impl Into<String>) {
        self.blocks.push(Block::Row { label: label.to_owned(), value: value.into(), strong: false });
    }

    fn strong_row(&mut self, label: &str, value: impl Into<String>) {
        self.blocks.push(Block::Row { label: label.to_owned(), value: value.into(), strong: true });
    }

    fn detail(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Detail { text: text.into() });
    }

    fn note(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Note { text: text.into() });
    }

    fn foot(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Foot { text: text.into() });
    }

    fn qr(&mut self, text: String, caption: &str) {
        self.blocks.push(Block::Qr { text, caption: caption.to_owned() });
    }

    /// Says that this is a reprint, where that can be seen at once.
    fn mark_reprint(&mut self, printing: &Printing) {
        if printing.count > 1 {
            self.notice(format!("补打（第 {} 次打印）", printing.count));
        }
    }

    /// Ends with who printed it, when, for the how-manieth time, and whom to call.
    fn finish(mut self, printing: &Printing) -> Document {
        self.separator();
        let reprint = if printing.count > 1 { "（补打）" } else { "" };
        self.foot(format!("打印时间 {}", wording::stamp(printing.printed_at)));
        self.foot(format!("第 {} 次打印{reprint}", printing.count));
        let clerk = printing.clerk.as_ref().map_or_else(|| "自助办理".to_owned(), |clerk| format!("经办人 {clerk}"));
        self.foot(format!("{clerk}（{}）", printing.place));
        self.foot(format!("咨询电话 {}", printing.service_line));
        Document { kind: self.kind, title: self.title, printed_at: printing.printed_at, blocks: self.blocks }
    }
}
