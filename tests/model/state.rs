//! States of the model: people with their keys, browsers with cookies and forms, and the servers' policies.

use super::operation::Request;
use crate::common::{Capabilities, Strategy};

/// Index of a person.
pub type Who = usize;
/// Index of a browser.
pub type Tab = usize;
/// Index of a server.
pub type Server = usize;

/// Mark of a browser that never received the cookie.
pub const NOBODY: Tab = usize::MAX;

/// The whole state between two steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    pub people: Vec<Person>,
    pub browsers: Vec<Browser>,
    /// Policy in force on each server.
    pub policies: Vec<Strategy>,
    /// Law broken by the last step.
    pub broken: Option<Law>,
}

/// An account with its live keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    pub password: Password,
    /// True while requests for a reset are on hold.
    pub held: bool,
    /// Request for a reset that no worker has processed yet.
    pub asked: Option<Asked>,
    /// True if the link of the newest notice is unused.
    pub notice: bool,
    /// Live keys.
    pub keys: Vec<Key>,
}

/// A request for a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// Browser that asked.
    pub tab: Tab,
    /// True if the owner was known to have signed in there.
    pub by_owner: bool,
}

/// Password of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Password {
    /// The last one chosen by its owner.
    Chosen,
    /// A generated one: only if a rule is broken.
    Generated,
    /// None.
    Unusable,
}

/// Purpose of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    Reset,
    Code,
    Temporary,
}

/// A live key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub purpose: Purpose,
    /// Policy that it was issued under.
    pub policy: Strategy,
    /// Browser that it is bound to.
    pub browser: Option<Tab>,
    /// True if it was requested where its owner had signed in.
    pub by_owner: bool,
    /// Codes issued with it.
    pub codes_issued: u8,
    /// True if the password has changed since.
    pub older: bool,
}

/// State of a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Browser {
    /// Person whose live key is in its cookie.
    pub ticket: Option<Who>,
    /// People whose live keys have a form open in any tab.
    pub forms: Vec<Who>,
    pub session: Option<Session>,
    /// People known to have signed in here, since their last "this wasn't me".
    pub known: Vec<Who>,
    /// Request that has passed the guards and is not committed yet.
    pub request: Option<Request>,
}

/// A session and its cookie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    pub who: Who,
    pub kind: Kind,
    /// True if the password has changed since.
    pub older: bool,
}

/// Access of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Everything; the most sensitive actions only while fresh.
    Full { fresh: bool },
    /// Only the form for a new password, if the policy that opened it is strict enough.
    Restricted(Strategy),
}

/// Laws that a step can break; the other laws can be checked in the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    SpentOnce,
    EveryFactor,
    OldPasswordHolds,
    OwnForm,
    OwnersKey,
}

impl State {
    /// Everybody has a password, and nobody is signed in.
    pub fn new(people: usize, browsers: usize, policies: Vec<Strategy>) -> State {
        let person =
            Person { password: Password::Chosen, held: false, asked: None, notice: false, keys: Vec::new() };
        State {
            people: vec![person; people],
            browsers: vec![Browser::default(); browsers],
            policies,
            broken: None,
        }
    }

    /// The live key of `who` for `purpose`.
    pub fn key(&self, who: Who, purpose: Purpose) -> Option<&Key> {
        self.people[who].keys.iter().rev().find(|key| key.purpose == purpose)
    }

    /// Number of requests between guards and commit.
    pub fn in_flight(&self) -> usize {
        self.browsers.iter().filter(|browser| browser.request.is_some()).count()
    }

    /// Shows the form of the live key of `who` in `tab`.
    pub fn open(&mut self, tab: Tab, who: Who) {
        let browser = &mut self.browsers[tab];
        browser.ticket = Some(who);
        add(&mut browser.forms, who);
    }

    /// Account of the session in `tab`, if it is a full one.
    pub fn signed_in(&self, tab: Tab) -> Option<Who> {
        let session = self.browsers[tab].session.as_ref();
        session.filter(|session| matches!(session.kind, Kind::Full { .. })).map(|session| session.who)
    }
}

/// Adds `who`, if missing.
pub fn add(people: &mut Vec<Who>, who: Who) {
    if !people.contains(&who) {
        people.push(who);
        people.sort_unstable();
    }
}

/// True if a key issued under `issued` is valid where `now` is in force and `in_flight` is "stricter".
pub fn accepts(now: Strategy, issued: Strategy) -> bool {
    issued.is_as_strict_as(now)
}
