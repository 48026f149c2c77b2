//! Real servers whose `Rocket.toml` is edited while people reset their passwords.

#[macro_use]
extern crate latchkey_testing as common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use rocket::tokio::{
    self,
    time::{Instant, sleep},
};
use serde_json::{Value, json};

use common::{Binary, Capabilities, Config, Jar, NEW, OTHER, Person, Setting, Site, Step, Strategy, Walk};

for_both_databases! {
    a_hundred_edits_under_load_lose_nothing,
}

#[test]
fn two_processes_on_one_database_never_mix_policies() {
    common::prove(Strategy::SetThenLogin, common::Engine::Postgres, two_processes);
}

#[test]
fn the_environment_comes_before_an_edited_file() {
    common::prove(Strategy::SetThenLogin, common::Engine::Sqlite, environment_first);
}

#[test]
fn a_hang_up_takes_up_what_no_watcher_sees() {
    common::prove(Strategy::SetThenLogin, common::Engine::Sqlite, hang_up);
}

const EDITS: usize = 100;
const RULES: [&str; 3] = ["honour", "stricter", "revoke"];
/// Time within which a server notices an edit.
const SOON: Duration = Duration::from_secs(1);

fn with(config: &Config, key: &str, value: &str) -> Config {
    let mut config = config.clone();
    config.set(&format!("latchkey.reset.{key}"), json!(value));
    config
}

fn policy(config: &Config, strategy: Strategy, in_flight: &str) -> Config {
    with(&with(config, "strategy", strategy.name()), "in_flight", in_flight)
}

/// Waits until the health report of `server` is as `wanted`.
async fn until(server: &Binary, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let health = server.health().await;
        if wanted(&health) {
            return health;
        }
        assert!(begun.elapsed() < SOON + SOON, "not taken up: {health}\n{}", server.output());
        sleep(Duration::from_millis(20)).await;
    }
}

async fn person(server: &Binary, name: &str) -> Person {
    let person = server.account(&format!("{name}@example.com")).await;
    let browser = server.signed_in(&person).await;
    let phone = format!("+491511200000{}", name.len());
    let form = browser.get("/account/phone").await;
    let form = browser.submit(&form, &[("tel", &phone), ("current-password", &person.password)]).await;
    let code = server.mailbox.next(&phone).await.code();
    browser.submit(&form, &[("one-time-code", &code)]).await;
    Person { phone, ..person }
}

