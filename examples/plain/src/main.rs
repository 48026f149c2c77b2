//! A Rocket application whose routes know who is signed in.

use latchkey::{Account, Has, Role};
use rocket::{get, launch, routes};

struct Editor;

impl Role for Editor {
    const NAME: &'static str = "editor";
}

#[get("/")]
fn home(me: Option<&Account>) -> String {
    me.map_or("hello, stranger".into(), |me| format!("hello, {}", me.email()))
}

#[get("/notes")]
fn notes(me: &Account) -> String {
    format!("the notes of {}", me.email())
}

#[get("/drafts")]
fn drafts(editor: Has<'_, Editor>) -> String {
    format!("the drafts of {}", editor.email())
}

#[launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![home, notes, drafts]).attach(latchkey::fairing())
}
