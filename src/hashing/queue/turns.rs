//! Turns: every network has its turn, and within it every part, however many jobs wait in any of them.
//!
//! Networks are nested, so that many small ones of one owner have together what one has. Half of the turns are kept for
//! people who have shown something: a browser that has signed in before, a key, a session. There, every account has its
//! turn, however many networks ask for it.

use std::{collections::VecDeque, net::IpAddr};

use crate::base::key::sha256;

/// Prefix lengths of a client's networks, from the widest to the client itself.
const OF_V6: [u32; 4] = [48, 56, 64, 128];
/// The same for an IPv4 address, in the 128 bits of its mapped form.
const OF_V4: [u32; 4] = [96 + 24, 128, 128, 128];

/// Owner of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    kept: Option<u128>,
    networks: [u128; 4],
}

impl Whose {
    /// Creates the owner for a client.
    pub fn client(address: IpAddr) -> Self {
        let (bits, widths) = match address.to_canonical() {
            IpAddr::V4(address) => (address.to_ipv6_mapped().to_bits(), OF_V4),
            IpAddr::V6(address) => (address.to_bits(), OF_V6),
        };
        Self { kept: None, networks: widths.map(|width| bits & (u128::MAX << (128 - width))) }
    }

    /// Returns the owner for an account that they have shown something of: strangers do not take its place.
    pub fn kept(self, account: &[u8]) -> Self {
        let name = sha256(account).first_chunk().copied().unwrap_or_default();
        Self { kept: Some(u128::from_be_bytes(name)), ..self }
    }

    fn path(&self) -> [u128; 6] {
        let [site, wide, narrow, client] = self.networks;
        [self.kept.is_some().into(), self.kept.unwrap_or(site), site, wide, narrow, client]
    }
}

/// Waiting items, in turns.
pub(super) struct Turns<T>(Part<T>);

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self(Part::default())
    }
}

impl<T> Turns<T> {
    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Adds an item, as the last of its part.
    pub fn push(&mut self, whose: &Whose, item: T) {
        self.0.push(&whose.path(), item);
    }

    /// True if another item would find a place once one is taken from an owner who has more.
    pub fn has_longer(&self, whose: &Whose) -> bool {
        self.longer(whose).is_some()
    }

    /// Takes the newest item of an owner who has more than the next item's owner would have.
    pub fn take_longer(&mut self, whose: &Whose) -> Option<T> {
        let path = self.longer(whose)?;
        self.0.take_newest(&path)
    }

    /// Returns the path under which to take an item: beside the next one's own parts, or, if one half is as full as the
    /// other, from an owner in the other half who has at least two more than the next one's owner. No owner needs two
    /// places.
    fn longer(&self, whose: &Whose) -> Option<Vec<u128>> {
        let path = whose.path();
        if let Some(depth) = self.0.longer(&path) {
            return Some(path[..depth].to_vec());
        }
        let own = self.0.part(path[0]).and_then(|half| half.part(path[1])).map_or(0, |part| part.len);
        let (half, other) = self.0.parts.iter().find(|(half, _)| *half != path[0])?;
        (own + 1 < other.longest()).then(|| vec![*half])
    }

    /// Takes the item whose turn it is, of those that are `wanted`.
    pub fn next(&mut self, wanted: &impl Fn(&T) -> bool) -> Option<T> {
        self.0.next(wanted)
    }

    /// Returns the number of `wanted` items.
    pub fn count(&self, wanted: &impl Fn(&T) -> bool) -> usize {
        self.0.count(wanted)
    }

    /// Keeps the items for which `keep` is true.
    pub fn retain(&mut self, keep: &mut impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }
}

/// Items waiting in a network: in its parts, in order of turns, or directly, at the end of the path.
struct Part<T> {
    len: usize,
    parts: VecDeque<(u128, Part<T>)>,
    items: VecDeque<T>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { len: 0, parts: VecDeque::new(), items: VecDeque::new() }
    }
}

impl<T> Part<T> {
    fn push(&mut self, path: &[u128], item: T) {
        self.len += 1;
        let Some((first, rest)) = path.split_first() else { return self.items.push_back(item) };
        let place = self.parts.iter().position(|(name, _)| name == first).unwrap_or_else(|| {
            self.parts.push_back((*first, Part::default()));
            self.parts.len() - 1
        });
        self.parts[place].1.push(rest, item);
    }

    /// Returns how far down `path` a part beside it has at least two more items.
    fn longer(&self, path: &[u128]) -> Option<usize> {
        let (first, rest) = path.split_first()?;
        let own = self.part(*first);
        if own.map_or(0, |part| part.len) + 1 < self.longest() {
            return Some(0);
        }
        own?.longer(rest).map(|depth| depth + 1)
    }

    fn part(&self, name: u128) -> Option<&Part<T>> {
        self.parts.iter().find(|(other, _)| *other == name).map(|(_, part)| part)
    }

