//! A Rocket application with a way of its own to reset a password: a mailed code, then a new password.

use std::{process::ExitCode, time::Duration};

use latchkey::{Account, Answer, Error, Recovers, Ticket};
use rocket::{Build, FromForm, Rocket, Route, form::Form, get, post, response::content::RawHtml, routes};

struct CodeThenPassword;

impl Recovers for CodeThenPassword {
    const NAME: &'static str = "code_then_password";
    const STRICTER_THAN: Option<&'static str> = Some("set_then_login");
    const STEPS: u8 = 3;
    const LONGEST: Duration = Duration::from_secs(20 * 60);
    const NEEDS_CODE: bool = true;

    fn routes() -> Vec<Route> {
        routes![show, send, submit]
    }
}

type CodeTicket<'r> = Ticket<'r, CodeThenPassword>;

#[get("/")]
async fn show(ticket: CodeTicket<'_>) -> Result<Answer, Error> {
    let (send, submit) = (ticket.action("/code"), ticket.action("/"));
    let button = |label| format!(r#"<form method="post" action="{send}"><button>{label}</button></form>"#);
    Ok(match ticket.tries().await? {
        None => ticket.page(2, "Is it you?", RawHtml(button("Mail me a code"))),
        Some(tries) => {
            let form = format!(
                r#"<p>We have mailed you a code. You have {tries} tries.</p>
                <form method="post" action="{submit}">
                  <div class="field"><label for="code">Code</label>
                    <input id="code" name="code" autocomplete="one-time-code" required></div>
                  <div class="field"><label for="password">New password</label>
                    <input id="password" name="password" type="password" autocomplete="new-password" required></div>
                  <button>Set the password</button>
                </form>{}"#,
                button("Mail me another code")
            );
            ticket.page(3, "A new password", RawHtml(form))
        }
    })
}

#[post("/code")]
async fn send(ticket: CodeTicket<'_>) -> Result<Answer, Error> {
    let why = ticket.mail_code().await?.err().unwrap_or_default();
    Ok(ticket.lead_to("/", &why))
}

#[derive(FromForm)]
struct New<'r> {
    code: &'r str,
    password: &'r str,
}

#[post("/", data = "<new>")]
async fn submit(mut ticket: CodeTicket<'_>, new: Form<New<'_>>) -> Result<Answer, Error> {
    if let Err(why) = ticket.try_code(new.code).await? {
        return Ok(ticket.lead_to("/", &why));
    }
    Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
}

#[get("/")]
fn home(me: Option<&Account>) -> String {
    me.map_or("hello, stranger".into(), |me| format!("hello, {}", me.email()))
}

fn application() -> Rocket<Build> {
    rocket::build().mount("/", routes![home]).attach(latchkey::fairing().strategy::<CodeThenPassword>())
}

fn main() -> ExitCode {
    latchkey::run(application)
}
