//! QR codes as rows of dark modules; level M, which still reads when a seventh of the paper is dirty.

use crate::error::DocumentError;
use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// Light modules that a scanner needs around the code.
const QUIET: usize = 4;

/// Dark modules side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DarkRun {
    /// Modules from the left, the quiet zone included.
    pub column: usize,
    /// Modules from the top, the quiet zone included.
    pub row: usize,
    /// How many.
    pub length: usize,
}

/// A code with its quiet zone.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct QrMatrix {
    /// Modules along each side, the quiet zone included.
    pub modules: usize,
    /// The dark ones, from the top left.
    #[serde(skip)]
    pub runs: Vec<DarkRun>,
}

impl QrMatrix {
    /// The code that says `text`.
    ///
    /// # Errors
    /// [`DocumentError::QrTooLong`].
    pub fn new(text: &str) -> Result<Self, DocumentError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|_| DocumentError::QrTooLong { bytes: text.len() })?;
        let width = code.width();
        let mut runs = Vec::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut column = 0;
            for same in modules.chunk_by(|left, right| left == right) {
                if same[0] == Color::Dark {
                    runs.push(DarkRun { column: column + QUIET, row: row + QUIET, length: same.len() });
                }
                column += same.len();
            }
        }
        Ok(Self { modules: width + 2 * QUIET, runs })
    }
}
