//! The real counterpart: three mailboxes, the account in question, a second one, and an admin.

use std::collections::BTreeMap;

use super::state::{ADDRESSES, Address, At, State, Step};
use crate::common::{Browser, Message, OLD, Page, Person, Setting, TestApp, until_none, until_sent};

const EMAILS: [&str; ADDRESSES] = ["owner@example.com", "one@example.org", "two@example.org"];

/// Answer by mail to a registration with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Instructions to confirm it: the address is free.
    Confirm,
    /// There is an account already.
    Had,
    /// The address is reserved until a given time.
    Kept,
    /// An admin has to decide.
    Disputed,
}

/// Target of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    Nowhere,
    /// A button that gives the account back.
    Back,
    /// A button that freezes it.
    ToAFreeze,
    /// A button that adds a claim.
    ToAClaim,
}

/// The site, and the knowledge of its people.
pub struct RealWorld {
    app: TestApp,
    root: Person,
    /// Newest password that was chosen.
    password: String,
    chosen: usize,
    /// Link of each notice, by the step that it reports.
    pub links: BTreeMap<At, String>,
}

impl RealWorld {
    pub async fn new(setting: &Setting) -> RealWorld {
        let app = setting.app().await;
        app.account(EMAILS[0]).await;
        let root = app.admin("root@example.net").await;
        RealWorld { app, root, password: OLD.to_owned(), chosen: 0, links: BTreeMap::new() }
    }

    pub async fn stop(self) {
        self.app.stop().await;
    }

    fn owner(&self, state: &State) -> Person {
        Person { email: EMAILS[state.address].into(), password: self.password.clone(), phone: String::new() }
    }

    async fn signed_in(&self, state: &State) -> Browser {
        let (browser, owner) = (self.app.browser(), self.owner(state));
        self.app.sign_in(&browser, &owner.email, &owner.password).await;
        browser
    }

    /// Takes `step`, or tries to, from `state`.
    pub async fn act(&mut self, state: &State, step: Step) {
        self.chosen += 1;
        let new = format!("brass lantern under the {} stairs", self.chosen);
        let owner = self.owner(state);
        match step {
            Step::Reset => {
                self.app.ask_reset(&owner.email).await;
                let mails = self.mails(&owner.email).await;
                if let Some(key) = mails.iter().find(|mail| mail.is_key()) {
                    self.app.recover(&self.app.browser(), &owner, &key.link(), &new).await;
                    self.password = new;
                }
            }
            Step::SignIn => drop(self.signed_in(state).await),
            Step::Change => {
                let own = self.signed_in(state).await;
                let form = own.get("/change").await;
                if form.asks(&["current-password", "new-password"]) {
                    let typed = [("current-password", &*self.password), ("new-password", &*new)];
                    own.submit(&form, &typed).await;
                    self.password = new;
                }
            }
            Step::Move(to) => self.try_to_move(state, EMAILS[to]).await,
            Step::Delete => {
                let own = self.signed_in(state).await;
                let form = own.get("/account/delete").await;
                if form.asks(&["current-password"]) && form.path() == "/account/delete" {
                    own.submit(&form, &[("current-password", &self.password)]).await;
                }
            }
            Step::Press(place) => {
                let link = self.links[&state.links[place].at].clone();
                let browser = self.app.browser();
                let page = browser.get(&link).await;
                if page.path() == "/reset/not-me" {
                    browser.press(&page, "/reset/not-me").await;
                }
            }
            Step::Register(at) => {
                let browser = self.app.browser();
                self.app.register(&browser, EMAILS[at], OLD).await;
                let mail = self.app.mailbox.next(EMAILS[at]).await;
                if state.second.is_none() && mail.has_link() && mail.link().contains("/confirm/") {
                    let page = browser.get(&mail.link()).await;
                    browser.press(&page, "/confirm/address").await;
                }
            }
            Step::Leave => self.decide(&owner.email, "lift-hold").await,
            Step::GiveBack => self.decide(&owner.email, "give-back").await,
            Step::ThreeDays => {
                self.app.minutes_pass(72 * 60 + 1);
                until_none(
                    &self.app.setting.database,
                    "SELECT email FROM latchkey_accounts WHERE deleted_at IS NOT NULL",
                )
                .await;
            }
        }
        for email in EMAILS {
            let mails = self.mails(email).await;
            self.links.extend(mails.iter().filter(|mail| mail.is_notice()).map(|it| (state.now, it.link())));
        }
    }

    async fn try_to_move(&self, state: &State, to: &str) {
        let own = self.signed_in(state).await;
        let form = own.get("/account/email").await;
        if form.path() != "/account/email" {
            return;
        }
        own.submit(&form, &[("email", to), ("current-password", &self.password)]).await;
        let mails = self.mails(to).await;
        let confirm = |link: &String| link.contains("/account/email/");
        if let Some(link) = mails.iter().filter(|it| it.has_link()).map(|it| it.link()).find(confirm) {
            let page = own.get(&link).await;
            own.press(&page, "/account/email/confirm").await;
        }
    }

    async fn decide(&self, email: &str, act: &str) {
        let console = self.app.signed_in(&self.root).await;
        let people = console.get(&format!("/admin/people?q={email}")).await;
        let Some(place) = people.links.iter().find(|link| link.starts_with("/admin/people/")) else { return };
        let (page, path) = (console.get(place).await, format!("{place}/{act}"));
        if page.offers(&path) {
            console.press(&page, &path).await;
        }
    }

    /// Every unread mail to `email`, once everything has been sent.
    async fn mails(&self, email: &str) -> Vec<Message> {
        until_sent(&self.app.setting.database).await;
        let mut mails = Vec::new();
        while let Some(mail) = self.app.mailbox.unread(email).await {
            mails.push(mail);
        }
        mails
    }

    /// True if the newest password opens the account at its address.
    pub async fn opens(&self, state: &State) -> bool {
        self.app.opens(EMAILS[state.address], &self.password).await
    }

    /// Target of the link of a step.
    pub async fn leads(&self, at: At) -> Leads {
        let Some(link) = self.links.get(&at) else { return Leads::Nowhere };
        let page: Page = self.app.browser().get(link).await;
        match page.path() {
            "/reset/not-me" if page.text.contains("on hold already") => Leads::ToAClaim,
            "/reset/not-me" if page.text.contains("used with another email address") => Leads::ToAFreeze,
            "/reset/not-me" => Leads::Back,
            _ => Leads::Nowhere,
        }
    }

    /// Answer to a registration with an address.
    pub async fn told(&self, address: Address) -> Told {
        let email = EMAILS[address];
        self.app.register(&self.app.browser(), email, OLD).await;
        let mail = self.app.mailbox.next(email).await;
        match mail {
            mail if mail.text.contains("/confirm/") => Told::Confirm,
            mail if mail.subject.contains("not free yet") => Told::Kept,
            mail if mail.subject.contains("on hold") => Told::Disputed,
            _ => Told::Had,
        }
    }
}
