//! Of 32 concurrent requests for the same thing exactly one succeeds, every time, with one server process or two.

use std::collections::BTreeSet;

use reqwest::{Method, header};
use rocket::futures::future::join_all;
use serde_json::json;

use crate::{
    common::{
        Answer, Browser, Capabilities, Engine, NEW, OLD, OTHER, Person, Sent, Setting, Site, Strategy, prove,
    },
    db_probe::Facts,
    harness::Harness,
    length::Length,
};

for_every_strategy! {
    of_32_that_spend_a_key_one_wins,
}

for_both_databases! {
    of_32_that_confirm_an_address_one_wins,
    of_32_that_are_remembered_one_changes_the_token,
}

for_every_strategy_that! { mails_password: of_32_that_use_a_generated_password_one_wins }
for_every_strategy_that! { takes_code: of_32_wrong_codes_three_are_looked_at }

/// Concurrent requests.
const MANY: usize = 32;
/// Most sessions of an account; more exist only until the next one begins.
const SESSIONS: i64 = 100;
/// Rounds in a normal test run, with one process and with two.
const FEW: usize = 2;

/// An arena that does not wait for the disk: races need no protection from power loss.
pub async fn harness(setting: &Setting) -> Harness {
    Harness::open(setting, &[("databases.latchkey.synchronous", json!("normal"))]).await
}

/// Repeats `round`, with one server process and then with two.
async fn with_one_and_two(harness: &mut Harness, law: &str, mut round: impl AsyncFnMut(&Harness, usize)) {
    for servers in 1..=2 {
        harness.have(servers).await;
        rounds(harness, law, &mut round).await;
    }
}

/// Repeats `round`.
pub async fn rounds(harness: &Harness, law: &str, mut round: impl AsyncFnMut(&Harness, usize)) {
    let (strategy, engine) = (harness.setting.strategy.name(), harness.setting.engine);
    let mut length =
        Length::new(format!("{law}, {strategy}, {engine:?}, {} processes", harness.servers()), FEW);
    while let Some(number) = length.next() {
        harness.post.forget();
        round(harness, number).await;
        length.done();
    }
}

/// Password that this competitor would set.
pub fn candidate(round: usize, turn: usize) -> String {
    format!("wicker basket {round} number {turn} of thirty")
}

/// Sends `sent` for each turn, all at once, in copies of `own`.
pub async fn at_once(
    harness: &Harness,
    own: &Browser,
    sent: impl Fn(usize) -> Sent,
) -> Vec<(Answer, Browser)> {
    let answers = join_all((0..MANY).map(|turn| {
        let (copy, sent) = (harness.copy(turn, own), sent(turn));
        async move { (copy.post_only(&sent).await, copy) }
    }))
    .await;
    let statuses: Vec<_> = answers.iter().map(|(answer, _)| answer.status).collect();
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    answers
}

/// True if an answer to the request that spends a key contains what the key pays for. Its redirect says nothing: a
/// second click leads to the same page as the first.
pub fn has_won(strategy: Strategy, answer: &Answer) -> bool {
    let given = match strategy {
        it if it.mails_password() => "latchkey_kept=",
        it if it.signs_in_once() => "latchkey_restricted=",
        _ => "latchkey_session=",
    };
    let cookies = answer.headers.get_all(header::SET_COOKIE).into_iter();
    let values = cookies.filter_map(|cookie| cookie.to_str().ok()?.strip_prefix(given));
    values.into_iter().any(|value| !value.starts_with(';'))
}

/// Spends `ann`'s key in all requests at once; returns the turns that won, and the facts before.
pub async fn spend_at_once(harness: &Harness, ann: &Person, round: usize) -> (Vec<usize>, Facts) {
    let site = harness.site();
    let browser = harness.browser(0);
    let ready = harness.prepare(&browser, ann).await;
    let before = harness.db_probe.facts(&ann.email).await;
    let spending = |turn| site.spending(&browser, &ready, &candidate(round, turn));
    let answers = at_once(harness, &browser, spending).await;
    let won = (0..MANY).filter(|turn| has_won(harness.setting.strategy, &answers[*turn].0)).collect();
    harness.settle().await;
    (won, before)
}

