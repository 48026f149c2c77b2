//! A047: no answer tells who has an account: status, headers and body are the same, whoever is named.

use crate::{
    common::{Answer, Sent},
    scene::{Scene, V},
    tries::{EVERY, limited},
};

attacks! {
    EVERY.with(limited) => a047_a_limit_answers_known_and_unknown_alike;
}

/// An answer without its date, without the id that is drawn for it, and without the address that was typed.
pub fn shown(answer: &Answer, address: &str) -> (u16, Vec<(String, String)>, String) {
    let mask =
        |text: &str| text.replace(address, "<address>").replace(&address.replace('@', "%40"), "<address>");
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date" && *name != "x-request-id");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), mask(&String::from_utf8_lossy(value.as_bytes()))))
        .map(|(name, value)| if name == "set-cookie" { (name, without_value(&value)) } else { (name, value) })
        .collect();
    headers.sort();
    (answer.status, headers, mask(&answer.text()))
}

fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').expect("name=value");
    let value = rest.split(';').next().unwrap_or_default();
    format!("{name}={} characters{}", value.len(), &rest[value.len()..])
}

async fn a047_a_limit_answers_known_and_unknown_alike(scene: &mut Scene) {
    let mut first = Vec::new();
    for address in [V, "nobody@example.com"] {
        let browser = scene.app.browser();
        for turn in 0..20 {
            let sent = Sent { to: "/reset".into(), fields: vec![("email".into(), address.into())] };
            let told = shown(&browser.post_only(&sent).await, address);
            if address == V {
                first.push(told);
            } else {
                assert_eq!(first[turn], told, "request {turn} tells them apart");
            }
        }
    }
    scene.unharmed(&["reset.issued", "limit.reached"]).await;
}
