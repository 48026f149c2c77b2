//! Sign-ins with a password and the code of an authenticator app.

use std::time::Duration;

use latchkey::base::clock::Clock;
use latchkey_testing::Authenticator;
use rocket::tokio::time::sleep;

use super::{
    between::between,
    load::{CONNECTIONS, Pace, get, post},
    resets::reset,
    sink::Sink,
    site::{PASSWORD, PEOPLE, Site, person},
    visitor::{Visitor, visit},
};

/// People with an authenticator app, whose codes of a step count once for each of them.
pub struct Holders {
    people: Vec<(String, Authenticator)>,
    /// Last step whose codes were used.
    used: i64,
}

impl Holders {
    /// Lets the last `count` people of a site, whom nothing else resets, set up an app.
    pub async fn of(site: &Site, sink: &Sink, count: usize) -> Holders {
        let (mut visitor, mut people) = (Visitor::open(site, sink).await, Vec::new());
        for number in 0..count {
            let email = person(PEOPLE - 1 - number);
            reset(&mut visitor, &email).await;
            people.push((email, set_up(&mut visitor).await));
        }
        Holders { people, used: step() }
    }

    /// Lets each of them sign in once, once each has a new code.
    pub async fn sign_in(&mut self, site: &Site, sink: &Sink) -> Pace {
        self.used = step().max(self.used + 1);
        // The code of the next step counts, and so does that of the last.
        while step() + 1 < self.used {
            sleep(Duration::from_millis(100)).await;
        }
        visit(site, sink, CONNECTIONS, self.people.len(), async |visitor, number| {
            let ((email, app), url) = (&self.people[number], visitor.url.clone());
            visitor.cookies.clear();
            let place =
                visitor.send(post(&url, "/login", &format!("email={email}&password={PASSWORD}"))).await;
            assert!(place.starts_with("/login/factor"), "no factor is asked of {email}: {place}");
            let code = app.code_of(self.used);
            let place = visitor.send(post(&url, "/login/factor", &format!("with=totp&code={code}"))).await;
            assert!(!place.starts_with("/login"), "{email} is not signed in: {place}");
        })
        .await
    }
}

/// Sets up an app in a browser where somebody has just proved themselves.
async fn set_up(visitor: &mut Visitor) -> Authenticator {
    let url = visitor.url.clone();
    let place = visitor.send(post(&url, "/account/factors/totp/start", "next=")).await;
    let page = visitor.ask(get(&url, &place, ""), 200).await;
    let secret = between(&page, "<p class=\"text\"><bdi>", |c| c == '<').expect("a secret as text");
    let app = Authenticator::typed(&secret);
    let code = app.code_of(step());
    let place = visitor.send(post(&url, "/account/factors/totp", &format!("next=&name=&code={code}"))).await;
    assert!(place.starts_with("/account/factors/codes"), "the app is not set up: {place}");
    app
}

fn step() -> i64 {
    Authenticator::step(Clock::system().now())
}
