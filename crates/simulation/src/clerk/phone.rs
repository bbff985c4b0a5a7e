//! The phones of all people: what the centre has sent, as far as it was handed over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The last code that arrived at each number.
#[derive(Clone, Default)]
pub struct Phone {
    codes: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Phone {
    /// Shows a message. Only codes are remembered; the last one is what people read.
    pub fn show(&self, number: &str, text: &str) {
        let digits: String =
            text.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        if digits.len() == 6 {
            self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(number.to_owned(), digits);
        }
    }

    /// The last code that arrived.
    #[must_use]
    pub fn code_of(&self, number: &str) -> Option<String> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned()
    }
}
