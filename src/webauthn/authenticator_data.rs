//! What an authenticator says and signs (6.1): for which site, who was there, how often, and a new credential if there is
//! one.

use super::{attested::Attested, cbor::Reader, ceremony::Ceremony, refusal::Refusal};

/// Authenticator data, read to its last byte.
#[derive(Clone, Copy)]
pub struct AuthenticatorData<'a> {
    /// All of it, as it is signed.
    pub bytes: &'a [u8],
    /// Flags.
    pub flags: Flags,
    /// How many signatures the authenticator made, or 0 if it does not count.
    pub sign_count: u32,
    /// The new credential, if the flags announce one.
    pub attested: Option<Attested<'a>>,
    rp_id_hash: &'a [u8],
}

/// What is said by single bits. Reserved ones mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Somebody was there (UP).
    pub fn user_present(self) -> bool {
        self.has(0)
    }

    /// It was verified who was there, by PIN or by body (UV).
    pub fn user_verified(self) -> bool {
        self.has(2)
    }

    /// The credential may be copied to other devices (BE).
    pub fn backup_eligible(self) -> bool {
        self.has(3)
    }

    /// The credential has been copied (BS).
    pub fn backed_up(self) -> bool {
        self.has(4)
    }

    fn has_attested(self) -> bool {
        self.has(6)
    }

    fn has_extensions(self) -> bool {
        self.has(7)
    }

    fn has(self, bit: u8) -> bool {
        self.0 & (1 << bit) != 0
    }
}

impl<'a> AuthenticatorData<'a> {
    /// Reads authenticator data. Extensions are read, and ignored: none is asked for.
    ///
    /// # Errors
    /// [`Refusal::AuthenticatorData`] if its length or form is not what the flags say.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        Self::read(bytes).ok_or(Refusal::AuthenticatorData)
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (rp_id_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (sign_count, mut rest) = rest.split_first_chunk()?;
        let (flags, mut attested) = (Flags(flags), None);
        if flags.has_attested() {
            let (credential, behind) = Attested::read(rest)?;
            (attested, rest) = (Some(credential), behind);
        }
        let mut rest = Reader::new(rest);
        if flags.has_extensions() {
            rest.map()?;
        }
        let sign_count = u32::from_be_bytes(*sign_count);
        rest.is_empty().then_some(Self { bytes, flags, sign_count, attested, rp_id_hash })
    }

    /// Verifies what both ceremonies ask of it, but that it was verified who was there.
    pub(super) fn verify(&self, ceremony: &Ceremony<'_>) -> Result<(), Refusal> {
        // 7.1 (14), 7.2 (15)
        if self.rp_id_hash != ceremony.party.id_hash() {
            return Err(Refusal::RelyingParty);
        }
        // 7.1 (15), 7.2 (16)
        if !self.flags.user_present() {
            return Err(Refusal::UserPresence);
        }
        // 7.1 (17), 7.2 (18)
        if self.flags.backed_up() && !self.flags.backup_eligible() {
            return Err(Refusal::BackupState);
        }
        Ok(())
    }
    /// Verifies that it was verified who was there, if the ceremony requires that.
    pub(super) fn verify_user(&self, ceremony: &Ceremony<'_>) -> Result<(), Refusal> {
        // 7.1 (16), 7.2 (17)
        if ceremony.verification.is_required() && !self.flags.user_verified() {
            return Err(Refusal::UserVerification);
        }
        Ok(())
    }
}
