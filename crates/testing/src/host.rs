//! A host application around a site: with a shield, headers, catchers and routes of its own, none of which may reach ours.

use latchkey::{base::clock::Clock, server::fairing::on_clock};
use rocket::{
    Build, Rocket, catch, catchers,
    fairing::AdHoc,
    figment::Figment,
    get, routes,
    shield::{Frame, Shield},
};

/// Content-Security-Policy of the host, weaker than ours.
pub const CSP: &str = "default-src * 'unsafe-inline'";

/// Answer of the host's catcher.
pub const ERROR: &str = "the host's error";

#[get("/host")]
fn home() -> &'static str {
    "the host's home"
}

#[catch(default)]
fn lost() -> &'static str {
    ERROR
}

/// The application, with Latchkey attached before its own fairings.
pub fn application(figment: Figment, clock: Clock) -> Rocket<Build> {
    around(rocket::custom(figment).attach(on_clock(clock)))
}

/// Adds what the host has of its own.
pub fn around(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket
        .mount("/", routes![home])
        .register("/", catchers![lost])
        .attach(Shield::default().enable(Frame::SameOrigin))
        .attach(AdHoc::on_response("The host's headers", |_, response| {
            Box::pin(async move {
                response.set_raw_header("Content-Security-Policy", CSP);
                response.set_raw_header("Cache-Control", "public, max-age=60");
                response.set_raw_header("Access-Control-Allow-Origin", "https://elsewhere.example");
                response.set_raw_header("Access-Control-Allow-Credentials", "true");
            })
        }))
}
