//! The visible state of the model and of the servers, which must be the same after every step.

use super::{
    scope::Scope,
    state::{Kind, Password, Purpose, Server, State, Who, accepts},
    world::World,
};
use crate::common::{Capabilities, Strategy};

/// State shown by the servers; by the first one, unless noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Account open in each browser.
    signed_in: Vec<Option<Who>>,
    /// True if the form of a restricted session opens there.
    restricted: Vec<bool>,
    /// Page opened by the key in its cookie, and whether it takes a code.
    forms: Vec<Option<(Strategy, bool)>>,
    /// Page of each newest link, on each server.
    links: Vec<Vec<Option<Strategy>>>,
    /// True for each newest notice that can still be used.
    notices: Vec<bool>,
    /// True for each superseded link that still opens.
    former_links: Vec<bool>,
    /// True if the password that its owner chose last opens the account of `who`, and if another one does.
    passwords: (bool, bool),
}

impl Seen {
    /// The state according to the model, with the passwords of `who`.
    pub fn expected(state: &State, who: Who) -> Seen {
        let here = state.policies[0];
        let link = |who: Who, server: Server| {
            let policy = state.key(who, Purpose::Reset)?.policy;
            accepts(state.policies[server], policy).then_some(policy)
        };
        let links = |who| (0..state.policies.len()).map(|server| link(who, server)).collect();
        let restricted = |kind| matches!(kind, Kind::Restricted(policy) if accepts(here, policy));
        let code = |tab, who| state.key(who, Purpose::Code).is_some_and(|code| code.browser == Some(tab));
        let form = |tab, who| link(who, 0).map(|policy| (policy, code(tab, who)));
        let everybody = 0..state.people.len();
        Seen {
            signed_in: (0..state.browsers.len()).map(|tab| state.signed_in(tab)).collect(),
            restricted: (state.browsers.iter())
                .map(|browser| browser.session.as_ref().is_some_and(|session| restricted(session.kind)))
                .collect(),
            forms: (state.browsers.iter().enumerate())
                .map(|(tab, browser)| browser.ticket.and_then(|who| form(tab, who)))
                .collect(),
            links: everybody.clone().map(links).collect(),
            notices: state.people.iter().map(|person| person.notice).collect(),
            former_links: everybody.map(|_| false).collect(),
            passwords: (state.people[who].password == Password::Chosen, false),
        }
    }

    /// The state according to the servers.
    pub async fn of(world: &World, scope: &Scope, who: Who) -> Seen {
        let mut seen = Seen {
            signed_in: Vec::new(),
            restricted: Vec::new(),
            forms: Vec::new(),
            links: Vec::new(),
            notices: Vec::new(),
            former_links: Vec::new(),
            passwords: world.passwords(who).await,
        };
        for tab in 0..scope.browsers {
            let browser = world.browser(tab, 0);
            let account = browser.get("/account").await;
            let whose = world.people.iter().position(|owner| account.body.contains(&owner.person.email));
            seen.signed_in.push(whose.filter(|_| account.path() == "/account"));
            let form = browser.get("/reset/new-password").await;
            seen.restricted.push((form.status, form.path()) == (200, "/reset/new-password"));
            let mut form = None;
            for strategy in &scope.strategies {
                let page = browser.get(&strategy.path()).await;
                if page.status == 200 && page.path() == strategy.path() {
                    form = Some((*strategy, page.asks(&["one-time-code"])));
                }
            }
            seen.forms.push(form);
        }
        for owner in &world.people {
            let mut links = Vec::new();
            for server in 0..scope.servers {
                links.push(world.leads_to(owner.link.as_deref(), server).await);
            }
            seen.links.push(links);
            seen.former_links.push(world.leads_to(owner.former_link.as_deref(), 0).await.is_some());
            seen.notices.push(match &owner.notice {
                Some(link) => world.servers[0].browser().get(link).await.path() == "/reset/not-me",
                None => false,
            });
        }
        seen
    }
}

impl World {
    async fn passwords(&self, who: Who) -> (bool, bool) {
        let owner = &self.people[who];
        let (server, email) = (&self.servers[0], &owner.person.email);
        let dead = match &owner.dead_password {
            Some(password) => server.opens(email, password).await,
            None => false,
        };
        (server.opens(email, &owner.person.password).await, dead)
    }

    async fn leads_to(&self, link: Option<&str>, server: Server) -> Option<Strategy> {
        let page = self.servers[server].browser().get(link?).await;
        Strategy::of_page(page.path()).filter(|_| page.status == 200)
    }
}
