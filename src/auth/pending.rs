//! A pending sign-in: a session that owes a second factor, and reaches nothing but the pages where it is proved or set up.

use std::time::Duration;

use rocket::{
    Request,
    request::{FromRequest, Outcome},
};
use serde::{Deserialize, Serialize};

use super::{first::First, session};
use crate::{
    base::Error,
    hashing::hash::PasswordHash,
    http::{Visit, refusal::must_sign_in},
    policy::Policy,
    store::{StoredPolicy, sessions::SignedIn},
};

const PURPOSE: &str = "pending";
/// Time in which the factor has to be proved or set up.
pub const LIFE: Duration = Duration::from_secs(10 * 60);

/// What the account owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owed {
    /// A proof by one of the factors that are set up.
    Proof,
    /// A factor: none that counts is set up.
    SetUp,
}

/// The goal that is reached once nothing is owed.
#[derive(Clone, Serialize, Deserialize)]
pub enum PendingGoal {
    /// A session, and a remembered browser if `keep`.
    SignIn {
        /// "Keep me signed in".
        keep: bool,
    },
    /// The form for a new password, after a reset.
    Form {
        /// Digest of the generated password, if that was the proof.
        generated: Option<Vec<u8>>,
    },
    /// A new password, which ends a reset.
    NewPassword {
        /// Its hash.
        hash: PasswordHash,
    },
}

/// What is kept with a pending sign-in, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// What is owed.
    pub owed: Owed,
    /// The goal.
    pub goal: PendingGoal,
    /// The code or link in place of the password.
    #[serde(default)]
    pub first: Option<First>,
}

impl Kept {
    /// Seals it for the row of the session.
    pub fn seal(&self, site: &Visit<'_>) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).expect("a goal is plain data");
        site.keyring.seal(site.random, PURPOSE, &plain)
    }
}

/// A sign-in that owes a second factor.
///
/// # Outcomes
/// Forward 401 if there is none; error 503 if the session cannot be read.
pub struct Pending<'r> {
    /// Its session, with the account.
    pub me: &'r SignedIn,
    /// What is owed.
    pub owed: Owed,
    /// The goal.
    pub goal: PendingGoal,
    /// The code or link in place of the password, from which the second must differ.
    pub first: Option<First>,
    /// Policy of the reset, if it is one.
    pub policy: Option<Policy>,
}

impl<'r> Pending<'r> {
    fn of(site: &Visit<'_>, me: &'r SignedIn) -> Option<Self> {
        let plain = site.keyring.open(PURPOSE, me.session.pending.as_deref()?).ok()?;
        let Kept { owed, goal, first } = serde_json::from_slice(&plain).ok()?;
        let stored: Option<&StoredPolicy> = me.session.policy.as_ref();
        let policy = match stored {
            Some(stored) => Some(site.issued_policy(Some(stored))?),
            None => None,
        };
        Some(Self { me, owed, goal, first, policy })
    }
}

/// True if a sign-in is pending.
pub async fn is_there(request: &Request<'_>) -> bool {
    matches!(session::pending(request).await, Ok(Some(_)))
}

/// Mark of a request that needs one.
struct Missed(bool);

/// True if a request was refused because no sign-in is pending.
pub fn is_missed(request: &Request<'_>) -> bool {
    request.local_cache(|| Missed(false)).0
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Pending<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(site) = Visit::of(request) else {
            return Outcome::Error((rocket::http::Status::InternalServerError, ()));
        };
        match session::pending(request).await {
            Ok(found) => match found.and_then(|me| Pending::of(&site, me)) {
                Some(pending) => Outcome::Success(pending),
                None => {
                    request.local_cache(|| Missed(true));
                    must_sign_in(request)
                }
            },
            Err(()) => Outcome::Error((rocket::http::Status::ServiceUnavailable, ())),
        }
    }
}
