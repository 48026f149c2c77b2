//! A Rocket application whose users were there before their accounts.

mod members;

use latchkey::{Account, Accounts, Error};
use rocket::{fairing::AdHoc, get, launch, routes};

use members::Members;

#[get("/")]
fn home() -> &'static str {
    "the choir"
}

#[get("/profile")]
async fn profile(me: &Account, accounts: &Accounts) -> Result<Option<String>, Error> {
    let mut tx = accounts.begin().await?;
    let found = tx.fetch("SELECT name, voice FROM users WHERE account_id = $1", &[me.id().into()]).await?;
    let Some(user) = found.first() else { return Ok(None) };
    Ok(Some(format!("{} sings {}", user.get::<String>("name")?, user.get::<String>("voice")?)))
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![home, profile])
        .attach(latchkey::fairing().registration(Members))
        .attach(AdHoc::on_liftoff("Users", |rocket| {
            Box::pin(async move {
                if let Some(accounts) = Accounts::of(rocket) {
                    members::create(&accounts).await.expect("the table of users");
                }
            })
        }))
}
