//! A mail server and an SMS gateway, with everything they accepted.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use crate::common::{Arrived, Change, Mailbox, Message, Script};

/// Both servers, until dropped.
pub struct Post {
    mail: Script,
    gateway: Option<Script>,
    unread: Arrived,
    taken: Taken,
}

/// Every delivery in order: the `Message-ID` of a mail (a text message has none), and the message.
type Taken = Arc<Mutex<Vec<(Option<String>, Message)>>>;

impl Post {
    /// Starts the mail server, and the gateway if `texts` are expected.
    pub fn open(texts: bool) -> Self {
        let (unread, taken) = (Arrived::default(), Taken::default());
        let keep = |read: fn(&Value) -> (Option<String>, Message)| {
            let (unread, taken) = (unread.clone(), taken.clone());
            move |line: String| {
                let (id, message) = read(&serde_json::from_str(&line).expect("a line of JSON"));
                let mut taken = taken.lock().expect("unpoisoned");
                // A mailbox shows a mail once, even if delivered repeatedly.
                if id.is_none() || taken.iter().rev().take(1000).all(|(other, _)| *other != id) {
                    unread.lock().expect("unpoisoned").push(message.clone());
                }
                taken.push((id, message));
            }
        };
        let mail = Script::start("mail_server.py", &[], keep(mail));
        let gateway = texts.then(|| Script::start("gateway.py", &[], keep(text)));
        Self { mail, gateway, unread, taken }
    }

    /// Settings that send everything there.
    pub fn settings(&self) -> Vec<Change<'static>> {
        let mut settings = vec![
            ("latchkey.mail.url", json!(format!("smtp://127.0.0.1:{}", self.mail.port))),
            ("latchkey.mail.from", json!("Latchkey <no-reply@site.example>")),
        ];
        if let Some(gateway) = &self.gateway {
            settings.push(("latchkey.sms.url", json!(format!("http://127.0.0.1:{}/200", gateway.port))));
            settings.push(("latchkey.sms.countries", json!(["*"])));
            settings.push(("latchkey.sms.fields", json!({ "to": "{to}", "text": "{text}" })));
        }
        settings
    }

    /// Messages as their recipients read them.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::of(self.unread.clone())
    }

    /// Each message to `to` that is `wanted`, once, with its number of deliveries.
    pub fn to(&self, to: &str, wanted: impl Fn(&Message) -> bool) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        let taken = self.taken.lock().expect("unpoisoned");
        for (id, message) in taken.iter().filter(|(_, message)| message.to == to && wanted(message)) {
            // Text messages are distinguished by their code.
            *times.entry(id.clone().unwrap_or_else(|| message.code())).or_default() += 1;
        }
        times
    }

    /// Number of deliveries.
    pub fn deliveries(&self) -> usize {
        self.taken.lock().expect("unpoisoned").len()
    }

    /// Number of repeated deliveries of mails.
    pub fn repeated(&self) -> usize {
        let taken = self.taken.lock().expect("unpoisoned");
        let ids: Vec<_> = taken.iter().filter_map(|(id, _)| id.as_deref()).collect();
        ids.len() - ids.iter().collect::<HashSet<_>>().len()
    }

    /// Drops all unread messages.
    pub fn forget(&self) {
        self.unread.lock().expect("unpoisoned").clear();
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

fn mail(given: &Value) -> (Option<String>, Message) {
    let headers = &given["headers"];
    let message = Message {
        channel: "email".into(),
        to: word(&given["to"][0]),
        subject: word(&headers["subject"]),
        text: word(&given["text"]),
    };
    (Some(word(&headers["message-id"])), message)
}

fn text(given: &Value) -> (Option<String>, Message) {
    let field = |name: &str| {
        let fields = given["form"].as_array().into_iter().flatten();
        fields.filter(|field| field[0] == name).map(|field| word(&field[1])).collect::<String>()
    };
    let (channel, subject) = ("sms".into(), String::new());
    (None, Message { channel, to: field("to"), subject, text: field("text") })
}
