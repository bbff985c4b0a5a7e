//! Readers of identity cards: what a kiosk learns from a card that is laid on one.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use yuyue_domain::identity::DocumentNumber;

/// What was read from a card.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Its number.
    pub number: DocumentNumber,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(redacted)")
    }
}

/// Why no card was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// No reader is connected.
    #[error("no card reader is connected")]
    NoReader,
    /// No card lies on the reader.
    #[error("no card lies on the reader")]
    NoCard,
    /// The card cannot be read.
    #[error("the card cannot be read")]
    Unreadable,
}

impl CardError {
    /// The stable code by which the window chooses its words.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoReader => "no_card_reader",
            Self::NoCard => "no_card",
            Self::Unreadable => "card_unreadable",
        }
    }

    /// Whether the same may succeed once somebody has laid the card on the reader again.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::NoCard | Self::Unreadable)
    }
}

/// A reader of identity cards.
pub trait CardReader: Send + Sync {
    /// Whether it is connected.
    fn is_connected(&self) -> bool;

    /// Reads the card that lies on it now.
    ///
    /// # Errors
    /// Why nothing was read.
    fn read(&self) -> Result<Card, CardError>;
}

/// No reader, for computers that have none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReader;

impl CardReader for NoReader {
    fn is_connected(&self) -> bool {
        false
    }

    fn read(&self) -> Result<Card, CardError> {
        Err(CardError::NoReader)
    }
}

/// A reader for training, on which invented people's cards are laid by hand.
#[derive(Debug, Default)]
pub struct SimulatedReader {
    card: Mutex<Option<Card>>,
}

impl SimulatedReader {
    /// Lays a card on the reader, or takes it away.
    pub fn lay(&self, card: Option<Card>) {
        *self.card.lock().unwrap_or_else(PoisonError::into_inner) = card;
    }
}

impl CardReader for SimulatedReader {
    fn is_connected(&self) -> bool {
        true
    }

    fn read(&self) -> Result<Card, CardError> {
        self.card.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(CardError::NoCard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_reader_reads_what_lies_on_it_and_nothing_else() {
        let reader = SimulatedReader::default();
        assert_eq!(reader.read(), Err(CardError::NoCard), "nothing lies on it");
        let card = Card { number: DocumentNumber::parse("11010519491231002X").expect("a number") };
        reader.lay(Some(card.clone()));
        assert_eq!(reader.read(), Ok(card.clone()), "the card");
        assert!(!format!("{card:?}").contains("1101"), "a log names no number");
        reader.lay(None);
        assert_eq!(reader.read(), Err(CardError::NoCard), "it was taken away");
    }

    #[test]
    fn a_computer_without_a_reader_says_so() {
        assert!(!NoReader.is_connected(), "there is none");
        assert_eq!(NoReader.read(), Err(CardError::NoReader), "and nothing can be read");
    }
}
