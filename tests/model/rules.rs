//! The rules, each of which can be removed, and the guards of a request.

use super::{
    operation::{Fate, Operation, Request},
    state::{Kind, Password, Purpose, Server, Session, State, Tab, Who, accepts},
};
use crate::common::{Capabilities, Strategy};

/// A rule that can be removed, to show that its law would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A new key ends the older one.
    Supersedes,
    /// The key or session that pays must exist when it is spent.
    SpendsOnce,
    /// A transaction starts from the account as it was read.
    TakesTheAccount,
    /// A new password ends sessions and keys.
    EndsEverything,
    /// The code is required.
    AsksForTheCode,
    /// A code works only in its browser.
    BindsTheCode,
    /// The policy is evaluated again at each step.
    JudgesAnew,
    /// A generated password does not replace the old one.
    KeepsTheOldPassword,
    /// A form must be the one made for its key.
    ComparesTheForm,
    /// A stranger's request ends no key that its owner asked for.
    LeavesTheOwners,
}

/// Rules in force, and the most codes that a key may mint.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub without: Option<Rule>,
    pub mints: u8,
}

impl Rules {
    /// True if `rule` is in force.
    pub fn holds(self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// True if the link of the newest key of `who` opens on `server`.
    pub fn opens(self, state: &State, who: Who, server: Server) -> bool {
        state.key(who, Purpose::Reset).is_some_and(|key| self.judges(state, server, key.policy))
    }

    fn judges(self, state: &State, server: Server, issued: Strategy) -> bool {
        !self.holds(Rule::JudgesAnew) || accepts(state.policies[server], issued)
    }

    /// Returns a request that passes its guards; `None` if they refuse it.
    pub fn guard(self, state: &State, tab: Tab, server: Server, operation: Operation) -> Option<Request> {
        let browser = &state.browsers[tab];
        let judged = |policy: &Strategy| self.judges(state, server, *policy);
        let request = |who, policy, code| {
            Some(Request { operation, server, who, policy, code, paid_by: Fate::Live, older: false })
        };
        match operation {
            Operation::SignIn(who) => {
                if state.people[who].password == Password::Chosen {
                    request(who, None, false)
                } else {
                    None
                }
            }
            Operation::SignInGenerated(who) => {
                let policy = state.key(who, Purpose::Temporary).map(|key| key.policy).filter(judged)?;
                request(who, Some(policy), false)
            }
            Operation::SetRestricted(who) => match browser.session.as_ref()? {
                Session { who: whose, kind: Kind::Restricted(policy), .. }
                    if *whose == who && judged(policy) =>
                {
                    request(who, Some(*policy), false)
                }
                _ => None,
            },
            Operation::Change(who) => match browser.session.as_ref()? {
                Session { who: whose, kind: Kind::Full { fresh: true }, .. } if *whose == who => {
                    request(who, None, false)
                }
                _ => None,
            },
            Operation::Undo(who) => {
                if state.people[who].notice {
                    request(who, None, false)
                } else {
                    None
                }
            }
            Operation::Button(form)
            | Operation::Code(form)
            | Operation::Set(form)
            | Operation::Weak(form)
            | Operation::Cancel(form) => {
                let who = browser.ticket?;
                let own = who == form || !self.holds(Rule::ComparesTheForm);
                if !own || !browser.forms.contains(&form) {
                    return None;
                }
                let policy = state.key(who, Purpose::Reset).map(|key| key.policy).filter(judged)?;
                let code = state
                    .key(who, Purpose::Code)
                    .is_some_and(|code| code.browser == Some(tab) || !self.holds(Rule::BindsTheCode));
                let right_browser =
                    state.key(who, Purpose::Code).is_some_and(|code| code.browser == Some(tab));
                fits(operation, policy, code || !self.holds(Rule::AsksForTheCode)).then_some(())?;
                request(who, Some(policy), right_browser)
            }
        }
    }
}

/// True if the form of a key under `policy` offers `operation`.
fn fits(operation: Operation, policy: Strategy, code: bool) -> bool {
    match operation {
        Operation::Button(_) => !policy.ends_with_password(),
        Operation::Code(_) => policy.takes_code(),
        Operation::Set(_) => policy.ends_with_password() && (code || !policy.takes_code()),
        Operation::Weak(_) => policy.ends_with_password() && !policy.takes_code(),
        Operation::Cancel(_) => true,
        _ => false,
    }
}
