//! The audit log: what happened, to whom, from where, under which policy. Never a secret.

use std::sync::Arc;

use rocket::{
    fairing::AdHoc,
    tokio::{self, select, sync::broadcast::error::RecvError},
};
use uuid::Uuid;

pub use crate::store::events::Event as Occurred;
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
        events::insert(tx, &event).await?;
        let told = app.events.clone();
        // Nobody need listen.
        tx.afterwards(move || _ = told.send(event));
        Ok(())
    }
}

/// Calls `handle` with every event of this server, one after another, each after the transaction that wrote it.
///
/// The kinds are those of the audit log: `account.confirmed`, `sign_in.completed`, `reset.completed`, `password.changed`
/// and so on. A handler that falls behind by more than a thousand misses the oldest, and a server that dies tells no
/// more: who must miss none reads the table `events`.
///
/// ```no_run
/// # fn site(rocket: rocket::Rocket<rocket::Build>) -> rocket::Rocket<rocket::Build> {
/// rocket.attach(latchkey::events::subscribe(|event| async move {
///     if event.kind == "reset.completed" {
///         println!("{:?} is back in", event.account_id);
///     }
/// }))
/// # }
/// ```
pub fn subscribe<F, Handling>(handle: F) -> AdHoc
where
    F: Fn(Occurred) -> Handling + Clone + Send + Sync + 'static,
    Handling: Future<Output = ()> + Send + 'static,
{
    AdHoc::on_liftoff("Subscriber to events", move |rocket| {
        Box::pin(async move {
            let Some(app) = rocket.state::<Arc<App>>() else { return };
            let (mut events, mut shutdown) = (app.events.subscribe(), rocket.shutdown());
            tokio::spawn(async move {
                loop {
                    let event = select! {
                        biased;
                        event = events.recv() => event,
                        () = &mut shutdown => return,
                    };
                    match event {
                        Ok(event) => handle(event).await,
                        Err(RecvError::Lagged(missed)) => log::warn!("a subscriber missed {missed} events"),
                        Err(RecvError::Closed) => return,
                    }
                }
            });
        })
    })
}
