//! A084: passwords that wait to be hashed keep nobody else waiting, and without a key nothing is hashed.

use std::time::Duration;

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
    common::{Change, Site},
    scene::{Scene, V},
    tries::EVERY,
};

attacks! {
    EVERY.with(hurried) => a084_passwords_that_wait_slow_no_page;
}

/// Few passwords may wait, and each takes its time, so that most are turned away.
fn hurried() -> Vec<Change<'static>> {
    vec![("latchkey.password.queue", json!(20)), ("latchkey.password.cost", json!(10))]
}

/// How many passwords the server has taken up so far.
async fn hashed(site: &Site) -> u64 {
    let told = site.browser().ask(Method::GET, "/metrics").await.text();
    let line = told.lines().find_map(|line| line.strip_prefix("latchkey_hash_jobs_total "));
    line.unwrap_or_else(|| panic!("no such meter in {told}")).parse().expect("a number")
}

async fn a084_passwords_that_wait_slow_no_page(scene: &mut Scene) {
    let thief = scene.app.browser();
    let form = thief.get("/login").await;
    let guess = thief.fill(&form, &[("username", V), ("current-password", "not what V has set")]);
    let flood = join_all((0..200).map(|_| thief.post_only(&guess)));
    let watch = async {
        let (browser, mut took) = (scene.app.browser(), Vec::new());
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
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert!(count(422) > 0 && count(422) + count(503) == 200, "{} refused, {} later", count(422), count(503));
    assert!(took[98] < Duration::from_secs(1), "{took:?}");
    scene.was_out_of_service();

    let link = scene.key().await;
    let own = scene.app.browser();
    let ready = scene.app.prepare(&own, &link, &scene.v).await;
    let sent = scene.app.spending(&own, &ready, "what X would like to set");
    scene.quiet().await;
    scene.app.minutes_pass(scene.strategy().minutes() + 1);
    let before = hashed(&scene.app).await;
    for browser in [&thief, &own] {
        let answers = join_all((0..100).map(|_| browser.post_only(&sent))).await;
        assert!(answers.iter().all(|answer| (400..500).contains(&answer.status)));
    }
    assert_eq!(hashed(&scene.app).await, before, "a password is hashed for a key that is dead or none");
    let code = scene.events().await.iter().any(|kind| kind == "reset.code_sent");
    let steps = ["reset.issued", "sign_in.failed", "reset.code_sent"];
    scene.unharmed(&steps[..if code { 3 } else { 2 }]).await;
}
