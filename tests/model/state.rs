//! What there is: people with their keys, browsers with what they hold, and the policy of each server.

use super::deed::Request;
use crate::common::Strategy;

/// A person, by number.
pub type Who = usize;
/// A browser, by number.
pub type Tab = usize;
/// A server, by number.
pub type Server = usize;

/// The mark of a browser that never got the cookie with it.
pub const NOBODY: Tab = usize::MAX;

/// Everything, between two steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    pub people: Vec<Person>,
    pub browsers: Vec<Browser>,
    /// What is in force on each server.
    pub policies: Vec<Strategy>,
    /// The law that the last step broke.
    pub broken: Option<Law>,
}

/// An account and what is live of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    pub password: Password,
    /// Requests for a reset wait.
    pub held: bool,
    /// The request for a reset that no worker has taken up yet.
    pub wish: Option<Wish>,
    /// Whether the link of the newest notice is unused.
    pub notice: bool,
    /// What is live.
    pub keys: Vec<Key>,
}

/// A request for a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wish {
    /// The browser that asked.
    pub tab: Tab,
    /// Whether the owner was known to have signed in there.
    pub by_owner: bool,
}

/// What opens an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Password {
    /// The last one that its owner chose.
    Chosen,
    /// One that came by mail: only where a rule is broken.
    Generated,
    /// None.
    Unusable,
}

/// What a key is for.
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
    /// The policy it was issued under.
    pub policy: Strategy,
    /// The browser that it is bound to.
    pub browser: Option<Tab>,
    /// Whether it was asked for where its owner had signed in.
    pub by_owner: bool,
    /// How many codes it has minted.
    pub minted: u8,
    /// Whether the password has changed since.
    pub older: bool,
}

/// What a browser holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Browser {
    /// Whose live key is in its cookie.
    pub ticket: Option<Who>,
    /// For whose live keys it shows forms, in one tab or another.
    pub forms: Vec<Who>,
    pub session: Option<Session>,
    /// Who is known to have signed in here, and not before a "this wasn't me".
    pub known: Vec<Who>,
    /// Its request that has passed the guards and is not committed yet.
    pub request: Option<Request>,
}

/// A session and its cookie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    pub who: Who,
    pub kind: Kind,
    /// Whether the password has changed since.
    pub older: bool,
}

/// What a session reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Everything; what matters most only while it is fresh.
    Full { fresh: bool },
    /// The form for a new password, if the policy that opened it is good enough.
    Restricted(Strategy),
}

/// What a step can break; the other laws are to be seen in the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    SpentOnce,
    EveryFactor,
    OldPasswordHolds,
    OwnForm,
    OwnersKey,
}

impl State {
    /// Everybody with a password, nobody signed in.
    pub fn new(people: usize, browsers: usize, policies: Vec<Strategy>) -> State {
        let person =
            Person { password: Password::Chosen, held: false, wish: None, notice: false, keys: Vec::new() };
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

    /// How many requests are between guards and commit.
    pub fn in_flight(&self) -> usize {
        self.browsers.iter().filter(|browser| browser.request.is_some()).count()
    }

    /// Shows `tab` the form of the live key of `who`.
    pub fn open(&mut self, tab: Tab, who: Who) {
        let browser = &mut self.browsers[tab];
        browser.ticket = Some(who);
        add(&mut browser.forms, who);
    }

    /// Whose session `tab` has, if it is a full one.
    pub fn signed_in(&self, tab: Tab) -> Option<Who> {
        let session = self.browsers[tab].session.as_ref();
        session.filter(|session| matches!(session.kind, Kind::Full { .. })).map(|session| session.who)
    }
}

/// Adds `who`, once.
pub fn add(people: &mut Vec<Who>, who: Who) {
    if !people.contains(&who) {
        people.push(who);
        people.sort_unstable();
    }
}

/// Whether a key issued under `issued` is good where `now` is in force and `in_flight` is "stricter".
pub fn accepts(now: Strategy, issued: Strategy) -> bool {
    let strictness = |strategy| match strategy {
        Strategy::SmsApproved => 5,
        Strategy::SecondKey => 4,
        Strategy::SetThenLogin => 3,
        Strategy::OneTimeLogin => 2,
        Strategy::GeneratedPassword => 1,
    };
    strictness(issued) >= strictness(now)
}
