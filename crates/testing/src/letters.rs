//! Messages that the servers of one site have sent, in order. They remain when their server dies.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use latchkey::app::App;

use super::Message;

/// Development mailboxes of servers that come and go, as one.
#[derive(Default)]
pub struct Letters {
    kept: Mutex<Kept>,
    /// Ids of messages that were read.
    pub read: Arc<Mutex<HashSet<String>>>,
}

#[derive(Default)]
struct Kept {
    /// Servers, with the id of the last message read from each.
    servers: Vec<(Arc<App>, u64)>,
    messages: Vec<Message>,
}

impl Letters {
    /// Adds a server.
    pub fn of(&self, server: &Arc<App>) {
        self.kept.lock().expect("unpoisoned").servers.push((server.clone(), 0));
    }

    /// Reads the last messages of a server that has ended.
    pub fn no_more_of(&self, server: &Arc<App>) {
        let mut kept = self.kept.lock().expect("unpoisoned");
        kept.look();
        kept.servers.retain(|(other, _)| !Arc::ptr_eq(other, server));
    }

    /// Every message, oldest first.
    pub fn all(&self) -> Vec<Message> {
        let mut kept = self.kept.lock().expect("unpoisoned");
        kept.look();
        kept.messages.clone()
    }
}

impl Kept {
    fn look(&mut self) {
        let mut new = Vec::new();
        for (server, known) in &mut self.servers {
            let all =
                server.transports.mailbox.as_ref().map(|mailbox| mailbox.messages()).unwrap_or_default();
            let unknown: Vec<_> = all.into_iter().filter(|message| message.id > *known).collect();
            *known = unknown.first().map_or(*known, |newest| newest.id);
            new.extend(unknown.into_iter().rev());
        }
        new.sort_by(|one, other| one.at.cmp(&other.at));
        for message in new {
            let message = Message {
                channel: message.channel.to_owned(),
                to: message.to,
                subject: message.subject.trim().to_owned(),
                text: message.text.trim().to_owned(),
            };
            // If a server dies after sending and before recording it, another repeats it; a mailbox shows it
            // once.
            if !self.messages.iter().any(|known| is_again(known, &message)) {
                self.messages.push(message);
            }
        }
    }
}

/// True for a repeat of the same message. Its text may name another time, but no two share a link.
fn is_again(known: &Message, message: &Message) -> bool {
    let same_text = || match (known.has_link(), message.has_link()) {
        (true, true) => known.link() == message.link(),
        _ => known.text == message.text,
    };
    known.to == message.to && known.subject == message.subject && same_text()
}
