//! A person who resets the password repeatedly, with checks of the state wherever that was interrupted.

use std::time::Duration;

use rocket::tokio::time::sleep;

use crate::{
    common::{Browser, Capabilities, Jar, Message, Person, Strategy},
    db_probe::Facts,
    harness::Harness,
};

/// A person, and the position in their journey.
pub struct Actor {
    pub person: Person,
    /// Cookie of a known browser: requests by others do not supersede a key in use.
    mark: Jar,
    /// The reset in progress.
    attempt: Option<Attempt>,
    journeys: usize,
}

/// A reset in progress.
struct Attempt {
    password: String,
    /// Browser signed in before the reset, which ends its session.
    own: Browser,
    before: Facts,
    link: Option<String>,
    /// True if the last request was answered.
    heard: bool,
}

/// State found after an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing was in progress.
    Rest,
    /// The reset had not happened.
    Nothing,
    /// The first step had happened, which is complete by itself.
    Step,
    /// The reset had happened.
    Whole,
}

impl Actor {
    pub fn new(person: Person) -> Self {
        Self { person, mark: Jar::default(), attempt: None, journeys: 0 }
    }

    /// Resets the password repeatedly until dropped.
    pub async fn travel(&mut self, harness: &Harness) {
        loop {
            self.journey(harness).await;
        }
    }

    /// Resets the password once.
    pub async fn journey(&mut self, harness: &Harness) {
        let site = harness.site();
        let own = harness.browser(0);
        site.sign_in(&own, &self.person.email, &self.person.password).await;
        let before = harness.db_probe.facts(&self.person.email).await;
        self.journeys += 1;
        let password = format!("wicker basket {} of the journey", self.journeys);
        let attempt = Attempt { password: password.clone(), own, before, link: None, heard: false };
        let attempt = self.attempt.insert(attempt);
        let browser = harness.browser(0);
        browser.with_jar(|jar| jar.clone_from(&self.mark));
        let page = browser.submit(&browser.get("/reset").await, &[("email", &self.person.email)]).await;
        assert_eq!(page.status, 200, "{page}");
        let link = site.mailbox.next_key(&self.person.email).await.link();
        attempt.link = Some(link.clone());
        browser.get(&link).await;
        self.mark = marked(browser.jar());
        let ready = site.prepare(&browser, &link, &self.person).await;
        let mut page = browser.post(&site.spending(&browser, &ready, &password)).await;
        if page.status == 422 {
            // The first message was a repeat of an older code.
            let ready = site.next_code(ready, &self.person).await;
            page = browser.post(&site.spending(&browser, &ready, &password)).await;
        }
        let page = site.finish(&browser, page, &self.person, &password).await;
        assert_eq!((page.status, page.path()), (200, "/account"), "{page}");
        attempt.heard = true;
        for _ in 0..notices(site.setting.strategy) {
            site.mailbox.next_notice(&self.person.email).await;
        }
        self.person.password = password;
        self.attempt = None;
    }

    /// Checks that each step of the reset happened completely or not at all, and returns the state.
    pub async fn judge(&mut self, harness: &Harness) -> Found {
        let (site, email) = (harness.site(), self.person.email.clone());
        let now = harness.db_probe.facts(&email).await;
        assert_eq!(now.undo, now.notices, "each notice has its link: {now:?}");
        let Some(attempt) = self.attempt.take() else {
            assert!(site.opens(&email, &self.person.password).await, "{now:?}");
            return Found::Rest;
        };
        let (strategy, before) = (site.setting.strategy, &attempt.before);
        let completed = now.completed - before.completed;
        let opened = now.signed_in_once - before.signed_in_once;
        let made = now.generated - before.generated;
        let what = format!("{} from {before:?} to {now:?}", strategy.name());
        assert!([completed, opened, made].iter().all(|count| (0..=1).contains(count)), "{what}");
        assert!(!attempt.heard || completed == 1, "an answer that was not durable: {what}");

        let (spent, ended) = match strategy {
            it if it.signs_in_once() => (opened, opened),
            it if it.mails_password() => (made, completed),
            _ => (completed, completed),
        };
        assert!(completed <= spent && opened <= spent, "an end without a beginning: {what}");
        let told = completed + if strategy.signs_in_once() { opened } else { 0 };
        assert_eq!(now.notices - before.notices, told, "notices: {what}");
        if spent == 1 {
            assert_eq!(now.reset_keys, 0, "{what}");
        }
        if ended == 1 {
            assert_eq!((now.keys, now.sessions), (0, 1), "{what}");
        }
        if strategy.mails_password() {
            // An unused generated password is valid until another one is created.
            let left = match (completed, made) {
                (0, 0) => before.keys - before.reset_keys,
                (0, _) => made - opened,
                _ => 0,
            };
            assert_eq!(now.keys - now.reset_keys, left, "generated passwords: {what}");
        }
        if let Some(link) = &attempt.link {
            let page = harness.browser(0).get(link).await;
            assert_eq!(page.path() == strategy.path(), spent == 0, "the key: {what}: {page}");
        }
        assert_eq!(attempt.own.is_signed_in().await, ended == 0, "the older session: {what}");
        assert_eq!(site.opens(&email, &self.person.password).await, completed == 0, "the old one: {what}");
        assert_eq!(site.opens(&email, &attempt.password).await, completed == 1, "the new one: {what}");
        if completed == 1 {
            self.person.password = attempt.password;
        }
        match (completed, spent) {
            (1, _) => Found::Whole,
            (_, 1) => Found::Step,
            _ => Found::Nothing,
        }
    }

    /// Panics unless exactly the expected messages arrived, each at most `most` times; returns the repeats.
    pub async fn check_mail(&self, harness: &Harness, most: usize) -> usize {
        let (email, phone) = (&self.person.email, &self.person.phone);
        let now = harness.db_probe.facts(email).await;
        let other: fn(&Message) -> bool = |message| !message.has_link();
        let codes = match harness.setting.strategy {
            it if it.mails_password() => now.generated,
            it if it.takes_code() && !it.needs_phone() => now.code_sent,
            _ => 0,
        };
        let texts = if phone.is_empty() { 0 } else { now.code_sent + 1 };
        let mut twice = 0;
        let of = |to, which: fn(&Message) -> bool| harness.post.to(to, which);
        for (to, which, wanted) in [
            (email, Message::is_notice as fn(&Message) -> bool, now.notices),
            (email, Message::is_key, now.issued),
            (email, other, codes),
            (phone, |_| true, texts),
        ] {
            // Accepted messages may still be on their way from the mail server to this process.
            for _ in 0..200 {
                if i64::try_from(of(to, which).len()).is_ok_and(|came| came >= wanted) {
                    break;
                }
                sleep(Duration::from_millis(10)).await;
            }
            let came = of(to, which);
            let what = format!("to {to}, once each {wanted}: {came:?}, {now:?}");
            assert_eq!(i64::try_from(came.len()), Ok(wanted), "{what}");
            assert!(came.values().all(|times| *times <= most), "{what}");
            twice += came.values().filter(|times| **times > 1).count();
        }
        twice
    }
}

/// Notices sent by a complete reset.
fn notices(strategy: Strategy) -> usize {
    if strategy.signs_in_once() { 2 } else { 1 }
}

/// Reduces the cookies to the one of a known browser.
fn marked(mut jar: Jar) -> Jar {
    for name in jar.names().iter().filter(|name| *name != "latchkey_browser") {
        jar.remove(name);
    }
    jar
}
