//! Devices that are out of order when a test says so, so that what a terminal says then can be seen.

use std::fs;
use std::path::PathBuf;
use yuyue_devices::card::{Card, CardError, CardReader, SimulatedReader};
use yuyue_devices::printer::{Printed, SimulatedPrinter};
use yuyue_devices::{PrintError, PrintJob, Printer};

/// Names a file with the code of what is wrong; usually there is none.
const FAULT: &str = "YUYUE_TRAINING_FAULT";

fn has_fault(code: &str) -> bool {
    std::env::var_os(FAULT).and_then(|path| fs::read_to_string(path).ok()).is_some_and(|fault| fault.trim() == code)
}

/// The printer of the training edition.
pub struct TrainingPrinter(SimulatedPrinter);

impl TrainingPrinter {
    /// Prints into a folder.
    pub const fn new(folder: PathBuf) -> Self {
        Self(SimulatedPrinter::new(folder))
    }
}

impl Printer for TrainingPrinter {
    fn check_ready(&self) -> Result<(), PrintError> {
        let mut faults = [PrintError::OutOfPaper, PrintError::Offline].into_iter();
        faults.find(|fault| has_fault(fault.code())).map_or_else(|| self.0.check_ready(), Err)
    }

    fn print(&self, job: &PrintJob<'_>) -> Result<Printed, PrintError> {
        self.check_ready()?;
        self.0.print(job)
    }

    fn clear(&self) -> Result<(), PrintError> {
        self.0.clear()
    }
}

/// The reader of the training edition, on which a trainee lays cards.
#[derive(Default)]
pub struct TrainingReader(SimulatedReader);

impl TrainingReader {
    /// Lays a card on it, or takes it away.
    pub fn lay(&self, card: Option<Card>) {
        self.0.lay(card);
    }
}

impl CardReader for TrainingReader {
    fn is_connected(&self) -> bool {
        !has_fault(CardError::NoReader.code())
    }

    fn read(&self) -> Result<Card, CardError> {
        let mut faults = [CardError::NoReader, CardError::Unreadable].into_iter();
        faults.find(|fault| has_fault(fault.code())).map_or_else(|| self.0.read(), Err)
    }
}
