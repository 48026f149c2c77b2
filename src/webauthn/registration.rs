//! Verifies the answer to [`CreationOptions`](super::options::CreationOptions): section 7.1, from step 3 on, which
//! [`RegistrationAnswer::parse`] has done.

use uuid::Uuid;

use super::{
    answer::RegistrationAnswer,
    attestation::AttestationObject,
    base64url::Base64Url,
    ceremony::{Ceremony, Kind},
    client_data::ClientData,
    credential::Credential,
    public_key::PublicKey,
    refusal::Refusal,
};
use crate::base::key::sha256;

/// How long an id may be, in bytes: 1023 is the most (7.1), 16 the least that the specification calls unique (4).
const ID_LENGTH: std::ops::RangeInclusive<usize> = 16..=1023;

/// Returns the new passkey. Who stores it refuses an id that any account has already, step 26.
///
/// # Errors
/// The [`Refusal`] of the first step that fails.
pub fn verify(answer: &RegistrationAnswer, ceremony: &Ceremony<'_>) -> Result<Credential, Refusal> {
    let response = &answer.response;
    // 5, 6
    let client_data = ClientData::parse(&response.client_data.0)?;
    // 7 to 11
    client_data.verify(Kind::Create, ceremony)?;
    // 12
    let hash = sha256(&response.client_data.0);
    // 13
    let object = AttestationObject::parse(&response.attestation_object.0)?;
    let data = &object.data;
    // 14 to 17
    data.verify(ceremony)?;
    data.verify_user(ceremony)?;
    // 18, 19: the credential tells both flags.
    let new = data.attested.ok_or(Refusal::AttestedData)?;
    if new.id != answer.id.0 {
        return Err(Refusal::CredentialId);
    }
    // 20
    let key = PublicKey::parse(new.key)?;
    if !key.is_sound() {
        return Err(Refusal::PublicKey);
    }
    // 21 to 24
    object.verify(&key, &hash)?;
    // 25
    if !ID_LENGTH.contains(&new.id.len()) {
        return Err(Refusal::IdLength);
    }
    // 27; 28: no extension is asked for, and all are ignored.
    Ok(Credential {
        id: Base64Url(new.id.to_vec()),
        key: Base64Url(new.key.to_vec()),
        sign_count: data.sign_count,
        transports: response.transports.clone(),
        aaguid: Uuid::from_bytes(new.aaguid),
        backup_eligible: data.flags.backup_eligible(),
        backed_up: data.flags.backed_up(),
        user_verified: data.flags.user_verified(),
    })
}
