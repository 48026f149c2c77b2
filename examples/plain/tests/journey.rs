//! The example as its README tells: a route leads to sign-in, and back once there is an account.

use latchkey_testing::example::Example;
use reqwest::Method;

const EMAIL: &str = "ann@example.com";

#[rocket::async_test]
async fn a_route_leads_to_sign_in_and_back() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-plain"), include_str!("../Rocket.toml")).await;
    let browser = example.browser();
    assert_eq!(browser.ask(Method::GET, "/").await.text(), "hello, stranger");
    example.register(&browser, EMAIL, &[]).await;
    assert_eq!(browser.ask(Method::GET, "/").await.text(), format!("hello, {EMAIL}"));

    let other = browser.other();
    let sign_in = other.ask(Method::GET, "/notes").await;
    assert_eq!(sign_in.location(), "/auth/login?next=/notes");
    example.sign_in(&other, EMAIL, "/notes").await;
    assert_eq!(other.ask(Method::GET, "/notes").await.text(), format!("the notes of {EMAIL}"));
    assert_eq!(other.ask(Method::GET, "/drafts").await.status, 403);
}
