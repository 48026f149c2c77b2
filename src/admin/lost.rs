//! What an admin removes because its owner has lost it: a phone, second factors. Each takes a reason, and the owner can
//! object.

use uuid::Uuid;

use super::{actions::ActionOutcome, reason::Reason};
use crate::{
    account::{change_phone, notice},
    app::App,
    base::Error,
    core::event::{Actor, Event, EventKind},
    store::{Tx, accounts, factors},
};

/// Removes a lost phone: all keys end, a number added later has to wait, and the owner gets a notice.
///
/// # Errors
/// [`Error::Database`].
pub async fn remove_phone(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    reason: &Reason,
    actor: &Actor,
) -> Result<ActionOutcome, Error> {
    let now = app.now();
    let Some(mut account) = accounts::lock(tx, id, now).await? else { return Ok(ActionOutcome::Nobody) };
    if let Some(why) = actor.may_not_open(&account) {
        return Ok(why);
    }
    if account.phone.is_none() {
        return Ok(ActionOutcome::Already);
    }
    account.set_phone(None, Some(now + *app.config().phone_hold)).await?;
    let (tx, account) = account.into_parts();
    change_phone::tell(app, tx, &account, actor.asked()).await?;
    Event::new(EventKind::PhoneRemoved, id).by(actor).detail(reason.text()).write(app, tx).await?;
    Ok(ActionOutcome::Done)
}

/// Removes second factors that are lost, and the recovery codes; the owner gets a notice whose link brings them back.
///
/// # Errors
/// [`Error::Database`].
pub async fn remove_factors(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    reason: &Reason,
    actor: &Actor,
) -> Result<ActionOutcome, Error> {
    let Some(mut account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(ActionOutcome::Nobody);
    };
    if let Some(why) = actor.may_not_open(&account) {
        return Ok(why);
    }
    if factors::of_account(account.tx(), id).await?.is_empty() {
        return Ok(ActionOutcome::Already);
    }
    let (tx, row) = account.parts();
    notice::post(app, tx, row, &row.email, "factors-removed", actor.asked()).await?;
    factors::remove_all(&mut account).await?;
    let event = Event::new(EventKind::FactorRemovedAll, id).by(actor).detail(reason.text());
    event.write(app, account.tx()).await?;
    Ok(ActionOutcome::Done)
}
