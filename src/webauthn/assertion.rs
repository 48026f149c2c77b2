//! Verifies the answer to [`RequestOptions`](super::options::RequestOptions): section 7.2, from step 5 on;
//! [`AssertionAnswer::parse`] has done step 3.

use super::{
    answer::AssertionAnswer,
    authenticator_data::AuthenticatorData,
    ceremony::{Ceremony, Kind},
    client_data::ClientData,
    credential::Credential,
    refusal::Refusal,
    user_handle::UserHandle,
};
use crate::base::key::sha256;

/// Whose passkey an answer has to be by.
#[derive(Clone, Copy)]
pub struct Holder<'a> {
    /// Passkey of the account that has the answer's id.
    pub credential: &'a Credential,
    /// Handle of the account.
    pub handle: &'a UserHandle,
    /// True if the account was known before the browser was asked; otherwise the answer has to name it.
    pub is_known: bool,
}

/// An answer that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The passkey as it is to be stored now.
    pub credential: Credential,
    /// What the counter of signatures says.
    pub counter: Counter,
    /// True if it was verified who was there, so that the passkey counts as two factors.
    pub user_verified: bool,
}

/// Whether the authenticator has signed more often than at the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// It has, or does not count.
    Ok,
    /// It has not: there may be two of it. Authenticators that copy their passkeys rarely count well, so who calls decides
    /// by [`Credential::backup_eligible`].
    Backwards,
}

/// Returns what the answer proves.
///
/// # Errors
/// The [`Refusal`] of the first step that fails.
pub fn verify(
    answer: &AssertionAnswer,
    ceremony: &Ceremony<'_>,
    holder: &Holder<'_>,
) -> Result<Assertion, Refusal> {
    let (response, known) = (&answer.response, holder.credential);
    // 5; 6: only passkeys of the account are asked for, if it is known.
    if answer.id != known.id {
        return Err(Refusal::OtherCredential);
    }
    let is_holder = match &response.user_handle {
        Some(handle) if !handle.0.is_empty() => handle.0 == holder.handle.bytes(),
        // Some browsers say nothing where others say null.
        _ => holder.is_known,
    };
    if !is_holder {
        return Err(Refusal::UserHandle);
    }
    // 7 to 9
    let client_data = ClientData::parse(&response.client_data.0)?;
    // 10 to 14
    client_data.verify(Kind::Get, ceremony)?;
    let data = AuthenticatorData::parse(&response.authenticator_data.0)?;
    // 15, 16, 18
    data.verify(ceremony)?;
    // 19
    if data.flags.backup_eligible() != known.backup_eligible {
        return Err(Refusal::BackupEligibility);
    }
    // 6.1: there is no new credential in an assertion.
    if data.attested.is_some() {
        return Err(Refusal::AttestedData);
    }
    // 20
    let hash = sha256(&response.client_data.0);
    // 21
    known.public_key()?.verify(&[data.bytes, &hash].concat(), &response.signature.0)?;
    // 17, so late since it has a sentence of its own: whoever cannot sign does not learn which passkeys are known.
    data.verify_user(ceremony)?;
    // 22
    let is_counting = data.sign_count != 0 || known.sign_count != 0;
    let is_backwards = is_counting && data.sign_count <= known.sign_count;
    let counter = if is_backwards { Counter::Backwards } else { Counter::Ok };
    // 23: no extension is asked for. 24: the counter never goes back, so that it stays right for the one of two that is
    // ahead; what was verified at registration stays, since changing it would need another factor.
    let sign_count = data.sign_count.max(known.sign_count);
    let credential = Credential { sign_count, backed_up: data.flags.backed_up(), ..known.clone() };
    Ok(Assertion { credential, counter, user_verified: data.flags.user_verified() })
}
