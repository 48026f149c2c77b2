//! Notices: the owner hears of every sensitive event, with a link that undoes it.

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
    outbox::message::Message,
    store::{
        Tx,
        accounts::Account,
        former_addresses,
        keys::{self, KeyRow},
    },
    view::format,
};

const PURPOSE: &str = "before";
/// How long "this wasn't me" is good, and with it all that it needs: the address that an account left, an account that its
/// owner deleted.
pub const UNDO: HumanDuration = HumanDuration::hours(72);
/// How long an address that an account has left hears of it.
pub const FORMER_ADDRESS_NOTICE: HumanDuration = HumanDuration::days(7);

/// What an account was before the event, to be restored by "this wasn't me".
#[derive(Serialize, Deserialize)]
pub struct UndoSnapshot {
    /// Its address.
    pub email: String,
    /// Its phone.
    pub phone: Option<String>,
    /// From when on that could be used.
    pub phone_usable_at: Option<Time>,
    /// The name of the notice.
    pub notice: String,
    /// When.
    pub at: Time,
}

impl UndoSnapshot {
    /// Opens what goes with a link; none if it was sealed with a key that is gone.
    pub fn unseal(app: &App, sealed: Option<&[u8]>) -> Option<Self> {
        serde_json::from_slice(&app.keyring.open(PURPOSE, sealed?).ok()?).ok()
    }

    /// The canonical form of its address.
    pub fn email_key(&self) -> String {
        Email::parse(&self.email).map_or_else(|_| self.email.clone(), |email| email.key().to_owned())
    }
}

/// Tells the owner that `notice` happened to the account as it stood `before`, whose address is `now_at` since. An
/// address that the account left lately is told too, without a link: who has it now may be somebody else.
///
/// # Errors
/// [`Error::Database`].
pub async fn post(
    app: &App,
    tx: &mut Tx,
    before: &Account,
    now_at: &str,
    notice: &str,
    asked: &Caller,
) -> Result<(), Error> {
    let (now, key) = (app.now(), Key::for_link(app.random)?);
    let undo = UndoSnapshot {
        email: before.email.clone(),
        phone: before.phone.clone(),
        phone_usable_at: before.phone_usable_at,
        notice: notice.to_owned(),
        at: now,
    };
    let plain = serde_json::to_vec(&undo).expect("an address is plain data");
    let row = KeyRow {
        sealed: Some(app.keyring.seal(app.random, PURPOSE, &plain)?),
        ..app.key_row(before.id, Purpose::Undo, key.digest(&app.keyring), *UNDO)?
    };
    keys::insert(tx, &row).await?;
    let link = app.key_link(Place::NotMe, &key);
    let mail = Message::mail(&before.email, notice).link(link, row.expires_at);
    let mail = mail.asked(asked).with("email", now_at);
    mail.post(app, tx, Some(before.id), None, row.expires_at).await?;
    let left = former_addresses::of_account(tx, before.id, now - *FORMER_ADDRESS_NOTICE).await?;
    // One that it is back at, or leaves just now, is told in full.
    for former in left.iter().filter(|left| left.email != before.email && left.email != now_at) {
        let mail = Message::mail(&former.email, "former-address")
            .asked(asked)
            .with("what", &app.templates.say(&format!("event-{notice}"), &[]))
            .with("left", &format::moment(former.left_at));
        mail.post(app, tx, Some(before.id), None, row.expires_at).await?;
    }
    // Only the address that the account had can undo the change of it.
    if now_at != before.email {
        let mail = Message::mail(now_at, "new-email").asked(asked);
        mail.post(app, tx, Some(before.id), None, row.expires_at).await?;
    }
    Ok(())
}
