//! The visible state of the model and of the site, which must be the same after every step.

use super::{
    rules::Rules,
    site::{PENDING, RealWorld},
    state::{At, Browser, State, Step, TABS, Tab, Trust},
};
use crate::common::Jar;

/// What the site shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    browsers: Vec<Reached>,
    /// Where the password leads in a new browser, and in one with the trust of each.
    entries: Vec<Entry>,
    /// Where a password leads that is not in force.
    dead: Entry,
    /// True if the link of the newest notice works.
    can_undo: bool,
}

/// What a browser reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    account: bool,
    /// The page that asks for a factor.
    proof: bool,
    /// The page that asks to set one up.
    set_up: bool,
    /// The page that changes factors.
    factors: bool,
    /// The form for a new password.
    form: bool,
}

/// Where a password leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Nowhere,
    Proof,
    SetUp,
    Account,
}

impl Seen {
    /// The state according to the model.
    pub fn expected(rules: Rules, state: &State) -> Seen {
        let trusts = [Trust::No].into_iter().chain(state.browsers.map(|browser| browser.trust));
        Seen {
            browsers: state.browsers.iter().map(|browser| Reached::expected(state, browser.at)).collect(),
            entries: trusts.map(|trust| Entry::expected(rules, state, trust)).collect(),
            dead: Entry::Nowhere,
            can_undo: state.notice.is_some(),
        }
    }

    /// The state according to the site.
    pub async fn of(world: &RealWorld) -> Seen {
        let dead = match &world.dead {
            Some(dead) => world.entry(None, dead).await,
            None => Entry::Nowhere,
        };
        let can_undo = match &world.notice {
            Some(link) => world.app.browser().get(link).await.path() == "/reset/not-me",
            None => false,
        };
        let password = &world.ann.password;
        let alone = world.entry(None, password).await;
        let mut seen = Seen { browsers: Vec::new(), entries: vec![alone], dead, can_undo };
        for tab in 0..TABS {
            seen.browsers.push(world.reached(tab).await);
            seen.entries.push(match world.trust(tab) {
                Some(trust) => world.entry(Some(trust), password).await,
                None => alone,
            });
        }
        seen
    }
}

impl Reached {
    fn expected(state: &State, at: At) -> Reached {
        let changes = |proved| state.is_on() && (proved || !state.factors.are_held());
        Reached {
            account: matches!(at, At::In { .. }),
            proof: matches!(at, At::Proof(_)),
            set_up: at == At::SetUp,
            factors: at == At::SetUp || matches!(at, At::In { proved } if changes(proved)),
            form: matches!(at, At::Form { .. }),
        }
    }
}

impl Entry {
    fn expected(rules: Rules, state: &State, trust: Trust) -> Entry {
        let mut state = state.clone();
        state.browsers[0] = Browser { at: At::Out, trust };
        let state = rules.after(&state, Step::SignIn(0)).unwrap_or(state);
        match state.browsers[0].at {
            At::Proof(_) => Entry::Proof,
            At::SetUp => Entry::SetUp,
            At::In { .. } => Entry::Account,
            At::Out | At::Form { .. } => Entry::Nowhere,
        }
    }
}

impl RealWorld {
    async fn reached(&self, tab: Tab) -> Reached {
        let browser = &self.browsers[tab];
        let pending = self.pending(tab, "").await;
        let at = |path| pending.as_ref().is_some_and(|page| page.path() == path);
        let factors = browser.get("/account/factors").await;
        let form = browser.get("/reset/new-password").await;
        Reached {
            account: browser.is_signed_in().await,
            proof: at(PENDING),
            set_up: at("/account/factors"),
            factors: (factors.status, factors.path()) == (200, "/account/factors"),
            form: (form.status, form.path()) == (200, "/reset/new-password"),
        }
    }

    /// The cookie of a browser that was trusted once.
    fn trust(&self, tab: Tab) -> Option<Jar> {
        let mut jar = self.browsers[tab].jar();
        for other in jar.names().iter().filter(|name| !name.contains("trusted")) {
            jar.remove(other);
        }
        (!jar.names().is_empty()).then_some(jar)
    }

    /// Where a password leads in a new browser, with the trust of another if given.
    async fn entry(&self, trust: Option<Jar>, password: &str) -> Entry {
        let browser = self.app.browser();
        browser.with_jar(|own| *own = trust.unwrap_or_default());
        let page = self.app.sign_in(&browser, &self.ann.email, password).await;
        match page.path() {
            PENDING => Entry::Proof,
            "/account/factors" => Entry::SetUp,
            _ if browser.is_signed_in().await => Entry::Account,
            _ => Entry::Nowhere,
        }
    }
}
