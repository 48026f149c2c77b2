//! The development mailbox, which keeps messages when nothing is configured to send them.

use std::{collections::VecDeque, sync::Mutex};

use serde::Serialize;

const MAX_MESSAGES: usize = 200;

/// A message in the mailbox.
#[derive(Clone, Serialize)]
pub struct Kept {
    /// Counts up from 1.
    pub id: u64,
    /// `email` or `sms`.
    pub channel: &'static str,
    /// Recipient.
    pub to: String,
    /// Subject; empty for a text message.
    pub subject: String,
    /// Time at which it would have been sent, like `2026-08-01 14:32 UTC`.
    pub at: String,
    /// Plain text part.
    pub text: String,
    /// HTML part; empty for a text message.
    pub html: String,
}

/// The last 200 messages, in memory.
#[derive(Default)]
pub struct Mailbox(Mutex<VecDeque<Kept>>);

impl Mailbox {
    /// Keeps a message and sets its id.
    pub fn keep(&self, mut message: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        message.id = kept.front().map_or(1, |newest| newest.id + 1);
        kept.push_front(message);
        kept.truncate(MAX_MESSAGES);
    }

    /// Takes out the oldest message to a recipient.
    pub fn take(&self, to: &str) -> Option<Kept> {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let oldest = kept.iter().rposition(|message| message.to == to)?;
        kept.remove(oldest)
    }

    /// The messages, newest first.
    pub fn messages(&self) -> Vec<Kept> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().cloned().collect()
    }
}
