//! The development mailbox: where messages stay when nothing is configured to send them.

use std::{collections::VecDeque, sync::Mutex};

use serde::Serialize;

const MOST: usize = 200;

/// A message that stayed.
#[derive(Clone, Serialize)]
pub struct Kept {
    /// Counts up from 1.
    pub id: u64,
    /// `email` or `sms`.
    pub channel: &'static str,
    /// Whom it is for.
    pub to: String,
    /// Its subject; empty for a text message.
    pub subject: String,
    /// When it would have left, like `14:32:05 UTC`.
    pub at: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part; empty for a text message.
    pub html: String,
}

/// The last 200 messages, in memory.
#[derive(Default)]
pub struct Mailbox(Mutex<VecDeque<Kept>>);

impl Mailbox {
    /// Keeps a message; its id is given here.
    pub fn keep(&self, mut message: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        message.id = kept.front().map_or(1, |newest| newest.id + 1);
        kept.push_front(message);
        kept.truncate(MOST);
    }

    /// The messages, the newest first.
    pub fn messages(&self) -> Vec<Kept> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().cloned().collect()
    }
}
