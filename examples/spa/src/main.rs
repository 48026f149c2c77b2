//! A page that talks JSON with its server, and accounts for it.

use std::{collections::HashMap, process::ExitCode, sync::Mutex};

use latchkey::{Account, SameOrigin, Uuid};
use rocket::{
    Build, Rocket, State,
    fairing::AdHoc,
    figment::Figment,
    get,
    http::Status,
    post,
    response::content::RawHtml,
    routes,
    serde::{Deserialize, Serialize, json::Json},
};

#[derive(Deserialize)]
#[serde(crate = "rocket::serde")]
struct Settings {
    /// Most notes of an account.
    most: usize,
}

/// Notes by account, for as long as the server runs.
#[derive(Default)]
struct Notes(Mutex<HashMap<Uuid, Vec<String>>>);

#[derive(Serialize)]
#[serde(crate = "rocket::serde")]
struct Me<'a> {
    email: &'a str,
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(crate = "rocket::serde")]
struct Note {
    text: String,
}

#[get("/api/me")]
fn me<'a>(me: &'a Account, notes: &State<Notes>) -> Json<Me<'a>> {
    let notes = notes.0.lock().expect("unpoisoned").get(&me.id()).cloned().unwrap_or_default();
    Json(Me { email: me.email(), notes })
}

#[post("/api/notes", data = "<note>")]
fn add(
    _ours: SameOrigin,
    me: &Account,
    note: Json<Note>,
    notes: &State<Notes>,
    settings: &State<Settings>,
) -> Status {
    let mut notes = notes.0.lock().expect("unpoisoned");
    let own = notes.entry(me.id()).or_default();
    if own.len() >= settings.most {
        return Status::Conflict;
    }
    own.push(note.into_inner().text);
    Status::Created
}

/// The page finds out by itself which part of it the address means.
#[get("/<_..>", rank = 100)]
fn page() -> RawHtml<&'static str> {
    RawHtml(include_str!("../static/index.html"))
}

fn application(configuration: Figment) -> Rocket<Build> {
    rocket::custom(configuration)
        .mount("/", routes![me, add, page])
        .manage(Notes::default())
        .attach(AdHoc::try_on_ignite("Settings", async |rocket| {
            match rocket.figment().extract_inner::<Settings>("notes") {
                Ok(settings) => Ok(rocket.manage(settings)),
                Err(_) => Err(rocket),
            }
        }))
        .attach(latchkey::fairing())
}

fn main() -> ExitCode {
    latchkey::run(|| application(rocket::Config::figment()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey::testing::Kit;
    use rocket::{http::Accept, local::blocking::Client};

    use super::*;

    fn client(kit: &Kit) -> Client {
        let configuration = kit.figment(rocket::Config::figment());
        Client::tracked(application(configuration).attach(kit.fairing())).expect("it launches")
    }

    #[test]
    fn everybody_has_notes_of_their_own() {
        let kit = Kit::new();
        let client = client(&kit);
        let mine = || client.get("/api/me").header(Accept::JSON).dispatch();
        assert_eq!(mine().status(), Status::Unauthorized);
        kit.sign_in(&client, "ann@example.com", &[]);
        let note = kit.post(&client, "/api/notes").json(&rocket::serde::json::json!({ "text": "milk" }));
        assert_eq!(note.dispatch().status(), Status::Created);
        assert_eq!(mine().into_string().as_deref(), Some(r#"{"email":"ann@example.com","notes":["milk"]}"#));
        kit.sign_in(&client, "bob@example.com", &[]);
        assert_eq!(mine().into_string().as_deref(), Some(r#"{"email":"bob@example.com","notes":[]}"#));
    }

    #[test]
    fn a_session_ends_and_a_key_leads_back_in() {
        let kit = Kit::new();
        let client = client(&kit);
        kit.sign_in(&client, "ann@example.com", &[]);
        kit.pass(Duration::from_secs(40 * 24 * 60 * 60));
        let me = client.get("/api/me").header(Accept::JSON).dispatch();
        assert_eq!(me.status(), Status::Unauthorized);
        kit.post(&client, "/auth/reset").body("email=ann%40example.com").dispatch();
        let letter = kit.letter("ann@example.com");
        assert!(letter.subject().contains("Notes"), "{letter:?}");
        let arrived = client.get(letter.link().expect("a link").to_owned()).dispatch();
        assert_eq!(arrived.status(), Status::SeeOther, "{letter:?}");
    }
}
