//! Blowfish in N lanes: N ciphers with boxes of their own take each step together, so that while one waits for a
//! look-up in its boxes, the others use the core.
//!
//! Blowfish follows Schneier (Fast Software Encryption, 1993), `expand_key` follows Provos and Mazières ("A
//! Future-Adaptable Password Scheme", USENIX 1999, section 3).

use std::{array, sync::LazyLock};

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::pi;

/// Digits of pi, computed on first use: a nothing-up-my-sleeve number, not state.
static PI: LazyLock<[u32; pi::WORDS]> = LazyLock::new(pi::digits);

/// One word per lane.
pub(super) type Word<const N: usize> = [u32; N];

/// Both halves of a block, for each lane.
pub(super) type Block<const N: usize> = [Word<N>; 2];

/// Returns no salt: zeros, which change nothing when added.
pub(super) const fn no_salt<const N: usize>() -> [Word<N>; 4] {
    [[0; N]; 4]
}

/// The ciphers, wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Blowfish<const N: usize> {
    subkeys: [Word<N>; 18],
    boxes: [[[u32; 256]; 4]; N],
}

impl<const N: usize> Blowfish<N> {
    /// InitState of the paper: fills every lane with the digits of pi.
    pub(super) fn new() -> Self {
        let boxes = array::from_fn(|number| array::from_fn(|at| PI[18 + 256 * number + at]));
        Self { subkeys: array::from_fn(|at| [PI[at]; N]), boxes: [boxes; N] }
    }

    /// ExpandKey of the paper: adds the key to the subkeys, then overwrites the whole cipher block by block, each being
    /// the block before with half the salt added and encrypted. Adding is XOR.
    #[inline(always)]
    pub(super) fn expand_key(&mut self, salt: &[Word<N>; 4], key: &[Word<N>; 18]) {
        for (subkeys, key) in self.subkeys.iter_mut().zip(key) {
            add(subkeys, key);
        }
        let halves = [[salt[0], salt[1]], [salt[2], salt[3]]];
        let mut block = [[0; N]; 2];
        for at in 0..9 {
            block = self.encrypt(sum(block, &halves[at % 2]));
            [self.subkeys[2 * at], self.subkeys[2 * at + 1]] = block;
        }
        for number in 0..4 {
            for at in 0..128 {
                block = self.encrypt(sum(block, &halves[(9 + at) % 2]));
                for (lane, boxes) in self.boxes.iter_mut().enumerate() {
                    boxes[number][2 * at] = block[0][lane];
                    boxes[number][2 * at + 1] = block[1][lane];
                }
            }
        }
    }

    /// Encrypts in sixteen rounds, two at a time, so that the halves need no swap.
    #[inline(always)]
    pub(super) fn encrypt(&self, [mut left, mut right]: Block<N>) -> Block<N> {
        for pair in 0..8 {
            add(&mut left, &self.subkeys[2 * pair]);
            add(&mut right, &self.mix(&left));
            add(&mut right, &self.subkeys[2 * pair + 1]);
            add(&mut left, &self.mix(&right));
        }
        add(&mut left, &self.subkeys[16]);
        add(&mut right, &self.subkeys[17]);
        [right, left]
    }

    /// F of the paper, in each lane.
    #[inline(always)]
    fn mix(&self, half: &Word<N>) -> Word<N> {
        array::from_fn(|lane| {
            let [a, b, c, d] = half[lane].to_be_bytes().map(usize::from);
            let boxes = &self.boxes[lane];
            (boxes[0][a].wrapping_add(boxes[1][b]) ^ boxes[2][c]).wrapping_add(boxes[3][d])
        })
    }
}

#[inline(always)]
fn add<const N: usize>(word: &mut Word<N>, other: &Word<N>) {
    for (word, other) in word.iter_mut().zip(other) {
        *word ^= other;
    }
}

#[inline(always)]
fn sum<const N: usize>(mut block: Block<N>, half: &Block<N>) -> Block<N> {
    add(&mut block[0], &half[0]);
    add(&mut block[1], &half[1]);
    block
}
