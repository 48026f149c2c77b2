//! Every state within a number of steps, and proof that the checks can fail: without a rule, its law breaks.

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::{
    rules::{Rule, Rules},
    state::{ADDRESSES, Law, State, Step},
};
use crate::length;

/// Scope of an exploration: the rules in force, and the number of steps.
struct World {
    rules: Rules,
    steps: u8,
}

const LAWS: [(&str, Law); 7] = [
    ("an address that a link or a claim leads to is kept", Law::AddressesAreKept),
    ("nothing is gone that can be undone", Law::NothingIsGoneThatCanBeUndone),
    ("no link gives away what was proved elsewhere since", Law::ProofsWeigh),
    ("a link whose change is undone is dead", Law::UndoneIsUndone),
    ("after a recovery that began with a link no older one leads there", Law::NoHoard),
    ("no recovery ends a link to another address", Law::OthersLinksStay),
    ("a frozen account opens for nobody", Law::FrozenIsFrozen),
];

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::new()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        if state.now > self.steps || state.broken.is_some() {
            return;
        }
        actions.extend(every(state));
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        self.rules.after(last, step)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        // A property is a function pointer, so each has its law built in.
        macro_rules! laws {
            ($($number:literal),+) => {
                vec![$(Property::always(LAWS[$number].0, |_, state: &State| state.broken != Some(LAWS[$number].1))),+]
            };
        }
        laws!(0, 1, 2, 3, 4, 5, 6)
    }
}

/// Every step that somebody could try.
pub fn every(state: &State) -> Vec<Step> {
    let mut steps = vec![Step::Reset, Step::SignIn, Step::Change, Step::Delete, Step::Leave, Step::GiveBack];
    steps.extend((0..ADDRESSES).flat_map(|address| [Step::Move(address), Step::Register(address)]));
    steps.extend((0..state.links.len()).map(Step::Press));
    steps.push(Step::ThreeDays);
    steps
}

fn explore(without: Option<Rule>, steps: u8) -> (usize, Vec<&'static str>) {
    let world = World { rules: Rules(without), steps };
    let checker = world.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    for (law, path) in checker.discoveries().into_iter().filter(|_| without.is_none()) {
        println!("  broken: {law}\n{path}");
    }
    (checker.unique_state_count(), checker.discoveries().into_keys().collect())
}

#[test]
fn no_way_round_this_was_not_me_breaks_a_law() {
    let steps = if length::is_long() { 9 } else { 7 };
    let (states, broken) = explore(None, steps);
    println!("EXPLORED undoing: {states} states, {steps} steps");
    assert_eq!(broken, Vec::<&str>::new());
}

/// Without `rule`, `law` breaks.
fn breaks(rule: Rule, law: Law) {
    let (_, broken) = explore(Some(rule), 5);
    let name = LAWS.iter().find(|(_, it)| *it == law).expect("a law").0;
    assert!(broken.contains(&name), "{rule:?} is not missed: {broken:?}");
}

#[test]
fn a_rule_taken_out_of_undoing_breaks_its_law() {
    use Rule::*;
    breaks(KeepsTheAddress, Law::AddressesAreKept);
    breaks(KeepsTheClaim, Law::AddressesAreKept);
    breaks(DeletesLater, Law::NothingIsGoneThatCanBeUndone);
    breaks(WeighsProofs, Law::ProofsWeigh);
    breaks(WeighsFormerProofs, Law::ProofsWeigh);
    breaks(CountsSignIns, Law::ProofsWeigh);
    breaks(EndsNewer, Law::UndoneIsUndone);
    breaks(EndsOlder, Law::NoHoard);
    breaks(LeavesOthers, Law::OthersLinksStay);
    breaks(StaysFrozen, Law::FrozenIsFrozen);
    breaks(HoldsTheFrozen, Law::FrozenIsFrozen);
}
