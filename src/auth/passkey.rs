//! A passkey of an account, and what its answer to a question proves.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::question::Asked;
use crate::{
    app::App,
    base::{Error, clock::Time, duration::HumanDuration, factor::FactorKind, fault::Fault},
    core::{
        event::{Event, EventKind},
        limits::sampled,
        place::Place,
    },
    http::Visit,
    outbox::message::Message,
    store::{
        Tx, accounts,
        factors::{self, FactorRow},
    },
    webauthn::{
        answer::{AssertionAnswer, RegistrationAnswer},
        assertion::{self, Assertion, Counter, Holder},
        challenge::Challenge,
        credential::Credential,
        refusal::Refusal,
        registration,
        relying_party::RelyingParty,
        user_handle::UserHandle,
    },
};

/// A passkey with the handle of its account, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct Stored {
    pub(super) handle: UserHandle,
    /// The passkey.
    pub credential: Credential,
}

/// A proof by a passkey, which has to be stored.
pub struct Used {
    factor: Uuid,
    was: String,
    is: String,
}

/// Returns the site as authenticators know it; `None` where no browser offers passkeys.
pub fn party(app: &App) -> Option<RelyingParty> {
    app.party()
}

impl Stored {
    /// Returns the passkey of a factor; `None` if it is another factor.
    pub fn of(factor: &FactorRow) -> Option<Self> {
        serde_json::from_str(factor.passkey.as_deref()?).ok()
    }

    /// Returns the text to store.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("its members are text, numbers and flags")
    }
}

impl Asked {
    /// Returns the new passkey that an answer brings.
    ///
    /// # Errors
    /// A fault for its owner.
    pub fn new_passkey(self, site: &Visit<'_>, answer: &str) -> Result<Stored, Fault> {
        let read = || {
            let (party, challenge) = self.site(site)?;
            let answer = RegistrationAnswer::parse(answer)?;
            let credential = registration::verify(&answer, &self.ceremony(&party, &challenge))?;
            Ok(Stored { handle: self.handle.clone().ok_or(Refusal::UserHandle)?, credential })
        };
        read().map_err(fault)
    }

    fn site(&self, app: &App) -> Result<(RelyingParty, Challenge), Refusal> {
        let party = party(app).ok_or(Refusal::RelyingParty)?;
        Ok((party, Challenge::parse(&self.challenge).ok_or(Refusal::Challenge)?))
    }

    /// Returns what an answer by one of these factors proves, and records a counter that went backwards: one of a passkey
    /// that cannot be copied is refused.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn prove(
        &self,
        site: &Visit<'_>,
        held: &[FactorRow],
        answer: &str,
    ) -> Result<Result<Used, Fault>, Error> {
        let (factor, stored, proved) = match self.verify(site, held, answer) {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(fault(refusal))),
        };
        if proved.counter == Counter::Backwards {
            let (asked, mut tx) = (site.caller(), site.begin().await?);
            let event = Event::new(EventKind::PasskeyCopied, factor.account_id).from(&asked);
            event.detail(&factor.name).write(site.app, &mut tx).await?;
            tell_of_copy(site, &mut tx, factor.account_id).await?;
            tx.commit().await?;
            if !proved.credential.backup_eligible {
                return Ok(Err(Fault::new("fault-passkey-copied")));
            }
        }
        let was = factor.passkey.clone().unwrap_or_default();
        let is = Stored { credential: proved.credential, ..stored }.text();
        Ok(Ok(Used { factor: factor.id, was, is }))
    }

    fn verify<'a>(
        &self,
        site: &Visit<'_>,
        held: &'a [FactorRow],
        answer: &str,
    ) -> Result<(&'a FactorRow, Stored, Assertion), Refusal> {
        let (party, challenge) = self.site(site)?;
        let answer = AssertionAnswer::parse(answer)?;
        let is_it = |factor: &&FactorRow| factor.credential_id.as_ref() == Some(&answer.id.0);
        let factor = held.iter().find(is_it).ok_or(Refusal::OtherCredential)?;
        let stored = Stored::of(factor).ok_or(Refusal::OtherCredential)?;
        let is_known = self.account.is_some();
        let holder = Holder { credential: &stored.credential, handle: &stored.handle, is_known };
        let proved = assertion::verify(&answer, &self.ceremony(&party, &challenge), &holder)?;
        Ok((factor, stored, proved))
    }
}

/// Mails the owner that a passkey may have been copied, once in a day.
async fn tell_of_copy(site: &Visit<'_>, tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    let day = HumanDuration::days(1);
    if !sampled(site, tx, "passkey copied", account.as_bytes(), *day).await? {
        return Ok(());
    }
    let Some(account) = accounts::find(tx, account).await? else { return Ok(()) };
    let mail = Message::mail(site.locale, &account.email, "passkey-copied").asked(&site.caller());
    let mail = mail.place(site.link(Place::Factors));
    mail.post(site.app, tx, Some(account.id), None, site.now() + *day).await
}

impl Used {
    /// Stores the passkey as it is now; false if it was used elsewhere meanwhile, or is gone.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn store(&self, tx: &mut Tx, now: Time) -> Result<bool, Error> {
        factors::use_passkey(tx, self.factor, &self.was, &self.is, now).await
    }
}

/// Returns the name of a new passkey that its owner did not name.
pub fn name(site: &Visit<'_>, stored: &Stored) -> String {
    let made_by = stored.credential.suggested_name();
    made_by.map_or_else(|| site.say(&format!("factor-{}", FactorKind::Passkey), &[]), str::to_owned)
}

fn fault(refusal: Refusal) -> Fault {
    log::debug!("refused a passkey: {}", refusal.code());
    Fault::new(match refusal {
        Refusal::UserVerification => "fault-passkey-unverified",
        _ => "fault-passkey",
    })
}
