//! A printer that puts PDF files into a folder: for training, for tests and for computers without a printer.

use super::{PrintError, PrintJob, Printed, Printer};
use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

/// Files that the folder holds at most; the oldest ones make room.
const FILES_MAX: usize = 500;

/// The printer.
#[derive(Debug)]
pub struct SimulatedPrinter {
    folder: PathBuf,
    out_of_paper: Cell<bool>,
}

impl SimulatedPrinter {
    /// A printer that writes into `folder`, which is made when it is missing.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder, out_of_paper: Cell::new(false) }
    }

    /// Takes the paper away, or puts some in.
    pub fn set_out_of_paper(&self, out_of_paper: bool) {
        self.out_of_paper.set(out_of_paper);
    }

    /// The names of the printed files, the oldest first.
    fn files(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let is_pdf = std::path::Path::new(&name).extension().is_some_and(|extension| extension == "pdf");
            if is_pdf && number(&name).is_some() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// The number with which a file's name begins.
fn number(name: &str) -> Option<u64> {
    name.split('-').next()?.parse().ok()
}

impl Printer for SimulatedPrinter {
    fn check_ready(&self) -> Result<(), PrintError> {
        if self.out_of_paper.get() { Err(PrintError::OutOfPaper) } else { Ok(()) }
    }

    fn print(&self, job: &PrintJob<'_>) -> Result<Printed, PrintError> {
        self.check_ready()?;
        fs::create_dir_all(&self.folder)?;
        let files = self.files()?;
        for old in files.iter().take((files.len() + 1).saturating_sub(FILES_MAX)) {
            fs::remove_file(self.folder.join(old))?;
        }
        let next = files.last().and_then(|name| number(name)).unwrap_or_default() + 1;
        let name = format!("{next:06}-{}.pdf", job.kind.file_name());
        let mut file = OpenOptions::new().write(true).create_new(true).open(self.folder.join(&name))?;
        file.write_all(job.pdf)?;
        Ok(Printed { job: name })
    }

    fn clear(&self) -> Result<(), PrintError> {
        if self.folder.exists() {
            for name in self.files()? {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        Ok(())
    }
}
