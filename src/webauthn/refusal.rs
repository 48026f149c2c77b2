//! Why an answer is refused: one code for each rule, which repeats nothing of the answer.

/// A rule that an answer breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    /// It is longer than any honest one.
    TooLong,
    /// It is no JSON of the expected form.
    Answer,
    /// It is not about a public key.
    CredentialType,
    /// It gives one credential two ids.
    CredentialId,
    /// It comes from another credential than the one it is compared with.
    OtherCredential,
    /// It names another person, or nobody where somebody has to be named.
    UserHandle,
    /// Its client data is no JSON of the expected form.
    ClientData,
    /// It answers the other question: registration instead of sign-in, or the reverse.
    Ceremony,
    /// It answers another challenge.
    Challenge,
    /// It was given on another site.
    Origin,
    /// It was given in a frame of another site.
    CrossOrigin,
    /// It was given below a page of another site.
    TopOrigin,
    /// Its attestation object is no CBOR of the expected form.
    AttestationObject,
    /// Its authenticator data has another form than its flags say.
    AuthenticatorData,
    /// It is signed for another site.
    RelyingParty,
    /// Nobody was there.
    UserPresence,
    /// It was not verified who was there.
    UserVerification,
    /// It claims to be backed up, and that it cannot be.
    BackupState,
    /// It can be backed up now, and could not before, or the reverse.
    BackupEligibility,
    /// It has no new key where there has to be one, or one where there must be none.
    AttestedData,
    /// Its key is for an algorithm that was not offered.
    Algorithm,
    /// Its key is none of its algorithm, or a weak one.
    PublicKey,
    /// It is attested in a format that was not asked for.
    AttestationFormat,
    /// Its attestation is not right.
    AttestationStatement,
    /// The id of its credential is too short or too long.
    IdLength,
    /// Its signature is not right.
    Signature,
}

impl Refusal {
    /// Returns its name in the log and in events.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
