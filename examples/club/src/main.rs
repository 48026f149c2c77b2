//! A club whose members and accounts are in one database, over the pool of rocket_db_pools.

mod members;
#[cfg(test)]
mod tests;

use latchkey::Account;
use latchkey_sqlx07::Sqlx07;
use rocket::{
    Build, Rocket, fairing::AdHoc, figment::Figment, get, http::Status, launch, routes, serde::json::Json,
};
use rocket_db_pools::{Connection, Database, sqlx};

use self::members::Members;

#[derive(Database)]
#[database("club")]
struct Club(sqlx::SqlitePool);

#[get("/me")]
async fn me(me: &Account, mut club: Connection<Club>) -> Result<Json<String>, Status> {
    let find = sqlx::query_scalar("SELECT name FROM members WHERE account_id = $1");
    let found = find.bind(me.id().as_bytes().to_vec()).fetch_optional(&mut **club).await;
    found.map_err(|_| Status::ServiceUnavailable)?.map(Json).ok_or(Status::NotFound)
}

fn club(configuration: Figment) -> Rocket<Build> {
    let accounts = latchkey::fairing()
        .store(|rocket| Club::fetch(rocket).map(|club| Sqlx07((**club).clone())))
        .registration(Members);
    rocket::custom(configuration)
        .mount("/", routes![me])
        .attach(Club::init())
        .attach(accounts)
        .attach(AdHoc::try_on_ignite("Members", members::create))
}

#[launch]
fn rocket() -> _ {
    club(rocket::Config::figment())
}
