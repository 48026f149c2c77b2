//! A152: X has V's mailed link, and looks for a strategy of the host that asks for less than V's own.

use latchkey::{Answer, Error, Latchkey, Recovers, Ticket};
use reqwest::Method;
use rocket::{Build, FromForm, Rocket, Route, form::Form, get, post, routes};

use crate::{
    common::{Engine, NEW, OLD, Setting, Strategy, prove},
    log,
    tries::note,
};

attacks! {
    Host => a152_no_strategy_of_the_host_is_a_short_cut;
}

/// An application of its own, instead of the site that other attacks share.
pub struct Host;

impl Host {
    pub fn run(&self, name: &str, engine: Engine, attack: impl AsyncFn(&Setting)) {
        let theirs = Strategy::SecondKey;
        // Before an application has a logger of its own.
        log::begin();
        prove(theirs, engine, async |setting| attack(&setting).await);
        note(name, theirs.name(), engine);
    }
}

/// A strategy that asks for nothing but the link.
struct LinkAlone;

impl Recovers for LinkAlone {
    const NAME: &'static str = "link_alone";

    fn routes() -> Vec<Route> {
        routes![show, submit]
    }
}

#[derive(FromForm)]
struct New<'r> {
    password: &'r str,
}

#[get("/")]
fn show(ticket: Ticket<'_, LinkAlone>) -> Answer {
    ticket.lead_to("/", "")
}

#[post("/", data = "<new>")]
async fn submit(ticket: Ticket<'_, LinkAlone>, new: Form<New<'_>>) -> Result<Answer, Error> {
    Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
}

async fn a152_no_strategy_of_the_host_is_a_short_cut(setting: &Setting) {
    let attach = |rocket: Rocket<Build>, latchkey: Latchkey| {
        // The route is also tried outside the strategy's own.
        rocket.mount("/x", routes![submit]).attach(latchkey.strategy::<LinkAlone>())
    };
    let app = setting.attached(&[], attach).await;
    let v = app.person("v").await;
    let thief = app.browser();
    let page = thief.get(&app.key(&v).await.link()).await;
    let id = page.forms.iter().find_map(|form| form.action.split("?form=").nth(1)).expect("the key's id");
    for (path, status) in [("/reset/link-alone", 410), ("/x", 500), ("/reset/second-key", 422)] {
        let to = format!("{path}?form={id}");
        let sent = thief.request(Method::POST, &to).form(&[("password", NEW), ("new_password", NEW)]);
        let answer = thief.send(sent).await;
        assert_eq!(answer.came_to(), status, "{to}: {}", answer.text());
    }
    assert!(!thief.is_signed_in().await);
    assert!(app.opens(&v.email, OLD).await && !app.opens(&v.email, NEW).await);
}
