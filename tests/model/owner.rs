//! A person in the walks: reads mail and texts, and remembers passwords.

use super::operation::Operation;
use crate::common::{Capabilities, Page, Person, Sent, Site, Strategy};

/// A password that is refused.
const WEAK: &str = "password";

/// A person, with the contents of mail and texts.
pub struct Owner {
    pub person: Person,
    /// Link of the newest key.
    pub link: Option<String>,
    /// Link of the key before.
    pub former_link: Option<String>,
    /// Link of the newest notice.
    pub notice: Option<String>,
    /// A password that does not work: the former one, or one that was refused.
    pub dead_password: Option<String>,
    /// Newest code, by mail or text.
    code: Option<String>,
    /// Newest generated password.
    pub generated: Option<String>,
    chosen: usize,
}

impl Owner {
    /// A person with an account, and no mail yet.
    pub fn new(person: Person) -> Owner {
        Owner {
            person,
            link: None,
            former_link: None,
            notice: None,
            dead_password: None,
            code: None,
            generated: None,
            chosen: 0,
        }
    }

    /// A new password that the person never had.
    pub fn next_password(&mut self) -> String {
        self.chosen += 1;
        format!("brass lantern under the {} stairs", self.chosen)
    }

    /// Records a new password that was typed; it is in force if it `counts`, and otherwise never was.
    pub fn typed(&mut self, new: String, counts: bool) {
        let dead = if counts { std::mem::replace(&mut self.person.password, new) } else { new };
        self.dead_password = Some(dead);
    }

    /// The contents of `page`'s form for `operation`, with the code known to the owner, whatever the page asks.
    pub fn fill(&self, page: &Page, operation: Operation, new: &str) -> Sent {
        let query = page.forms.iter().find_map(|form| form.action.split_once("?form="));
        let id = query.expect("a form with an id").1;
        let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let (to, fields) = match operation {
            Operation::Cancel(_) => ("/reset/cancel".to_owned(), Vec::new()),
            Operation::Code(_) => (format!("{}/send", page.path()), Vec::new()),
            Operation::Weak(_) => (page.path().to_owned(), vec![field("new_password", WEAK)]),
            Operation::Set(_) => {
                let mut fields = vec![field("new_password", new)];
                if Strategy::of_page(page.path()).is_some_and(Strategy::takes_code) {
                    fields.push(field("code", self.code.as_deref().unwrap_or("000000")));
                }
                (page.path().to_owned(), fields)
            }
            _ => (page.path().to_owned(), Vec::new()),
        };
        Sent { to: format!("{to}?form={id}"), fields }
    }

    /// Reads new messages; `generated` if a generated password is among them.
    pub async fn read(&mut self, server: &Site, generated: bool) {
        while let Some(message) = server.mailbox.unread(&self.person.email).await {
            if message.is_notice() {
                self.notice = Some(message.link());
            } else if message.is_key() {
                // A link that starts again ends nothing without its button, and a repeated link is the same.
                let (link, restarts) = (message.link(), message.subject.starts_with("Start your"));
                if !restarts && self.link.as_ref() != Some(&link) {
                    self.former_link = self.link.replace(link);
                }
            } else if let Some(code) = message.find_code() {
                if generated {
                    self.generated = Some(code.to_owned());
                } else if !message.has_link() {
                    self.code = Some(code.to_owned());
                }
            }
        }
        while let Some(message) = server.mailbox.unread(&self.person.phone).await {
            self.code = Some(message.code());
        }
    }
}
