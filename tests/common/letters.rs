//! What the servers of one site have sent, in the order it left: it has left, whatever becomes of who sent it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use latchkey::app::App;

use super::Message;

/// The development mailboxes of servers that come and go, as one.
#[derive(Default)]
pub struct Letters {
    kept: Mutex<Kept>,
    /// Which of them were read.
    pub read: Arc<Mutex<HashSet<String>>>,
}

#[derive(Default)]
struct Kept {
    /// The servers, and how much of each is known.
    servers: Vec<(Arc<App>, u64)>,
    messages: Vec<Message>,
}

impl Letters {
    /// Reads those of one more server.
    pub fn of(&self, server: &Arc<App>) {
        self.kept.lock().expect("unpoisoned").servers.push((server.clone(), 0));
    }

    /// A server that is gone sends nothing more.
    pub fn no_more_of(&self, server: &Arc<App>) {
        let mut kept = self.kept.lock().expect("unpoisoned");
        kept.look();
        kept.servers.retain(|(other, _)| !Arc::ptr_eq(other, server));
    }

    /// Every message, the oldest first.
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
            // Who dies between sending and noting it has another one send it again; a mailbox shows a mail once.
            if !self.messages.iter().any(|known| is_again(known, &message)) {
                self.messages.push(message);
            }
        }
    }
}

/// Whether it is the same message: its text may tell of another moment, but no two have the same link.
fn is_again(known: &Message, message: &Message) -> bool {
    let same_text = || match (known.has_link(), message.has_link()) {
        (true, true) => known.link() == message.link(),
        _ => known.text == message.text,
    };
    known.to == message.to && known.subject == message.subject && same_text()
}
