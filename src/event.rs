//! The audit log: what happened, to whom, from where, under which policy. Never a secret.

use uuid::Uuid;

use crate::{
    Error,
    app::App,
    outbox::message::Asked,
    reset::policy::Policy,
    store::{self, Tx, events},
};

/// An event that is to be written.
pub struct Event<'a> {
    kind: &'static str,
    account: Option<Uuid>,
    client: &'a str,
    policy: Option<&'static str>,
    detail: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// Something that happened to an account, like `reset.completed`.
    pub fn new(kind: &'static str, account: Uuid) -> Self {
        Self { kind, account: Some(account), client: "", policy: None, detail: None }
    }

    /// Something that concerns no account.
    pub fn of_site(kind: &'static str) -> Self {
        Self { kind, account: None, client: "", policy: None, detail: None }
    }

    /// From where.
    pub fn from(mut self, asked: &'a Asked) -> Self {
        self.client = &asked.from;
        self
    }

    /// Under which policy.
    pub fn under(mut self, policy: &Policy) -> Self {
        self.policy = Some(policy.strategy.name());
        self
    }

    /// What else is to be known.
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Appends it, in the transaction of what it records.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn write(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let now = app.now();
        let event = events::Event {
            id: store::id(now, app.random)?,
            at: now,
            kind: self.kind.to_owned(),
            account_id: self.account,
            client: self.client.to_owned(),
            policy: self.policy.map(str::to_owned),
            detail: self.detail.map(str::to_owned),
        };
        events::insert(tx, &event).await
    }
}
