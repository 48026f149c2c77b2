//! What is asked of a passkey. A question is sealed in its page, so that showing the page changes nothing; an answer
//! spends it, right or wrong.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::passkey::{Stored, party};
use crate::{
    base::{Error, clock::Time, key::sha256},
    http::Visit,
    store::{
        Tx,
        accounts::AccountRow,
        factors::FactorRow,
        spent::{self, Reason},
    },
    webauthn::{
        ceremony::{Ceremony, Verification},
        challenge::Challenge,
        credential::Credential,
        options::{CreationOptions, Person, RequestOptions},
        relying_party::RelyingParty,
        user_handle::UserHandle,
    },
};

const PURPOSE: &str = "passkey";
/// Time in which a question has to be answered.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// What a question is for; an answer is good for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aim {
    /// A new passkey.
    Register,
    /// Signing in by a passkey alone, which verifies who is there.
    SignIn,
    /// The second factor of a sign-in or a reset.
    SecondFactor,
    /// Another proof by somebody who is signed in.
    Verify,
    /// Approving a reset.
    Approve,
}

impl Aim {
    fn verification(self) -> Verification {
        match self {
            Aim::SignIn => Verification::Required,
            _ => Verification::Preferred,
        }
    }
}

/// A question, as a page carries it.
#[derive(Serialize)]
pub struct Question {
    /// What the script hands to the browser, as JSON.
    options: String,
    /// The rest of the question, sealed.
    asked: String,
}

/// A question that was asked.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    aim: Aim,
    pub(super) challenge: String,
    /// The account, if it was known.
    pub(super) account: Option<Uuid>,
    /// Handle of the account, for a new passkey.
    pub(super) handle: Option<UserHandle>,
    /// Name of a new passkey, if it has one by then.
    #[serde(default)]
    pub name: String,
    /// Digest of the id of the browser.
    browser: Vec<u8>,
    expires_at: Time,
}

fn credentials(held: &[FactorRow]) -> Vec<Credential> {
    held.iter().filter_map(Stored::of).map(|stored| stored.credential).collect()
}

impl Question {
    /// Element of its page at which the faults of an answer stand.
    pub const ELEMENT: &'static str = "passkey";

    /// Asks for a new passkey of an account with these factors, which may have a name already; `None` where there are no passkeys.
    ///
    /// # Errors
    /// Same as [`Random::bytes`](crate::base::random::Random::bytes).
    pub fn new_passkey(
        site: &Visit<'_>,
        account: &AccountRow,
        held: &[FactorRow],
        name: &str,
    ) -> Result<Option<Self>, Error> {
        let Some(party) = party(site) else { return Ok(None) };
        let handle = match held.iter().find_map(Stored::of) {
            Some(stored) => stored.handle,
            None => UserHandle::draw(site.random)?,
        };
        let (asked, challenge) = Asked::now(site, Aim::Register, Some(account.id), Some(handle.clone()))?;
        let asked = Asked { name: name.to_owned(), ..asked };
        let ceremony = asked.ceremony(&party, &challenge);
        let person = Person { id: &handle, name: &account.email, display_name: &account.email };
        let options = json!({ "create": CreationOptions::new(&ceremony, person, &credentials(held), LIFE) });
        Self::seal(site, &options, &asked).map(Some)
    }

    /// Asks for one of these factors of an account, or for any passkey of the site; `None` where there are no passkeys.
    ///
    /// # Errors
    /// Same as [`Random::bytes`](crate::base::random::Random::bytes).
    pub fn passkey(
        site: &Visit<'_>,
        aim: Aim,
        account: Option<(Uuid, &[FactorRow])>,
    ) -> Result<Option<Self>, Error> {
        let Some(party) = party(site) else { return Ok(None) };
        let allowed = account.map_or(Vec::new(), |(_, held)| credentials(held));
        let (asked, challenge) = Asked::now(site, aim, account.map(|(id, _)| id), None)?;
        let ceremony = asked.ceremony(&party, &challenge);
        let options = json!({ "get": RequestOptions::new(&ceremony, &allowed, LIFE) });
        Self::seal(site, &options, &asked).map(Some)
    }

    fn seal(site: &Visit<'_>, options: &Value, asked: &Asked) -> Result<Self, Error> {
        let plain = serde_json::to_vec(asked).expect("a question is plain data");
        let is_secondary = asked.aim == Aim::SecondFactor;
        let asked = site.keyring.seal_text(site.random, PURPOSE, &plain)?;
        if site.program.is_some() {
            site.tell("credential_options", options.get("get").or(options.get("create")).cloned());
            site.tell("wan_state", asked.as_str());
            site.tell("is_secondary", is_secondary);
        }
        Ok(Self { options: options.to_string(), asked })
    }

    /// Returns a sample.
    pub fn sample() -> Self {
        Self { options: r#"{"get":{}}"#.into(), asked: "c2VhbGVk".into() }
    }
}

impl Asked {
    fn now(
        site: &Visit<'_>,
        aim: Aim,
        account: Option<Uuid>,
        handle: Option<UserHandle>,
    ) -> Result<(Self, Challenge), Error> {
        let challenge = Challenge::draw(site.random)?;
        let (browser, expires_at) = (site.ensure_browser_id()?, site.now() + LIFE);
        let (name, text) = (String::new(), challenge.text());
        Ok((Self { aim, challenge: text, account, handle, name, browser, expires_at }, challenge))
    }

    pub(super) fn ceremony<'a>(&self, party: &'a RelyingParty, challenge: &'a Challenge) -> Ceremony<'a> {
        Ceremony { party, challenge, verification: self.aim.verification() }
    }

    /// Spends a question, with its answer; `None` unless it was asked in this browser, for this aim and account, a short
    /// time ago, and was never answered.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn spend(
        site: &Visit<'_>,
        tx: &mut Tx,
        sealed: &str,
        (aim, account): (Aim, Option<Uuid>),
    ) -> Result<Option<Self>, Error> {
        let plain = site.keyring.open_text(PURPOSE, sealed);
        let asked = plain.and_then(|plain| serde_json::from_slice::<Asked>(&plain).ok());
        let Some(asked) = asked else { return Ok(None) };
        let is_ours = asked.aim == aim
            && asked.account == account
            && asked.expires_at > site.now()
            && site.browser_id().is_some_and(|browser| browser == asked.browser);
        if !is_ours {
            return Ok(None);
        }
        let digest = sha256(asked.challenge.as_bytes());
        let is_first = spent::note(tx, &digest, Reason::Used, (None, ""), site.now()).await?;
        Ok(is_first.then_some(asked))
    }
}
