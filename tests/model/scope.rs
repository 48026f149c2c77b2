//! The model for the checker: its size, its actions, and its properties.

use stateright::{Model, Property};

use super::{
    laws,
    operation::Operation,
    rules::{Rule, Rules},
    state::{Asked, Kind, Server, State, Tab, Who},
};
use crate::common::Strategy;

/// An action in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody requests a reset of `who`, or repeats the request; `worker` processes it at once, if given.
    Ask { tab: Tab, who: Who, worker: Option<Server> },
    /// The worker of a server processes it later.
    Work { who: Who, server: Server },
    /// The link of the newest key of `who` is opened.
    Open { tab: Tab, who: Who, server: Server },
    /// A request passes its guards; it is committed at once if the limit of requests in flight is reached.
    Send { tab: Tab, server: Server, operation: Operation },
    /// A request is committed; if not `answered`, its server dies before the answer.
    Commit { tab: Tab, answered: bool },
    /// A server switches its policy.
    Switch { server: Server, to: Strategy },
    /// A server dies and restarts, losing its requests in flight.
    Crash { server: Server },
    /// An hour passes.
    Hour,
}

/// Limits of a world to be explored.
#[derive(Clone, Debug)]
pub struct Scope {
    pub people: usize,
    pub browsers: usize,
    pub servers: usize,
    /// Most requests between guards and commit at once.
    pub in_flight: usize,
    /// Policies that the servers start with and may switch to.
    pub strategies: Vec<Strategy>,
    pub rules: Rules,
}

impl Scope {
    /// One account, two browsers and servers, one request in two halves, switches between two strategies.
    pub fn races(one: Strategy, other: Strategy) -> Scope {
        let rules = Rules { without: None, mints: 2 };
        Scope { people: 1, browsers: 2, servers: 2, in_flight: 1, strategies: vec![one, other], rules }
    }

    /// Two accounts in two browsers, atomic requests to one server.
    pub fn mix_ups(strategy: Strategy) -> Scope {
        let rules = Rules { without: None, mints: 2 };
        Scope { people: 2, browsers: 2, servers: 1, in_flight: 0, strategies: vec![strategy], rules }
    }

    /// The same without one of the rules.
    pub fn without(mut self, rule: Rule) -> Scope {
        self.rules.without = Some(rule);
        self
    }

    /// Every request that `tab` could send, including those that will be refused.
    pub fn operations(&self, state: &State, tab: Tab) -> Vec<Operation> {
        let browser = &state.browsers[tab];
        let mut operations = Vec::new();
        for who in 0..self.people {
            operations.extend([
                Operation::SignIn(who),
                Operation::SignInGenerated(who),
                Operation::Undo(who),
            ]);
            if browser.forms.contains(&who) {
                operations.extend([
                    Operation::Button(who),
                    Operation::Code(who),
                    Operation::Set(who),
                    Operation::Weak(who),
                ]);
                operations.push(Operation::Cancel(who));
            }
        }
        match browser.session.as_ref().map(|session| (session.who, session.kind)) {
            Some((who, Kind::Restricted(_))) => operations.push(Operation::SetRestricted(who)),
            Some((who, Kind::Full { .. })) => operations.push(Operation::Change(who)),
            None => {}
        }
        operations
    }

    /// Returns the state after `action`; `None` if nothing changes.
    pub fn after(&self, last: &State, action: Action) -> Option<State> {
        let changed = |change: &dyn Fn(&mut State)| {
            let mut state = last.clone();
            change(&mut state);
            (state != *last).then_some(state)
        };
        match action {
            Action::Ask { tab, who, worker } => changed(&|state| {
                let by_owner = state.browsers[tab].known.contains(&who);
                state.people[who].asked = Some(Asked { tab, by_owner });
                worker.iter().for_each(|server| self.rules.work(state, who, *server));
            }),
            Action::Work { who, server } => changed(&|state| self.rules.work(state, who, server)),
            Action::Open { tab, who, server } => {
                self.rules.opens(last, who, server).then(|| changed(&|state| state.open(tab, who)))?
            }
            Action::Send { tab, server, operation } => {
                let request = self.rules.guard(last, tab, server, operation)?;
                changed(&|state| {
                    let at_once = state.in_flight() >= self.in_flight;
                    state.browsers[tab].request = Some(request.clone());
                    if at_once {
                        self.rules.commit(state, tab, true);
                    }
                })
            }
            Action::Commit { tab, answered } => changed(&|state| self.rules.commit(state, tab, answered)),
            Action::Switch { server, to } => changed(&|state| state.policies[server] = to),
            Action::Crash { server } => changed(&|state| {
                for browser in &mut state.browsers {
                    browser.request.take_if(|request| request.server == server);
                }
            }),
            Action::Hour => changed(&|state| self.rules.hour(state)),
        }
    }

    /// True if `action` succeeds, even if the state stays the same: a known password replaced by another.
    pub fn lets(&self, last: &State, action: Action) -> bool {
        match action {
            Action::Send { tab, server, operation: operation @ Operation::Change(_) } => {
                self.rules.guard(last, tab, server, operation).is_some()
            }
            _ => self.after(last, action).is_some(),
        }
    }
}

impl Model for Scope {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(self.people, self.browsers, vec![self.strategies[0]; self.servers])]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let flying = state.in_flight();
        for who in 0..self.people {
            match state.people[who].asked {
                None => {
                    let workers: Vec<_> = match self.in_flight {
                        0 => (0..self.servers).map(Some).collect(),
                        _ => vec![None],
                    };
                    for tab in 0..self.browsers {
                        actions.extend(workers.iter().map(|&worker| Action::Ask { tab, who, worker }));
                    }
                }
                Some(_) => actions.extend((0..self.servers).map(|server| Action::Work { who, server })),
            }
        }
        for tab in 0..self.browsers {
            if state.browsers[tab].request.is_some() {
                actions.extend([true, false].map(|answered| Action::Commit { tab, answered }));
                continue;
            }
            for server in 0..self.servers {
                actions.extend((0..self.people).map(|who| Action::Open { tab, who, server }));
                let operations = self.operations(state, tab).into_iter();
                actions.extend(operations.map(|operation| Action::Send { tab, server, operation }));
            }
        }
        for server in 0..self.servers {
            actions.extend(
                self.strategies[1..]
                    .iter()
                    .chain(&self.strategies[..1])
                    .map(|to| Action::Switch { server, to: *to }),
            );
            if flying > 0 {
                actions.push(Action::Crash { server });
            }
        }
        if flying == 0 && state.people.iter().all(|person| person.asked.is_none()) {
            actions.push(Action::Hour);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        // States after a broken law are not explored.
        if laws::hold(last) { self.after(last, action).map(State::canonical) } else { None }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut laws = laws::all();
        laws.extend([
            Property::sometimes("a reset ends signed in", |_, state: &State| {
                let reset = |who: Who| state.people[who].notice && state.people[who].keys.is_empty();
                (0..state.browsers.len()).any(|tab| state.signed_in(tab).is_some_and(reset))
            }),
            Property::sometimes("a notice is taken back", |_, state: &State| {
                state.people.iter().any(|who| who.held)
            }),
        ]);
        laws
    }
}
