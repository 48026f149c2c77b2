//! Effects of each step; every condition is a rule that can be removed.

use super::{
    gate::Visitor,
    state::{At, By, Demand, Factors, Goal, Hold, Law, State, Step, Tab, Trust},
};
use crate::common::{Capabilities, Strategy};

/// A rule that can be removed, to show that its law would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Whoever has a factor is asked for it.
    AsksForTheFactor,
    /// A new password waits for the proof.
    WaitsForTheProof,
    /// What is owed is judged again when the password is set.
    JudgesAgain,
    /// Trust counts for signing in with the password, not for a reset.
    TrustsSignInAlone,
    /// A change of factors ends pending sign-ins.
    ChangeEndsPending,
    /// It ends trust.
    ChangeEndsTrust,
    /// A new password ends trust, and so does "this wasn't me".
    NewPasswordEndsTrust,
    /// Only who owes a factor sets one up while signing in.
    SetsUpWhatIsOwed,
    /// They do.
    SetsUpWhileSigningIn,
    /// A pending sign-in is no session.
    HasItsOwnScope,
    /// Removing a factor takes its proof.
    StepsUp,
    /// A recovery code proves as much as the app.
    TakesCodes,
    /// "This wasn't me" brings factors back.
    BringsFactorsBack,
    /// Whoever is let in has lost their factors.
    RemovesWhatIsLost,
}

/// The rules in force, and the settings of a reset.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub without: Option<Rule>,
    pub strategy: Strategy,
    /// True if a reset ends signed in.
    pub login_after: bool,
}

impl Rules {
    /// True if `rule` is in force.
    pub fn holds(self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// Returns the state after `step`; `None` if it is refused or changes nothing.
    pub fn after(self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::SignIn(tab) => {
                state.browsers[tab].at = At::Out;
                if state.password {
                    self.pass(&mut state, Visitor::new(tab, Goal::SignIn));
                }
            }
            Step::Reset(tab) => {
                state.browsers[tab].at = At::Out;
                if state.hold != Hold::Held {
                    self.use_key(&mut state, tab, false);
                }
            }
            Step::LetIn(tab) => {
                state.browsers[tab].at = At::Out;
                if state.hold == Hold::Free {
                    state.notice = Some(state.factors);
                    self.use_key(&mut state, tab, true);
                }
            }
            Step::Prove(tab, by) => self.prove(&mut state, tab, by)?,
            Step::Abandon(tab) => {
                state.browsers[tab].at.is_pending().then_some(())?;
                state.browsers[tab].at = At::Out;
            }
            Step::SetUp(tab) => self.set_up(&mut state, tab)?,
            Step::Verify(tab) => {
                self.session(&mut state, tab).filter(|_| last.factors.are_held())?;
                state.browsers[tab].at = At::In { proved: true };
            }
            Step::Remove(tab) => {
                let proved = self.session(&mut state, tab)?;
                let may = last.demand == Demand::IfSetUp && last.factors.are_held();
                (may && (proved || !self.holds(Rule::StepsUp))).then_some(())?;
                if !proved {
                    state.broken = Some(Law::ProofFirst);
                }
                state.notice = Some(state.factors);
                self.change_factors(&mut state, Factors::NONE);
            }
            Step::Change(tab) => {
                let proved = self.session(&mut state, tab)?;
                self.set_password(&mut state);
                state.browsers[tab].at = At::In { proved };
            }
            Step::NewPassword(tab) => {
                let At::Form { proved: truly, granted } = last.browsers[tab].at else { return None };
                let proved = truly || !self.holds(Rule::JudgesAgain);
                let goal = Goal::NewPassword;
                self.pass(&mut state, Visitor { tab, goal, granted, proved, truly });
            }
            Step::Undo => {
                let before = state.notice.take()?;
                state.password = false;
                self.end_everything(&mut state);
                let back = if self.holds(Rule::BringsFactorsBack) { before } else { state.factors };
                self.change_factors(&mut state, back);
                state.hold = Hold::WithKey;
            }
            Step::Switch(to) => state.demand = to,
            Step::Hour => {
                state.hold = Hold::Free;
                for browser in &mut state.browsers {
                    if browser.at.is_pending() || matches!(browser.at, At::Form { .. }) {
                        browser.at = At::Out;
                    }
                }
            }
        }
        (state != *last).then_some(state)
    }

    /// Uses a key up, as its strategy does.
    fn use_key(self, state: &mut State, tab: Tab, granted: bool) {
        if state.hold == Hold::WithKey {
            state.hold = Hold::Held;
        }
        let goal = if self.strategy.ends_with_password() { Goal::NewPassword } else { Goal::Form };
        self.pass(state, Visitor { granted, ..Visitor::new(tab, goal) });
    }

    fn prove(self, state: &mut State, tab: Tab, by: By) -> Option<()> {
        let At::Proof(goal) = state.browsers[tab].at else { return None };
        if by == By::Code {
            (state.factors.code && self.holds(Rule::TakesCodes)).then_some(())?;
            state.factors.code = false;
            state.notice = Some(state.factors);
        }
        self.pass(state, Visitor { proved: true, truly: true, ..Visitor::new(tab, goal) });
        let browser = &mut state.browsers[tab];
        if by == By::AppTrusting && goal == Goal::SignIn && matches!(browser.at, At::In { .. }) {
            browser.trust = Trust::Yes;
        }
        Some(())
    }

    fn set_up(self, state: &mut State, tab: Tab) -> Option<()> {
        let (at, held) = (state.browsers[tab].at, state.factors.are_held());
        let signing_in = match at {
            At::SetUp => self.holds(Rule::SetsUpWhileSigningIn),
            At::Proof(_) => !self.holds(Rule::SetsUpWhatIsOwed),
            _ => false,
        };
        // One app is enough here.
        let signed_in = matches!(at, At::In { .. }) && state.is_on() && !held;
        (signing_in || signed_in).then_some(())?;
        state.notice = Some(state.factors);
        state.browsers[tab].at = At::Out;
        self.change_factors(state, Factors::of(tab));
        if signed_in {
            state.browsers[tab].at = At::In { proved: true };
        } else {
            let visitor = Visitor::new(tab, Goal::SignIn);
            self.pass(state, Visitor { proved: true, truly: !held, ..visitor });
        }
        Some(())
    }

    /// Returns whether a factor was proved in the session of `tab`, if there is one.
    fn session(self, state: &mut State, tab: Tab) -> Option<bool> {
        match state.browsers[tab].at {
            At::In { proved } => Some(proved),
            at if at.is_pending() && !self.holds(Rule::HasItsOwnScope) => {
                state.broken = Some(Law::NothingElse);
                Some(false)
            }
            _ => None,
        }
    }
}
