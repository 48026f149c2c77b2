//! A065: input is never evaluated as a template.

use serde_json::json;

use crate::{
    common::{Capabilities, Change, OLD},
    everywhere::{Part, everywhere, is_whole},
    fixture::AttackFixture,
    roles::admin,
    tries::EVERY,
};

attacks! {
    EVERY.with(named) => a065_what_somebody_sends_is_no_template;
}

const PAYLOAD: &str = "{{7919*7907}}{% include \"layout.html\" %}{{ __tera_context }}{# x #}${7919*7907}";
const PRODUCT: &str = "62615533";

fn named() -> Vec<Change<'static>> {
    vec![("latchkey.register.fields", json!([{ "name": "nick", "label": "What we call you" }]))]
}

async fn a065_what_somebody_sends_is_no_template(fixture: &mut AttackFixture) {
    let domain = fixture.strategy().path().rsplit('/').next().expect("a name").to_owned();
    let email = format!("{{{{7919*7907}}}}@{domain}.example.com");
    let browser = fixture.app.browser();
    let form = browser.get("/register").await;
    let typed = [("email", &*email), ("password", OLD), ("field.nick", PAYLOAD)];
    browser.submit(&form, &typed).await;
    let page = browser.get(&fixture.app.mailbox.next(&email).await.link()).await;
    browser.press(&page, "/confirm/address").await;
    fixture.app.ask_reset(&email).await;
    browser.get(&fixture.app.mailbox.next_key(&email).await.link()).await;
    let root = admin(fixture, &format!("root@{domain}.example.com")).await;

    let mut literal = 0;
    for (browser, part) in [(&fixture.app.browser(), Part::All), (&browser, Part::All), (&root, Part::Gets)] {
        for (place, answer) in everywhere(fixture, browser, PAYLOAD, part).await {
            let text = answer.text();
            assert!(!text.contains(PRODUCT) && text.matches("<html").count() <= 1, "{place}: {text}");
            literal += usize::from(text.contains("{{7919*7907}}") && text.contains("{{ __tera_context }}"));
        }
    }
    assert!(literal > 0, "the text as it was sent is to be seen somewhere");
    let account = browser.get("/account").await;
    assert!(account.text.contains(&email) && account.text.contains(PAYLOAD), "{account}");
    for message in fixture.app.mailbox.all().await {
        assert!(!message.text.contains(PRODUCT) && !message.subject.contains(PRODUCT), "{message:?}");
    }
    fixture
        .unharmed(if is_whole(fixture) {
            &["account.invited", "code.failed", "sign_in.failed"]
        } else {
            &["account.invited", "code.failed"]
        })
        .await;
}
