//! What somebody asked for without proving who they are: written down in the request, looked into by the worker.
//!
//! So the answer's bytes and time cannot tell a known address from an unknown one.

use serde::{Deserialize, Serialize};

use crate::{
    account::{confirm, register},
    app::App,
    base::{Error, span::Span},
    core::limits::{self, Limited},
    outbox::message,
    reset::request,
    store::{
        Tx,
        outbox::{self, Entry, Queue},
    },
};

const PURPOSE: &str = "request";

/// A request by a stranger, concerning an address in its canonical form.
#[derive(Serialize, Deserialize)]
pub enum Request {
    /// To get back in.
    Reset(request::Reset),
    /// To have an account.
    Register(register::Register),
    /// To get the confirmation once more.
    Confirm(confirm::Again),
}

impl Request {
    /// Writes it down: one sealed row, whoever is named.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn post(&self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        outbox::insert(tx, Queue::Requests, &self.entry(app, tx)?).await?;
        message::ring(app, tx, Queue::Requests);
        Ok(())
    }

    /// As [`post`](Self::post), if that is within all of some limits; false, and it counts for nothing, if it is not.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn post_within(&self, app: &App, tx: &mut Tx, limits: &[Limited<'_>]) -> Result<bool, Error> {
        let buckets = limits::buckets(app, limits);
        let entry = self.entry(app, tx)?;
        let taken = outbox::insert_within(tx, Queue::Requests, &entry, &buckets).await?;
        let posted = limits::is_each(app, tx, &buckets, &taken).await?;
        if posted {
            message::ring(app, tx, Queue::Requests);
        }
        Ok(posted)
    }

    fn entry(&self, app: &App, tx: &Tx) -> Result<Entry, Error> {
        let plain = serde_json::to_vec(self).expect("a request is plain data");
        message::entry(app, tx, "request", PURPOSE, &plain, app.now() + *Span::hours(1))
    }

    /// Carries out a sealed request, in the transaction that removes it.
    ///
    /// # Errors
    /// [`Error::Sealed`] if no key at hand opens it, [`Error::Database`].
    pub(super) async fn carry_out(app: &App, tx: &mut Tx, sealed: &[u8]) -> Result<(), Error> {
        let plain = app.keyring.open(PURPOSE, sealed)?;
        match serde_json::from_slice(&plain).map_err(|_| Error::Sealed)? {
            Request::Reset(reset) => reset.carry_out(app, tx).await,
            Request::Register(register) => register.carry_out(app, tx).await,
            Request::Confirm(again) => again.carry_out(app, tx).await,
        }
    }
}
