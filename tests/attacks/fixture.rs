//! The scene of every attack: the victim V, who is signed in somewhere, the attacker X, and the conditions at its end.

use std::collections::BTreeSet;

use crate::{
    common::{
        Authenticator, Browser, Change, Message, OLD, Page, Person, Setting, Strategy, TestApp, texts,
        until_sent,
    },
    log,
};

/// Mail addresses of V and X.
pub const V: &str = "victim@example.com";
pub const X: &str = "thief@example.com";

/// Events caused by V's own reset.
const OWN_STEPS: [&str; 5] = [
    "reset.issued",
    "reset.code_sent",
    "reset.password_generated",
    "reset.signed_in_once",
    "reset.completed",
];

/// Events about refusals by guards, which any attack may cause.
const NOTICED: [&str; 3] = ["cookie.refused", "form.refused", "role.refused"];

/// A site with V and X.
pub struct AttackFixture {
    pub app: TestApp,
    /// The victim: an account with a phone.
    pub v: Person,
    /// The attacker: an account and a mailbox of their own.
    pub x: Person,
    /// Browser in which V is signed in; nothing that X does ends that.
    pub own: Browser,
    /// V's second factor, if V has one.
    pub authenticator: Option<Authenticator>,
    held: Vec<String>,
    entered: bool,
    over: bool,
    recovered: bool,
    resets: usize,
    events: Vec<String>,
    statuses: usize,
    mails_of_x: Vec<Message>,
    /// Lines of the log before the scene.
    pub logged: usize,
}

