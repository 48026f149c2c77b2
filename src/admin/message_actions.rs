//! Actions of an admin on a message, in the console or on the command line, each change with its event.
//!
//! No action opens a message.

use uuid::Uuid;

use crate::{
    app::App,
    base::Error,
    core::event::{Actor, Event, EventKind},
    outbox::message::notify_worker,
    store::{Tx, outbox},
};

/// Retries a message that was given up; false if there is none, or nothing of it is left to send.
///
/// # Errors
/// [`Error::Database`].
pub async fn again(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<bool, Error> {
    let found = outbox::find(tx, id).await?;
    match found {
        Some(found) if outbox::again(tx, id, app.now()).await? => {
            notify_worker(app, tx, found.kind.queue());
            note(app, tx, EventKind::MessageRetried, id, found, actor).await
        }
        _ => Ok(false),
    }
}

/// Removes a message that has not been sent; false if there is none.
///
/// # Errors
/// [`Error::Database`].
pub async fn discard(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<bool, Error> {
    let found = outbox::find(tx, id).await?;
    match found {
        Some(found) if outbox::discard(tx, id).await? => {
            note(app, tx, EventKind::MessageDropped, id, found, actor).await
        }
        _ => Ok(false),
    }
}

async fn note(
    app: &App,
    tx: &mut Tx,
    kind: EventKind,
    id: Uuid,
    found: outbox::OutboxEntry,
    actor: &Actor,
) -> Result<bool, Error> {
    let detail = format!("{} {}, message {id}", found.state.name(), found.kind.name());
    Event::of(kind, found.account_id).by(actor).detail(&detail).write(app, tx).await?;
    Ok(true)
}
