//! Notices: emails about every sensitive event, with a link that undoes it, unless the account was closed before.

use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    base::{
        Error,
        caller::Caller,
        clock::Time,
        duration::HumanDuration,
        email::Email,
        key::{Key, Purpose},
    },
    core::place::Place,
    http::{Visit, device},
    outbox::message::Message,
    store::{
        Tx,
        accounts::{AccountRow, AccountState, Locked},
        factors::{self, FactorRow},
        former_addresses,
        keys::{self, KeyRow},
        recovery_codes, usernames,
    },
};

const PURPOSE: &str = "before";
/// Life of a "this wasn't me" link, and of everything that it needs: the address that an account left, an account that
/// its owner deleted.
pub const UNDO: HumanDuration = HumanDuration::hours(72);
/// Time for which an address that an account has left still gets notices.
pub const FORMER_ADDRESS_NOTICE: HumanDuration = HumanDuration::days(7);

/// State of an account before an event, to be restored by "this wasn't me".
#[derive(Serialize, Deserialize)]
pub struct UndoSnapshot {
    /// Its address.
    pub email: String,
    /// Its phone.
    pub phone: Option<String>,
    /// Time from which the phone could be used.
    pub phone_usable_at: Option<Time>,
    /// Its second factors; `None` in a notice of an earlier version.
    #[serde(default)]
    pub factors: Option<Vec<FactorRow>>,
    /// Its username, none or one; `None` in a notice of an earlier version.
    #[serde(default)]
    pub usernames: Option<Vec<String>>,
    /// Digests of its recovery codes.
    #[serde(default)]
    pub recovery_codes: Vec<Vec<u8>>,
    /// The name of the notice.
    pub notice: String,
    /// Time of the event.
    pub at: Time,
}

impl UndoSnapshot {
    /// Decrypts the snapshot of a link; `None` if its secret key is gone.
    pub fn unseal(app: &App, sealed: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(&app.keyring.open(PURPOSE, sealed?).ok()?).ok()
    }

    /// Returns the canonical form of its address.
    pub fn email_key(&self) -> String {
        Email::parse(&self.email).map_or_else(|_| self.email.clone(), |email| email.key().to_owned())
    }
}

/// True if the notice of an event may carry a link that undoes it. An account that was closed `before` the event stays
/// closed until an admin opens it: the link would restore it, which its owner may do only by a link from before.
pub fn may_be_undone(before: &AccountRow) -> bool {
    before.state() == AccountState::Enabled
}

/// Posts a notice that `notice` happened to an account: its state was `before`, and its address is now `now_at`. The
/// notice has a link if the event [may be undone](may_be_undone). It is posted before second
/// factors change, since they are part of that state. Addresses that the account left recently get one
/// without a link, because somebody else may have them now.
///
/// # Errors
/// [`Error::Database`].
pub async fn post(
    app: &App,
    tx: &mut Tx,
    before: &AccountRow,
    now_at: &str,
    notice: &str,
    asked: &Caller,
) -> Result<(), Error> {
    let until = app.now() + *UNDO;
    let event = app.templates.language(asked.locale).say(&format!("event-{notice}"), &[]);
    let mail = match may_be_undone(before) {
        true => {
            let link = link(app, tx, before, notice).await?;
            Message::mail(asked.locale, &before.email, notice).link(link, until).with("email", now_at)
        }
        false => Message::mail(asked.locale, &before.email, "closed-account").with("what", &event),
    };
    mail.asked(asked).post(app, tx, Some(before.id), None, until).await?;
    let left = former_addresses::of_account(tx, before.id, app.now() - *FORMER_ADDRESS_NOTICE).await?;
    // The address left just now, and the present one, get messages of their own.
    for former in left.iter().filter(|left| left.email != before.email && left.email != now_at) {
        let mail = Message::mail(asked.locale, &former.email, "former-address")
            .asked(asked)
            .with("what", &event)
            .moment("left", former.left_at);
        mail.post(app, tx, Some(before.id), None, until).await?;
    }
    // Only the former address can undo the change, so the new one gets no link.
    if now_at != before.email {
        let mail = Message::mail(asked.locale, now_at, "new-email").asked(asked);
        mail.post(app, tx, Some(before.id), None, until).await?;
    }
    Ok(())
}

/// Notifies the owner of a sign-in from a browser that has not been signed in with before, where the policy tells of it.
///
/// # Errors
/// [`Error::Database`].
pub async fn new_browser(site: &Visit<'_>, account: &mut Locked<'_>) -> Result<(), Error> {
    let tells = site.sign_in_policy(account).new_browser_notices;
    if !tells || device::known(site, &account.email_key()).is_some() {
        return Ok(());
    }
    let (held, row) = account.parts();
    post(site.app, held, row, &row.email, "new-browser", &site.caller()).await
}

/// Adds a key that restores `before`, and returns its link.
async fn link(app: &App, tx: &mut Tx, before: &AccountRow, notice: &str) -> Result<String, Error> {
    let key = Key::for_link(app.random)?;
    let undo = UndoSnapshot {
        email: before.email.clone(),
        phone: before.phone.clone(),
        phone_usable_at: before.phone_usable_at,
        factors: Some(factors::of_account(tx, before.id).await?),
        usernames: Some(usernames::of_account(tx, before.id).await?.into_iter().collect()),
        recovery_codes: recovery_codes::of_account(tx, before.id).await?,
        notice: notice.to_owned(),
        at: app.now(),
    };
    let plain = serde_json::to_vec(&undo).expect("an address is plain data");
    let row = KeyRow {
        sealed: Some(app.keyring.seal(app.random, PURPOSE, &plain)?),
        ..app.key_row(before.id, Purpose::Undo, key.digest(&app.keyring), *UNDO)?
    };
    keys::insert(tx, &row).await?;
    Ok(app.key_link(Place::NotMe, &key))
}
