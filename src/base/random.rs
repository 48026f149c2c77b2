//! The one source of randomness: the operating system's generator, passed as an argument.

use super::Error;

/// The operating system's cryptographic random number generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Random {
    /// Returns `N` random bytes.
    ///
    /// # Errors
    /// [`Error::Randomness`] if the generator fails; nothing is issued then.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn bytes<const N: usize>(self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns `length` characters, each drawn uniformly from `alphabet` (at most 256 characters).
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn text(self, alphabet: &[u8], length: usize) -> Result<String, Error> {
        let even = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let drawn = self.bytes::<32>()?;
            let kept = drawn.iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < even);
            text.extend(
                kept.take(length - text.len()).map(|byte| char::from(alphabet[byte % alphabet.len()])),
            );
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_alphabet_is_drawn_evenly() {
        let text = Random.text(b"0123456789", 100_000).unwrap();
        for digit in '0'..='9' {
            let count = text.matches(digit).count();
            assert!((9_300..10_700).contains(&count), "{digit} was drawn {count} times");
        }
    }
}
