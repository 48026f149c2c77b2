//! Random walks through the model and on a real site: after every step both show the same.

use proptest::{
    prelude::any,
    sample::Index,
    test_runner::{RngSeed, TestRunner},
};

use super::{
    explored::every,
    rules::{Rule, Rules},
    site::{Leads, RealWorld, Told},
    state::{ADDRESSES, Address, Link, Standing, State, Step},
};
use crate::{
    common::{Engine, Setting, Strategy, prove},
    draws,
    length::Length,
};

/// The visible state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    /// Target of the link of each step.
    links: Vec<Leads>,
    /// Answer to a registration at each address.
    addresses: Vec<Told>,
}

impl Rules {
    fn seen(self, state: &State) -> Seen {
        let links = (1..state.now).map(|at| match state.links.iter().find(|link| link.at == at) {
            Some(link) => self.leads(state, *link),
            None => Leads::Nowhere,
        });
        Seen { links: links.collect(), addresses: (0..ADDRESSES).map(|at| told(state, at)).collect() }
    }

    fn leads(self, state: &State, link: Link) -> Leads {
        match state.standing {
            Standing::Gone => Leads::Nowhere,
            Standing::Frozen => Leads::ToAClaim,
            _ if self.freezes(state, link) => Leads::ToAFreeze,
            _ => Leads::Back,
        }
    }
}

fn told(state: &State, address: Address) -> Told {
    if state.second == Some(address) {
        return Told::Had;
    }
    match state.standing {
        Standing::Open if state.address == address => Told::Had,
        Standing::Frozen if state.address == address => Told::Disputed,
        Standing::Deleted if state.address == address => Told::Kept,
        _ if state.claims.contains(&address) => Told::Disputed,
        _ if state.is_left(address) => Told::Kept,
        _ => Told::Confirm,
    }
}

/// A walk in progress on both sides.
struct Walk {
    rules: Rules,
    state: State,
    world: RealWorld,
    taken: Vec<Step>,
}

impl Walk {
    async fn begin(setting: &Setting, without: Option<Rule>) -> Walk {
        let world = RealWorld::new(setting).await;
        Walk { rules: Rules(without), state: State::new(), world, taken: Vec::new() }
    }

    /// Takes a step on both sides; fails with the site's state if it differs from the model's.
    async fn step(&mut self, step: Step) -> Result<(), String> {
        self.taken.push(step);
        self.world.act(&self.state, step).await;
        // A person who changes something has signed in for it.
        if matches!(step, Step::Change | Step::Move(_) | Step::Delete) {
            let now = self.state.now;
            self.state = self.rules.after(&self.state, Step::SignIn).unwrap_or_else(|| self.state.clone());
            self.state.now = now;
        }
        let refused = || State { now: self.state.now + 1, ..self.state.clone() };
        self.state = self.rules.after(&self.state, step).unwrap_or_else(refused);
        let expected = self.rules.seen(&self.state);
        let mut seen = Seen { links: Vec::new(), addresses: Vec::new() };
        for at in 1..self.state.now {
            seen.links.push(self.world.leads(at).await);
        }
        for address in 0..ADDRESSES {
            seen.addresses.push(self.world.told(address).await);
        }
        if seen == expected {
            return Ok(());
        }
        Err(format!("after {:?}\n{:#?}\n{seen:#?}\nis not\n{expected:#?}", self.taken, self.state))
    }
}

async fn walk(setting: Setting, picks: Vec<(bool, Index)>) {
    let mut walk = Walk::begin(&setting, None).await;
    for (possible, index) in picks {
        let mut steps = every(&walk.state);
        steps.retain(|step| !possible || walk.rules.after(&walk.state, *step).is_some());
        walk.step(*index.get(&steps)).await.unwrap_or_else(|disagreement| panic!("{disagreement}"));
        assert_eq!(walk.state.broken, None, "{:?}", walk.taken);
    }
    let opens = walk.state.standing == Standing::Open && walk.state.password.is_some();
    assert_eq!(walk.world.opens(&walk.state).await, opens, "{:?}", walk.taken);
    walk.world.stop().await;
}

fn walks(engine: Engine) {
    let mut config = draws::settings();
    // One step in four may be a refused one.
    let pick = (proptest::bool::weighted(0.75), any::<Index>());
    let picks = proptest::collection::vec(pick, 12..=12);
    let mut length = Length::new(format!("walks of undoing on {engine:?}"), 2);
    while length.next().is_some() {
        let outcome = TestRunner::new(config.clone()).run(&picks, |picks| {
            prove(Strategy::SetThenLogin, engine, async move |setting| walk(setting, picks).await);
            Ok(())
        });
        outcome.unwrap_or_else(|fault| panic!("{fault}"));
        length.done();
        if let RngSeed::Fixed(seed) = config.rng_seed {
            config.rng_seed = RngSeed::Fixed(seed + 1);
        }
    }
}

mod undoing {
    use super::{Engine, walks};

    #[test]
    fn sqlite() {
        walks(Engine::Sqlite);
    }

    #[test]
    fn postgres() {
        walks(Engine::Postgres);
    }
}

/// The real site shows that a model without a rule is wrong.
async fn disagrees(setting: Setting, without: Option<Rule>) {
    let mut walk = Walk::begin(&setting, without).await;
    for step in [Step::Reset, Step::Move(1)] {
        walk.step(step).await.expect("as the model has it");
    }
    let proved = walk.step(Step::Reset).await;
    let ended = walk.step(Step::Press(0)).await;
    assert_eq!(proved.is_err() || ended.is_err(), without.is_some());
    walk.world.stop().await;
}

#[test]
fn a_wrong_model_of_undoing_is_found_out() {
    for without in [None, Some(Rule::WeighsProofs)] {
        prove(Strategy::SetThenLogin, Engine::Sqlite, async move |setting| disagrees(setting, without).await);
    }
}
