//! The audit log: what happened, to whom, by whom, from where, under which policy. Never a secret.

use std::time::Duration;

use uuid::Uuid;

use super::{Core, tally};
use crate::{
    base::{Error, caller::Caller},
    policy::Policy,
    store::{self, Tx, events},
};

/// Every kind of event, in alphabetical order.
pub const KINDS: [&str; 43] = [
    "account.confirmed",
    "account.deleted",
    "account.deletion_requested",
    "account.disabled",
    "account.enabled",
    "account.frozen",
    "account.given_back",
    "account.hold_lifted",
    "account.invitation_withdrawn",
    "account.invited",
    "account.let_in",
    "account.reset_sent",
    "account.roles_changed",
    "account.sessions_ended",
    "code.failed",
    "cookie.refused",
    "email.changed",
    "form.refused",
    "limit.reached",
    "message.dropped",
    "message.retried",
    "password.changed",
    "password.refused",
    "phone.changed",
    "phone.removed",
    "policy.switched",
    "remembered.replayed",
    "reset.asked_again",
    "reset.cancelled",
    "reset.code_sent",
    "reset.completed",
    "reset.issued",
    "reset.password_generated",
    "reset.restarted",
    "reset.signed_in_once",
    "reset.skipped",
    "reset.undone",
    "role.refused",
    "session.ended",
    "session.remembered",
    "sessions.ended",
    "sign_in.completed",
    "sign_in.failed",
];

/// Id of the sentence that describes a kind of event.
pub fn sentence(kind: &str) -> String {
    format!("kind-{}", kind.replace('.', "-"))
}

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

    /// True for the command line.
    pub fn is_command_line(&self) -> bool {
        self.name == Self::COMMAND_LINE
    }

    /// Name of the command line in the audit log.
    pub const COMMAND_LINE: &'static str = "command line";

    /// Time and origin of the change.
    pub fn asked(&self) -> &Caller {
        &self.asked
    }
}

/// An event to be written.
pub struct Event<'a> {
    kind: &'static str,
    account: Option<Uuid>,
    client: &'a str,
    policy: Option<&'static str>,
    detail: Option<&'a str>,
    actor: Option<&'a str>,
    took: Option<Duration>,
}

impl<'a> Event<'a> {
    /// Something that happened to an account, like `reset.completed`; one of [`KINDS`].
    pub fn new(kind: &'static str, account: Uuid) -> Self {
        Self { account: Some(account), ..Self::of_site(kind) }
    }

    /// Something that concerns no account; one of [`KINDS`].
    pub fn of_site(kind: &'static str) -> Self {
        Self { kind, account: None, client: "", policy: None, detail: None, actor: None, took: None }
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

    /// Sets the duration, for the tally.
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
            kind: self.kind.to_owned(),
            account_id: self.account,
            client: self.client.to_owned(),
            policy: self.policy.map(str::to_owned),
            detail: self.detail.map(str::to_owned),
            actor: self.actor.map(str::to_owned),
        };
        events::insert(tx, &event).await?;
        if tally::COUNTED.contains(&self.kind) {
            tally::count(core, tx, self.kind, self.policy.unwrap_or_default(), self.took).await?;
        }
        let (told, metrics, kind, policy) =
            (core.events.clone(), core.metrics.clone(), self.kind, self.policy);
        tx.on_commit(move || {
            metrics.happened(kind, policy);
            // An error only means that there is no subscriber.
            _ = told.send(event);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_kind_has_its_sentence() {
        let templates = crate::view::templates::Templates::load(
            None,
            &crate::core::place::named(&crate::base::base_path::BasePath::default()),
        )
        .unwrap();
        for kind in KINDS {
            assert!(templates.knows(&sentence(kind)), "{kind} has no sentence");
        }
    }

    #[test]
    fn every_kind_that_is_written_is_listed() {
        fn sources(folder: &Path, texts: &mut String) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, texts);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    texts.push_str(&fs::read_to_string(path).unwrap());
                }
            }
        }
        let mut texts = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
        let listed: BTreeSet<_> = KINDS.into_iter().collect();
        assert!(KINDS.is_sorted() && listed.len() == KINDS.len());
        let quoted = |kind: &str| texts.matches(&format!("\"{kind}\"")).count();
        for kind in KINDS {
            assert!(quoted(kind) > 1, "nothing writes {kind}");
        }
        let written = ["Event::new(\"", "Event::of_site(\""];
        for part in written.iter().flat_map(|call| texts.split(call).skip(1)) {
            let kind = part.split('"').next().unwrap();
            assert!(!kind.contains('.') || listed.contains(kind), "{kind} is not listed");
        }
    }
}
