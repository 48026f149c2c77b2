//! Events of this server, passed to a host application once they are durable.

use rocket::{
    fairing::AdHoc,
    tokio::{
        self, select,
        sync::broadcast::{Sender, error::RecvError},
    },
};

use super::event::EventKind;
pub use crate::store::events::Event;

/// Calls `handle` with every event of this server, one at a time, once the transaction that wrote it has
/// committed.
///
/// The kind of an event is one of [`kinds`]. A handler that falls behind by more than a thousand events
/// misses the oldest, and events still pending when a server dies are lost: to see every event, read the table
/// `latchkey_events`.
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
    F: Fn(Event) -> Handling + Clone + Send + Sync + 'static,
    Handling: Future<Output = ()> + Send + 'static,
{
    AdHoc::on_liftoff("Subscriber to events", move |rocket| {
        Box::pin(async move {
            let Some(events) = rocket.state::<Sender<Event>>() else { return };
            let (mut events, mut shutdown) = (events.subscribe(), rocket.shutdown());
            tokio::spawn(async move {
                loop {
                    let event = select! {
                        biased;
                        event = events.recv() => event,
                        () = &mut shutdown => return,
                    };
                    match event {
                        // A task of its own, so that a panic in `handle` does not stop later events.
                        Ok(event) => {
                            if let Err(error) = tokio::spawn(handle(event)).await {
                                log::error!("a subscriber to events failed: {error}");
                            }
                        }
                        Err(RecvError::Lagged(missed)) => log::warn!("a subscriber missed {missed} events"),
                        Err(RecvError::Closed) => return,
                    }
                }
            });
        })
    })
}

/// Returns the kinds of events, in alphabetical order. A later version may have more.
///
/// ```
/// assert!(latchkey::events::kinds().any(|kind| kind == "sign_in.failed"));
/// ```
pub fn kinds() -> impl Iterator<Item = &'static str> {
    EventKind::all().iter().map(|kind| kind.name())
}
