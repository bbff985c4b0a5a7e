//! Setting a document on paper: every text, line and code gets its place, once for print and preview.
//!
//! All measures are whole micrometres, so that the same document is set alike on every machine.

mod measures;
mod strips;
#[cfg(test)]
mod tests;
mod wrap;

use crate::document::{Block, Document, DocumentKind};
use crate::error::DocumentError;
use crate::qr::QrMatrix;
use crate::typeface::{REPLACEMENT, Typeface};
use measures::Measures;
use serde::{Deserialize, Serialize};
use std::fmt;
use strips::{Setter, Strip};
use yuyue_domain::time::Timestamp;

/// A length in micrometres.
pub type Um = i32;

/// What is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// A roll of thermal paper, 80 mm wide and cut where the document ends.
    Thermal80,
    /// 148 × 210 mm
    A5,
    /// 210 × 297 mm
    A4,
}

/// How large the type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TypeSize {
    /// As the design shows it.
    Normal,
    /// 1.4 times as large, for people who see less well.
    Large,
}

/// One line of text in its place.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// From the left edge of the page to the beginning of the text.
    pub x: Um,
    /// From the top edge of the page to the top of the line.
    pub top: Um,
    /// From the top edge of the page to the line on which the characters stand.
    pub baseline: Um,
    /// The width of the text.
    pub width: Um,
    /// The height of the line.
    pub height: Um,
    /// The size of the type.
    pub size: Um,
    /// Whether it is bold.
    pub strong: bool,
    /// The text, printable in every character.
    pub text: String,
    /// Which block of the document it belongs to, counted from 0.
    pub block: usize,
    /// Whether it belongs to the title.
    pub is_title: bool,
}

/// Something with a place on a page.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum Item {
    /// Text.
    Line(Line),
    /// A dashed line.
    Rule {
        /// Its left end.
        x: Um,
        /// Its distance from the top.
        y: Um,
        /// Its length.
        width: Um,
    },
    /// A frame around a notice.
    Frame {
        /// Its left edge.
        x: Um,
        /// Its top edge.
        y: Um,
        /// Its width.
        width: Um,
        /// Its height.
        height: Um,
    },
    /// The product's mark.
    Mark {
        /// Its left edge.
        x: Um,
        /// Its top edge.
        y: Um,
        /// Its width and height.
        size: Um,
    },
    /// A QR code with its quiet zone.
    Qr {
        /// Its left edge.
        x: Um,
        /// Its top edge.
        y: Um,
        /// Its width and height.
        size: Um,
        /// What is said instead of it to people who cannot see it.
        caption: String,
        /// Its modules.
        matrix: QrMatrix,
        /// Which block of the document it belongs to, counted from 0.
        block: usize,
    },
}

/// A page.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Its width.
    pub width: Um,
    /// Its height.
    pub height: Um,
    /// What is on it, in reading order.
    pub items: Vec<Item>,
}

/// A document on its pages. It holds personal data; `Debug` shows only its kind and size.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct LaidOut {
    /// Which document.
    pub kind: DocumentKind,
    /// Its name.
    pub title: String,
    /// When it is printed.
    pub printed_at: Timestamp,
    /// On what.
    pub paper: Paper,
    /// Its pages.
    pub pages: Vec<Page>,
    /// Characters that the typeface has not. Each stands as 〓 on the paper, a note there says so, and whoever shows or
    /// prints the document tells the clerk.
    pub replaced: Vec<char>,
}

impl fmt::Debug for LaidOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LaidOut({:?}, {} pages, redacted)", self.kind, self.pages.len())
    }
}

/// Sets a document.
///
/// # Errors
/// [`DocumentError::QrTooLong`] when a QR code cannot say its text.
pub fn lay_out(document: &Document, paper: Paper, size: TypeSize) -> Result<LaidOut, DocumentError> {
    let face = Typeface::new()?;
    let measures = Measures::of(paper, size);
    let mut replaced = Vec::new();
    let mut setter = Setter { face: &face, measures: &measures, replaced: &mut replaced, strips: Vec::new() };
    for (index, block) in document.blocks.iter().enumerate() {
        setter.set(index, block)?;
    }
    if !setter.replaced.is_empty() {
        let note = Block::Note { text: replaced_note(setter.replaced) };
        setter.set(document.blocks.len(), &note)?;
    }
    let strips = setter.strips;
    Ok(LaidOut {
        kind: document.kind,
        title: document.title.clone(),
        printed_at: document.printed_at,
        paper,
        pages: paginate(strips, &measures),
        replaced,
    })
}

/// Says on the paper itself which characters stand as 〓.
fn replaced_note(replaced: &[char]) -> String {
    let codes: Vec<String> = replaced.iter().map(|character| format!("U+{:04X}", u32::from(*character))).collect();
    format!("注意：{REPLACEMENT} 处的字本机字库没有（{}），以身份证明上的字为准。", codes.join("、"))
}

/// Fills pages with strips from top to bottom; a strip is never divided.
fn paginate(strips: Vec<Strip>, measures: &Measures) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut items: Vec<Item> = Vec::new();
    let mut y = measures.margin_y;
    for strip in strips {
        if y + strip.height > measures.page_height_max - measures.margin_y && !items.is_empty() {
            pages.push(measures.page(std::mem::take(&mut items), y));
            y = measures.margin_y;
        }
        items.extend(strip.items.into_iter().map(|item| item.moved_down(y)));
        y += strip.height;
    }
    pages.push(measures.page(items, y));
    pages
}

impl Item {
    fn moved_down(mut self, by: Um) -> Self {
        match &mut self {
            Self::Line(line) => {
                line.top += by;
                line.baseline += by;
            }
            Self::Rule { y, .. } | Self::Frame { y, .. } | Self::Mark { y, .. } | Self::Qr { y, .. } => *y += by,
        }
        self
    }
}
