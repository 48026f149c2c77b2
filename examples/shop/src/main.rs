//! A shop with templates, catchers, a shield, static files and a table of customers of its own.

mod customers;

use latchkey::{Account, Accounts, Error, Urls};
use rocket::{
    catch, catchers,
    fairing::AdHoc,
    fs::{FileServer, relative},
    get, launch, routes,
    shield::{Frame, Shield},
};
use rocket_dyn_templates::{Template, context};

use customers::Customers;

#[get("/")]
fn home(me: Option<&Account>, urls: &Urls) -> Template {
    let (sign_in, register) = (urls.sign_in(), urls.register());
    Template::render("home", context! { email: me.map(Account::email), sign_in, register })
}

#[get("/orders")]
async fn orders(me: &Account, accounts: &Accounts) -> Result<Template, Error> {
    let name = customers::name(accounts, me.id()).await?;
    Ok(Template::render("orders", context! { name, email: me.email() }))
}

#[catch(404)]
fn lost() -> Template {
    Template::render("lost", context! {})
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![home, orders])
        .mount("/static", FileServer::from(relative!("static")))
        .register("/", catchers![lost])
        .attach(Shield::default().enable(Frame::SameOrigin))
        .attach(latchkey::fairing().registration(Customers))
        .attach(Template::fairing())
        .attach(AdHoc::try_on_ignite("Customers", async |rocket| {
            let created = match Accounts::of(&rocket) {
                Some(accounts) => customers::create(&accounts).await,
                None => return Err(rocket),
            };
            if created.is_ok() { Ok(rocket) } else { Err(rocket) }
        }))
}