/// Requests pages without a pause, none of which may fail.
async fn load(server: Arc<Binary>, on: Arc<AtomicBool>, answered: Arc<AtomicUsize>) {
    while on.load(Ordering::Relaxed) {
        for path in ["/reset", "/login", "/healthz"] {
            let answer = server.browser().ask(Method::GET, path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        }
        let page = server.ask_reset("nobody@example.com").await;
        assert_eq!(page.status, 200, "{page}");
        answered.fetch_add(4, Ordering::Relaxed);
    }
}

async fn to_its_end(walk: &mut Walk, servers: &[&Site], password: &str) -> Step {
    loop {
        match walk.step(servers, password).await {
            Step::Goes => {}
            end => return end,
        }
    }
}

/// Resets one after another: each follows the pages of one strategy, or is refused.
async fn journeys(server: Arc<Binary>, mut ann: Person, on: Arc<AtomicBool>) -> (usize, usize) {
    let (mut done, mut refused, mut jar) = (0, 0, Jar::default());
    while on.load(Ordering::Relaxed) {
        let password = if ann.password == NEW { OTHER } else { NEW };
        let mut walk = Walk::begin(&[&server], &ann, jar).await;
        match to_its_end(&mut walk, &[&server], password).await {
            Step::Done => {
                password.clone_into(&mut ann.password);
                done += 1;
            }
            _ => refused += 1,
        }
        jar = walk.jar();
    }
    (done, refused)
}

async fn a_hundred_edits_under_load_lose_nothing(setting: Setting) {
    let config = setting.config(&[("latchkey.phone_hold", json!("0s"))]).for_a_process();
    let server = Arc::new(Binary::start(&setting, config.clone()).await);
    let (ann, bob) = (person(&server, "ann").await, person(&server, "barbara").await);
    let (on, answered) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let loads: Vec<_> =
        (0..2).map(|_| tokio::spawn(load(server.clone(), on.clone(), answered.clone()))).collect();
    let walks = [ann, bob].map(|who| tokio::spawn(journeys(server.clone(), who, on.clone())));
    let mut version = server.health().await["policy"].clone();
    let mut slowest = Duration::ZERO;
    let all = Strategy::all();
    for edit in 1..=EDITS {
        let begun = Instant::now();
        if edit % 5 == 0 {
            let faulty = match edit / 5 % 3 {
                0 => "[default\nport = ".to_owned(),
                1 => with(&config, "strategy", "carrier_pigeon").toml(),
                _ => with(&with(&config, "strategy", "sms_approved"), "channel", "sms").toml(),
            };
            server.edit(&faulty, edit % 2 == 0);
            let health = until(&server, |health| health["configuration_refused"] == true).await;
            assert_eq!(health["policy"], version, "a broken file changed the policy");
        } else {
            // Any two in succession differ, and the first from the policy that the server started with.
            let (strategy, rule) = (all[(edit + edit / 5) % all.len()], RULES[(edit + 1) % 3]);
            server.edit(&policy(&config, strategy, rule).toml(), edit % 2 == 0);
            let health = until(&server, |health| health["policy"] != version).await;
            assert_eq!(health["configuration_refused"], false, "{health}");
            version = health["policy"].clone();
        }
        slowest = slowest.max(begun.elapsed());
    }
    on.store(false, Ordering::Relaxed);
    for load in loads {
        load.await.expect("no request fails");
    }
    let mut ends = Vec::new();
    for walk in walks {
        ends.push(walk.await.expect("no journey mixes two policies"));
    }
    println!(
        "{EDITS} edits, the slowest noticed after {slowest:?}; {} answers; journeys done and refused: {ends:?}",
        answered.load(Ordering::Relaxed)
    );
    assert!(
        ends.iter().all(|(done, refused)| done + refused > 0) && answered.load(Ordering::Relaxed) > EDITS
    );
    assert!(!server.output().contains("panicked"), "{}", server.output());
}

async fn two_processes(setting: Setting) {
    let config = setting.config(&[("latchkey.phone_hold", json!("0s"))]).for_a_process();
    let one = Binary::start(&setting, config.clone()).await;
    let mut ann = person(&one, "ann").await;
    let folder = tempfile::TempDir::with_prefix("latchkey-").expect("a folder");
    let mut elsewhere = setting.clone();
    folder.path().clone_into(&mut elsewhere.folder);
    let mut beside = config.clone();
    beside.set("port", json!(common::free_port()));
    let two = Binary::start(&elsewhere, beside.clone()).await;
    let mut jar = Jar::default();
    for (at, (old, new)) in Strategy::pairs().enumerate() {
        let rule = RULES[at % 3];
        for (server, config, strategy) in [(&one, &config, old), (&two, &beside, new)] {
            let before = server.health().await["policy"].clone();
            server.edit(&policy(config, strategy, rule).toml(), true);
            until(server, |health| health["policy"] != before).await;
        }
        // Each server announces its policy through the database right after it has switched.
        for server in [&one, &two] {
            until(server, |health| health["agree"] == json!(old == new)).await;
        }
        let password = if ann.password == NEW { OTHER } else { NEW };
        let mut walk = Walk::begin(&[&one, &two], &ann, jar).await;
        loop {
            let servers: [&Site; 2] = if at % 2 == 0 { [&one, &two] } else { [&two, &one] };
            match walk.step(&servers, password).await {
                Step::Goes => {}
                Step::Done => {
                    password.clone_into(&mut ann.password);
                    break;
                }
                Step::Refused => {
                    assert_ne!(old, new, "both servers have the policy of the key");
                    break;
                }
            }
        }
        assert!(
            walk.strategy().is_none_or(|of| of == old || of == new),
            "{:?} is neither's",
            walk.strategy()
        );
        jar = walk.jar();
    }
    assert!(two.opens(&ann.email, &ann.password).await);
}

async fn hang_up(setting: Setting) {
    let config = setting.config(&[]).for_a_process();
    let folder = &setting.folder;
    for (name, strategy) in [("one", Strategy::SetThenLogin), ("two", Strategy::SecondKey)] {
        std::fs::create_dir(folder.join(name)).expect("a folder");
        let text = policy(&config, strategy, "stricter").toml();
        std::fs::write(folder.join(name).join("Rocket.toml"), text).expect("a file");
    }
    // A replaced folder is not a link that could be watched.
    let point = |to: &str| {
        let (fresh, links) = (folder.join("fresh"), folder.join("links"));
        std::fs::create_dir(&fresh).expect("a folder");
        std::os::unix::fs::symlink(folder.join(to).join("Rocket.toml"), fresh.join("current"))
            .expect("a link");
        if links.exists() {
            std::fs::rename(&links, folder.join("former")).expect("moved away");
        }
        std::fs::rename(fresh, links).expect("in its place");
    };
    point("one");
    std::os::unix::fs::symlink(folder.join("links/current"), folder.join("Rocket.toml")).expect("a link");
    let server = Binary::start(&setting, config).await;
    let before = server.health().await["policy"].clone();
    point("two");
    sleep(SOON).await;
    assert_eq!(server.health().await["policy"], before, "seen without a signal");
    server.signal("HUP");
    until(&server, |health| health["policy"] != before).await;
}

async fn environment_first(setting: Setting) {
    let config = setting.config(&[]).for_a_process();
    let said = [("ROCKET_LATCHKEY", "{reset={strategy=\"second_key\"}}")];
    let server = Binary::start_with(&setting, config.clone(), &said).await;
    let before = server.health().await["policy"].clone();
    server.edit(&policy(&config, Strategy::OneTimeLogin, "stricter").toml(), true);
    sleep(SOON).await;
    assert_eq!(server.health().await["policy"], before, "the file came before the environment");
    server.edit(&policy(&config, Strategy::OneTimeLogin, "honour").toml(), true);
    until(&server, |health| health["policy"] != before).await;
    let ann = server.account("ann@example.com").await;
    let page = server.browser().get(&server.key(&ann).await.link()).await;
    assert_eq!(page.path(), Strategy::SecondKey.path());
}
