//! Slips and vouchers on screen and on paper: the desk gives the facts, `yuyue-devices` words, sets and prints them.

mod document;

use crate::host::{Host, internal};
use document::{large, to_document};
use std::path::{Path, PathBuf};
use std::time::Duration;
use yuyue_desk::desk::lock;
use yuyue_desk::use_cases::printing::{Printable, PrintedBy};
use yuyue_desk::view::printing::{DocumentKind, DocumentPreview, PrintJob, PrinterStatus};
use yuyue_desk::view::reason::{HostError, Params, Reason};
#[cfg(feature = "training")]
use yuyue_devices::document::Block;
use yuyue_devices::{Document, DocumentError, Item, LaidOut, Paper, PrintError, Printer, TypeSize, lay_out};

/// Into files, so that nobody needs a printer for training.
#[cfg(feature = "training")]
type EditionPrinter = crate::training::TrainingPrinter;
/// To the printing system.
#[cfg(not(feature = "training"))]
type EditionPrinter = yuyue_devices::printer::CupsPrinter;

/// Where documents go.
pub struct Paperwork {
    /// Where simulated papers go.
    #[cfg_attr(not(feature = "training"), expect(dead_code, reason = "the printing system has a place of its own"))]
    folder: PathBuf,
    /// How long a paper is waited for; a counter does not wait.
    #[cfg_attr(feature = "training", expect(dead_code, reason = "simulated papers come at once"))]
    patience: Option<Duration>,
}

/// At a kiosk nobody looks after a paper that comes later.
const PATIENCE: Duration = Duration::from_secs(20);

impl Paperwork {
    /// With the data folder of this computer, below which the training edition prints.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.join("printed"), patience: None }
    }

    /// At a kiosk: below a folder in memory, if this system has one, for the training edition prints into files.
    pub fn in_memory(folder: &Path) -> Self {
        let memory = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|runtime| runtime.is_dir());
        let folder = memory.unwrap_or_else(|| folder.to_owned()).join("yuyue-printed");
        Self { folder, patience: Some(PATIENCE) }
    }

    /// Takes back whatever waits to be printed.
    pub fn clear(&self) {
        if let Err(error) = self.printer().clear() {
            tracing::warn!(code = error.code(), "the print queue was not cleared");
        }
    }

    /// A document as it would come out of the printer.
    pub fn preview(&self, host: &Host, kind: DocumentKind) -> Result<DocumentPreview, HostError> {
        let (facts, by) = host.answer(lock(&host.desk).printable(kind))?;
        let laid_out = set(&facts, &by)?;
        let preview = laid_out.to_preview().map_err(|error| damaged(&error))?;
        Ok(DocumentPreview {
            kind,
            pages_svg: preview.pages.into_iter().map(|page| page.svg).collect(),
            text: texts(&laid_out),
            printed: by.copy - 1,
            printer: self.status(),
        })
    }

    /// Prints a document without a dialog; the job is recorded before and after.
    pub fn print(&self, host: &Host, kind: DocumentKind) -> Result<PrintJob, HostError> {
        let (turn, begun) = {
            let mut desk = lock(&host.desk);
            (desk.turn(), desk.print_begin(kind))
        };
        let (job, facts, by) = host.answer(begun)?;
        let is_there = || host.answer(lock(&host.desk).check_turn(turn));
        let printed = set(&facts, &by).and_then(|laid_out| {
            // Whoever has left a kiosk meanwhile finds no paper there, nor does the next one.
            is_there()?;
            self.send(&laid_out)
        });
        is_there()?;
        let complaint = printed.as_ref().map_err(|error| error.code.clone()).copied();
        let finished = host.answer(lock(&host.desk).print_finished(&job, complaint));
        printed.and(finished).map(|()| job)
    }

    fn send(&self, laid_out: &LaidOut) -> Result<(), HostError> {
        let pdf = laid_out.to_pdf().map_err(|error| damaged(&error))?;
        let height = laid_out.pages.first().map_or(0, |page| page.height);
        let job = yuyue_devices::PrintJob { kind: laid_out.kind, paper: laid_out.paper, height, pdf: &pdf };
        self.printer().print(&job).map(|_| ()).map_err(|error| complaint(&error))
    }

    #[cfg(feature = "training")]
    fn printer(&self) -> EditionPrinter {
        EditionPrinter::new(self.folder.clone())
    }

    #[cfg(not(feature = "training"))]
    fn printer(&self) -> EditionPrinter {
        let printer = EditionPrinter::new(&printer_name());
        match self.patience {
            Some(patience) => printer.with_patience(patience),
            None => printer,
        }
    }

    fn status(&self) -> PrinterStatus {
        let reason = self.printer().check_ready().err();
        PrinterStatus {
            ready: reason.is_none(),
            name: Some(printer_name()),
            reason: reason.map(|error| Reason { code: error.code().to_owned(), params: Params::new(), article: None }),
        }
    }
}

/// What comes out of the training edition's printer.
#[cfg(feature = "training")]
fn printer_name() -> String {
    "PDF".to_owned()
}

/// The queue of the printing system that this counter uses.
#[cfg(not(feature = "training"))]
fn printer_name() -> String {
    std::env::var("YUYUE_PRINTER").unwrap_or_else(|_| "yuyue".to_owned())
}

fn set(facts: &Printable, by: &PrintedBy) -> Result<LaidOut, HostError> {
    let size = if large(facts) { TypeSize::Large } else { TypeSize::Normal };
    let document = of_edition(to_document(facts, by));
    lay_out(&document, Paper::Thermal80, size).map_err(|error| damaged(&error))
}

/// A paper leaves the room without the window that says that all of this is training.
#[cfg(feature = "training")]
fn of_edition(mut document: Document) -> Document {
    document.blocks.insert(0, Block::Notice { text: "培训样张 · 不作办理凭据".to_owned() });
    document
}

#[cfg(not(feature = "training"))]
const fn of_edition(document: Document) -> Document {
    document
}

/// The document line by line, for screen readers.
fn texts(laid_out: &LaidOut) -> Vec<String> {
    let items = laid_out.pages.iter().flat_map(|page| &page.items);
    items
        .filter_map(|item| match item {
            Item::Line(line) => Some(line.text.clone()),
            Item::Qr { caption, .. } => Some(caption.clone()),
            Item::Rule { .. } | Item::Frame { .. } | Item::Mark { .. } => None,
        })
        .collect()
}

fn complaint(error: &PrintError) -> HostError {
    tracing::warn!(code = error.code(), "the printer did not print");
    HostError { code: error.code().to_owned(), params: Params::new(), retryable: error.is_retryable() }
}

fn damaged(error: &DocumentError) -> HostError {
    tracing::error!(code = error.code(), "a document cannot be set");
    internal()
}
