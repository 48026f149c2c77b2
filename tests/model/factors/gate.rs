//! The gate of the model: what is owed, and what follows once nothing is; and what ends with a password or a factor.

use super::{
    rules::{Rule, Rules},
    state::{At, Demand, Factors, Goal, Hold, Law, State, Tab, Trust},
};
use crate::common::Capabilities;

/// Somebody at the gate: with the password if the goal is to sign in, else with a key.
#[derive(Clone, Copy)]
pub struct Visitor {
    pub tab: Tab,
    pub goal: Goal,
    /// True if an admin let them in.
    pub granted: bool,
    /// True if a factor was proved, as far as the rules can tell.
    pub proved: bool,
    /// True if it really was.
    pub truly: bool,
}

impl Visitor {
    /// Somebody who has proved no factor.
    pub fn new(tab: Tab, goal: Goal) -> Self {
        Self { tab, goal, granted: false, proved: false, truly: false }
    }
}

impl Rules {
    /// Lets a visitor reach the goal, or hold on until a factor is proved or set up.
    pub fn pass(self, state: &mut State, visitor: Visitor) {
        let Visitor { tab, goal, granted, proved, .. } = visitor;
        state.browsers[tab].at = At::Out;
        if granted && state.is_on() && self.holds(Rule::RemovesWhatIsLost) {
            self.change_factors(state, Factors::NONE);
        }
        let trust = state.browsers[tab].trust;
        let counts = goal == Goal::SignIn || !self.holds(Rule::TrustsSignInAlone);
        let trusted = trust != Trust::No && counts;
        let truly = visitor.truly || trust == Trust::Yes && goal == Goal::SignIn;
        let owed = self.owed(state, goal, proved || trusted);
        let waits = match owed {
            Some(At::Proof(Goal::NewPassword)) => self.holds(Rule::WaitsForTheProof),
            Some(At::Proof(_)) => true,
            _ => goal != Goal::NewPassword,
        };
        if let Some(owed) = owed.filter(|_| waits) {
            state.browsers[tab].at = owed;
            return;
        }
        if goal == Goal::NewPassword {
            if state.is_on() && state.factors.are_held() && !truly {
                state.broken = Some(Law::OldPasswordHolds);
            }
            self.set_password(state);
        } else if goal == Goal::Form && self.strategy.signs_in_once() {
            self.end_everything(state);
            state.notice = Some(state.factors);
        }
        state.browsers[tab].at = match (owed, goal) {
            // The password is set; the session waits for a factor.
            (Some(At::SetUp), _) => At::SetUp,
            (Some(_), _) => At::Proof(Goal::SignIn),
            (None, Goal::Form) => At::Form { proved, granted },
            (None, Goal::NewPassword) if !self.login_after => At::Out,
            (None, _) => {
                if state.owes(truly) {
                    state.broken = state.broken.or(Some(Law::EveryFactor));
                }
                At::In { proved }
            }
        };
    }

    fn owed(self, state: &State, goal: Goal, proved: bool) -> Option<At> {
        let inside = goal == Goal::SignIn || goal == Goal::NewPassword && self.login_after;
        match (state.demand, state.factors.are_held()) {
            (Demand::Off, _) => None,
            (_, true) if !proved && self.holds(Rule::AsksForTheFactor) => Some(At::Proof(goal)),
            (Demand::Required, false) if inside => Some(At::SetUp),
            _ => None,
        }
    }

    /// Sets a new password, with its notice.
    pub fn set_password(self, state: &mut State) {
        state.password = true;
        self.end_everything(state);
        state.notice = Some(state.factors);
    }

    /// Ends every session, pending sign-in and key, and trust.
    pub fn end_everything(self, state: &mut State) {
        for browser in &mut state.browsers {
            browser.at = At::Out;
        }
        end_trust(state, self.holds(Rule::NewPasswordEndsTrust));
        if state.hold == Hold::WithKey {
            state.hold = Hold::Held;
        }
    }

    /// Replaces the factors; what was judged by those of before ends.
    pub fn change_factors(self, state: &mut State, factors: Factors) {
        state.factors = factors;
        if self.holds(Rule::ChangeEndsPending) {
            for browser in state.browsers.iter_mut().filter(|browser| browser.at.is_pending()) {
                browser.at = At::Out;
            }
        }
        end_trust(state, self.holds(Rule::ChangeEndsTrust));
    }
}

fn end_trust(state: &mut State, ends: bool) {
    for browser in state.browsers.iter_mut().filter(|browser| browser.trust != Trust::No) {
        browser.trust = if ends { Trust::No } else { Trust::Outlived };
    }
}
