//! The audit log: what happened, to whom, by whom, from where, under which policy. Never a secret.

use std::time::Duration;

use uuid::Uuid;

use super::{Core, stats};
use crate::{
    base::{Error, caller::Caller, factor::FactorKind},
    policy::Policy,
    store::{self, Tx, events},
};

pub use crate::store::event_kind::EventKind;

/// Somebody who changes what belongs to another person, with time and origin.
pub struct Actor {
    name: String,
    asked: Caller,
}

impl Actor {
    /// An admin in the console, by the id of their account.
    pub fn admin(account: Uuid, asked: Caller) -> Self {
        Self { name: account.to_string(), asked }
    }

    /// Anybody who may run `latchkey` on the server's machine.
    pub fn command_line(core: &Core) -> Self {
        Self { name: Self::COMMAND_LINE.into(), asked: Caller { at: core.now(), ..Caller::default() } }
    }

    /// The application that Latchkey is attached to.
    pub fn application(core: &Core) -> Self {
        Self { name: Self::APPLICATION.into(), ..Self::command_line(core) }
    }

    /// True for the command line.
    pub fn is_command_line(&self) -> bool {
        self.name == Self::COMMAND_LINE
    }

    /// Name of the command line in the audit log.
    pub const COMMAND_LINE: &'static str = "command line";

    /// Name of the application in the audit log.
    pub const APPLICATION: &'static str = "application";

    /// Time and origin of the change.
    pub fn asked(&self) -> &Caller {
        &self.asked
    }
}

/// An event to be written.
pub struct Event<'a> {
    kind: EventKind,
    account: Option<Uuid>,
    client: &'a str,
    policy: Option<&'static str>,
    detail: Option<&'a str>,
    actor: Option<&'a str>,
    took: Option<Duration>,
}

impl<'a> Event<'a> {
    /// Something that happened to an account, like [`EventKind::ResetCompleted`].
    pub fn new(kind: EventKind, account: Uuid) -> Self {
        Self::of(kind, Some(account))
    }

    /// Something that concerns no account.
    pub fn of_site(kind: EventKind) -> Self {
        Self::of(kind, None)
    }

    /// Something that concerns an account, if there is one.
    pub fn of(kind: EventKind, account: Option<Uuid>) -> Self {
        Self { kind, account, client: "", policy: None, detail: None, actor: None, took: None }
    }

    /// Sets the client that caused it.
    pub fn from(self, asked: &'a Caller) -> Self {
        Self { client: &asked.from, ..self }
    }

    /// Sets the actor, for what is not done by the account's owner.
    pub fn by(self, actor: &'a Actor) -> Self {
        Self { actor: Some(&actor.name), ..self.from(&actor.asked) }
    }

    /// Sets the policy it happened under.
    pub fn under(self, policy: &Policy) -> Self {
        Self { policy: Some(policy.strategy.name()), ..self }
    }

    /// Adds a detail.
    pub fn detail(self, detail: &'a str) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// Adds the factor by which somebody proved themselves instead of a password, if there is one.
    pub fn instead(self, factor: Option<FactorKind>) -> Self {
        Self { detail: factor.map(FactorKind::name), ..self }
    }

    /// Sets the duration, for the statistics.
    pub fn took(self, took: Option<Duration>) -> Self {
        Self { took, ..self }
    }

    /// Appends the event, in the transaction that it records.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn write(self, core: &Core, tx: &mut Tx) -> Result<(), Error> {
        let now = core.now();
        let event = events::Event {
            id: store::id(now, core.random)?,
            at: now,
            kind: self.kind.name().to_owned(),
            account_id: self.account,
            client: self.client.to_owned(),
            policy: self.policy.map(str::to_owned),
            detail: self.detail.map(str::to_owned),
            actor: self.actor.map(str::to_owned),
        };
        if stats::COUNTED.contains(&self.kind) {
            stats::count(core, tx, self.kind, self.policy.unwrap_or_default(), self.took).await?;
        }
        events::insert(tx, &event).await?;
        let (told, metrics, kind, policy) =
            (core.events.clone(), core.metrics.clone(), self.kind, self.policy);
        tx.on_commit(move || {
            metrics.happened(kind.name(), policy);
            // An error only means that there is no subscriber.
            _ = told.send(event);
        });
        Ok(())
    }
}
