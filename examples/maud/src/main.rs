//! A Rocket application whose pages, Latchkey's among them, share a layout in maud.

use latchkey::{Account, Frame, Layout, Urls};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rocket::{
    Request, get, launch,
    response::content::{RawCss, RawHtml},
    routes,
};

/// The layout of every page; `head` and `main` are HTML.
fn page(me: Option<&Account>, urls: &Urls, title: &str, head: &str, main: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Notes" }
                link rel="stylesheet" href="/notes.css";
                (PreEscaped(head))
            }
            body {
                header {
                    a.name href="/" { "Notes" }
                    nav {
                        a href="/notes" { "My notes" }
                        @if me.is_some() {
                            a href=(urls.account()) { "Account" }
                            form method="post" action=(urls.sign_out()) { button { "Sign out" } }
                        } @else {
                            a href=(urls.sign_in()) { "Sign in" }
                        }
                    }
                }
                main { (PreEscaped(main)) }
                footer { "Notes keeps what you write." }
            }
        }
    }
}

struct Site;

#[rocket::async_trait]
impl Layout for Site {
    async fn frame(&self, frame: &Frame, request: &Request<'_>) -> Option<String> {
        let me = request.guard::<Option<&Account>>().await.succeeded().flatten();
        let urls = request.guard::<&Urls>().await.succeeded()?;
        Some(page(me, urls, frame.title(), frame.head(), frame.main()).into_string())
    }
}

#[get("/")]
fn home(me: Option<&Account>, urls: &Urls) -> RawHtml<String> {
    let main = html! {
        h1 { "Write it down" }
        p { "Notes that nobody else reads." }
        @if me.is_none() {
            p { a href=(urls.register()) { "Register" } " or " a href=(urls.sign_in()) { "sign in" } "." }
        }
    };
    RawHtml(page(me, urls, "Welcome", "", &main.into_string()).into_string())
}

#[get("/notes")]
fn notes(me: &Account, urls: &Urls) -> RawHtml<String> {
    let main = html! { h1 { "The notes of " (me.email()) } p { "There are none yet." } };
    RawHtml(page(Some(me), urls, "My notes", "", &main.into_string()).into_string())
}

#[get("/notes.css")]
fn style() -> RawCss<&'static str> {
    RawCss(include_str!("notes.css"))
}

#[launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![home, notes, style]).attach(latchkey::fairing().layout(Site))
}
