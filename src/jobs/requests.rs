//! Dispatch of requests to their handlers.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    account::{confirm_again::Again, register::Register, username_reminder::Reminder},
    app::App,
    base::Error,
    outbox::request::{self, Request},
    reset::request::Reset,
    sign_in::request::SignInRequest,
    store::Tx,
};

/// Processes a sealed request in the transaction that removes it.
///
/// # Errors
/// [`Error::Sealed`] if none of the site's keys opens it, [`Error::Database`].
pub(super) async fn carry_out(app: &App, tx: &mut Tx, sealed: &[u8]) -> Result<(), Error> {
    let (name, data) = request::open(app, sealed)?;
    match name.as_str() {
        Reset::NAME => read::<Reset>(data)?.carry_out(app, tx).await,
        Register::NAME => read::<Register>(data)?.carry_out(app, tx).await,
        SignInRequest::NAME => read::<SignInRequest>(data)?.carry_out(app, tx).await,
        Reminder::NAME => read::<Reminder>(data)?.carry_out(app, tx).await,
        Again::NAME => read::<Again>(data)?.carry_out(app, tx).await,
        _ => Err(Error::Sealed),
    }
}

fn read<T: DeserializeOwned>(data: Value) -> Result<T, Error> {
    serde_json::from_value(data).map_err(|_| Error::Sealed)
}
