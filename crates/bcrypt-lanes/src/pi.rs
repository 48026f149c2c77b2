//! The digits of pi after the point, which fill a new Blowfish: 18 + 4 · 256 words of 32 bits.

/// Number of words that Blowfish takes.
pub(super) const WORDS: usize = 18 + 4 * 256;

/// Words of a number: one before the point, and two at the end for what every step truncates.
const SIZE: usize = 1 + WORDS + 2;

/// Words in base 2^32; a step leaves some of them slightly above 2^32.
type Number = [i64; SIZE];

/// Computes the digits by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239). Takes about 30 ms.
pub(super) fn digits() -> [u32; WORDS] {
    let (plus, minus) = (arctan(16, 5), arctan(4, 239));
    let (mut digits, mut carry) = ([0; SIZE], 0);
    for at in (0..SIZE).rev() {
        let word = carry + plus[at] - minus[at];
        digits[at] = (word & 0xffff_ffff) as u32;
        carry = word >> 32;
    }
    std::array::from_fn(|at| digits[1 + at])
}

/// Computes times · arctan(1/x), by Euler's series from its far end: with s = x² + 1,
/// arctan(1/x) = x/s · (1 + 2/3s · (1 + 4/5s · (1 + 6/7s · (…)))).
fn arctan(times: i64, x: i64) -> Number {
    let s = x * x + 1;
    let words_per_term = f64::from(s as u32).log2() / 32.0;
    let mut sum = [0; SIZE];
    for k in (1..=(SIZE as f64 / words_per_term) as i64).rev() {
        // the words beyond contribute less than the last word of the sum
        let words = SIZE - (k as f64 * words_per_term) as usize;
        sum[0] += 1;
        scale(&mut sum[..words], 2 * k, (2 * k + 1) * s);
    }
    sum[0] += 1;
    scale(&mut sum, times * x, s);
    sum
}

/// Computes number · by / over, for `over` below 2^30.
fn scale(number: &mut [i64], by: i64, over: i64) {
    let mut rest = 0;
    for word in number {
        let part = (rest << 32) + *word * by;
        (*word, rest) = (part / over, part % over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends of both kinds of boxes, as in OpenBSD's blowfish.c.
    #[test]
    fn the_digits_are_those_of_the_published_boxes() {
        let digits = digits();
        assert_eq!(digits[..4], [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]);
        assert_eq!(digits[17..19], [0x8979_fb1b, 0xd131_0ba6]);
        assert_eq!(digits[WORDS - 2..], [0x578f_dfe3, 0x3ac3_72e6]);
    }
}
