//! `allocate`: the allocation of one file of sessions and applications, without a database.
//!
//! The answer is written to a new file beside the output and renamed, so that the output is either whole or untouched.

pub mod answer;
mod check;
pub mod input;

use self::input::{Input, InputError};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Allocate the places of a file's sessions to its applications.
///
/// Reads JSON with `sessions` and `applications` and writes JSON with `placed`, in rank order, and `unplaced`. A file
/// that contradicts itself ends the command with exit code 2 and nothing is written.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file with the sessions and applications
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The file to write the outcome to
    #[arg(long, value_name = "FILE", required_unless_present = "check")]
    output: Option<PathBuf>,
    /// Check that the places which the file itself says were given (`placed`) are those that come out, as in the record of a
    /// publication
    #[arg(long)]
    check: bool,
}

/// Why nothing was allocated.
#[derive(Debug, thiserror::Error)]
pub enum AllocateError {
    /// The input could not be read.
    #[error("{} cannot be read", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// The input is wrong.
    #[error("{}", .0.display())]
    Input(PathBuf, #[source] InputError),
    /// The file says that other places were given than those that come out.
    #[error("{}: application {application} is given {given}, and {found} comes out", path.display())]
    Differs {
        /// The file.
        path: PathBuf,
        /// The first application that differs.
        application: String,
        /// What the file says.
        given: String,
        /// What comes out.
        found: String,
    },
    /// The output could not be written.
    #[error("{} cannot be written", .0.display())]
    Write(PathBuf, #[source] std::io::Error),
}

impl AllocateError {
    /// 2 when the input is wrong, 1 when a file could not be read or written.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input(..) => 2,
            Self::Read(..) | Self::Write(..) | Self::Differs { .. } => 1,
        }
    }
}

/// Allocates a file.
///
/// # Errors
/// When the input cannot be read or is wrong, or the output cannot be written; then the output is as it was.
pub fn run(arguments: &Arguments) -> Result<(), AllocateError> {
    let Arguments { input, output, check } = arguments;
    let text = std::fs::read(input).map_err(|error| AllocateError::Read(input.clone(), error))?;
    let read = Input::read(&text).map_err(|error| AllocateError::Input(input.clone(), error))?;
    let seats = read.place();
    if *check {
        check::check(&text, &read, &seats).map_err(|error| error.of(input))?;
    }
    match output {
        Some(output) => write_whole(output, &read, &seats).map_err(|error| AllocateError::Write(output.clone(), error)),
        None => Ok(()),
    }
}

fn write_whole(output: &Path, input: &Input<'_>, seats: &[u32]) -> std::io::Result<()> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut writer = BufWriter::with_capacity(1 << 20, file.as_file_mut());
    answer::write(&mut writer, input, seats)?;
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(output)?;
    Ok(())
}
