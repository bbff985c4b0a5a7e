//! The simulated phone of the training edition: all messages of the city in one box, in memory and nowhere else.

use super::{DueSms, Gateway, Sending};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use yuyue_domain::time::Timestamp;

/// Messages that are kept; the oldest make room.
const MESSAGES_MAX: usize = 500;

/// A message that arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Counts up.
    pub id: u64,
    /// To whom.
    pub phone: String,
    /// What it says.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).field("at", &self.at).finish_non_exhaustive()
    }
}

/// A phone that gets everybody's messages.
#[derive(Debug, Default)]
pub struct SimulatedPhone {
    messages: Mutex<VecDeque<Message>>,
}

impl SimulatedPhone {
    /// What arrived, the newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Gateway for SimulatedPhone {
    fn send<'a>(&'a self, message: &'a DueSms, now: Timestamp) -> Sending<'a> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == MESSAGES_MAX {
            messages.pop_front();
        }
        let DueSms { id, phone, text, .. } = message.clone();
        messages.push_back(Message { id, phone, text, at: now });
        Box::pin(std::future::ready(Ok(())))
    }
}