    fn longest(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.len).max().unwrap_or(0)
    }

    /// Takes the newest item of the longest part under `path`.
    fn take_newest(&mut self, path: &[u128]) -> Option<T> {
        let place = match path.first() {
            Some(first) => self.parts.iter().position(|(name, _)| name == first)?,
            None if self.parts.is_empty() => {
                let newest = self.items.pop_back();
                self.len -= usize::from(newest.is_some());
                return newest;
            }
            None => (0..self.parts.len()).max_by_key(|&place| self.parts[place].1.len)?,
        };
        let taken = self.parts[place].1.take_newest(path.get(1..).unwrap_or_default());
        self.len -= usize::from(taken.is_some());
        self.parts.retain(|(_, part)| part.len > 0);
        taken
    }

    fn next(&mut self, wanted: &impl Fn(&T) -> bool) -> Option<T> {
        let item = match self.items.iter().position(wanted) {
            Some(place) => self.items.remove(place),
            None => (0..self.parts.len()).find_map(|place| {
                let item = self.parts[place].1.next(wanted)?;
                // It has had its turn, so it goes to the end.
                let served = self.parts.remove(place).filter(|(_, part)| part.len > 0);
                self.parts.extend(served);
                Some(item)
            }),
        };
        self.len -= usize::from(item.is_some());
        item
    }

    fn count(&self, wanted: &impl Fn(&T) -> bool) -> usize {
        let own = self.items.iter().filter(|item| wanted(item)).count();
        own + self.parts.iter().map(|(_, part)| part.count(wanted)).sum::<usize>()
    }

    fn retain(&mut self, keep: &mut impl FnMut(&T) -> bool) {
        self.items.retain(&mut *keep);
        self.len = self.items.len();
        for (_, part) in &mut self.parts {
            part.retain(keep);
            self.len += part.len;
        }
        self.parts.retain(|(_, part)| part.len > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(address: &str) -> Whose {
        Whose::client(address.parse().unwrap())
    }

    /// Returns the names of the waiting items, in order of turns.
    fn order(turns: &mut Turns<&'static str>) -> String {
        std::iter::from_fn(|| turns.next(&|_| true)).collect()
    }

    fn waiting(who: &[(&str, &'static str)]) -> Turns<&'static str> {
        let mut turns = Turns::default();
        who.iter().for_each(|(address, name)| turns.push(&whose(address), *name));
        turns
    }

    #[test]
    fn each_network_has_its_turn_and_in_it_each_part() {
        let mut turns = waiting(&[
            ("2001:db8:0:0::1", "a"),
            ("2001:db8:0:0::1", "a"),
            ("2001:db8:0:1::1", "b"),
            ("2001:db8:0:100::1", "c"),
            ("2001:db8:1::1", "v"),
            ("192.0.2.7", "w"),
            ("192.0.2.7", "w"),
            ("192.0.2.8", "x"),
        ]);
        assert_eq!(order(&mut turns), "avwcxbwa");
        assert_eq!(turns.len(), 0);
    }

    #[test]
    fn a_place_that_is_kept_is_every_second_one() {
        let mut turns = waiting(&[("192.0.2.1", "a"), ("192.0.2.2", "a"), ("198.51.100.1", "a")]);
        turns.push(&whose("203.0.113.1").kept(b"v"), "v");
        turns.push(&whose("203.0.113.1").kept(b"v"), "v");
        assert_eq!(order(&mut turns), "avava");
    }

    #[test]
    fn among_those_that_are_kept_each_account_has_its_turn() {
        let mut turns = Turns::default();
        for network in 0..6 {
            turns.push(&whose(&format!("2001:db8:{network}::1")).kept(b"x"), "x");
        }
        assert!(turns.has_longer(&whose("192.0.2.1").kept(b"v")) && turns.has_longer(&whose("192.0.2.1")));
        assert!(!turns.has_longer(&whose("192.0.2.1").kept(b"x")), "other networks, and the same account");
        turns.push(&whose("192.0.2.1").kept(b"v"), "v");
        assert_eq!(order(&mut turns), "xvxxxxx");
    }

    #[test]
    fn who_has_most_makes_room() {
        let mut turns = waiting(&[("2001:db8::1", "a"); 4]);
        turns.push(&whose("2001:db8:0:1::1"), "b");
        turns.push(&whose("192.0.2.1"), "c");
        assert!(!turns.has_longer(&whose("2001:db8::1")), "it has most itself");
        assert_eq!(turns.take_longer(&whose("192.0.2.1")), Some("a"), "the newest of the longest");
        turns.push(&whose("192.0.2.1"), "c");
        assert_eq!(turns.take_longer(&whose("2001:db8:0:1::1")), Some("a"), "within one site as well");
        turns.push(&whose("2001:db8:0:1::1"), "b");
        assert!(!turns.has_longer(&whose("2001:db8:0:1::1")));
        assert_eq!(turns.take_longer(&whose("192.0.2.1")), Some("b"), "two beside four");
        turns.push(&whose("192.0.2.1"), "c");
        assert!(!turns.has_longer(&whose("192.0.2.1")), "three beside three");
        assert!(turns.has_longer(&whose("198.51.100.1")));
        assert_eq!((order(&mut turns), turns.len()), ("acbcac".into(), 0));
    }

    #[test]
    fn neither_half_is_full_of_one_that_has_several_places() {
        let mut turns = Turns::default();
        for turn in 0..4 {
            turns.push(&whose("2001:db8::1").kept([b"x", b"y"][turn % 2]), "x");
            turns.push(&whose(&format!("198.51.{turn}.1")), "a");
        }
        assert_eq!(turns.take_longer(&whose("192.0.2.1")), Some("x"), "an account that has two");
        turns.push(&whose("192.0.2.1"), "v");
        assert_eq!(turns.take_longer(&whose("192.0.3.1")), Some("x"));
        turns.push(&whose("192.0.3.1"), "v");
        assert!(!turns.has_longer(&whose("192.0.4.1")), "nobody has more than one");
        assert!(turns.has_longer(&whose("192.0.4.1").kept(b"v")), "but a half is kept");
    }

    #[test]
    fn a_mapped_address_is_the_one_it_maps() {
        assert_eq!(whose("::ffff:192.0.2.1"), whose("192.0.2.1"));
    }
}
