//! The real counterpart: two servers on one database, the same people, and browsers that follow their pages.

use super::{
    operation::Operation,
    owner::Owner,
    scope::Action,
    state::{Server, State, Tab, Who},
};
use crate::common::{Browser, Capabilities, Jar, Page, Person, Setting, Strategy, TestApp, until_sent};

/// Two people, two browsers, two servers.
pub struct World {
    pub servers: Vec<TestApp>,
    pub people: Vec<Owner>,
    tabs: Vec<Window>,
    database: String,
}

/// A browser's cookies, and its open pages, one for each person's key.
struct Window {
    jar: Jar,
    pages: Vec<Option<Page>>,
}

impl World {
    /// Everybody has an account and a phone, and nobody is signed in.
    pub async fn new(setting: &Setting) -> World {
        let days = |days: u8| serde_json::json!(format!("{days}d"));
        let first = setting
            .app_with(&[("latchkey.session.idle", days(1)), ("latchkey.session.absolute", days(30))])
            .await;
        let mut people = Vec::new();
        for email in ["ann@example.com", "bob@example.com"] {
            let person = first.account(email).await;
            people.push(Owner::new(first.add_phone(&person).await));
        }
        let second = first.replica().await;
        let window = || Window { jar: Jar::default(), pages: vec![None, None] };
        let database = setting.database.clone();
        let world = World { servers: vec![first, second], people, tabs: vec![window(), window()], database };
        world.quiet().await;
        world
    }

    /// A browser with the cookies of `tab` that talks to `server`; its new cookies are lost unless kept.
    pub fn browser(&self, tab: Tab, server: Server) -> Browser {
        let browser = self.servers[server].browser();
        browser.with_jar(|jar| jar.clone_from(&self.tabs[tab].jar));
        browser
    }

    /// True if `tab` shows a page that offers `operation`.
    pub fn offers(&self, state: &State, tab: Tab, operation: Operation) -> bool {
        let form = |who: Who| self.tabs[tab].pages[who].as_ref();
        let path = |who| form(who).map(|page| page.path().to_owned()).unwrap_or_default();
        let is = |who, able: fn(Strategy) -> bool| Strategy::of_page(&path(who)).is_some_and(able);
        match operation {
            Operation::Button(who) => is(who, |it| !it.ends_with_password()),
            // It depends on the speed of this run whether a minute has passed since the last text.
            Operation::Code(who) => {
                let asked = state.people[who].keys.iter().any(|key| key.codes_issued > 0);
                is(who, Strategy::takes_code) && !(asked && is(who, Strategy::needs_phone))
            }
            Operation::Set(who) => is(who, Strategy::ends_with_password),
            Operation::Weak(who) => is(who, |it| it.ends_with_password() && !it.takes_code()),
            _ => true,
        }
    }

    /// Performs `action`, and reads the mail. `done` if the model lets it succeed.
    pub async fn act(&mut self, action: Action, done: bool) {
        match action {
            Action::Ask { tab, who, worker } => {
                let browser = self.browser(tab, worker.unwrap_or(0));
                let form = browser.get("/reset").await;
                browser.submit(&form, &[("email", &self.people[who].person.email)]).await;
                self.tabs[tab].jar = browser.jar();
            }
            Action::Open { tab, who, server } => {
                let Some(link) = self.people[who].link.clone() else { return };
                let browser = self.browser(tab, server);
                let page = browser.get(&link).await;
                if page.status < 400 {
                    self.tabs[tab].pages[who] = Some(page);
                }
                self.tabs[tab].jar = browser.jar();
            }
            Action::Send { tab, server, operation } => self.send(tab, server, operation, done).await,
            Action::Switch { server, to } => self.servers[server].switch(to, &[]).await,
            Action::Crash { server } => {
                let again = self.servers.remove(server).restart(&[]).await;
                self.servers.insert(server, again);
            }
            Action::Hour => self.servers[0].minutes_pass(61),
            Action::Work { .. } | Action::Commit { .. } => unreachable!("a server does that by itself"),
        }
        self.quiet().await;
        self.read_mail(matches!(action, Action::Send { operation: Operation::Button(_), .. })).await;
    }

    async fn send(&mut self, tab: Tab, server: Server, operation: Operation, done: bool) {
        let (browser, who) = (self.browser(tab, server), operation.who());
        let Person { email, password, .. } = self.people[who].person.clone();
        let new = self.people[who].next_password();
        let page = self.tabs[tab].pages[who].clone();
        match operation {
            Operation::SignIn(_) => drop(self.servers[server].sign_in(&browser, &email, &password).await),
            Operation::SignInGenerated(_) => {
                let typed = self.people[who].generated.as_deref().unwrap_or("0000-0000-0000-0000");
                self.servers[server].sign_in(&browser, &email, typed).await;
            }
            Operation::SetRestricted(_) => {
                let form = browser.get("/reset/new-password").await;
                if form.asks(&["new-password"]) {
                    browser.submit(&form, &[("new-password", &new)]).await;
                }
            }
            Operation::Change(_) => {
                let form = browser.get("/change").await;
                if form.asks(&["current-password", "new-password"]) {
                    let typed = [("current-password", password.as_str()), ("new-password", new.as_str())];
                    browser.submit(&form, &typed).await;
                }
            }
            Operation::Undo(_) => {
                if let Some(notice) = &self.people[who].notice {
                    let page = browser.get(notice).await;
                    if page.path() == "/reset/not-me" {
                        browser.press(&page, "/reset/not-me").await;
                    }
                }
            }
            Operation::Button(_)
            | Operation::Code(_)
            | Operation::Set(_)
            | Operation::Weak(_)
            | Operation::Cancel(_) => {
                let page = page.expect("a form that is shown");
                let sent = self.people[who].fill(&page, operation, &new);
                browser.post(&sent).await;
            }
        }
        if matches!(operation, Operation::Set(_) | Operation::SetRestricted(_) | Operation::Change(_)) {
            self.people[who].typed(new, done);
        }
        self.tabs[tab].jar = browser.jar();
    }

    /// Waits until no server has anything left to do.
    async fn quiet(&self) {
        until_sent(&self.database).await;
    }

    async fn read_mail(&mut self, generated: bool) {
        for server in &self.servers {
            for owner in &mut self.people {
                owner.read(server, generated).await;
            }
        }
    }
}
