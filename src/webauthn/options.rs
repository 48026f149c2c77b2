//! What a page hands to the browser: the JSON that `PublicKeyCredential.parseCreationOptionsFromJSON` and
//! `parseRequestOptionsFromJSON` take (5.1.9, 5.1.10).

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{
    algorithm::Algorithm,
    base64url::Base64Url,
    ceremony::{Ceremony, Verification},
    challenge::Challenge,
    credential::Credential,
    relying_party::RelyingParty,
    transports::Transports,
    user_handle::UserHandle,
};

/// The account that gets a passkey.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person<'a> {
    /// Handle of the account.
    pub id: &'a UserHandle,
    /// Address or user name, which tells accounts of one site apart.
    pub name: &'a str,
    /// Name to show.
    pub display_name: &'a str,
}

/// The question for a new passkey: of any kind, discoverable if possible, without attestation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions<'a> {
    rp: &'a RelyingParty,
    user: Person<'a>,
    challenge: &'a Challenge,
    pub_key_cred_params: [Parameter; Algorithm::ALL.len()],
    #[serde(serialize_with = "in_milliseconds")]
    timeout: Duration,
    exclude_credentials: Vec<Descriptor<'a>>,
    authenticator_selection: Selection,
    attestation: &'static str,
}

impl<'a> CreationOptions<'a> {
    /// Asks for a passkey for a person; authenticators that hold one of `known` are not offered.
    pub fn new(
        ceremony: &Ceremony<'a>,
        person: Person<'a>,
        known: &'a [Credential],
        timeout: Duration,
    ) -> Self {
        Self {
            rp: ceremony.party,
            user: person,
            challenge: ceremony.challenge,
            pub_key_cred_params: Algorithm::ALL.map(|it| Parameter { r#type: PUBLIC_KEY, alg: it.number() }),
            timeout,
            exclude_credentials: known.iter().map(Descriptor::of).collect(),
            authenticator_selection: Selection {
                resident_key: "preferred",
                require_resident_key: false,
                user_verification: ceremony.verification,
            },
            attestation: "none",
        }
    }
}

/// The question for a passkey that exists.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions<'a> {
    challenge: &'a Challenge,
    #[serde(serialize_with = "in_milliseconds")]
    timeout: Duration,
    rp_id: &'a str,
    allow_credentials: Vec<Descriptor<'a>>,
    user_verification: Verification,
}

impl<'a> RequestOptions<'a> {
    /// Asks for one of the passkeys `allowed`; for any discoverable one of the site if there are none.
    pub fn new(ceremony: &Ceremony<'a>, allowed: &'a [Credential], timeout: Duration) -> Self {
        Self {
            challenge: ceremony.challenge,
            timeout,
            rp_id: &ceremony.party.id,
            allow_credentials: allowed.iter().map(Descriptor::of).collect(),
            user_verification: ceremony.verification,
        }
    }
}

const PUBLIC_KEY: &str = "public-key";

#[derive(Serialize)]
struct Parameter {
    r#type: &'static str,
    alg: i64,
}

#[derive(Serialize)]
struct Descriptor<'a> {
    r#type: &'static str,
    id: &'a Base64Url,
    #[serde(skip_serializing_if = "Transports::is_empty")]
    transports: &'a Transports,
}

impl<'a> Descriptor<'a> {
    fn of(credential: &'a Credential) -> Self {
        Self { r#type: PUBLIC_KEY, id: &credential.id, transports: &credential.transports }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    /// As browsers of Level 1 read it.
    require_resident_key: bool,
    user_verification: Verification,
}

fn in_milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_millis().try_into().unwrap_or(u64::MAX))
}
