//! Effects of each step; every condition is a rule that can be removed.

use super::state::{Address, Law, Left, Link, Standing, State, Step};

/// A rule that can be removed, to show that its law would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Nobody else gets an address that the account has left.
    KeepsTheAddress,
    /// Nobody else gets an address that claims it.
    KeepsTheClaim,
    /// A deleted account is kept for a while.
    DeletesLater,
    /// A proof at the account's address counts.
    WeighsProofs,
    /// A proof at an address that it had in between counts as well.
    WeighsFormerProofs,
    /// A sign-in with a newer password is a proof.
    CountsSignIns,
    /// A link ends the links of all later events.
    EndsNewer,
    /// A reset that began with a link ends older links to the same address.
    EndsOlder,
    /// It ends no other links.
    LeavesOthers,
    /// A link to a frozen account adds a claim and nothing else.
    StaysFrozen,
    /// No key is mailed while it is frozen.
    HoldsTheFrozen,
}

/// The rules in force.
#[derive(Clone, Copy, Debug)]
pub struct Rules(pub Option<Rule>);

impl Rules {
    fn hold(self, rule: Rule) -> bool {
        self.0 != Some(rule)
    }

    /// True if only the account can have `address`.
    pub fn keep(self, state: &State, address: Address) -> bool {
        let here = state.exists() && state.address == address;
        let left = state.is_left(address) && self.hold(Rule::KeepsTheAddress);
        let claimed = state.claims.contains(&address) && self.hold(Rule::KeepsTheClaim);
        here || left || claimed || state.second == Some(address)
    }

    /// True if the link freezes the account.
    pub fn freezes(self, state: &State, link: Link) -> bool {
        let newer = |proved, address| proved > link.at && address != link.address;
        let here = newer(state.proved, state.address) && self.hold(Rule::WeighsProofs);
        let former = self.hold(Rule::WeighsFormerProofs)
            && state.left.iter().any(|left| newer(left.proved, left.address));
        let frozen = state.standing == Standing::Frozen && self.hold(Rule::StaysFrozen);
        frozen || link.address != state.address && (here || former)
    }

    /// Returns the state after `step`; `None` if it is refused or changes nothing.
    pub fn after(self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        let now = state.now;
        state.now += 1;
        let open = state.standing == Standing::Open;
        let frozen = state.standing == Standing::Frozen;
        let signed_in = open && state.password.is_some();
        match step {
            Step::Reset => {
                if !(open || frozen && !self.hold(Rule::HoldsTheFrozen)) {
                    return None;
                }
                if frozen {
                    state.broken = Some(Law::FrozenIsFrozen);
                }
                self.settle(&mut state);
                choose(&mut state, now);
            }
            Step::SignIn => {
                let password = state.password.filter(|_| signed_in)?;
                if state.proofs.contains(&(password, state.address)) {
                    return None;
                }
                state.proofs.push((password, state.address));
                if self.hold(Rule::CountsSignIns) {
                    state.proved = password;
                }
            }
            Step::Change => {
                signed_in.then_some(())?;
                choose(&mut state, now);
            }
            Step::Move(to) => {
                let own = state.is_left(to);
                let free = state.second != Some(to) && state.address != to;
                if !signed_in || !free || !own && self.keep(&state, to) {
                    return None;
                }
                let (address, proved) = (state.address, state.proved);
                state.left.push(Left { at: now, address, proved });
                state.links.push(Link { at: now, address });
                settle_at(&mut state, to);
            }
            Step::Delete => {
                signed_in.then_some(())?;
                state.links.push(Link { at: now, address: state.address });
                state.standing =
                    if self.hold(Rule::DeletesLater) { Standing::Deleted } else { Standing::Gone };
            }
            Step::Press(place) => {
                let link = *state.links.get(place)?;
                state.exists().then_some(())?;
                state.links.remove(place);
                self.press(&mut state, link, now);
            }
            Step::Register(at) => {
                if state.second.is_some() || self.keep(&state, at) {
                    return None;
                }
                state.second = Some(at);
            }
            Step::Leave => {
                frozen.then_some(())?;
                decided(&mut state);
            }
            Step::GiveBack => {
                let to = state.claims.first().copied().filter(|_| frozen)?;
                settle_at(&mut state, to);
                decided(&mut state);
            }
            Step::ThreeDays => {
                if state.standing == Standing::Deleted {
                    state.standing = Standing::Gone;
                }
                state.links.clear();
                state.left.clear();
                state.proofs.clear();
            }
        }
        if state.broken.is_none() {
            state.broken = broken(&state);
        }
        Some(state)
    }

