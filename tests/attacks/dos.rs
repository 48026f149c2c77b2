//! A084: a queue of passwords to hash keeps nobody else waiting, and nothing is hashed without a key.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use reqwest::Method;
use rocket::{
    futures::future::join_all,
    tokio::{
        join,
        time::{Instant, sleep},
    },
};
use serde_json::json;

use crate::{
    common::{Answer, Capabilities, Change, Person, Sent, Site},
    fixture::{AttackFixture, V},
    tries::{EVERY, SITE, limited},
};

attacks! {
    EVERY.with(hurried) => a084_passwords_that_wait_slow_no_page;
    SITE.with(narrow) => a084_a_flood_from_many_networks_keeps_nobody_out;
}

/// A short queue and a slow hash, so that most passwords are turned away.
fn hurried() -> Vec<Change<'static>> {
    vec![("latchkey.password.queue", json!(20)), ("latchkey.password.cost", json!(10))]
}

/// One thread, a short queue, and a proxy that passes the addresses of clients.
fn narrow() -> Vec<Change<'static>> {
    let few = [("latchkey.password.queue", json!(32)), ("latchkey.password.threads", json!(1))];
    let proxy = [("latchkey.trusted_proxies", json!(["127.0.0.1"])), ("latchkey.password.cost", json!(7))];
    [limited(), few.to_vec(), proxy.to_vec()].concat()
}

/// A sign-in with a right password.
fn entry(email: &str, password: &str) -> Sent {
    let fields = [("email", email), ("password", password), ("next", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Sent { to: "/login".into(), fields }
}

/// Signs in to X's own accounts on 48 connections, from the networks given by `place`, while `others` run.
async fn beside<T>(
    fixture: &AttackFixture,
    own: &[Person],
    place: fn(usize) -> String,
    others: impl Future<Output = T>,
) -> T {
    let over = AtomicBool::new(false);
    let flood = join_all((0..48).map(async |turn: usize| {
        let (browser, person) = (fixture.app.browser().at(&place(turn)), &own[turn % own.len()]);
        let mut entered = 0;
        while !over.load(Ordering::Relaxed) {
            let status = browser.post_only(&entry(&person.email, &person.password)).await.came_to();
            assert!([303, 429, 503].contains(&status), "{status}");
            entered += usize::from(status == 303);
        }
        entered
    }));
    let others = async {
        sleep(Duration::from_millis(300)).await;
        let outcome = others.await;
        over.store(true, Ordering::Relaxed);
        outcome
    };
    let (entered, outcome) = join!(flood, others);
    assert!(entered.iter().sum::<usize>() > 0, "there was no flood");
    outcome
}

async fn a084_a_flood_from_many_networks_keeps_nobody_out(fixture: &mut AttackFixture) {
    let mut own = vec![fixture.x.clone()];
    for name in ["x1", "x2", "x3"] {
        own.push(fixture.app.account(&format!("{name}@example.com")).await);
    }
    let people: Vec<_> = (0..12).map(|n| fixture.app.browser().at(&format!("198.51.{n}.1"))).collect();
    let sent = entry(V, &fixture.v.password);
    let entering = join_all(people.iter().map(|browser| browser.post_only(&sent)));
    let answers = beside(fixture, &own, |turn| format!("2001:db8:0:{}::{turn}", turn % 4), entering).await;
    let statuses: Vec<_> = answers.iter().map(Answer::came_to).collect();
    assert_eq!(statuses, [303; 12], "one /62 keeps others out");

    // With as many networks as places, a browser that V has signed in with has one, and so does a key.
    let known = fixture.own.copy().at("203.0.113.7");
    let (link, password) = (fixture.key().await, fixture.password());
    let new = fixture.app.browser().at("203.0.113.8");
    let ready = fixture.app.prepare(&new, &link, &fixture.v).await;
    let spent = fixture.app.spending(&new, &ready, &password);
    let owner = async {
        let entered = known.post_only(&entry(V, &fixture.v.password)).await.came_to();
        (entered, new.post_only(&spent).await.came_to())
    };
    let (entered, reset) = beside(fixture, &own, |turn| format!("2001:db8:{turn}::1"), owner).await;
    assert!(entered == 303 && reset < 400, "V has no place: {entered}, {reset}");
    fixture.was_out_of_service();
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}

/// Number of passwords that the server has hashed so far.
async fn hashed(site: &Site) -> u64 {
    let told = site.browser().ask(Method::GET, "/metrics").await.text();
    let line = told.lines().find_map(|line| line.strip_prefix("latchkey_hash_jobs_total "));
    line.unwrap_or_else(|| panic!("no such meter in {told}")).parse().expect("a number")
}

async fn a084_passwords_that_wait_slow_no_page(fixture: &mut AttackFixture) {
    let thief = fixture.app.browser();
    let form = thief.get("/login").await;
    let guess = thief.fill(&form, &[("username", V), ("current-password", "not what V has set")]);
    let flood = join_all((0..200).map(|_| thief.post_only(&guess)));
    let watch = async {
        let (browser, mut took) = (fixture.app.browser(), Vec::new());
        for _ in 0..100 {
            let asked = Instant::now();
            assert_eq!(browser.ask(Method::GET, "/healthz").await.status, 200);
            took.push(asked.elapsed());
            sleep(Duration::from_millis(5)).await;
        }
        took.sort_unstable();
        took
    };
    let (answers, took) = join!(flood, watch);
    let count = |status| answers.iter().filter(|answer| answer.came_to() == status).count();
    assert!(count(422) > 0 && count(422) + count(503) == 200, "{} refused, {} later", count(422), count(503));
    assert!(took[98] < Duration::from_secs(1), "{took:?}");
    fixture.was_out_of_service();

    let link = fixture.key().await;
    let own = fixture.app.browser();
    let ready = fixture.app.prepare(&own, &link, &fixture.v).await;
    let sent = fixture.app.spending(&own, &ready, "what X would like to set");
    fixture.quiet().await;
    fixture.app.minutes_pass(fixture.strategy().minutes() + 1);
    let before = hashed(&fixture.app).await;
    for browser in [&thief, &own] {
        let answers = join_all((0..100).map(|_| browser.post_only(&sent))).await;
        assert!(answers.iter().all(|answer| (400..500).contains(&answer.status)));
    }
    assert_eq!(hashed(&fixture.app).await, before, "a password is hashed for a key that is dead or none");
    let code = fixture.events().await.iter().any(|kind| kind == "reset.code_sent");
    let steps = ["reset.issued", "sign_in.failed", "reset.code_sent"];
    fixture.unharmed(&steps[..if code { 3 } else { 2 }]).await;
}
