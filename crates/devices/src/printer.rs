//! Printers: a PDF goes out without any dialog, once, or there is a reason why not.

mod cups;
mod simulated;
#[cfg(test)]
mod tests;

use crate::document::DocumentKind;
use crate::layout::{Paper, Um};
use std::fmt;
use std::io;

pub use cups::CupsPrinter;
pub use simulated::SimulatedPrinter;

/// What is sent to a printer, once.
#[derive(Clone, Copy)]
pub struct PrintJob<'a> {
    /// Which document; queue and file are named after it, and after nobody.
    pub kind: DocumentKind,
    /// On what it was set.
    pub paper: Paper,
    /// The height of its first page, by which a roll is cut.
    pub height: Um,
    /// The document.
    pub pdf: &'a [u8],
}

impl fmt::Debug for PrintJob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrintJob({:?}, {} bytes)", self.kind, self.pdf.len())
    }
}

/// The printer has taken a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The printer's name of the job, for the journal.
    pub job: String,
}

/// Why nothing was printed, or why nobody knows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// There is no printing system on this computer.
    #[error("the printing system is not installed")]
    NoPrintingSystem,
    /// There is no printer of that name.
    #[error("there is no printer named {name:?}")]
    NoPrinter {
        /// The name that was asked for.
        name: String,
    },
    /// The paper is used up.
    #[error("the printer is out of paper")]
    OutOfPaper,
    /// The cover is open.
    #[error("the cover of the printer is open")]
    CoverOpen,
    /// The printer is switched off or cannot be reached.
    #[error("the printer cannot be reached")]
    Offline,
    /// The printer was stopped, or takes no jobs.
    #[error("the printer is stopped or takes no jobs")]
    Stopped,
    /// The printing system refused the job.
    #[error("the printing system refused the job: {reason}")]
    Refused {
        /// What it said.
        reason: String,
    },
    /// The printing system did not answer in time. The paper may come out all the same: look before printing again.
    #[error("the printing system did not answer in time")]
    Silent,
    /// A file or a program could not be used.
    #[error("printing failed: {0}")]
    Io(#[from] io::Error),
}

impl PrintError {
    /// The stable code by which the window chooses its words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPrintingSystem => "print_no_system",
            Self::NoPrinter { .. } => "print_no_printer",
            Self::OutOfPaper => "print_out_of_paper",
            Self::CoverOpen => "print_cover_open",
            Self::Offline => "print_offline",
            Self::Stopped => "print_stopped",
            Self::Refused { .. } => "print_refused",
            Self::Silent => "print_silent",
            Self::Io(_) => "print_io",
        }
    }

    /// Whether printing the same again may succeed once somebody has seen to the printer, without a second paper coming
    /// out.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::OutOfPaper | Self::CoverOpen | Self::Offline | Self::Stopped | Self::Io(_) => true,
            Self::NoPrintingSystem | Self::NoPrinter { .. } | Self::Refused { .. } | Self::Silent => false,
        }
    }
}

/// A printer.
pub trait Printer {
    /// Whether it could print now.
    ///
    /// # Errors
    /// Why it could not.
    fn check_ready(&self) -> Result<(), PrintError>;

    /// Prints one copy, without a dialog. It looks first whether the printer is ready.
    ///
    /// # Errors
    /// Why nothing was printed; after [`PrintError::Silent`] nobody knows.
    fn print(&self, job: &PrintJob<'_>) -> Result<Printed, PrintError>;

    /// Takes back everything that waits to be printed, so that nobody finds another person's paper; what is coming out comes.
    ///
    /// # Errors
    /// When the printing system cannot be asked.
    fn clear(&self) -> Result<(), PrintError>;
}
