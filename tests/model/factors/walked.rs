//! Random walks through the model and on a real site: after every step both show the same.

use proptest::{
    prelude::{Just, any},
    prop_oneof,
    sample::{Index, select},
    test_runner::TestRunner,
};

use super::{
    explored::every,
    rules::{Rule, Rules},
    seen::Seen,
    site::RealWorld,
    state::{At, By, Demand, Goal, State, Step, Tab},
};
use crate::{
    common::{Engine, Setting, Strategy, prove},
    draws,
    length::{self, Length},
};

/// A walk in progress on both sides.
struct Walk {
    rules: Rules,
    state: State,
    world: RealWorld,
    taken: Vec<Step>,
}

impl Walk {
    async fn begin(setting: &Setting, (demand, held): (Demand, bool), without: Option<Rule>) -> Walk {
        let rules = Rules { without, strategy: setting.strategy, login_after: true };
        let world = RealWorld::new(setting, demand, held).await;
        Walk { rules, state: State::new(demand, held), world, taken: Vec::new() }
    }

    /// Takes a step on both sides; fails with the site's state if it differs from the model's.
    async fn step(&mut self, step: Step) -> Result<(), String> {
        self.taken.push(step);
        let next = self.rules.after(&self.state, step);
        // A known password may be replaced by another, and nothing else change.
        let done = next.is_some() || matches!(step, Step::Reset(_) | Step::LetIn(_) | Step::Change(_));
        let state = next.unwrap_or_else(|| self.state.clone());
        let waits = state.browsers.map(|browser| browser.at == At::Proof(Goal::NewPassword));
        self.world.act(step, done, tab_of(step).is_some_and(|tab| waits[tab])).await;
        self.state = state;
        let (seen, expected) = (Seen::of(&self.world).await, Seen::expected(self.rules, &self.state));
        if seen == expected {
            return Ok(());
        }
        Err(format!("after {:?}\n{:#?}\n{seen:#?}\nis not\n{expected:#?}", self.taken, self.state))
    }
}

/// Browser of a step.
fn tab_of(step: Step) -> Option<Tab> {
    match step {
        Step::SignIn(tab)
        | Step::Reset(tab)
        | Step::LetIn(tab)
        | Step::Prove(tab, _)
        | Step::Abandon(tab)
        | Step::SetUp(tab)
        | Step::Verify(tab)
        | Step::Remove(tab)
        | Step::Change(tab)
        | Step::NewPassword(tab) => Some(tab),
        Step::Undo | Step::Switch(_) | Step::Hour => None,
    }
}

/// Topic of a step, drawn first, so that walks get far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    GoingOn,
    GettingIn,
    Elsewhere,
    /// Anything, even if it is refused.
    Trying,
}

fn about(step: Step) -> About {
    match step {
        Step::SignIn(_) | Step::Reset(_) | Step::LetIn(_) => About::GettingIn,
        Step::Undo | Step::Switch(_) | Step::Hour => About::Elsewhere,
        _ => About::GoingOn,
    }
}

fn picked(rules: Rules, state: &State, (wanted, index): &(About, Index)) -> Step {
    let mut steps = every();
    // One app is enough in the model; a real account may have more.
    steps.retain(|step| match step {
        Step::SetUp(tab) => !(state.factors.are_held() && matches!(state.browsers[*tab].at, At::In { .. })),
        _ => true,
    });
    let possible = |step: &Step| rules.after(state, *step).is_some();
    let of = |wanted| steps.iter().copied().filter(|it| about(*it) == wanted && possible(it)).collect();
    let mut chosen: Vec<_> = if *wanted == About::Trying { steps.clone() } else { of(*wanted) };
    if chosen.is_empty() {
        chosen = of(About::GettingIn);
    }
    *index.get(if chosen.is_empty() { &steps } else { &chosen })
}

async fn walk(setting: Setting, start: (Demand, bool), picks: Vec<(About, Index)>) {
    let mut walk = Walk::begin(&setting, start, None).await;
    for pick in &picks {
        let step = picked(walk.rules, &walk.state, pick);
        walk.step(step).await.unwrap_or_else(|disagreement| panic!("{disagreement}"));
        assert_eq!(walk.state.broken, None, "{:?}", walk.taken);
    }
    walk.world.stop().await;
}

/// Steps of a walk: so few that no pending sign-in expires before an hour passes.
const STEPS: usize = 9;

fn walks_on(engine: Engine, strategy: Strategy) {
    let about = prop_oneof![
        6 => Just(About::GoingOn),
        3 => Just(About::GettingIn),
        2 => Just(About::Elsewhere),
        1 => Just(About::Trying),
    ];
    let picks = proptest::collection::vec((about, any::<Index>()), STEPS..=STEPS);
    let drawn = ((select(&Demand::ALL[..]), any::<bool>()), picks);
    let mut length = Length::new(format!("walks of factors under {} on {engine:?}", strategy.name()), 1);
    while length.next().is_some() {
        let outcome = TestRunner::new(draws::settings()).run(&drawn, |(start, picks)| {
            prove(strategy, engine, async move |setting| walk(setting, start, picks).await);
            Ok(())
        });
        outcome.unwrap_or_else(|fault| panic!("{fault}"));
        length.done();
    }
}

/// Walks on one database, another for every second strategy; a soak, on both.
fn walks(strategy: Strategy) {
    let place = Strategy::all().iter().position(|it| *it == strategy).expect("a strategy");
    let mut engines = vec![Engine::Sqlite, Engine::Postgres];
    if !length::is_long() {
        engines = vec![engines[place % 2]];
    }
    engines.into_iter().for_each(|engine| walks_on(engine, strategy));
}

macro_rules! walks {
    ($($name:ident $strategy:ident: $($can:ident)*;)+) => {$(
        #[test]
        fn $name() {
            walks(Strategy::$strategy);
        }
    )+};
}

mod walks_agree_under {
    use super::{Strategy, walks};

    with_every_strategy! { walks! }
}

/// The real site shows that a model without a rule is wrong.
async fn disagrees(setting: Setting, without: Option<Rule>) {
    let mut walk = Walk::begin(&setting, (Demand::IfSetUp, true), without).await;
    for step in [Step::SignIn(0), Step::Prove(0, By::AppTrusting), Step::Reset(1)] {
        walk.step(step).await.expect("as the model has it");
    }
    assert_eq!(walk.step(Step::Prove(1, By::Code)).await.is_err(), without.is_some());
    walk.world.stop().await;
}

#[test]
fn a_wrong_model_of_factors_is_found_out() {
    for without in [None, Some(Rule::NewPasswordEndsTrust)] {
        prove(Strategy::SetThenLogin, Engine::Sqlite, async move |setting| disagrees(setting, without).await);
    }
}
