//! Notes behind a page in TypeScript, which registers, signs in and resets passwords by itself.

use std::{collections::HashMap, sync::Mutex};

use latchkey::{Account, SameOrigin, Uuid};
use rocket::{
    Responder, State,
    fs::{FileServer, NamedFile, relative},
    get,
    http::{Header, Status},
    launch, post, routes,
    serde::{Deserialize, json::Json},
};

/// Most notes of an account.
const MOST_NOTES: usize = 100;
/// Most characters of a note.
const LONGEST_NOTE: usize = 1000;

/// Notes by account, for as long as the server runs.
#[derive(Default)]
struct Notes(Mutex<HashMap<Uuid, Vec<String>>>);

#[derive(Deserialize)]
#[serde(crate = "rocket::serde")]
struct Note {
    text: String,
}

/// What is somebody's own, which no cache keeps.
#[derive(Responder)]
struct Own<T> {
    body: Json<T>,
    caching: Header<'static>,
}

impl<T> Own<T> {
    fn new(body: T) -> Self {
        Self { body: Json(body), caching: Header::new("Cache-Control", "no-store") }
    }
}

#[get("/api/notes")]
fn list(me: &Account, notes: &State<Notes>) -> Own<Vec<String>> {
    Own::new(notes.0.lock().expect("unpoisoned").get(&me.id()).cloned().unwrap_or_default())
}

#[post("/api/notes", data = "<note>")]
fn add(
    _ours: SameOrigin,
    me: &Account,
    note: Json<Note>,
    notes: &State<Notes>,
) -> Result<Own<Vec<String>>, Status> {
    let mut notes = notes.0.lock().expect("unpoisoned");
    let own = notes.entry(me.id()).or_default();
    if own.len() >= MOST_NOTES || note.text.chars().count() > LONGEST_NOTE {
        return Err(Status::Conflict);
    }
    own.push(note.into_inner().text);
    Ok(Own::new(own.clone()))
}

/// The page finds out by itself which screen an address means.
#[get("/<_..>", rank = 100)]
async fn page() -> Option<NamedFile> {
    NamedFile::open(relative!("page/public/index.html")).await.ok()
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![list, add, page])
        .mount("/", FileServer::from(relative!("page/public")))
        .manage(Notes::default())
        .attach(latchkey::fairing())
}
