//! Points of Ed25519 that are no keys: of small order, so that signatures by them can be made without a private key.
//! Neither RFC 8032 nor `ring` refuses them.

/// The two `y` of the points of order 8.
const ORDER_8: [[u8; 32]; 2] = [
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\
       \xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\
       \x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
];

/// True for the points of order 1, 2, 4 and 8, in any of their forms.
pub(super) fn is_of_small_order(point: &[u8; 32]) -> bool {
    let mut y = *point;
    // The highest bit is the sign of `x`.
    y[31] &= 0x7f;
    let [first, rest @ ..] = y;
    let is_zero_or_one = first <= 1 && rest == [0; 31];
    // -1, and the other forms of 0 and 1: the prime less one, itself and plus one.
    let is_around_prime = (0xec..=0xee).contains(&first) && y[1..31] == [0xff; 30] && y[31] == 0x7f;
    is_zero_or_one || is_around_prime || ORDER_8.contains(&y)
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// A signature without a private key: `R` and `S` are the neutral element and 0.
    fn forged() -> [u8; 64] {
        let mut forged = [0; 64];
        forged[0] = 1;
        forged
    }

    #[test]
    fn a_key_for_which_signatures_can_be_forged_is_known() {
        let mut points: Vec<[u8; 32]> = ORDER_8.to_vec();
        points.extend([0, 1].map(|first| {
            let mut y = [0; 32];
            y[0] = first;
            y
        }));
        points.extend([0xec, 0xed, 0xee].map(|first| {
            let mut y = [0xff; 32];
            (y[0], y[31]) = (first, 0x7f);
            y
        }));
        for mut point in points {
            let key = UnparsedPublicKey::new(&ED25519, point);
            // One message in eight at least: those whose hash is a multiple of the order.
            assert!((0..=u8::MAX).any(|message| key.verify(&[message], &forged()).is_ok()), "{point:?}");
            assert!(is_of_small_order(&point));
            point[31] |= 0x80;
            assert!(is_of_small_order(&point));
        }
        assert!(!is_of_small_order(&[7; 32]));
    }
}
