//! Every reachable state, and proof that the checks can fail: without a rule, its law breaks.
//!
//! One request between guards and commit is enough, with all others atomic: any other order of two requests
//! leads to one of these states as long as commits are conditional. The long run does not rely on that
//! argument.

use stateright::{Checker, HasDiscoveries, Model};

use super::{length, rules::Rule, scope::Scope};
use crate::common::{
    Capabilities,
    Strategy::{self, *},
};

/// Explores all of `scope`; returns the laws that are broken, and the expected events that never happen.
fn explore(name: &str, scope: Scope) -> Vec<&'static str> {
    let checker = scope.checker().threads(2).spawn_bfs().join();
    println!(
        "EXPLORED {name}: {} states, {} steps deep, {} transitions",
        checker.unique_state_count(),
        checker.max_depth(),
        checker.state_count()
    );
    for (law, path) in checker.discoveries() {
        if checker.discovery_classification(law).to_string() == "counterexample" {
            println!("  broken: {law}\n{path}");
        }
    }
    let mut wrong: Vec<_> = checker
        .model()
        .properties()
        .iter()
        .map(|property| property.name)
        .filter(|name| {
            let found = checker.discovery(name).is_some();
            let must_be_found = *name == "a reset ends signed in" || *name == "a notice is taken back";
            found != must_be_found
        })
        .collect();
    wrong.sort_unstable();
    wrong
}

fn laws_hold(name: &str, scope: Scope) {
    assert_eq!(explore(name, scope), Vec::<&str>::new(), "{name}");
}

#[test]
fn races_and_switches_break_no_law() {
    // Servers switch back and forth, so that a pair covers both directions; a long run takes every pair, with
    // any two in flight.
    let long = length::is_long();
    let all = Strategy::all();
    let pairs = (0..all.len()).flat_map(|at| (at + 1..all.len()).map(move |other| (all[at], all[other])));
    // A short run takes those with a code among themselves, and each of the others with the default.
    let is_short = |one: Strategy, other: Strategy| match (one.takes_code(), other.takes_code()) {
        (false, false) => [one, other].contains(&SetThenLogin),
        (one, other) => one && other,
    };
    for (one, other) in pairs.filter(|(one, other)| long || is_short(*one, *other)) {
        let scope = Scope { in_flight: if long { 2 } else { 1 }, ..Scope::races(one, other) };
        laws_hold(&format!("races under {} and {}", one.name(), other.name()), scope);
    }
}

#[test]
fn two_people_in_two_browsers_break_no_law() {
    // Those that a short run leaves out have the most states.
    let is_short = |strategy: &Strategy| ![SecondKey, GeneratedPassword].contains(strategy);
    for strategy in Strategy::all().iter().copied().filter(|it| length::is_long() || is_short(it)) {
        laws_hold(&format!("two people under {}", strategy.name()), Scope::mix_ups(strategy));
    }
}

/// Without `rule`, `law` breaks somewhere in `scope`.
fn breaks(rule: Rule, scope: Scope, law: &str) {
    let checker = scope.without(rule).checker().threads(2).finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.spawn_bfs().join();
    let wrong: Vec<_> = checker.discoveries().into_keys().collect();
    assert!(wrong.contains(&law), "{rule:?} is not missed: {wrong:?}");
}

#[test]
fn a_rule_taken_out_breaks_its_law() {
    use Rule::*;
    let alone = |strategy| Scope::races(strategy, strategy);
    breaks(Supersedes, alone(SetThenLogin), "at most one live key for each purpose");
    breaks(SpendsOnce, alone(OneTimeLogin), "a key is spent at most once");
    breaks(TakesTheAccount, alone(SetThenLogin), "a changed password ends all that is older");
    breaks(EndsEverything, alone(SetThenLogin), "a changed password ends all that is older");
    breaks(AsksForTheCode, alone(SmsApproved), "no full session without every factor");
    breaks(BindsTheCode, alone(SecondKey), "no full session without every factor");
    let switched = Scope::races(GeneratedPassword, SmsApproved);
    breaks(JudgesAnew, switched, "no full session without every factor");
    let law = "the old password holds until a new one is committed";
    breaks(KeepsTheOldPassword, alone(GeneratedPassword), law);
    let law = "a form acts on the account that it was shown for";
    breaks(ComparesTheForm, Scope::mix_ups(SetThenLogin), law);
    breaks(LeavesTheOwners, alone(SetThenLogin), "no stranger supersedes what the owner asked for");
}
