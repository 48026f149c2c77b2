//! Random walks through the model and on real servers: after every step both show the same.

use std::cell::Cell;

use proptest::{
    prelude::{Just, any},
    prop_oneof,
    sample::Index,
    test_runner::TestRunner,
};
use stateright::Model;

use super::{
    draws, laws,
    length::{self, Length},
    operation::Operation,
    rules::Rule,
    scope::{Action, Scope},
    state::State,
    walk::Walk,
    world::World,
};
use crate::common::{Engine, Setting, Strategy, prove};

/// Topic of a step, drawn first, so that rare steps are not rare in a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Asking,
    Opening,
    Form,
    SigningIn,
    Session,
    Undoing,
    Policy,
    Crash,
    Time,
}

/// A step: its topic, and an index among those possible.
type Pick = (About, Index);

fn picks(steps: usize) -> impl proptest::strategy::Strategy<Value = Vec<Pick>> {
    let about = prop_oneof![
        4 => Just(About::Asking),
        4 => Just(About::Opening),
        8 => Just(About::Form),
        2 => Just(About::SigningIn),
        3 => Just(About::Session),
        1 => Just(About::Undoing),
        2 => Just(About::Policy),
        1 => Just(About::Crash),
        1 => Just(About::Time),
    ];
    proptest::collection::vec((about, any::<Index>()), 1..=steps)
}

fn about(action: Action) -> About {
    match action {
        Action::Ask { .. } => About::Asking,
        Action::Open { .. } => About::Opening,
        Action::Switch { .. } => About::Policy,
        Action::Crash { .. } => About::Crash,
        Action::Hour => About::Time,
        Action::Send { operation, .. } => match operation {
            Operation::SignIn(_) | Operation::SignInGenerated(_) => About::SigningIn,
            Operation::SetRestricted(_) | Operation::Change(_) => About::Session,
            Operation::Undo(_) => About::Undoing,
            _ => About::Form,
        },
        Action::Work { .. } | Action::Commit { .. } => unreachable!("not where requests are whole"),
    }
}

/// The step picked among those possible; requesting a reset always is.
fn picked(scope: &Scope, world: &World, state: &State, (wanted, index): &Pick) -> Action {
    let mut actions = Vec::new();
    scope.actions(state, &mut actions);
    actions.extend((0..scope.servers).map(|server| Action::Crash { server }));
    actions.retain(|action| match *action {
        Action::Send { tab, operation, .. } => world.offers(state, tab, operation),
        _ => true,
    });
    let of = |wanted| actions.iter().copied().filter(|it| about(*it) == wanted).collect::<Vec<_>>();
    let wanted = of(*wanted);
    *index.get(&if wanted.is_empty() { of(About::Asking) } else { wanted })
}

async fn walk(setting: Setting, other: Strategy, picks: Vec<Pick>) {
    let mut walk = Walk::begin(&setting, other, None).await;
    for pick in &picks {
        let action = picked(&walk.scope, &walk.world, &walk.state, pick);
        walk.step(action).await.unwrap_or_else(|disagreement| panic!("{disagreement}"));
        assert!(laws::hold(&walk.state), "{:?}", walk.taken);
    }
    walk.end().await;
}

/// A model in which a new password ends nothing is detected by the browser that stays signed in.
async fn disagrees(setting: Setting, without: Option<Rule>) {
    let mut walk = Walk::begin(&setting, Strategy::SecondKey, without).await;
    let send = |tab, operation| Action::Send { tab, server: tab, operation };
    let agreed = [
        send(1, Operation::SignIn(0)),
        Action::Ask { tab: 0, who: 0, worker: Some(0) },
        Action::Open { tab: 0, who: 0, server: 0 },
    ];
    for action in agreed {
        walk.step(action).await.expect("as the model has it");
    }
    assert_eq!(walk.step(send(0, Operation::Set(0))).await.is_err(), without.is_some());
    walk.end().await;
}

#[test]
fn a_wrong_model_is_found_out() {
    for without in [None, Some(Rule::EndsEverything)] {
        prove(Strategy::SetThenLogin, Engine::Sqlite, async move |setting| disagrees(setting, without).await);
    }
}

/// Walks at random: a soak uses new seeds each time, or `PROPTEST_RNG_SEED`.
fn walks(strategy: Strategy, engine: Engine) {
    let steps = if length::is_long() { 60 } else { 12 };
    let others: Vec<_> = Strategy::all().iter().copied().filter(|other| *other != strategy).collect();
    let drawn = (proptest::sample::select(others), picks(steps));
    let mut length = Length::new(format!("walks under {} on {engine:?}", strategy.name()), 1);
    let taken = Cell::new(0);
    while length.next().is_some() {
        let outcome = TestRunner::new(draws::settings()).run(&drawn, |(other, picks)| {
            taken.update(|steps| steps + picks.len());
            prove(strategy, engine, async move |setting| walk(setting, other, picks).await);
            Ok(())
        });
        outcome.unwrap_or_else(|fault| panic!("{fault}"));
        length.done();
        length.figures(format!("{} steps", taken.get()));
    }
}

macro_rules! walks {
    ($($name:ident $strategy:ident: $($can:ident)*;)+) => {$(
        mod $name {
            use super::{Engine, Strategy, walks};

            #[test]
            fn sqlite() {
                walks(Strategy::$strategy, Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                walks(Strategy::$strategy, Engine::Postgres);
            }
        }
    )+};
}

with_every_strategy! { walks! }
