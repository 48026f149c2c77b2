//! The answer of a browser: what `PublicKeyCredential.toJSON()` returns (5.1), with members of later versions ignored.

use serde::{Deserialize, de::DeserializeOwned};

use super::{base64url::Base64Url, refusal::Refusal, transports::Transports};

/// Longest answer, in bytes. One with the longest id and the largest RSA key has about 11 KiB.
const LONGEST: usize = 16 * 1024;

/// An answer to the question for a new passkey.
pub type RegistrationAnswer = Answer<AttestationResponse>;
/// An answer to the question for a passkey that exists.
pub type AssertionAnswer = Answer<AssertionResponse>;

/// An answer about one credential.
pub struct Answer<R> {
    /// Id of the credential.
    pub id: Base64Url,
    /// What the authenticator said.
    pub response: R,
}

/// What an authenticator says about a new passkey.
#[derive(Deserialize)]
pub struct AttestationResponse {
    /// JSON of the browser.
    #[serde(rename = "clientDataJSON")]
    pub client_data: Base64Url,
    /// CBOR of the authenticator.
    #[serde(rename = "attestationObject")]
    pub attestation_object: Base64Url,
    /// How the authenticator was reached.
    #[serde(default)]
    pub transports: Transports,
}

/// What an authenticator says with a passkey that exists.
#[derive(Deserialize)]
pub struct AssertionResponse {
    /// JSON of the browser.
    #[serde(rename = "clientDataJSON")]
    pub client_data: Base64Url,
    /// Data of the authenticator.
    #[serde(rename = "authenticatorData")]
    pub authenticator_data: Base64Url,
    /// Signature of both.
    pub signature: Base64Url,
    /// Handle of the account, if the authenticator knows it.
    #[serde(rename = "userHandle", default)]
    pub user_handle: Option<Base64Url>,
}

impl<R: DeserializeOwned> Answer<R> {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`Refusal`] if it is too long, no JSON of this form, or contradicts itself.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Whole<R> {
            id: Base64Url,
            #[serde(rename = "rawId")]
            raw_id: Base64Url,
            r#type: String,
            response: R,
        }
        if text.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        // 7.1 (3), 7.2 (3)
        let whole: Whole<R> = serde_json::from_str(text).map_err(|_| Refusal::Answer)?;
        if whole.r#type != "public-key" {
            return Err(Refusal::CredentialType);
        }
        if whole.id != whole.raw_id {
            return Err(Refusal::CredentialId);
        }
        Ok(Self { id: whole.id, response: whole.response })
    }
}
