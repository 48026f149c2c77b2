//! The signatures that passkeys may use, by their numbers in COSE.

/// An algorithm that is offered. `EdDSA` means Ed25519, as the specification requires (5.8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256 = -7,
    /// Ed25519.
    EdDsa = -8,
    /// RSA with PKCS #1 padding and SHA-256: TPMs of Windows know no other.
    Rs256 = -257,
}

impl Algorithm {
    /// All, the preferred first.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// Returns its number.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// Returns the algorithm with this number, if it is offered.
    pub fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.number() == number)
    }
}
