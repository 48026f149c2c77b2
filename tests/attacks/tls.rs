//! A105: nothing is sent to a server with a wrong identity, and everything is once that is corrected.

use std::time::Duration;

use rocket::tokio::time::sleep;
use serde_json::{Value, json};

use crate::{
    authority::Authority,
    common::{Capabilities, Change, texts},
    fixture::{AttackFixture, V},
    listener::Listener,
    log,
    tries::EVERY,
};

attacks! {
    EVERY => a105_no_message_goes_to_a_false_server;
}

/// Waits until the message fails because of `why`; the server received nothing, and the log says so.
async fn is_refused(fixture: &AttackFixture, server: &Listener, logged: usize, why: &str) {
    let waiting = "SELECT last_error FROM latchkey_outbox WHERE state = 'waiting' AND last_error IS NOT NULL";
    for _ in 0..1000 {
        let troubles = texts(&fixture.app.setting.database, waiting).await;
        if troubles.iter().any(|trouble| trouble.contains(why)) {
            assert_eq!(troubles.len(), 1, "{troubles:?}");
            assert!(server.is_quiet(), "the server was given something");
            let said = log::since(logged);
            assert!(said.iter().any(|line| line.contains("will be retried") && line.contains(why)));
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing waits because of {why}: {:?}", texts(&fixture.app.setting.database, waiting).await);
}

async fn a105_no_message_goes_to_a_false_server(fixture: &mut AttackFixture) {
    let (authority, _) = Authority::new(&fixture.app.setting.folder);
    let (forged, elsewhere) = (authority.forges("DNS:localhost"), authority.signs("DNS:elsewhere.example"));
    let servers = [
        (&["--tls", "upgrade", "--certificate", &*forged][..], "smtp", "?tls=required", "certificate"),
        (&[][..], "smtp", "?tls=required", "STARTTLS"),
        (&["--tls", "always", "--certificate", &elsewhere][..], "smtps", "", "certificate"),
    ];
    for (turn, (arguments, scheme, query, why)) in servers.into_iter().enumerate() {
        let server = Listener::start("mail_server.py", arguments);
        let (url, logged) =
            (format!("{scheme}://user:password@localhost:{}{query}", server.port), log::begin());
        fixture.restart(&[("latchkey.mail.url", json!(url))]).await;
        if turn == 0 {
            assert_eq!(fixture.app.ask_reset(V).await.status, 200);
        } else {
            fixture.app.minutes_pass(1);
        }
        is_refused(fixture, &server, logged, why).await;
    }
    fixture.restart(&[("latchkey.mail.url", json!(null))]).await;
    fixture.app.minutes_pass(1);
    let link = fixture.app.mailbox.next_key(V).await.link();
    let (browser, password) = (fixture.app.browser(), fixture.password());
    let page = if fixture.strategy().needs_phone() {
        let gateway = Listener::start("gateway.py", &["--certificate", &forged]);
        let logged = log::begin();
        fixture.restart(&texted(&json!(format!("https://localhost:{}/200", gateway.port)))).await;
        let page = browser.get(&link).await;
        let page = browser.press(&page, &format!("{}/send", fixture.strategy().path())).await;
        is_refused(fixture, &gateway, logged, "certificate").await;
        fixture.restart(&texted(&json!(null))).await;
        fixture.app.minutes_pass(1);
        let code = fixture.app.mailbox.next_code(&fixture.v.phone).await;
        browser.submit(&page, &[("one-time-code", &code), ("new-password", &password)]).await
    } else {
        let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
        let page = browser.post(&fixture.app.spending(&browser, &ready, &password)).await;
        fixture.app.finish(&browser, page, &fixture.v, &password).await
    };
    assert!(browser.is_signed_in().await, "{page}");
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}

/// Settings with a gateway at `url`.
fn texted(url: &Value) -> Vec<Change<'static>> {
    let set = |value: Value| if url.is_null() { json!(null) } else { value };
    vec![
        ("latchkey.sms.url", url.clone()),
        ("latchkey.sms.fields", set(json!({ "to": "{to}", "text": "{text}" }))),
        ("latchkey.sms.countries", set(json!(["DE"]))),
    ]
}
