//! A reset walked request by request, so that something else can happen between any two of them.

use std::time::Duration;

use rocket::tokio::time::sleep;

use super::{Capabilities, Jar, Message, Page, Person, Strategy, app::Site};

/// A reset in progress: its person, its browser, and its position.
pub struct Walk {
    person: Person,
    jar: Jar,
    link: String,
    strategy: Option<Strategy>,
    page: Option<Page>,
    code: Option<String>,
    requests: usize,
}

/// Result of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// It led to the next step.
    Goes,
    /// It was the last, and the new password is set.
    Done,
    /// It was refused.
    Refused,
}

impl Walk {
    /// Requests a key from the first of `servers`, with the cookies of `jar`; any of them may send it.
    pub async fn begin(servers: &[&Site], person: &Person, jar: Jar) -> Walk {
        let browser = servers[0].browser();
        browser.with_jar(|own| *own = jar);
        let page = browser.submit(&browser.get("/reset").await, &[("email", &person.email)]).await;
        assert_eq!(page.status, 200, "{page}");
        let link = next(servers, &person.email, Message::is_key).await.link();
        let (person, jar) = (person.clone(), browser.jar());
        Walk { person, jar, link, strategy: None, page: None, code: None, requests: 0 }
    }

    /// Cookies of its browser.
    pub fn jar(self) -> Jar {
        self.jar
    }

    /// Strategy that the link led to.
    pub fn strategy(&self) -> Option<Strategy> {
        self.strategy
    }

    /// Sends the next request, to the first of `servers`; sets `password` if it is the last.
    pub async fn step(&mut self, servers: &[&Site], password: &str) -> Step {
        let browser = servers[0].browser();
        browser.with_jar(|own| own.clone_from(&self.jar));
        self.requests += 1;
        if self.requests == 2 {
            // An earlier reset that was refused in the middle may have left its code unread.
            for to in [&self.person.email, &self.person.phone] {
                forget(servers, to).await;
            }
        }
        let page = match (self.requests, self.strategy, &self.page) {
            (2, Some(strategy), Some(page)) if strategy.takes_code() => {
                browser.press(page, &format!("{}/send", strategy.path())).await
            }
            (2, Some(strategy), Some(page)) if !strategy.ends_with_password() => {
                browser.press(page, &strategy.path()).await
            }
            (3, Some(strategy), _) if strategy.mails_password() => {
                let code = self.code.take().expect("a generated password");
                servers[0].sign_in(&browser, &self.person.email, &code).await
            }
            (_, Some(_), Some(page)) => match &self.code {
                Some(code) => {
                    browser.submit(page, &[("one-time-code", code), ("new-password", password)]).await
                }
                None => browser.submit(page, &[("new-password", password)]).await,
            },
            _ => browser.get(&self.link).await,
        };
        self.jar = browser.jar();
        if page.was_sent_twice() {
            return Step::Refused;
        }
        if page.answered >= 400 || page.status >= 400 {
            let known = page.status == 410 || page.path() == "/login";
            assert!(known, "refused otherwise than by the one page: {page}");
            return Step::Refused;
        }
        let strategy = self.strategy.or_else(|| Strategy::of_page(page.path()));
        let strategy = strategy.unwrap_or_else(|| panic!("no strategy has this page: {page}"));
        if self.requests == strategy.requests() {
            assert!(browser.is_signed_in().await, "not signed in at the end: {page}");
            return Step::Done;
        }
        let own = page.path().starts_with(&strategy.path())
            || (self.requests > 1 && page.path() == "/reset/new-password")
            // A person who is signed in already does not have to sign in.
            || (self.requests == 2 && strategy.mails_password() && page.path() == "/account");
        assert!(own, "{} leads to the page of another strategy: {page}", strategy.name());
        let Person { email, phone, .. } = &self.person;
        if self.requests == 2 && (strategy.takes_code() || strategy.mails_password()) {
            let to = if strategy.needs_phone() { phone } else { email };
            self.code = Some(next(servers, to, |message| !message.has_link()).await.code());
        }
        (self.strategy, self.page) = (Some(strategy), Some(page));
        Step::Goes
    }
}

/// The next message to `to` that is `wanted`, sent by any of `servers`.
async fn next(servers: &[&Site], to: &str, wanted: impl Fn(&Message) -> bool) -> Message {
    for _ in 0..1000 {
        for server in servers {
            if let Some(message) = server.mailbox.unread(to).await.filter(&wanted) {
                return message;
            }
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("no such message to {to} in ten seconds");
}

/// Reads all messages to `to`.
async fn forget(servers: &[&Site], to: &str) {
    for server in servers {
        while server.mailbox.unread(to).await.is_some() {}
    }
}
