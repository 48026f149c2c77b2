//! A063, A064: input is shown as text, at once and later, to every reader.

use reqwest::{Method, header};
use serde_json::json;

use crate::{
    common::{Answer, Capabilities, OLD, host},
    everywhere::{Part, everywhere, is_whole},
    fixture::AttackFixture,
    raw::{altered, escaped, post},
    roles::admin,
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a063_what_a_request_says_is_shown_as_text;
    SITE => a064_what_is_stored_is_shown_as_text;
}

const PAYLOAD: &str = "'\"></title></textarea><svg onload=alert(1)>";
const SHOWN: &str = "&lt;svg onload";

/// True if the payload is shown as text; panics if it appears as anything else.
fn shows(place: &str, answer: &Answer) -> bool {
    if answer.text() == host::ERROR {
        return false; // an application's own, which no page of ours is
    }
    let header = |name| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(header(header::CONTENT_SECURITY_POLICY).contains("default-src 'none'"), "{place}");
    assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{place}");
    if !header(header::CONTENT_TYPE).starts_with("text/html") {
        return false;
    }
    let text = answer.text();
    for wrong in ["<svg onload", "'\">", "</textarea><", "href=\"javascript:", "action=\"javascript:"] {
        assert!(!text.contains(wrong), "{wrong} at {place}: {text}");
    }
    text.contains(SHOWN)
}

async fn a063_what_a_request_says_is_shown_as_text(fixture: &mut AttackFixture) {
    let path = fixture.strategy().path();
    let domain = path.rsplit('/').next().expect("a name");
    let ann = fixture.app.account(&format!("ann@{domain}.example.com")).await;
    let own = fixture.app.signed_in(&ann).await;
    let page = own.get(&fixture.app.key(&ann).await.link()).await;
    let root = admin(fixture, &format!("root@{domain}.example.com")).await;
    let mut shown = Vec::new();
    for (browser, part) in [(&fixture.app.browser(), Part::All), (&own, Part::All), (&root, Part::Gets)] {
        for (place, answer) in everywhere(fixture, browser, PAYLOAD, part).await {
            if shows(&place, &answer) {
                shown.push(place);
            }
        }
    }
    let seen = |path: &str| shown.iter().any(|place| place.starts_with(path));
    assert!(seen("/reset?") && (!is_whole(fixture) || seen("/login")), "to be seen there: {shown:?}");
    assert!(own.is_signed_in().await && root.is_signed_in().await, "signed out on the way");
    for page in [page, own.get(&path).await] {
        for form in page.forms.iter().filter(|form| form.path().starts_with(&path)) {
            let body = format!("code={0}&new_password={0}", escaped(PAYLOAD));
            shows(&form.action, &post(&own, &form.action, body).await);
        }
    }
    fixture
        .unharmed(if is_whole(fixture) {
            &["account.invited", "code.failed", "sign_in.failed"]
        } else {
            &["account.invited", "code.failed"]
        })
        .await;
}

async fn a064_what_is_stored_is_shown_as_text(fixture: &mut AttackFixture) {
    let nick = json!([{ "name": "nick", "label": "What we call you" }]);
    fixture.restart(&[("latchkey.register.fields", nick)]).await;
    let browser = fixture.app.browser();
    let form = browser.get("/register").await;
    let email = "ann&copy'{}@example.com";
    let typed = [("email", email), ("password", OLD), ("field.nick", PAYLOAD)];
    browser.submit(&form, &typed).await;
    let page = browser.get(&fixture.app.mailbox.next(email).await.link()).await;
    browser.press(&page, "/confirm/address").await;
    for agent in [PAYLOAD, "Mozilla/5.0 (<svg onload=alert(1)>) Firefox/140.0"] {
        let fields = [("email", email), ("password", OLD)];
        let request = browser.request(Method::POST, "/login").form(&fields);
        browser.send(altered(&browser, request, &[("user-agent", agent)])).await;
        assert!(browser.is_signed_in().await, "{agent}");
    }
    fixture.app.ask_reset(email).await;
    fixture.quiet().await;

    let root = admin(fixture, "root@example.com").await;
    let found = root.get("/admin/people?q=ann").await;
    let ann = found.links.iter().find(|link| link.starts_with("/admin/people/")).expect("ann is found");
    assert!(found.body.contains("&amp;copy&#39;"), "the address as text: {}", found.body);
    let mut shown = Vec::new();
    for (browser, place) in [
        (&browser, "/account"),
        (&browser, "/account/sessions"),
        (&root, &**ann),
        (&root, "/admin/people"),
        (&root, "/admin/events"),
        (&root, "/admin/messages"),
        (&root, "/dev/mailbox"),
    ] {
        if shows(place, &browser.ask(Method::GET, place).await) {
            shown.push(place);
        }
    }
    assert!(shown.contains(&"/account"), "the name is to be seen there: {shown:?}");
    fixture.unharmed(&["account.invited"]).await;
}
