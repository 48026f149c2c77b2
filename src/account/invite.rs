//! Pending registrations, which become accounts, and the mail with their key: after registering, or by invitation.

use crate::{
    app::App,
    base::{Error, caller::Caller, clock::Time, email::Email, fault::Fault, key::Key},
    core::place::Place,
    hashing::hash::PasswordHash,
    outbox::message::Message,
    store::{
        self, Tx,
        registrations::{self, Registration},
    },
};

/// Writes a pending row and mails its key.
///
/// # Errors
/// [`Error::Database`].
pub async fn invite(app: &App, tx: &mut Tx, it: &Registration, asked: &Caller) -> Result<(), Error> {
    let key = Key::for_link(app.random)?;
    registrations::insert(tx, it, &key.digest(&app.keyring)).await?;
    mail_key(app, tx, it, &key, it.expires_at, asked).await
}

/// Mails a key that confirms a registration.
///
/// # Errors
/// [`Error::Database`].
pub async fn mail_key(
    app: &App,
    tx: &mut Tx,
    it: &Registration,
    key: &Key,
    until: Time,
    asked: &Caller,
) -> Result<(), Error> {
    let link = app.key_link(Place::Confirm, key);
    let name = if it.invited { "invitation" } else { "confirm" };
    let mail = Message::mail(asked.locale, &it.email, name).link(link, until).asked(asked);
    mail.post(app, tx, None, None, until).await
}

/// Creates the pending row for an address that an admin invites.
///
/// # Errors
/// A [`Fault`] if the address is invalid, [`Error`] if the random number generator fails.
pub fn invitation(app: &App, email: &str, roles: &[String]) -> Result<Result<Registration, Error>, Fault> {
    let email = Email::parse(email)?;
    let now = app.now();
    Ok(store::id(now, app.random).map(|id| Registration {
        id,
        email: email.address().to_owned(),
        email_key: email.key().to_owned(),
        password_hash: PasswordHash::unusable(),
        fields: "{}".into(),
        roles: roles.join(" "),
        invited: true,
        browser: None,
        created_at: now,
        expires_at: now + *app.config().register.key_ttl,
    }))
}
