//! A017, A117: a sign-in that owes a second factor is nobody, but where the factor is proved.

use latchkey::{Account, Fresh, Has, Latchkey, Role};
use reqwest::Method;
use rocket::{Build, Rocket, get, routes};

use crate::{
    common::{
        Setting,
        factors::{half_way, to_the_factor, with_app},
    },
    csrf::filled,
    everywhere::FIELDS,
    fixture::{AttackFixture, V},
    own_strategy::Host,
    raw::post,
    tries::EVERY,
};

attacks! {
    EVERY => a017_a117_a_pending_sign_in_reaches_nothing_else;
    Host => a117_a_pending_sign_in_is_nobody_to_the_host;
}

/// Its own pages, and what ends it; last, those that its link led to.
const OWN: [&str; 4] = ["/login/factor", "/logout", "/dev", "/reset"];

async fn a017_a117_a_pending_sign_in_reaches_nothing_else(fixture: &mut AttackFixture) {
    fixture.guard().await;
    let (of_reset, stolen) = (fixture.app.browser(), fixture.password());
    to_the_factor(&fixture.app, &fixture.v, &of_reset, &stolen).await;
    let (of_password, _) = fixture.half_way().await;
    for (thief, own) in [(&of_password, &OWN[..3]), (&of_reset, &OWN)] {
        let nobody = fixture.app.browser();
        for (method, uri) in &fixture.app.routes {
            let place = filled(uri);
            if own.iter().any(|own| place.starts_with(own)) {
                continue;
            }
            let fields = FIELDS.iter().map(|name| match *name {
                "email" => "email=nobody%40example.com".to_owned(),
                "password" => format!("password={}", fixture.v.password.replace(' ', "+")),
                "new_password" => format!("new_password={}", stolen.replace(' ', "+")),
                name => format!("{name}=1"),
            });
            let body = fields.collect::<Vec<_>>().join("&");
            let mut answers = Vec::new();
            for browser in [thief, &nobody] {
                answers.push(match *method {
                    Method::GET => browser.ask(Method::GET, &place).await,
                    _ => post(browser, &place, body.clone()).await,
                });
            }
            let [of_thief, of_nobody] = &answers[..] else { unreachable!("two browsers") };
            let is_told = of_thief.text().contains(V) && own.len() < OWN.len();
            assert!(!is_told, "{method} {place} shows the account");
            let is_led_back = of_thief.location().starts_with("/login/factor");
            assert!(
                is_led_back
                    || (of_thief.status, of_thief.location()) == (of_nobody.status, of_nobody.location()),
                "{method} {place}: {} {}, and for nobody {} {}",
                of_thief.status,
                of_thief.location(),
                of_nobody.status,
                of_nobody.location()
            );
        }
        assert!(!thief.is_signed_in().await);
        let page = thief.get("/login/factor").await;
        assert_eq!(page.path(), "/login/factor", "it was no pending sign-in any more: {page}");
    }
    let steps = ["reset.code_sent", "reset.password_generated", "code.failed"];
    let steps = fixture.some_of(&steps).await;
    fixture.unharmed(&[&["reset.issued", "sign_in.failed"][..], &steps].concat()).await;
}

/// A role of the host.
pub struct Editor;

impl Role for Editor {
    const NAME: &'static str = "editor";
}

#[get("/account")]
pub fn account(me: &Account) -> String {
    me.email().to_owned()
}

#[get("/fresh")]
pub fn fresh(me: Fresh<'_>) -> String {
    me.email().to_owned()
}

#[get("/editor")]
pub fn editor(me: Has<'_, Editor>) -> String {
    me.email().to_owned()
}

#[get("/perhaps")]
pub fn perhaps(me: Option<&Account>) -> String {
    me.map_or_else(|| "nobody".to_owned(), |me| me.email().to_owned())
}

async fn a117_a_pending_sign_in_is_nobody_to_the_host(setting: &Setting) {
    let attach = |rocket: Rocket<Build>, latchkey: Latchkey| {
        rocket.mount("/x", routes![account, fresh, editor, perhaps]).attach(latchkey)
    };
    let app = setting.attached(&[], attach).await;
    let (ann, _, own, _) = with_app(&app).await;
    assert!(own.ask(Method::GET, "/x/perhaps").await.text().contains(&ann.email), "Ann is signed in");
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let (thief, _) = half_way(&app, &ann).await;
    for guard in ["account", "fresh", "editor"] {
        let answer = thief.ask(Method::GET, &format!("/x/{guard}")).await;
        let is_asked = answer.location().starts_with("/login") || answer.status == 401;
        assert!(is_asked && !answer.text().contains(&ann.email), "{guard}: {}", answer.status);
    }
    assert_eq!(thief.ask(Method::GET, "/x/perhaps").await.text(), "nobody");
    app.stop().await;
}