/// With a default isolation level that aborts conflicting transactions.
#[test]
fn of_32_one_wins_whatever_isolation_is_the_default() {
    prove(Strategy::SetThenLogin, Engine::Postgres, async |setting: Setting| {
        let url = format!("{}?options[default_transaction_isolation]=serializable", setting.database);
        let harness = Harness::open(&setting, &[("databases.latchkey.url", json!(url))]).await;
        spenders(&setting, harness).await;
    });
}

async fn of_32_that_spend_a_key_one_wins(setting: Setting) {
    let harness = harness(&setting).await;
    spenders(&setting, harness).await;
}

async fn spenders(setting: &Setting, mut harness: Harness) {
    let mut ann = harness.site().person("ann").await;
    with_one_and_two(&mut harness, "a key", async |harness, round| {
        let (won, before) = spend_at_once(harness, &ann, round).await;
        assert_eq!(won.len(), 1, "{won:?} won in round {round}");
        let now = harness.db_probe.facts(&ann.email).await;
        let expected = match setting.strategy {
            it if it.signs_in_once() => Facts {
                signed_in_once: before.signed_in_once + 1,
                undo: before.undo + 1,
                notices: before.notices + 1,
                ..ended(&before)
            },
            it if it.mails_password() => {
                Facts { generated: before.generated + 1, keys: 1, reset_keys: 0, ..before }
            }
            _ => Facts {
                completed: before.completed + 1,
                undo: before.undo + 1,
                notices: before.notices + 1,
                ..ended(&before)
            },
        };
        assert_eq!(now, expected, "round {round}");
        if setting.strategy.ends_with_password() {
            ann.password = candidate(round, won[0]);
            assert!(!harness.site().opens(&ann.email, &candidate(round, (won[0] + 1) % MANY)).await);
        }
        assert!(harness.site().opens(&ann.email, &ann.password).await, "round {round}");
    })
    .await;
}

/// Facts after everything of an account has ended, except for the session that ended it.
pub fn ended(before: &Facts) -> Facts {
    Facts { keys: 0, reset_keys: 0, sessions: 1, remembered: 0, ..before.clone() }
}

async fn of_32_that_use_a_generated_password_one_wins(setting: Setting) {
    let mut harness = harness(&setting).await;
    with_one_and_two(&mut harness, "a generated password", async |harness, round| {
        let site = harness.site();
        // Each round leaves sessions behind, and an account has 100 at most.
        let ann = site.person(&format!("ann-{}-{round}", harness.servers())).await;
        let browser = harness.browser(0);
        let ready = harness.prepare(&browser, &ann).await;
        browser.post(&site.spending(&browser, &ready, NEW)).await;
        let generated = site.mailbox.next_code(&ann.email).await;
        harness.settle().await;
        let form = browser.get("/login").await;
        let sent = browser.fill(&form, &[("username", &ann.email), ("current-password", &generated)]);
        let before = harness.db_probe.facts(&ann.email).await;
        let answers = at_once(harness, &browser.other(), |_| sent.clone()).await;
        let won = answers.iter().filter(|(answer, _)| answer.location() == "/reset/new-password").count();
        assert_eq!(won, 1, "winners in round {round}");
        harness.settle().await;
        let expected = Facts {
            signed_in_once: before.signed_in_once + 1,
            keys: 0,
            sessions: before.sessions + 1,
            ..before
        };
        assert_eq!(harness.db_probe.facts(&ann.email).await, expected, "round {round}");
        assert!(site.opens(&ann.email, OLD).await, "the old password works until the new one is set");
    })
    .await;
}

