//! The real counterpart: one account with its mailbox, phone and app, two browsers, and an admin.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::state::{By, Demand, Step, TABS, Tab};
use crate::common::{
    Authenticator, Browser, Capabilities, Page, Person, Setting, Strategy, TestApp, recovery_codes,
    until_sent,
};

/// After this, an app shows another code.
const NEXT_CODE: Duration = Duration::from_secs(31);
/// After this, another code may be texted.
const NEXT_TEXT: Duration = Duration::from_secs(61);
/// The page of a pending sign-in.
pub const PENDING: &str = "/login/factor";

/// The site, and what its people know.
pub struct RealWorld {
    pub app: TestApp,
    pub ann: Person,
    root: Person,
    pub browsers: Vec<Browser>,
    /// The newest app, with its first recovery code.
    newest: Option<(Authenticator, String)>,
    /// Link of the newest key.
    key: Option<String>,
    /// Link of the newest notice.
    pub notice: Option<String>,
    /// The new password that waits for a factor in each browser.
    waits: Vec<Option<String>>,
    /// A password that does not work: a former one, or one that was never in force.
    pub dead: Option<String>,
    chosen: usize,
}

impl RealWorld {
    /// Everybody is signed out; the owner has an app if `held`.
    pub async fn new(setting: &Setting, demand: Demand, held: bool) -> RealWorld {
        let app = setting
            .app_with(&[
                ("latchkey.session.idle", json!("1d")),
                ("latchkey.session.absolute", json!("30d")),
                ("latchkey.session.fresh", json!("12h")),
                ("latchkey.sign_in.role.admin.second_factor", json!("off")),
            ])
            .await;
        let root = app.admin("root@example.net").await;
        let ann = app.person("ann").await;
        let browsers = (0..TABS).map(|_| app.browser()).collect();
        let (newest, key, notice, dead) = (None, None, None, None);
        let waits = vec![None; TABS];
        let mut world = RealWorld { app, ann, root, browsers, newest, key, notice, waits, dead, chosen: 0 };
        if held {
            let (app, page) = world.app.set_up_app(&world.app.signed_in(&world.ann).await).await;
            world.newest = Some((app, recovery_codes(&page).swap_remove(0)));
        }
        world.switch(demand).await;
        world.read_mail().await;
        world.notice = None;
        world
    }

    pub async fn stop(self) {
        self.app.stop().await;
    }

    /// Takes `step`, or tries to. `done` if the model lets it succeed, and `waits` if a new password then waits for a
    /// factor.
    pub async fn act(&mut self, step: Step, done: bool, waits: bool) {
        self.chosen += 1;
        let new = format!("brass lantern under the {} stairs", self.chosen);
        match step {
            Step::SignIn(tab) => {
                self.sign_out(tab).await;
                self.app.sign_in(&self.browsers[tab], &self.ann.email, &self.ann.password).await;
            }
            Step::Reset(tab) => {
                self.sign_out(tab).await;
                self.app.clock.advance(NEXT_TEXT);
                self.app.ask_reset(&self.ann.email).await;
                self.use_key(tab, &new).await;
            }
            Step::LetIn(tab) => {
                self.sign_out(tab).await;
                self.let_in().await;
                self.use_key(tab, &new).await;
            }
            Step::Prove(tab, by) => self.prove(tab, by).await,
            Step::Abandon(tab) => {
                let path = format!("{PENDING}/cancel");
                if let Some(page) = self.pending(tab, "").await.filter(|page| page.offers(&path)) {
                    self.browsers[tab].press(&page, &path).await;
                }
            }
            Step::SetUp(tab) => self.set_up(tab).await,
            Step::Verify(tab) => {
                let page = self.browsers[tab].get("/verify").await;
                if page.path() == "/verify" {
                    self.browsers[tab].submit(&page, &[("one-time-code", &self.code())]).await;
                }
            }
            Step::Remove(tab) => {
                let page = self.browsers[tab].get("/account/factors").await;
                let remove = page.forms.iter().find(|form| form.path().ends_with("/remove"));
                if let Some(remove) = remove {
                    self.browsers[tab].press(&page, remove.path()).await;
                }
            }
            Step::Change(tab) => {
                let page = self.browsers[tab].get("/change").await;
                if page.asks(&["current-password", "new-password"]) {
                    let typed = [("current-password", &*self.ann.password), ("new-password", &*new)];
                    self.browsers[tab].submit(&page, &typed).await;
                    self.waits[tab] = Some(new);
                }
            }
            Step::NewPassword(tab) => {
                let page = self.browsers[tab].get("/reset/new-password").await;
                if page.asks(&["new-password"]) {
                    self.browsers[tab].submit(&page, &[("new-password", &new)]).await;
                    self.waits[tab] = Some(new);
                }
            }
            Step::Undo => {
                let browser = self.app.browser();
                if let Some(link) = self.notice.take() {
                    browser.press(&browser.get(&link).await, "/reset/not-me").await;
                }
            }
            Step::Switch(demand) => self.switch(demand).await,
            Step::Hour => self.app.minutes_pass(61),
        }
        self.settle(step, done, waits);
        self.read_mail().await;
    }

