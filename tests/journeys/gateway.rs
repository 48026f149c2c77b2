//! An SMS gateway: a real HTTP server that accepts a form and keeps its messages.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use rocket::{
    Shutdown, State,
    form::Form,
    tokio::{self, time::sleep},
};

use crate::common::{Message, free_port};

type Taken = Arc<Mutex<Vec<Message>>>;

/// The gateway, stopped when dropped.
pub struct Gateway {
    port: u16,
    taken: Taken,
    shutdown: Shutdown,
}

#[rocket::post("/send", data = "<fields>")]
fn take(fields: Form<HashMap<String, String>>, taken: &State<Taken>) -> &'static str {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let message =
        Message { channel: "sms".into(), to: field("to"), subject: String::new(), text: field("text") };
    taken.lock().expect("unpoisoned").push(message);
    "taken"
}

impl Gateway {
    /// Starts the gateway.
    pub async fn start() -> Gateway {
        let (port, taken) = (free_port(), Taken::default());
        let figment = rocket::Config::figment()
            .merge(("address", "127.0.0.1"))
            .merge(("port", port))
            .merge(("log_level", "off"))
            .merge(("shutdown.ctrlc", false));
        let rocket = rocket::custom(figment).manage(taken.clone()).mount("/", rocket::routes![take]);
        let rocket = rocket.ignite().await.expect("the gateway ignites");
        let shutdown = rocket.shutdown();
        tokio::spawn(rocket.launch());
        Gateway { port, taken, shutdown }
    }

    /// Value for `latchkey.sms.url`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/send", self.port)
    }

    /// Waits for the next message to `to` and removes it.
    pub async fn next(&self, to: &str) -> Message {
        for _ in 0..2000 {
            {
                let mut taken = self.taken.lock().expect("unpoisoned");
                if let Some(place) = taken.iter().position(|message| message.to == to) {
                    return taken.remove(place);
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("no text message to {to} in twenty seconds");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.shutdown.clone().notify();
    }
}