    fn press(self, state: &mut State, link: Link, now: u8) {
        let weighs = link.address != state.address && state.was_proved_elsewhere(link.at, link.address);
        let (freezes, frozen) = (self.freezes(state, link), state.standing == Standing::Frozen);
        state.password = None;
        state.undone = Some(now);
        // An address that belongs to somebody else by now cannot be restored.
        if freezes || state.second == Some(link.address) {
            state.standing = Standing::Frozen;
            if !state.claims.contains(&link.address) {
                state.claims.push(link.address);
            }
            return;
        }
        if weighs {
            state.broken = Some(Law::ProofsWeigh);
        }
        if frozen {
            state.broken = Some(Law::FrozenIsFrozen);
        }
        state.standing = Standing::Open;
        if link.address != state.address {
            state.left.push(Left { at: 0, address: state.address, proved: state.proved });
        }
        settle_at(state, link.address);
        for left in state.left.iter_mut().filter(|left| left.at >= link.at) {
            left.at = 0;
        }
        // A free address that was never proved does not count.
        state.left.retain(|left| left.at > 0 || left.proved > 0);
        if self.hold(Rule::EndsNewer) {
            state.links.retain(|other| other.at < link.at);
        }
        if state.links.iter().any(|other| other.at >= link.at) {
            state.broken = Some(Law::UndoneIsUndone);
        }
    }

    /// A reset is complete: if it began with "this wasn't me", older links end.
    fn settle(self, state: &mut State) {
        let Some(undone) = state.undone else { return };
        let address = state.address;
        let same = |link: &&Link| link.address == address && link.at < undone;
        let others = state.links.iter().filter(|link| !same(link)).count();
        state.links.retain(|link| {
            let ends = link.at < undone && (link.address == address || !self.hold(Rule::LeavesOthers));
            !ends || !self.hold(Rule::EndsOlder)
        });
        if state.links.iter().any(|link| same(&link)) {
            state.broken = Some(Law::NoHoard);
        }
        if state.links.iter().filter(|link| !same(link)).count() < others {
            state.broken = Some(Law::OthersLinksStay);
        }
    }
}

/// Gives the account another address, with its last proof there.
fn settle_at(state: &mut State, to: Address) {
    if to != state.address {
        let before = state.left.iter().filter(|left| left.address == to).map(|left| left.proved);
        (state.address, state.proved) = (to, before.max().unwrap_or(0));
    }
}

/// Sets a new password, with its notice.
fn choose(state: &mut State, now: u8) {
    state.password = Some(now);
    state.proved = now;
    state.undone = None;
    state.proofs.push((now, state.address));
    state.links.push(Link { at: now, address: state.address });
}

/// An admin has decided: earlier events no longer count.
fn decided(state: &mut State) {
    state.standing = Standing::Open;
    state.claims.clear();
    state.links.clear();
    state.left.clear();
    state.proofs.clear();
}

fn broken(state: &State) -> Option<Law> {
    let wanted = state.links.iter().map(|link| link.address).chain(state.claims.iter().copied());
    if wanted.into_iter().any(|address| state.second == Some(address)) {
        return Some(Law::AddressesAreKept);
    }
    (!state.exists() && !state.links.is_empty()).then_some(Law::NothingIsGoneThatCanBeUndone)
}
