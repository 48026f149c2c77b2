//! Secrets rotate in two steps; servers at different steps work together: nobody is signed out, nothing is lost.

use serde_json::json;

use crate::common::{Capabilities, Change, NEW, OLD, Setting, TestApp};

for_every_strategy! { a_reset_begun_at_one_server_ends_at_the_other }
for_both_databases! {
    a_session_of_one_server_is_good_at_the_other,
    a_password_hashed_by_one_server_opens_at_the_other,
    what_is_counted_at_one_server_counts_at_the_other,
}

const FORMER: &str = "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
const NEXT: &str = "q0tYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
const PEPPERS: [&str; 2] = ["a pepper that is long enough for a test", "another pepper that is long enough"];

fn secrets(first: &str, other: &str, peppers: [&str; 2]) -> Vec<Change<'static>> {
    vec![
        ("secret_key", json!(first)),
        ("latchkey.old_secret_keys", json!([other])),
        ("latchkey.pepper", json!(peppers)),
    ]
}

/// A server with the next secrets added, and one with them promoted.
async fn two(setting: &Setting, changes: &[Change<'static>]) -> [TestApp; 2] {
    let added = [&secrets(FORMER, NEXT, PEPPERS), changes].concat();
    let app = setting.app_with(&added).await;
    let promoted = secrets(NEXT, FORMER, [PEPPERS[1], PEPPERS[0]]);
    let other = app.replica_with(&promoted).await;
    [app, other]
}

async fn a_reset_begun_at_one_server_ends_at_the_other(setting: Setting) {
    let [former, next] = two(&setting, &[]).await;
    let ann = former.person("ann").await;
    for (turn, [asked, spent]) in [[&former, &next], [&next, &former]].into_iter().enumerate() {
        asked.ask_reset(&ann.email).await;
        let mut link = None;
        for _ in 0..200 {
            for server in [&former, &next] {
                link = link.or(server.mailbox.unread(&ann.email).await.filter(|mail| mail.is_key()));
            }
            if link.is_some() {
                break;
            }
            rocket::tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        let link = link.expect("a message with a key").link();
        let page = spent.browser().get(&link).await;
        assert_eq!(page.path(), setting.strategy.path(), "turn {turn}: {page}");
        let page = asked.browser().get(&link).await;
        assert_eq!(page.path(), setting.strategy.path(), "turn {turn}: {page}");
    }
}

async fn a_session_of_one_server_is_good_at_the_other(setting: Setting) {
    let [former, next] = two(&setting, &[]).await;
    let ann = former.account("ann@example.com").await;
    for [here, there] in [[&former, &next], [&next, &former]] {
        let browser = here.signed_in(&ann).await;
        let elsewhere = there.browser();
        elsewhere.with_jar(|jar| *jar = browser.jar());
        assert!(elsewhere.is_signed_in().await);
    }
}

async fn a_password_hashed_by_one_server_opens_at_the_other(setting: Setting) {
    let [former, next] = two(&setting, &[]).await;
    let ann = former.account("ann@example.com").await;
    for _ in 0..2 {
        assert!(next.opens(&ann.email, OLD).await && former.opens(&ann.email, OLD).await);
    }
}

async fn what_is_counted_at_one_server_counts_at_the_other(setting: Setting) {
    let limits =
        [("latchkey.limits.enabled", json!(true)), ("latchkey.limits.sign_ins_per_address", json!(3))];
    let [former, next] = two(&setting, &limits).await;
    former.account("ann@example.com").await;
    let guess = async |app: &TestApp| app.sign_in(&app.browser(), "ann@example.com", NEW).await.status;
    for app in [&former, &next, &former] {
        assert_eq!(guess(app).await, 422);
    }
    assert_eq!([guess(&next).await, guess(&former).await], [429, 429]);
}
