//! Invariants of every state and every step.

use stateright::Property;

use super::{
    scope::Scope,
    state::{Law, State},
};

/// The laws, named as in the issue.
pub fn all() -> Vec<Property<Scope>> {
    vec![
        Property::always("at most one live key for each purpose", |_, state: &State| one_live_key(state)),
        Property::always("a key is spent at most once", |_, state: &State| {
            state.broken != Some(Law::SpentOnce)
        }),
        Property::always("a changed password ends all that is older", |_, state: &State| {
            nothing_older(state)
        }),
        Property::always("no full session without every factor", |_, state: &State| {
            state.broken != Some(Law::EveryFactor)
        }),
        Property::always("the old password holds until a new one is committed", |_, state: &State| {
            state.broken != Some(Law::OldPasswordHolds)
        }),
        Property::always("a form acts on the account that it was shown for", |_, state: &State| {
            state.broken != Some(Law::OwnForm)
        }),
        Property::always("no stranger supersedes what the owner asked for", |_, state: &State| {
            state.broken != Some(Law::OwnersKey)
        }),
    ]
}

/// True if no law is broken.
pub fn hold(state: &State) -> bool {
    state.broken.is_none() && one_live_key(state) && nothing_older(state)
}

fn one_live_key(state: &State) -> bool {
    state.people.iter().all(|person| person.keys.windows(2).all(|pair| pair[0].purpose != pair[1].purpose))
}

fn nothing_older(state: &State) -> bool {
    state.people.iter().flat_map(|person| &person.keys).all(|key| !key.older)
        && state.browsers.iter().flat_map(|browser| &browser.session).all(|session| !session.older)
}
