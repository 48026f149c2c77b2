//! One-time update of addresses and phone numbers that an earlier version stored in another form.

use std::sync::Arc;

use rocket::{fairing::AdHoc, tokio};
use uuid::Uuid;

use crate::{
    app::App,
    base::{Error, email::Email, phone::Phone},
    store::{
        Db, Pool,
        accounts::{self, Stored},
        upkeep,
    },
};

/// Name of this update in the database; to be changed with the rules for the canonical form.
const NAME: &str = "canonical 1";

/// Checks all accounts at startup, until one run has left nothing over.
pub fn fairing() -> AdHoc {
    AdHoc::on_liftoff("Canonical", |rocket| {
        Box::pin(async move {
            let (Some(app), Some(db)) = (rocket.state::<Arc<App>>(), Db::fetch(rocket)) else { return };
            let (app, pool) = (app.clone(), (**db).clone());
            tokio::spawn(async move {
                let _open = pool.keep_open();
                if let Err(error) = look_through(&app, &pool).await {
                    log::error!("could not bring stored addresses and phone numbers up to date: {error}");
                }
            });
        })
    })
}

async fn look_through(app: &App, pool: &Pool) -> Result<(), Error> {
    if upkeep::is_done(&mut pool.read().await?, NAME).await? {
        return Ok(());
    }
    let (mut after, mut all) = (Uuid::nil(), true);
    loop {
        let stored = accounts::stored(&mut pool.read().await?, after).await?;
        let Some(last) = stored.last() else { break };
        after = last.id;
        for account in &stored {
            all &= renew(app, pool, account).await?;
        }
    }
    if all {
        let mut tx = pool.begin_low_priority().await?;
        upkeep::done(&mut tx, NAME, app.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Rewrites an address or number that is not canonical; false if another account has the address. Accounts
/// are never merged.
async fn renew(app: &App, pool: &Pool, stored: &Stored) -> Result<bool, Error> {
    let email = Email::parse(&stored.email).ok().filter(|email| email.key() != stored.email_key);
    let number = stored.phone.as_deref();
    let phone = number.and_then(|number| Phone::parse(number, None).ok());
    let phone = phone.filter(|phone| Some(phone.number()) != number);
    if email.is_none() && phone.is_none() {
        return Ok(true);
    }
    let mut tx = pool.begin_low_priority().await?;
    let Some(mut account) = accounts::lock(&mut tx, stored.id, app.now()).await? else { return Ok(true) };
    // What was changed since it was read was written by this version.
    if let Some(phone) = phone.filter(|_| account.phone == stored.phone) {
        let usable_at = account.phone_usable_at;
        account.set_phone(Some(phone.number()), usable_at).await?;
    }
    let alone = match email.filter(|_| account.email == stored.email) {
        Some(email) => account.rekey(email.key()).await?,
        None => true,
    };
    let id = account.id;
    tx.commit().await?;
    if !alone {
        log::error!(
            "account {} cannot sign in: its address differs from another account's only by capital letters; \
             change the address of one, or delete it",
            id
        );
    }
    Ok(alone)
}
