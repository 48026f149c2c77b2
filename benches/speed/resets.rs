//! Whole resets: from the request over the mail and its link to the new password, signed in at the end.

use super::{
    between::{between, key},
    load::{Pace, get, post},
    sink::Sink,
    site::{PEOPLE, Site, person},
    visitor::{Visitor, visit},
};

/// Concurrent resets.
const AT_ONCE: usize = 32;

/// Runs `count` whole resets.
pub async fn run(site: &Site, sink: &Sink, count: usize) -> Pace {
    visit(site, sink, AT_ONCE, count, async |visitor, number| {
        reset(visitor, &person(number % PEOPLE)).await;
    })
    .await
}

/// Resets a password in a browser that knows nobody, which is signed in afterwards.
pub async fn reset(visitor: &mut Visitor, email: &str) {
    let url = visitor.url.clone();
    visitor.cookies.clear();
    let mail = visitor.sink.expect(email);
    visitor.send(post(&url, "/reset", &format!("email={email}"))).await;
    let mail = mail.await.expect("the sink tells").text;
    let link = format!("/reset/{}", key(&mail, "/reset/"));
    let place = visitor.send(get(&url, &link, "")).await;
    let page = visitor.ask(get(&url, &place, ""), 200).await;
    let action = between(&page, "<form method=\"post\" action=\"", |c| c == '"').expect("a form");
    visitor.send(post(&url, &action, "new_password=violet+otter+builds+a+kite")).await;
}
