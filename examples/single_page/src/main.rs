//! Notes behind a page in TypeScript, which registers, signs in and resets passwords by itself.

use std::{collections::HashMap, sync::Mutex};

use latchkey::{Account, SameOrigin, Uuid};
use rocket::{
    State,
    fs::{FileServer, NamedFile, relative},
    get, launch, post, routes,
    serde::{Deserialize, json::Json},
};

/// Notes by account, for as long as the server runs.
#[derive(Default)]
struct Notes(Mutex<HashMap<Uuid, Vec<String>>>);

#[derive(Deserialize)]
#[serde(crate = "rocket::serde")]
struct Note {
    text: String,
}

#[get("/api/notes")]
fn list(me: &Account, notes: &State<Notes>) -> Json<Vec<String>> {
    Json(notes.0.lock().expect("unpoisoned").get(&me.id()).cloned().unwrap_or_default())
}

#[post("/api/notes", data = "<note>")]
fn add(_ours: SameOrigin, me: &Account, note: Json<Note>, notes: &State<Notes>) -> Json<Vec<String>> {
    let mut notes = notes.0.lock().expect("unpoisoned");
    let own = notes.entry(me.id()).or_default();
    own.push(note.into_inner().text);
    Json(own.clone())
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
