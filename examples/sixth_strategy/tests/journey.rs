//! The example as its README tells: link, code, new password; and neither the link nor a wrong code is enough.

use latchkey_testing::{
    NEW,
    example::{Example, form},
};
use reqwest::Method;

const EMAIL: &str = "ann@example.com";
const PAGE: &str = "/auth/reset/code-then-password";

#[rocket::async_test]
async fn the_link_and_the_code_lead_back_in() {
    let binary = env!("CARGO_BIN_EXE_example-sixth-strategy");
    let example = Example::start(binary, include_str!("../Rocket.toml")).await;
    example.register(&example.browser(), EMAIL, &[]).await;
    let (browser, thief) = (example.browser(), example.browser());
    example.post(&browser, "/auth/reset", &[("email", EMAIL)]).await;
    let link = example.mailbox.next_key(EMAIL).await.link();

    // The link alone: the form for the code can be sent, but opens nothing.
    assert_eq!(thief.ask(Method::GET, &link).await.location(), PAGE);
    let page = thief.ask(Method::GET, PAGE).await.text();
    let submit = form(&page, &format!("{PAGE}/code")).replace("/code?", "?");
    let refused = example.post(&thief, &submit, &[("code", ""), ("password", NEW)]).await;
    assert_eq!(refused.location(), PAGE);
    assert_eq!(thief.ask(Method::GET, "/").await.text(), "hello, stranger");

    assert_eq!(browser.ask(Method::GET, &link).await.location(), PAGE);
    let page = browser.ask(Method::GET, PAGE).await.text();
    example.post(&browser, form(&page, &format!("{PAGE}/code")), &[]).await;
    let page = browser.ask(Method::GET, PAGE).await.text();
    let submit = form(&page, &format!("{PAGE}?form="));
    example.post(&browser, submit, &[("code", "00000000"), ("password", NEW)]).await;
    let wrong = browser.ask(Method::GET, PAGE).await.text();
    assert!(wrong.contains("You have 2 tries left."), "{wrong}");
    let code = example.mailbox.next_code(EMAIL).await;
    let weak = example.post(&browser, submit, &[("code", &code), ("password", "12345678")]).await;
    assert_eq!(weak.location(), PAGE);
    let done = example.post(&browser, submit, &[("code", &code), ("password", NEW)]).await;
    assert_eq!(done.location(), "/auth/account");
    assert_eq!(browser.ask(Method::GET, "/").await.text(), format!("hello, {EMAIL}"));
    assert_eq!(browser.other().ask(Method::GET, &link).await.status, 410);
}

#[rocket::async_test]
async fn the_commands_know_its_steps() {
    let toml = concat!(include_str!("../Rocket.toml"), "\nkey_ttl = \"20m\"\n");
    let binary = env!("CARGO_BIN_EXE_example-sixth-strategy");
    let example = Example::start(binary, toml).await;
    let said = |arguments: &[&str]| String::from_utf8(example.run(arguments).stdout).expect("text");
    let explained = said(&["policy", "explain", "--role", "member"]);
    for step in
        ["for 20 minutes", "a second message brings", "That is 3 steps", "nobody gets a new password without"]
    {
        assert!(explained.contains(step), "{step}: {explained}");
    }
    let checked = said(&["check"]);
    assert!(checked.contains("code_then_password, first key by email, good for 20m"), "{checked}");
    std::fs::write(example.folder().join("Rocket.toml"), toml.replace("20m", "30m"))
        .expect("a file is written");
    let checked = said(&["check"]);
    assert!(checked.contains("latchkey.reset.key_ttl") && checked.contains("20m"), "{checked}");
    std::fs::write(example.folder().join("Rocket.toml"), toml.replace("code_then", "cod_then"))
        .expect("a file is written");
    let checked = example.run(&["check"]);
    assert_eq!(checked.status.code(), Some(1));
    let checked = String::from_utf8(checked.stdout).expect("text");
    assert!(
        checked.contains("`cod_then_password` is unknown") && checked.contains("would not start"),
        "{checked}"
    );
}
