//! The effect of a request that has passed its guards; each condition of its transaction is a rule.

use super::{
    ends::{add_key, admit, end_keys, press, reset_key},
    operation::{Fate, Operation, Request},
    rules::{Rule, Rules},
    state::{Key, Kind, Law, NOBODY, Password, Purpose, State, Tab, Who, accepts, add},
};
use crate::common::{Capabilities, Strategy};

impl Rules {
    /// Commits the request of `tab`, unless its conditions refuse it. `answered` is false if the server dies
    /// before its answer is sent.
    pub fn commit(self, state: &mut State, tab: Tab, answered: bool) {
        let Some(request) = state.browsers[tab].request.take() else { return };
        let who = request.who;
        if request.older
            && self.holds(Rule::TakesTheAccount)
            && !matches!(request.operation, Operation::Weak(_))
        {
            return;
        }
        if request.paid_by != Fate::Live && self.holds(Rule::SpendsOnce) {
            return;
        }
        let policy = request.policy.unwrap_or(Strategy::SetThenLogin);
        let ends_a_reset = matches!(request.operation, Operation::Set(_) | Operation::SetRestricted(_));
        let in_force = state.policies[request.server];
        if ends_a_reset && self.holds(Rule::JudgesAnew) && !accepts(in_force, policy) {
            return;
        }
        if request.paid_by == Fate::Spent {
            state.broken = Some(Law::SpentOnce);
        }
        if request.operation.who() != who {
            state.broken = Some(Law::OwnForm);
        }
        let (before, known) = (state.people[who].password, state.browsers[tab].known.clone());
        let mut proved = matches!(request.operation, Operation::Button(_));
        match request.operation {
            Operation::SignIn(_) => admit(state, tab, &request, Kind::Full { fresh: true }),
            Operation::SignInGenerated(_) => {
                end_keys(state, who, Purpose::Temporary, Fate::Spent);
                admit(state, tab, &request, Kind::Restricted(policy));
            }
            Operation::Button(_) if policy.signs_in_once() => {
                end_keys(state, who, Purpose::Reset, Fate::Spent);
                self.end_everything(state, who);
                admit(state, tab, &request, Kind::Restricted(policy));
                state.people[who].notice = true;
            }
            Operation::Button(_) => {
                end_keys(state, who, Purpose::Reset, Fate::Spent);
                end_keys(state, who, Purpose::Temporary, Fate::Ended);
                add_key(state, who, made(Purpose::Temporary, policy, None, &request));
                if !self.holds(Rule::KeepsTheOldPassword) {
                    state.people[who].password = Password::Generated;
                }
            }
            Operation::Code(_) => self.issue_code(state, tab, &request, answered),
            Operation::Weak(_) => proved = press(state, who, if answered { tab } else { NOBODY }, u8::MAX),
            Operation::Set(_) | Operation::SetRestricted(_) => {
                if policy.takes_code() && !request.code || !accepts(in_force, policy) {
                    state.broken = Some(Law::EveryFactor);
                }
                for purpose in
                    [Purpose::Reset, Purpose::Code].into_iter().filter(|it| request.operation.takes(*it))
                {
                    end_keys(state, who, purpose, Fate::Spent);
                }
                if answered {
                    state.browsers[tab].ticket = None;
                }
                self.change_password(state, who, Password::Chosen);
                state.people[who].notice = true;
                admit(state, tab, &Request { older: false, ..request.clone() }, Kind::Full { fresh: true });
            }
            Operation::Change(_) => {
                self.change_password(state, who, Password::Chosen);
                state.people[who].notice = true;
                admit(state, tab, &Request { older: false, ..request.clone() }, Kind::Full { fresh: true });
            }
            Operation::Cancel(_) => {
                end_keys(state, who, Purpose::Reset, Fate::Spent);
                end_keys(state, who, Purpose::Code, Fate::Ended);
            }
            Operation::Undo(_) => {
                state.people[who].notice = false;
                for request in state.browsers.iter_mut().filter_map(|browser| browser.request.as_mut()) {
                    if request.operation == Operation::Undo(who) {
                        request.paid_by = Fate::Spent;
                    }
                }
                self.change_password(state, who, Password::Unusable);
                state.people[who].held = true;
                state.browsers.iter_mut().for_each(|browser| browser.known.retain(|known| *known != who));
                self.issue(state, who, in_force, false);
            }
        }
        // Only a live key has the button.
        if proved && !state.people[who].held {
            add(&mut state.browsers[tab].known, who);
        }
        if state.people[who].password != before && !request.operation.commits_a_password() {
            state.broken = Some(Law::OldPasswordHolds);
        }
        if !answered {
            // Its row exists, and nobody has the cookies.
            state.browsers[tab].session = None;
            state.browsers[tab].known.retain(|who| known.contains(who));
        }
    }

    fn issue_code(self, state: &mut State, tab: Tab, request: &Request, answered: bool) {
        let (who, policy) = (request.who, request.policy.unwrap_or(Strategy::SecondKey));
        let mark = if answered { tab } else { NOBODY };
        // Another text within a minute is refused, and no minute passes here.
        let most = if policy.needs_phone() { 1 } else { self.mints };
        if press(state, who, mark, most) {
            if let Some(key) = reset_key(state, who) {
                key.codes_issued += 1;
            }
            end_keys(state, who, Purpose::Code, Fate::Ended);
            add_key(state, who, made(Purpose::Code, policy, Some(mark), request));
        }
    }

    fn change_password(self, state: &mut State, who: Who, password: Password) {
        state.people[who].password = password;
        state.people[who].keys.iter_mut().for_each(|key| key.older = true);
        for browser in &mut state.browsers {
            browser.session.iter_mut().filter(|session| session.who == who).for_each(|it| it.older = true);
            browser.request.iter_mut().filter(|request| request.who == who).for_each(|it| it.older = true);
        }
        if self.holds(Rule::EndsEverything) {
            self.end_everything(state, who);
        }
    }

    fn end_everything(self, state: &mut State, who: Who) {
        for purpose in [Purpose::Reset, Purpose::Code, Purpose::Temporary] {
            end_keys(state, who, purpose, Fate::Ended);
        }
        for browser in &mut state.browsers {
            if browser.session.as_ref().is_some_and(|session| session.who == who) {
                browser.session = None;
                let paid = |request: &&mut Request| matches!(request.operation, Operation::SetRestricted(_));
                browser.request.iter_mut().filter(paid).for_each(|request| request.paid_by = Fate::Ended);
            }
        }
    }
}

/// A key created by `request`.
fn made(purpose: Purpose, policy: Strategy, browser: Option<Tab>, request: &Request) -> Key {
    Key { purpose, policy, browser, by_owner: false, codes_issued: 0, older: request.older }
}