async fn of_32_wrong_codes_three_are_looked_at(setting: Setting) {
    let mut harness = harness(&setting).await;
    let mut ann = harness.site().person("ann").await;
    with_one_and_two(&mut harness, "a wrong code", async |harness, round| {
        let site = harness.site();
        let browser = harness.browser(0);
        let ready = harness.prepare(&browser, &ann).await;
        let right = site.spending(&browser, &ready, OTHER);
        let mut wrong = right.clone();
        let code = wrong.fields.iter_mut().find(|(name, _)| name == "code").expect("a field for the code");
        code.1 = code.1.chars().rev().map(|c| if c == '7' { '3' } else { '7' }).collect();
        let before = harness.db_probe.facts(&ann.email).await;
        at_once(harness, &browser, |_| wrong.clone()).await;
        let now = harness.db_probe.facts(&ann.email).await;
        let (undo, notices) = (before.undo + 1, before.notices + 1);
        assert_eq!(
            now,
            Facts { code_failed: before.code_failed + 3, undo, notices, ..before },
            "round {round}"
        );
        browser.post(&right).await;
        assert!(!browser.is_signed_in().await, "a right code after three wrong ones, in round {round}");
        // A key in use stays bound to its browser until something ends it.
        let (own, new) = (site.signed_in(&ann).await, if ann.password == NEW { OLD } else { NEW });
        let typed = [("current-password", &*ann.password), ("new-password", new)];
        own.submit(&own.get("/change").await, &typed).await;
        new.clone_into(&mut ann.password);
        harness.settle().await;
    })
    .await;
}

async fn of_32_that_confirm_an_address_one_wins(setting: Setting) {
    let mut harness = harness(&setting).await;
    with_one_and_two(&mut harness, "a confirmation", async |harness, round| {
        let (site, browser) = (harness.site(), harness.browser(0));
        let email = format!("ann{round}of{}@example.com", harness.servers());
        site.register(&browser, &email, OLD).await;
        let page = browser.get(&site.mailbox.next(&email).await.link()).await;
        let sent = browser.sent(&page, page.form_to("/confirm/address"), &[]);
        let answers = at_once(harness, &browser, |_| sent.clone()).await;
        let won = answers.iter().filter(|(answer, _)| answer.location() == "/account").count();
        assert_eq!(won, 1, "winners in round {round}");
        let expected = Facts { confirmed: 1, sessions: 1, ..Facts::default() };
        assert_eq!(harness.db_probe.facts(&email).await, expected, "round {round}");
    })
    .await;
}

/// Five restored tabs send the same token: all are let in, and all get the same new token.
async fn of_32_that_are_remembered_one_changes_the_token(setting: Setting) {
    let mut harness = harness(&setting).await;
    let ann = harness.site().person("ann").await;
    let browser = remembered(harness.site(), &ann).await;
    with_one_and_two(&mut harness, "a remembered token", async |harness, round| {
        browser.close();
        let before = harness.db_probe.facts(&ann.email).await;
        let answers = join_all((0..MANY).map(|turn| {
            let copy = harness.copy(turn, &browser);
            async move { (copy.ask(Method::GET, "/account").await, copy) }
        }))
        .await;
        assert!(answers.iter().all(|(answer, _)| answer.status == 200), "round {round}");
        let changes: Vec<_> = answers.iter().filter(|(answer, _)| next_token(answer).is_some()).collect();
        let tokens: BTreeSet<_> = changes.iter().filter_map(|(answer, _)| next_token(answer)).collect();
        assert_eq!((changes.len(), tokens.len()), (MANY, 1), "the next tokens in round {round}: {tokens:?}");
        let many = i64::try_from(MANY).expect("few");
        let now = harness.db_probe.facts(&ann.email).await;
        let opened = before.sessions + many;
        assert!((opened.min(SESSIONS)..=opened).contains(&now.sessions), "round {round}: {}", now.sessions);
        assert_eq!(now, Facts { sessions: now.sessions, ..before }, "round {round}");
        browser.with_jar(|jar| *jar = changes[0].1.jar());
    })
    .await;
}

/// A browser in which `person` is kept signed in.
pub async fn remembered(site: &Site, person: &Person) -> Browser {
    let browser = site.browser();
    let typed = [("username", &*person.email), ("password", &*person.password), ("remember", "on")];
    browser.submit(&browser.get("/login").await, &typed).await;
    browser
}

fn next_token(answer: &Answer) -> Option<String> {
    let set = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut set =
        set.filter(|cookie| cookie.starts_with("latchkey_remembered=") && !cookie.contains("Max-Age=0"));
    set.next().and_then(|cookie| cookie.split(';').next()).map(str::to_owned)
}
