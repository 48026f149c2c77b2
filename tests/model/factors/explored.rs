//! Every reachable state, and proof that the checks can fail: without a rule, its law breaks.

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::{
    owner::Help,
    rules::{Rule, Rules},
    state::{By, Demand, Law, State, Step, TABS, Trust},
};
use crate::{
    common::{Capabilities, Strategy},
    length,
};

/// Laws that a step breaks.
const LAWS: [(&str, Law); 4] = [
    ("no session begins without the factor that is owed", Law::EveryFactor),
    ("no reset sets a password before the factor is proved", Law::OldPasswordHolds),
    ("a pending sign-in reaches nothing else", Law::NothingElse),
    ("nobody removes a factor without proving it", Law::ProofFirst),
];
/// Ways in that are open in every state.
const WAYS: [(&str, Help); 4] = [
    ("who has the phone gets in", Help::Phone),
    ("who has a recovery code gets in", Help::Code),
    ("who has a link that leads back gets in", Help::Link),
    ("whoever is let in gets in", Help::Admin),
];
const TRUST: &str = "no trust outlives what ends it";

impl Model for Rules {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let each = |demand| [false, true].map(|held| State::new(demand, held));
        Demand::ALL.into_iter().flat_map(each).collect()
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        // States after a broken law are not explored.
        if state.broken.is_none() {
            steps.extend(every());
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        self.after(last, step)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut laws = vec![Property::always(TRUST, |_, state: &State| {
            state.browsers.iter().all(|browser| browser.trust != Trust::Outlived)
        })];
        // A property is a function pointer, so each has its law or its way built in.
        macro_rules! each {
            ($($at:literal),+) => {$(
                laws.push(Property::always(LAWS[$at].0, |_, state: &State| state.broken != Some(LAWS[$at].1)));
                laws.push(Property::always(WAYS[$at].0, |rules: &Rules, state| rules.gets_in(state, WAYS[$at].1)));
            )+};
        }
        each!(0, 1, 2, 3);
        laws
    }
}

/// Every step that somebody could try.
pub fn every() -> Vec<Step> {
    let by = [By::App, By::AppTrusting, By::Code];
    let mut steps = vec![Step::Undo, Step::Hour];
    steps.extend(Demand::ALL.map(Step::Switch));
    for tab in 0..TABS {
        steps.extend(by.map(|by| Step::Prove(tab, by)));
        let of = [Step::SignIn, Step::Reset, Step::LetIn, Step::Abandon, Step::SetUp];
        steps.extend(of.map(|step| step(tab)));
        let of = [Step::Verify, Step::Remove, Step::Change, Step::NewPassword];
        steps.extend(of.map(|step| step(tab)));
    }
    steps
}

fn rules(strategy: Strategy) -> Rules {
    Rules { without: None, strategy, login_after: true }
}

fn laws_hold(rules: Rules) {
    let checker = rules.checker().threads(2).spawn_bfs().join();
    let (name, states) = (rules.strategy.name(), checker.unique_state_count());
    println!("EXPLORED factors under {name}: {states} states, {} steps deep", checker.max_depth());
    for (law, path) in checker.discoveries() {
        println!("  broken: {law}\n{path}");
    }
    assert_eq!(checker.discoveries().into_keys().collect::<Vec<_>>(), Vec::<&str>::new(), "{name}");
}

#[test]
fn no_way_round_a_factor_breaks_a_law() {
    // Strategies that end with the new password are alike here.
    let alike = |strategy: &Strategy| strategy.ends_with_password() && *strategy != Strategy::SetThenLogin;
    for strategy in Strategy::all().iter().copied().filter(|it| length::is_long() || !alike(it)) {
        laws_hold(rules(strategy));
    }
    laws_hold(Rules { login_after: false, ..rules(Strategy::SetThenLogin) });
}

/// Without `rule`, the law of this name breaks.
fn breaks(rule: Rule, strategy: Strategy, law: &str) {
    let rules = Rules { without: Some(rule), ..rules(strategy) };
    let checker = rules.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let broken: Vec<_> = checker.discoveries().into_keys().collect();
    assert!(broken.contains(&law), "{rule:?} is not missed: {broken:?}");
}

#[test]
fn a_rule_taken_out_of_factors_breaks_its_law() {
    use Rule::*;
    use Strategy::{OneTimeLogin, SetThenLogin};
    let law = |law| LAWS.iter().find(|(_, it)| *it == law).expect("a law").0;
    let way = |help| WAYS.iter().find(|(_, it)| *it == help).expect("a way").0;
    breaks(AsksForTheFactor, SetThenLogin, law(Law::EveryFactor));
    breaks(ChangeEndsPending, SetThenLogin, law(Law::EveryFactor));
    breaks(SetsUpWhatIsOwed, SetThenLogin, law(Law::EveryFactor));
    breaks(WaitsForTheProof, SetThenLogin, law(Law::OldPasswordHolds));
    breaks(TrustsSignInAlone, SetThenLogin, law(Law::OldPasswordHolds));
    breaks(JudgesAgain, OneTimeLogin, law(Law::OldPasswordHolds));
    breaks(HasItsOwnScope, SetThenLogin, law(Law::NothingElse));
    breaks(StepsUp, SetThenLogin, law(Law::ProofFirst));
    breaks(ChangeEndsTrust, SetThenLogin, TRUST);
    breaks(NewPasswordEndsTrust, SetThenLogin, TRUST);
    breaks(SetsUpWhileSigningIn, SetThenLogin, way(Help::Phone));
    breaks(TakesCodes, SetThenLogin, way(Help::Code));
    breaks(BringsFactorsBack, SetThenLogin, way(Help::Link));
    breaks(RemovesWhatIsLost, SetThenLogin, way(Help::Admin));
}