    /// Records which password is in force.
    fn settle(&mut self, step: Step, done: bool, waits: bool) {
        let (Step::Reset(tab)
        | Step::LetIn(tab)
        | Step::Prove(tab, _)
        | Step::Change(tab)
        | Step::NewPassword(tab)) = step
        else {
            return;
        };
        let Some(new) = self.waits[tab].take_if(|_| done) else { return };
        if waits {
            self.dead = Some(new.clone());
            self.waits[tab] = Some(new);
        } else {
            self.dead = Some(std::mem::replace(&mut self.ann.password, new));
        }
    }

    async fn sign_out(&mut self, tab: Tab) {
        let browser = &self.browsers[tab];
        browser.press(&browser.get("/logout").await, "/logout").await;
        self.waits[tab] = None;
    }

    async fn switch(&mut self, demand: Demand) {
        let strategy = self.app.setting.strategy;
        self.app.switch(strategy, &[("latchkey.sign_in.second_factor", json!(demand.name()))]).await;
    }

    async fn let_in(&self) {
        let console = self.app.signed_in(&self.root).await;
        let people = console.get(&format!("/admin/people?q={}", self.ann.email)).await;
        let place = people.links.iter().find(|link| link.starts_with("/admin/people/")).expect("a person");
        let strategy = Some(self.app.setting.strategy).filter(|strategy| !strategy.needs_phone());
        let strategy = strategy.unwrap_or(Strategy::SetThenLogin).name();
        let (page, path) = (console.get(place).await, format!("{place}/let-in"));
        if page.offers(&path) {
            let fields = [("strategy", strategy), ("way", "mail"), ("reason", "lost the phone")];
            console.post(&console.sent(&page, page.form_to(&path), &fields)).await;
        }
    }

    /// Uses the newest key, if it works, up to the end of the reset or the page of the factor.
    async fn use_key(&mut self, tab: Tab, new: &str) {
        self.read_mail().await;
        let Some(link) = self.key.take() else { return };
        let browser = &self.browsers[tab];
        let page = browser.get(&link).await;
        let strategy = Strategy::of_page(page.path()).filter(|_| page.status == 200);
        let Some(strategy) = strategy else { return };
        let path = strategy.path();
        if strategy.takes_code() {
            let page = browser.press(&page, &format!("{path}/send")).await;
            let to = if strategy.needs_phone() { &self.ann.phone } else { &self.ann.email };
            let code = self.app.mailbox.next_code(to).await;
            browser.submit(&page, &[("one-time-code", &code), ("new-password", new)]).await;
        } else if strategy.ends_with_password() {
            browser.submit(&page, &[("new-password", new)]).await;
        } else {
            browser.press(&page, &path).await;
            if strategy.mails_password() {
                let generated = self.app.mailbox.next_code(&self.ann.email).await;
                self.app.sign_in(browser, &self.ann.email, &generated).await;
            }
            return;
        }
        self.waits[tab] = Some(new.to_owned());
    }

    /// The page of the pending sign-in in a browser, if there is one.
    pub async fn pending(&self, tab: Tab, with: &str) -> Option<Page> {
        let (browser, place) = (&self.browsers[tab], format!("{PENDING}?with={with}"));
        let answer = browser.ask(Method::GET, &place).await;
        let leads = answer.status == 200 || answer.location().starts_with("/account/factors");
        if leads { Some(browser.follow(&place, answer).await) } else { None }
    }

    async fn prove(&self, tab: Tab, by: By) {
        let with = if by == By::Code { "recovery_code" } else { "totp" };
        let page = self.pending(tab, with).await.filter(|page| page.path() == PENDING);
        let (Some(page), Some((_, first))) = (page, &self.newest) else { return };
        let code = if by == By::Code { first.clone() } else { self.code() };
        let trusts = by == By::AppTrusting && page.asks(&["trust"]);
        let typed = [("one-time-code", &*code), ("trust", "yes")];
        self.browsers[tab].submit(&page, &typed[..if trusts { 2 } else { 1 }]).await;
    }

    async fn set_up(&mut self, tab: Tab) {
        let browser = &self.browsers[tab];
        if browser.get("/account/factors").await.offers("/account/factors/totp/start") {
            let (app, page) = self.app.set_up_app(browser).await;
            self.newest = Some((app, recovery_codes(&page).swap_remove(0)));
        }
    }

    /// The code that the app shows next.
    fn code(&self) -> String {
        self.app.clock.advance(NEXT_CODE);
        self.newest.as_ref().map_or_else(String::new, |(app, _)| app.code(&self.app))
    }

    async fn read_mail(&mut self) {
        until_sent(&self.app.setting.database).await;
        while let Some(mail) = self.app.mailbox.unread(&self.ann.email).await {
            if mail.is_notice() {
                self.notice = Some(mail.link());
            } else if mail.is_key() {
                self.key = Some(mail.link());
            }
        }
    }
}
