//! Beginnings and ends that no request asks for: keys, sessions, an hour, and the work of a worker.

use super::{
    operation::{Fate, Request},
    rules::{Rule, Rules},
    state::{Key, Kind, Law, Purpose, Server, Session, State, Tab, Who, accepts, add},
};
use crate::common::Strategy;

impl Rules {
    /// A worker processes the request of `who`.
    pub fn work(self, state: &mut State, who: Who, server: Server) {
        let Some(asked) = state.people[who].asked.take() else { return };
        let policy = state.policies[server];
        let live = state.key(who, Purpose::Reset).filter(|key| accepts(policy, key.policy));
        let owners = live.is_some_and(|key| key.by_owner && !asked.by_owner);
        let in_use = live.and_then(|key| key.browser).is_some_and(|browser| browser != asked.tab);
        if state.people[who].held || in_use || (owners && self.holds(Rule::LeavesTheOwners)) {
            return;
        }
        if owners {
            state.broken = Some(Law::OwnersKey);
        }
        self.issue(state, who, policy, asked.by_owner);
    }

    pub fn issue(self, state: &mut State, who: Who, policy: Strategy, by_owner: bool) {
        if self.holds(Rule::Supersedes) {
            end_keys(state, who, Purpose::Reset, Fate::Ended);
            end_keys(state, who, Purpose::Code, Fate::Ended);
        }
        let key =
            Key { purpose: Purpose::Reset, policy, browser: None, by_owner, codes_issued: 0, older: false };
        add_key(state, who, key);
    }

    /// An hour passes: keys, restricted sessions and holds end, and no session stays fresh.
    pub fn hour(self, state: &mut State) {
        for who in 0..state.people.len() {
            state.people[who].held = false;
            for purpose in [Purpose::Reset, Purpose::Code, Purpose::Temporary] {
                end_keys(state, who, purpose, Fate::Ended);
            }
        }
        for browser in &mut state.browsers {
            browser.session.take_if(|session| matches!(session.kind, Kind::Restricted(_)));
            if let Some(session) = &mut browser.session {
                session.kind = Kind::Full { fresh: false };
            }
        }
    }
}

/// Opens a session in `tab`, replacing its former one.
pub fn admit(state: &mut State, tab: Tab, request: &Request, kind: Kind) {
    let (browser, who) = (&mut state.browsers[tab], request.who);
    browser.session = Some(Session { who, kind, older: request.older });
    if matches!(kind, Kind::Full { .. }) && !state.people[who].held {
        add(&mut browser.known, who);
    }
}

pub fn reset_key(state: &mut State, who: Who) -> Option<&mut Key> {
    state.people[who].keys.iter_mut().rev().find(|key| key.purpose == Purpose::Reset)
}

/// Binds the key of `who` to `tab`, unless it is bound to another or has had `most` codes.
pub fn press(state: &mut State, who: Who, tab: Tab, most: u8) -> bool {
    let key =
        reset_key(state, who).filter(|key| key.codes_issued < most && key.browser.is_none_or(|it| it == tab));
    key.map(|key| key.browser = Some(tab)).is_some()
}

pub fn add_key(state: &mut State, who: Who, key: Key) {
    let keys = &mut state.people[who].keys;
    keys.push(key);
    keys.sort_by_key(|key| key.purpose);
}

/// Ends the keys of `who` for `purpose`, and removes all references to them.
pub fn end_keys(state: &mut State, who: Who, purpose: Purpose, fate: Fate) {
    let live = state.people[who].keys.len();
    state.people[who].keys.retain(|key| key.purpose != purpose);
    if live == state.people[who].keys.len() {
        return;
    }
    for browser in &mut state.browsers {
        if purpose == Purpose::Reset {
            browser.ticket = browser.ticket.filter(|ticket| *ticket != who);
            browser.forms.retain(|form| *form != who);
        }
        let paid = |request: &&mut Request| request.who == who && request.operation.takes(purpose);
        browser.request.iter_mut().filter(paid).for_each(|request| request.paid_by = fate);
    }
}