impl AttackFixture {
    /// A site in `setting`, with some keys changed.
    pub async fn set(setting: &Setting, changes: &[Change<'_>], strategies: &[Strategy]) -> AttackFixture {
        let logged = log::begin();
        let app = setting.app_with(changes).await;
        let phone_of_x = if strategies.iter().any(|it| it.needs_phone()) { "+4915187654321" } else { "" };
        let ((v, own), (x, _)) =
            rocket::tokio::join!(person(&app, V, "+4915112345678"), person(&app, X, phone_of_x));
        let (events, statuses, mails_of_x, held) = (Vec::new(), 0, Vec::new(), Vec::new());
        let (entered, over, recovered, resets) = (false, true, false, 0);
        AttackFixture {
            app,
            v,
            x,
            own,
            authenticator: None,
            held,
            entered,
            over,
            recovered,
            resets,
            events,
            statuses,
            mails_of_x,
            logged,
        }
    }

    /// Continues under `strategy`. All earlier keys have expired.
    pub async fn enter(&mut self, strategy: Strategy) {
        self.quiet().await;
        if self.entered {
            self.app.minutes_pass(61);
        }
        if self.app.setting.strategy != strategy {
            self.app.switch(strategy, &[]).await;
        }
        if !self.own.is_signed_in().await {
            self.own = self.signed_in().await;
        }
        for to in [V, X, &self.v.phone, &self.x.phone] {
            while self.app.mailbox.unread(to).await.is_some() {}
        }
        self.events = self.all_events().await;
        self.statuses = self.app.seen.statuses().len();
        self.mails_of_x = self.mails_of_x().await;
        self.held = self.held().await;
        (self.entered, self.over, self.recovered) = (true, false, false);
    }

    /// Advances the clock by a day, so that daily limits start again.
    pub async fn next_day(&mut self) {
        self.quiet().await;
        self.app.minutes_pass(24 * 60);
        self.enter(self.strategy()).await;
    }

    /// Restarts the server, with some keys changed.
    pub async fn restart(&mut self, changes: &[Change<'_>]) {
        self.app.again(changes).await;
        self.mails_of_x.clear(); // the mailbox was in memory
    }

    /// The strategy in force.
    pub fn strategy(&self) -> Strategy {
        self.app.setting.strategy
    }

    /// The link of a new key of V's.
    pub async fn key(&self) -> String {
        self.app.key(&self.v).await.link()
    }

    /// A new password that nobody has had.
    pub fn password(&mut self) -> String {
        self.resets += 1;
        format!("brass lantern number {} under the stairs", self.resets)
    }

    /// V completes a reset by `link`: sets another password, which must end all other sessions.
    pub async fn recover(&mut self, link: &str) -> Browser {
        let (browser, password) = (self.app.browser(), self.password());
        self.v = self.app.recover(&browser, &self.v, link, &password).await;
        self.recovered().await;
        browser
    }

    /// Records that V has set `password` by a reset of their own.
    pub async fn now_has(&mut self, password: &str) {
        password.clone_into(&mut self.v.password);
        self.recovered().await;
    }

    async fn recovered(&mut self) {
        assert!(!self.own.is_signed_in().await, "a session outlives the reset");
        self.recovered = true;
        self.own = self.signed_in().await;
    }

    /// Accepts that earlier requests may have been answered with 503.
    pub fn was_out_of_service(&mut self) {
        let statuses = self.app.seen.statuses();
        for (place, status) in &statuses[self.statuses..] {
            assert!(*status < 500 || *status == 503, "{place} answered {status}");
        }
        self.statuses = statuses.len();
    }

    /// Accepts the messages that X got for requests in X's own name.
    pub async fn may_write_to_x(&mut self) {
        self.quiet().await;
        self.mails_of_x = self.mails_of_x().await;
    }

    /// Waits until the worker has nothing left to do.
    pub async fn quiet(&self) {
        until_sent(&self.app.setting.database).await;
    }

    /// Every unread message to `to`, once the worker is done.
    pub async fn mails(&self, to: &str) -> Vec<Message> {
        self.quiet().await;
        let mut mails = Vec::new();
        while let Some(message) = self.app.mailbox.unread(to).await {
            mails.push(message);
        }
        mails
    }

    /// Kinds of the events since the scene was entered that concern V or no account.
    pub async fn events(&self) -> Vec<String> {
        let (mut before, mut since) = (self.events.clone(), self.all_events().await);
        // Not by position: the command line uses the system's clock, not the one that tests control.
        since.retain(|kind| match before.iter().position(|it| it == kind) {
            Some(at) => {
                before.swap_remove(at);
                false
            }
            None => true,
        });
        since
    }

    async fn all_events(&self) -> Vec<String> {
        let of_v = "SELECT kind FROM latchkey_events WHERE account_id IS NULL
            OR account_id IN (SELECT id FROM latchkey_accounts WHERE email_key = 'victim@example.com') ORDER BY id";
        texts(&self.app.setting.database, of_v).await
    }

    async fn mails_of_x(&self) -> Vec<Message> {
        let all = self.app.mailbox.all().await;
        all.into_iter()
            .filter(|message| message.to == X || message.to == self.x.phone && !message.to.is_empty())
            .collect()
    }

    /// Panics unless `page` is the page of an unusable key.
    pub async fn is_unusable(&self, page: &Page) {
        assert!(page.is_of_no_use(), "{page}");
    }

    /// Checks the conditions after every attack: no server error, no message to X, V changed only by V, each of
    /// `events` in the audit log and no others, and no secret in the log.
    pub async fn unharmed(&mut self, events: &[&str]) {
        self.quiet().await;
        let happened = self.events().await;
        let wanted: BTreeSet<_> = events.iter().copied().collect();
        let own = |kind: &&str| {
            *kind == "sign_in.completed"
                || *kind == "factor.proved" && self.authenticator.is_some()
                || NOTICED.contains(kind)
                || self.recovered && OWN_STEPS.contains(kind)
        };
        let found: BTreeSet<_> =
            happened.iter().map(String::as_str).filter(|kind| wanted.contains(kind) || !own(kind)).collect();
        assert_eq!(found, wanted, "what the audit log says: {happened:?}");
        for (place, status) in &self.app.seen.statuses()[self.statuses..] {
            assert!(*status < 500, "{place} answered {status}");
        }
        let (mut before, mut of_x) = (self.mails_of_x.clone(), self.mails_of_x().await);
        // Not by number: the mailbox keeps only the newest.
        of_x.retain(|mail| match before.iter().position(|it| (&it.to, &it.text) == (&mail.to, &mail.text)) {
            Some(at) => {
                before.swap_remove(at);
                false
            }
            None => true,
        });
        assert!(of_x.is_empty(), "X got {of_x:?}");
        if self.app.config.limits() {
            self.app.minutes_pass(61);
        }
        assert!(self.own.is_signed_in().await, "V was signed out");
        self.signed_in().await;
        assert_eq!(self.held().await, self.held, "V's second factors");
        self.tells_no_secret().await;
        self.over = true;
    }

    /// Panics unless the attack has checked its final conditions.
    pub fn is_over(&self) {
        assert!(self.over, "nobody looked at the end");
    }
}

/// Registers, confirms, and verifies a phone; returns the browser as well, which is signed in.
async fn person(app: &TestApp, email: &str, phone: &str) -> (Person, Browser) {
    let browser = app.browser();
    app.register(&browser, email, OLD).await;
    let page = browser.get(&app.mailbox.next(email).await.link()).await;
    browser.press(&page, "/confirm/address").await;
    if !phone.is_empty() {
        let form = browser.get("/account/phone").await;
        let form = browser.submit(&form, &[("tel", phone), ("current-password", OLD)]).await;
        let code = app.mailbox.next(phone).await.code();
        let page = browser.submit(&form, &[("one-time-code", &code)]).await;
        assert_eq!(page.path(), "/account", "{page}");
    }
    assert!(browser.is_signed_in().await, "{email} is signed in");
    (Person { email: email.to_owned(), password: OLD.to_owned(), phone: phone.to_owned() }, browser)
}
