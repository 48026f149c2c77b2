//! Every message of the site, read in the development mailbox or at its real destination.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use rocket::tokio::time::sleep;
use scraper::{Html, Selector};

use super::{Browser, Trouble, letters::Letters};

/// One mail or SMS.
#[derive(Clone, Debug)]
pub struct Message {
    pub channel: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Message {
    /// The first link: it stands alone on its line.
    pub fn link(&self) -> String {
        let link =
            self.text.lines().map(str::trim).find(|line| line.starts_with("http") && !line.contains(' '));
        link.unwrap_or_else(|| panic!("no link in: {}", self.text)).to_owned()
    }

    /// True if there is a link.
    pub fn has_link(&self) -> bool {
        self.text.lines().any(|line| line.trim().starts_with("http"))
    }

    /// True if its link contains a reset key.
    pub fn is_key(&self) -> bool {
        self.has_link() && self.link().contains("/reset/") && !self.is_notice()
    }

    /// True for a notice of a change, with a link to undo it.
    pub fn is_notice(&self) -> bool {
        self.has_link() && self.link().contains("/reset/not-me/")
    }

    /// Text to copy other than a link: a code, a key to type, a generated password.
    pub fn code(&self) -> String {
        self.find_code().unwrap_or_else(|| panic!("no code in: {}", self.text)).to_owned()
    }

    /// The same, if there is any.
    pub fn find_code(&self) -> Option<&str> {
        let bound = self.text.lines().last().and_then(|line| line.strip_prefix('@')?.split_once(" #"));
        if let Some((_, code)) = bound {
            return Some(code.trim());
        }
        let alone =
            |line: &&str| line.len() >= 6 && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let body = self.text.split("\n-- ").next().unwrap_or_default();
        body.lines().map(str::trim).find(alone)
    }
}

/// Unread messages that arrived at a mail server or gateway, oldest first.
pub type Arrived = Arc<Mutex<Vec<Message>>>;

/// The messages of a site, with a record of those that were read.
pub struct Mailbox {
    source: Source,
    read: Arc<Mutex<HashSet<String>>>,
    trouble: Arc<Trouble>,
}

enum Source {
    /// The page at this path.
    Dev(Browser, &'static str),
    Arrived(Arrived),
    Replicas(Arc<Letters>),
}

impl Mailbox {
    /// The development mailbox of the browser's site.
    pub fn new(browser: Browser) -> Mailbox {
        Self::at(browser, "/dev/mailbox")
    }

    /// The same of a site whose base the tests do not share.
    pub fn at(browser: Browser, path: &'static str) -> Mailbox {
        Mailbox { source: Source::Dev(browser, path), read: Arc::default(), trouble: Arc::default() }
    }

    /// Messages that really arrive.
    pub fn of(arrived: Arrived) -> Mailbox {
        Mailbox { source: Source::Arrived(arrived), read: Arc::default(), trouble: Arc::default() }
    }

    /// Messages sent by several servers.
    pub fn of_replicas(letters: Arc<Letters>) -> Mailbox {
        let read = letters.read.clone();
        Mailbox { source: Source::Replicas(letters), read, trouble: Arc::default() }
    }

    /// Reports to `trouble` when a message does not arrive within three seconds.
    pub fn telling(self, trouble: &Arc<Trouble>) -> Mailbox {
        Mailbox { trouble: trouble.clone(), ..self }
    }

    /// Every message with its id, oldest first.
    async fn list(&self) -> Vec<(String, Message)> {
        let (browser, path) = match &self.source {
            Source::Dev(browser, path) => (browser, path),
            Source::Arrived(arrived) => {
                let arrived = arrived.lock().expect("unpoisoned").clone();
                return arrived.into_iter().map(|message| (String::new(), message)).collect();
            }
            Source::Replicas(letters) => {
                let numbered = letters.all().into_iter().enumerate();
                return numbered.map(|(number, message)| (number.to_string(), message)).collect();
            }
        };
        let answer = browser.ask(reqwest::Method::GET, path).await;
        assert_eq!(answer.status, 200, "the development mailbox does not open: {}", answer.text());
        let html = Html::parse_document(&answer.text());
        let select = |selector: &str| Selector::parse(selector).expect("a selector");
        let (articles, subject, text) = (select("article.message"), select("h2"), select("pre.text"));
        let mut messages = Vec::new();
        for article in html.select(&articles) {
            let content = |part: &Selector| {
                article.select(part).next().map(|found| found.text().collect::<String>()).unwrap_or_default()
            };
            let attribute = |name| article.attr(name).unwrap_or_default().to_owned();
            let id = article.attr("id").map_or_else(|| article.html(), str::to_owned);
            messages.push((
                id,
                Message {
                    channel: attribute("data-channel"),
                    to: attribute("data-to"),
                    subject: content(&subject).trim().to_owned(),
                    text: content(&text).trim().to_owned(),
                },
            ));
        }
        messages.reverse();
        messages
    }

    /// Every message, read or unread, oldest first.
    pub async fn all(&self) -> Vec<Message> {
        self.list().await.into_iter().map(|(_, message)| message).collect()
    }

    /// Waits for the next unread message to `to`.
    pub async fn next(&self, to: &str) -> Message {
        for turn in 0..1000 {
            if let Some(message) = self.unread(to).await {
                assert!(!message.text.contains("[mail-"), "a sentence is missing: {}", message.text);
                return message;
            }
            sleep(Duration::from_millis(10)).await;
            if turn == 300 {
                self.trouble.tell().await;
            }
        }
        let all = self.all().await;
        let got: Vec<_> = all.iter().map(|m| (&m.to, &m.subject)).collect();
        panic!("no message to {to} in ten seconds, only {got:?}");
    }

    /// Waits for the next message to `to` whose link contains a reset key.
    pub async fn next_key(&self, to: &str) -> Message {
        loop {
            let message = self.next(to).await;
            if message.is_key() {
                return message;
            }
        }
    }

    /// Waits for the next message to `to` with a "this wasn't me" link.
    pub async fn next_notice(&self, to: &str) -> Message {
        loop {
            let message = self.next(to).await;
            if message.is_notice() {
                return message;
            }
        }
    }

    /// Waits for the next message to `to` that has a code and no link.
    pub async fn next_code(&self, to: &str) -> String {
        loop {
            let message = self.next(to).await;
            if let Some(code) = message.find_code().filter(|_| !message.has_link()) {
                return code.to_owned();
            }
        }
    }

    /// Returns the oldest unread message to `to`, and marks it as read.
    pub async fn unread(&self, to: &str) -> Option<Message> {
        if let Source::Arrived(arrived) = &self.source {
            let mut arrived = arrived.lock().expect("unpoisoned");
            let oldest = arrived.iter().position(|message| message.to == to)?;
            return Some(arrived.remove(oldest));
        }
        let list = self.list().await;
        let mut read = self.read.lock().expect("unpoisoned");
        let (_, message) = list.into_iter().find(|(id, m)| m.to == to && read.insert(id.clone()))?;
        Some(message)
    }

    /// Longest time until a message arrives: another server takes over a dead server's work within a second.
    pub(super) fn soon(&self) -> Duration {
        Duration::from_millis(if matches!(self.source, Source::Replicas(_)) { 1_500 } else { 400 })
    }

    /// Every unread message to `to`, after the worker had time to send it.
    pub async fn rest(&self, to: &str) -> Vec<Message> {
        sleep(self.soon()).await;
        let mut rest = Vec::new();
        while let Some(message) = self.unread(to).await {
            rest.push(message);
        }
        rest
    }
}
