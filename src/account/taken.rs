//! An address that somebody typed and cannot have: who reads its mail is told why, and nobody else.

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
    view::format,
};

/// How long that is worth telling.
const NEWS: Duration = Duration::from_secs(24 * 60 * 60);

/// An address that nobody else can have.
pub struct Taken {
    /// As it is stored: what was typed may lead to another mailbox.
    to: String,
    account: Uuid,
    why: Why,
}

enum Why {
    /// An account has it.
    Had(AccountState),
    /// An account that can still be given it back has left it, or is to be deleted; it is free from then on.
    Kept(Time),
    /// An admin decides about it.
    Disputed,
}

/// Whether an address can be had by nobody, or only by the account `own`.
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

/// Tells who reads the mail of that address that it is taken; does as much to nobody where an admin disabled its account.
///
/// # Errors
/// [`Error::Database`].
pub async fn tell(app: &App, tx: &mut Tx, taken: Taken, asked: &Caller) -> Result<(), Error> {
    let mail = |name| Message::mail(&taken.to, name).asked(asked);
    let mail = match taken.why {
        Why::Had(AccountState::Disabled) => return post_decoy(app, tx).await,
        Why::Had(_) => mail("already-registered").place(app.link(Place::Reset)),
        Why::Kept(until) => mail("address-kept").with("until", &format::moment(until)),
        Why::Disputed => mail("address-disputed"),
    };
    mail.post(app, tx, Some(taken.account), None, app.now() + NEWS).await
}
