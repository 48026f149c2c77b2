//! The route that signs people in for a test, through the gate like everybody.

use std::sync::{Arc, OnceLock};

use rocket::{
    Build, Orbit, Rocket,
    fairing::{self, Fairing, Info, Kind},
    http::Status,
    post, routes,
    serde::json::Json,
};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    auth::gate::{self, Goal, Proof},
    base::{Error, email::Email},
    core::place::Place,
    hashing::hash::PasswordHash,
    http::Visit,
    store::{
        accounts::{self, AccountRow},
        roles,
    },
};

/// A person to sign in.
#[derive(Serialize, Deserialize)]
pub(super) struct Person {
    email: String,
    roles: Vec<String>,
}

impl Person {
    pub fn new(email: &str, roles: &[&str]) -> Self {
        Self { email: email.to_owned(), roles: roles.iter().map(|&role| role.to_owned()).collect() }
    }
}

/// Mounts the route that signs in, and hands the site to the kit.
pub(super) struct Entrance {
    pub path: String,
    pub site: Arc<OnceLock<Arc<App>>>,
}

#[rocket::async_trait]
impl Fairing for Entrance {
    fn info(&self) -> Info {
        Info { name: "Latchkey's kit for tests", kind: Kind::Ignite | Kind::Liftoff }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        Ok(rocket.mount(self.path.clone(), routes![enter]))
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        if let Some(app) = rocket.state::<Arc<App>>() {
            let _ = self.site.set(app.clone());
        }
    }
}

#[post("/", data = "<person>")]
async fn enter(person: Json<Person>, site: Visit<'_>) -> Status {
    match sign_in(&person, &site).await {
        Ok(true) => Status::NoContent,
        Ok(false) => Status::UnprocessableEntity,
        Err(_) => Status::InternalServerError,
    }
}

async fn sign_in(person: &Person, site: &Visit<'_>) -> Result<bool, Error> {
    let (Ok(email), now) = (Email::parse(&person.email), site.now()) else { return Ok(false) };
    let mut tx = site.begin().await?;
    if accounts::find_by_email(&mut tx, email.key()).await?.is_none() {
        let address = email.address().to_owned();
        let account = AccountRow::new(address, PasswordHash::unusable(), now, site.random)?;
        accounts::insert(&mut tx, &account, email.key(), now).await?;
    }
    let Some(mut account) = accounts::lock_by_email(&mut tx, email.key(), now).await? else {
        return Ok(false);
    };
    for role in &person.roles {
        let id = account.id;
        roles::add(account.tx(), id, role).await?;
    }
    let goal = Goal::SignIn { keep: false };
    let passed = gate::pass(site, &mut account, Proof::Session, None, goal).await?;
    tx.commit().await?;
    passed.enter(site, Place::Account);
    Ok(true)
}
