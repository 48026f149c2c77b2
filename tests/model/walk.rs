//! A walk through the model and on the servers at once.

use super::{
    rules::{Rule, Rules},
    scope::{Action, Scope},
    seen::Seen,
    state::{State, Who},
    world::World,
};
use crate::common::{Setting, Strategy};

/// Possible results of `action`: the worker of any server may be the first to process a request.
fn outcomes(scope: &Scope, state: &State, action: Action) -> Vec<State> {
    let ways: Vec<Action> = match action {
        Action::Ask { tab, who, .. } => {
            (0..scope.servers).map(|server| Action::Ask { tab, who, worker: Some(server) }).collect()
        }
        other => vec![other],
    };
    ways.into_iter().map(|way| scope.after(state, way).unwrap_or_else(|| state.clone())).collect()
}

/// A walk in progress: the model, the servers, and the steps taken.
pub struct Walk {
    pub scope: Scope,
    pub state: State,
    pub world: World,
    pub taken: Vec<Action>,
}

impl Walk {
    /// Everybody has an account, and every server the setting's strategy; `without` a rule, the model is
    /// wrong.
    pub async fn begin(setting: &Setting, other: Strategy, without: Option<Rule>) -> Walk {
        let strategies = vec![setting.strategy, other];
        let rules = Rules { without, mints: 3 };
        let scope = Scope { people: 2, browsers: 2, servers: 2, in_flight: 0, strategies, rules };
        let state = State::new(2, 2, vec![setting.strategy; 2]);
        Walk { scope, state, world: World::new(setting).await, taken: Vec::new() }
    }

    /// Takes a step on both sides; fails with the servers' state if the model has no such result.
    pub async fn step(&mut self, action: Action) -> Result<(), String> {
        let (who, outcomes) = (whom(action), outcomes(&self.scope, &self.state, action));
        self.taken.push(action);
        self.world.act(action, self.scope.lets(&self.state, action)).await;
        let seen = Seen::of(&self.world, &self.scope, who).await;
        let expected: Vec<Seen> = outcomes.iter().map(|state| Seen::expected(state, who)).collect();
        let Some(agreed) = expected.iter().position(|expected| *expected == seen) else {
            return Err(format!("after {:#?}\n{seen:#?}\nis none of\n{expected:#?}", self.taken));
        };
        self.state = outcomes[agreed].clone();
        Ok(())
    }

    /// Stops the servers.
    pub async fn end(self) {
        for server in self.world.servers {
            server.stop().await;
        }
    }
}

/// Person that a step concerns.
fn whom(action: Action) -> Who {
    match action {
        Action::Ask { who, .. } | Action::Open { who, .. } => who,
        Action::Send { operation, .. } => operation.who(),
        _ => 0,
    }
}
