//! GET changes nothing: scanners, previews and prefetching browsers follow every link.

use reqwest::Method;

use crate::common::{Setting, Site, TestApp, dump};

for_both_databases! {
    no_get_route_changes_anything,
}

/// Everything stored, except for the time a session was last seen, the list of servers, and events about refused roles.
async fn stored(app: &Site) -> Vec<String> {
    let rows = dump(&app.setting.database).await;
    let seen = regex::Regex::new(r#"("seen_at":|seen_at=)\d+"#).expect("a pattern");
    let noted = |row: &str| row.starts_with("latchkey_rate_limits:") || row.contains("role.refused");
    let rows = rows.iter().filter(|row| !row.starts_with("latchkey_replicas:") && !noted(row));
    rows.map(|row| seen.replace_all(row, "").into_owned()).collect()
}

/// Waits until nothing changes, because the worker may finish after the message has arrived.
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

/// Every path of a GET route, with all dynamic parts filled in.
fn get_places(app: &TestApp) -> Vec<String> {
    let gets = app.routes.iter().filter(|(method, _)| *method == Method::GET);
    gets.map(|(_, uri)| filled(uri)).collect()
}

/// Path of a route with its dynamic parts filled in, without its query.
pub fn filled(uri: &str) -> String {
    let path = uri.split('?').next().unwrap_or_default();
    let parts: Vec<_> = path
        .split('/')
        .map(|part| if part.starts_with('<') { "01890a5d-ac96-774b-bcce-b302099a8057" } else { part })
        .collect();
    parts.join("/")
}
