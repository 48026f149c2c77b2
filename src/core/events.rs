//! What happens on this server, told to a host application once it is durable.

use rocket::{
    fairing::AdHoc,
    tokio::{
        self, select,
        sync::broadcast::{Sender, error::RecvError},
    },
};

pub use super::event::KINDS;
pub use crate::store::events::Event;

/// Calls `handle` with every event of this server, one after another, each after the transaction that wrote it.
///
/// Its kind is one of [`KINDS`]. A handler that falls behind by more than a thousand misses the oldest, and a server that dies tells no
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
                        // On a task of its own: should it panic, the next event is told all the same.
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
