//! A105: nothing is sent to a server with a wrong identity, and everything is once that is corrected.

use std::time::Duration;

use rocket::tokio::time::sleep;
use serde_json::{Value, json};

use crate::{
    authority::Authority,
    common::{Capabilities, Change, texts},
    listener::Listener,
    log,
    scene::{Scene, V},
    tries::EVERY,
};

attacks! {
    EVERY => a105_no_message_goes_to_a_false_server;
}

/// Waits until the message fails because of `why`; the server received nothing, and the log says so.
async fn is_refused(scene: &Scene, server: &Listener, logged: usize, why: &str) {
    let waiting = "SELECT last_error FROM latchkey_outbox WHERE state = 'waiting' AND last_error IS NOT NULL";
    for _ in 0..1000 {
        let troubles = texts(&scene.app.setting.database, waiting).await;
        if troubles.iter().any(|trouble| trouble.contains(why)) {
            assert_eq!(troubles.len(), 1, "{troubles:?}");
            assert!(server.is_quiet(), "the server was given something");
            let said = log::since(logged);
            assert!(said.iter().any(|line| line.contains("will be retried") && line.contains(why)));
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing waits because of {why}: {:?}", texts(&scene.app.setting.database, waiting).await);
}

async fn a105_no_message_goes_to_a_false_server(scene: &mut Scene) {
    let (authority, _) = Authority::new(&scene.app.setting.folder);
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
        scene.restart(&[("latchkey.mail.url", json!(url))]).await;
        if turn == 0 {
            assert_eq!(scene.app.ask_reset(V).await.status, 200);
        } else {
            scene.app.minutes_pass(1);
        }
        is_refused(scene, &server, logged, why).await;
    }
    scene.restart(&[("latchkey.mail.url", json!(null))]).await;
    scene.app.minutes_pass(1);
    let link = scene.app.mailbox.next_key(V).await.link();
    let (browser, password) = (scene.app.browser(), scene.password());
    let page = if scene.strategy().needs_phone() {
        let gateway = Listener::start("gateway.py", &["--certificate", &forged]);
        let logged = log::begin();
        scene.restart(&texted(&json!(format!("https://localhost:{}/200", gateway.port)))).await;
        let page = browser.get(&link).await;
        let page = browser.press(&page, &format!("{}/send", scene.strategy().path())).await;
        is_refused(scene, &gateway, logged, "certificate").await;
        scene.restart(&texted(&json!(null))).await;
        scene.app.minutes_pass(1);
        let code = scene.app.mailbox.next_code(&scene.v.phone).await;
        browser.submit(&page, &[("one-time-code", &code), ("new-password", &password)]).await
    } else {
        let ready = scene.app.prepare(&browser, &link, &scene.v).await;
        let page = browser.post(&scene.app.spending(&browser, &ready, &password)).await;
        scene.app.finish(&browser, page, &scene.v, &password).await
    };
    assert!(browser.is_signed_in().await, "{page}");
    scene.now_has(&password).await;
    scene.unharmed(&["reset.issued", "reset.completed"]).await;
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
