//! The addresses of our pages, on the pages of an application.

use latchkey::{Account, Urls};
use reqwest::Method;
use rocket::{Request, catch, catchers, error::ErrorKind, get, response::Redirect, routes};

use crate::common::Setting;

for_both_databases! {
    a_page_of_the_host_knows_our_addresses,
}

/// At an address that tests ask until it answers; ours is below the base.
#[get("/healthz")]
fn healthz() -> &'static str {
    "up"
}

#[get("/notes?<page>")]
fn notes(me: &Account, page: u8) -> String {
    format!("page {page} of {}", me.email())
}

#[get("/links")]
fn links(urls: &Urls) -> String {
    [urls.sign_in(), &urls.sign_out(), &urls.register(), &urls.reset(), &urls.account()].join(" ")
}

#[catch(401)]
fn who_are_you(request: &Request<'_>) -> Redirect {
    latchkey::sign_in(request)
}

async fn a_page_of_the_host_knows_our_addresses(setting: Setting) {
    let changes = [("latchkey.base", "/auth".into())];
    let app = setting
        .attached(&changes, |rocket, latchkey| {
            rocket
                .mount("/", routes![healthz, notes, links])
                .register("/", catchers![who_are_you])
                .attach(latchkey)
        })
        .await;
    let browser = app.browser();
    let links = browser.ask(Method::GET, "/links?a=1&b=2").await.text();
    let first = "/auth/login?next=/links%3Fa%3D1%26b%3D2";
    assert_eq!(links, format!("{first} /auth/logout /auth/register /auth/reset /auth/account"));
    let sign_in = browser.ask(Method::GET, "/notes?page=2").await;
    assert_eq!((sign_in.status, sign_in.location()), (303, "/auth/login?next=/notes%3Fpage%3D2"));
    let out = browser.send(browser.request(Method::POST, "/auth/logout")).await;
    assert_eq!(out.location(), "/auth/login");
}

#[rocket::async_test]
async fn the_addresses_without_the_fairing_are_reported_at_launch() {
    let refused = rocket::build().mount("/", routes![links]).ignite().await.expect_err("nothing is attached");
    assert!(matches!(refused.kind(), ErrorKind::SentinelAborts(_)), "{refused}");
}
