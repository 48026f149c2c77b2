//! GET changes nothing: scanners, previews and prefetching browsers follow every link.

use reqwest::Method;

use crate::common::{Setting, Site, TestApp, dump};

for_both_databases! {
    no_get_route_changes_anything,
}

/// All that is stored, but for when a session was last seen, which servers say that they are there, and that a role was refused.
async fn stored(app: &Site) -> Vec<String> {
    let rows = dump(&app.setting.database).await;
    let seen = regex::Regex::new(r#"("seen_at":|seen_at=)\d+"#).expect("a pattern");
    let noted = |row: &str| row.starts_with("latchkey_counts:") || row.contains("role.refused");
    let rows = rows.iter().filter(|row| !row.starts_with("latchkey_replicas:") && !noted(row));
    rows.map(|row| seen.replace_all(row, "").into_owned()).collect()
}

/// The worker's last step may come after the message is there: waits until nothing moves.
async fn settled(app: &Site) -> Vec<String> {
    let mut before = stored(app).await;
    loop {
        rocket::tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        let now = stored(app).await;
        if now == before {
            return now;
        }
        before = now;
    }
}

async fn no_get_route_changes_anything(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let signed_in = app.signed_in(&ann).await;
    let link = app.key(&ann).await.link();
    signed_in.get(&link).await;
    let before = settled(&app).await;
    let places = get_places(&app);
    assert!(places.len() > 10, "{places:?}");
    for place in &places {
        for method in [Method::GET, Method::HEAD] {
            for browser in [&signed_in, &app.browser()] {
                let answer = browser.ask(method.clone(), place).await;
                assert!(answer.status < 500, "{method} {place}: {}", answer.status);
                if browser.jar().names().is_empty() {
                    assert_eq!(before, stored(&app).await, "{method} {place} changes what is stored");
                }
            }
        }
    }
    assert_eq!(before, stored(&app).await);
    assert!(signed_in.is_signed_in().await);
}

/// Every place that a GET can reach, with something in each dynamic part.
fn get_places(app: &TestApp) -> Vec<String> {
    let gets = app.routes.iter().filter(|(method, _)| *method == Method::GET);
    gets.map(|(_, uri)| filled(uri)).collect()
}

/// A route's address with its dynamic parts filled in and its query taken away.
pub fn filled(uri: &str) -> String {
    let path = uri.split('?').next().unwrap_or_default();
    let parts: Vec<_> = path
        .split('/')
        .map(|part| if part.starts_with('<') { "01890a5d-ac96-774b-bcce-b302099a8057" } else { part })
        .collect();
    parts.join("/")
}
