//! Documents (预约凭证, 登记回执, 受理回执, 交班单) and printing; readers of identity cards; 朗读.
//!
//! A [`Document`] is pure data: what a paper says, in order. [`lay_out`] sets it on a [`Paper`] once; from the result come
//! both the PDF for the printer and the preview for the window, so that neither can show what the other does not. Times,
//! counts and names are arguments: the same document always gives the same bytes.
//!
//! ```text
//! Voucher ─▶ Document ─▶ LaidOut ─┬▶ to_pdf() ──▶ Printer
//!                                 └▶ to_preview() ──▶ window
//! ```

pub mod card;
pub mod document;
mod error;
mod layout;
mod mark;
mod pdf;
mod preview;
pub mod printer;
mod qr;
pub mod speech;
mod typeface;

pub use card::{Card, CardError, CardReader};
pub use document::{Document, DocumentKind};
pub use error::DocumentError;
pub use layout::{Item, LaidOut, Line, Page, Paper, TypeSize, Um, lay_out};
pub use preview::{Preview, PreviewPage};
pub use printer::{PrintError, PrintJob, Printed, Printer};

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
