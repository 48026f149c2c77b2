//! Addresses that are not available: only the reader of the mailbox learns why.

use std::time::Duration;

use uuid::Uuid;

use super::notice::UNDO;
use crate::{
    app::App,
    base::{Error, caller::Caller, clock::Time},
    core::place::Place,
    outbox::message::{Message, post_decoy},
    store::{
        Tx,
        accounts::{self, AccountState},
        claims, former_addresses,
    },
};

/// Time for which such a message is worth sending.
const NOTICE_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// An address that is not available.
pub struct Taken {
    /// The address as stored: the typed one may lead to another mailbox.
    to: String,
    account: Uuid,
    why: Why,
}

enum Why {
    /// An account has it.
    Had(AccountState),
    /// Reserved until this time for an account that left it or is being deleted, and that may get it back.
    Kept(Time),
    /// Frozen or claimed: an admin has to decide.
    Disputed,
}

/// Returns the address and the reason if it is taken; the account `own` may have one that only it has left or claims.
///
/// # Errors
/// [`Error::Database`].
pub async fn taken(
    app: &App,
    tx: &mut Tx,
    email_key: &str,
    own: Option<Uuid>,
) -> Result<Option<Taken>, Error> {
    if let Some(account) = accounts::find_by_email(tx, email_key).await? {
        let why = match (account.state(), account.deleted_at) {
            (AccountState::Frozen, _) => Why::Disputed,
            (_, Some(deleted_at)) => Why::Kept(deleted_at + *UNDO),
            (state, None) => Why::Had(state),
        };
        return Ok(Some(Taken { to: account.email, account: account.id, why }));
    }
    let others = |account: Uuid| Some(account) != own;
    if let Some(claim) = claims::of_address(tx, email_key).await?.filter(|claim| others(claim.account_id)) {
        return Ok(Some(Taken { to: claim.email, account: claim.account_id, why: Why::Disputed }));
    }
    let last = former_addresses::last(tx, email_key, app.now() - *UNDO).await?;
    Ok(last.filter(|last| others(last.account_id)).map(|last| {
        let why = Why::Kept(last.left_at + *UNDO);
        Taken { to: last.email, account: last.account_id, why }
    }))
}

/// Mails the reader of the mailbox that the address is taken; posts a decoy instead if an admin disabled its account.
///
/// # Errors
/// [`Error::Database`].
pub async fn tell(app: &App, tx: &mut Tx, taken: Taken, asked: &Caller) -> Result<(), Error> {
    let mail = |name| Message::mail(asked.locale, &taken.to, name).asked(asked);
    let mail = match taken.why {
        Why::Had(AccountState::Disabled) => return post_decoy(app, tx).await,
        Why::Had(_) => mail("already-registered").place(app.link(Place::Reset)),
        Why::Kept(until) => mail("address-kept").moment("until", until),
        Why::Disputed => mail("address-disputed"),
    };
    mail.post(app, tx, Some(taken.account), None, app.now() + NOTICE_LIFE).await
}
