//! What can go wrong between a document and its pages.

/// A document that cannot be set or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// A text is too long for a QR code.
    #[error("a text of {bytes} bytes does not fit into a QR code")]
    QrTooLong {
        /// The length of the text.
        bytes: usize,
    },
    /// The typeface that is compiled in cannot be read: the program is damaged.
    #[error("the typeface that is compiled in cannot be read")]
    Typeface,
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}

impl DocumentError {
    /// The stable code by which the window chooses its words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::QrTooLong { .. } => "document_qr_too_long",
            Self::Typeface => "document_typeface",
            Self::Pdf(_) => "document_pdf",
        }
    }

    /// Whether the same call may succeed later: never, a document is a function of its arguments.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}
