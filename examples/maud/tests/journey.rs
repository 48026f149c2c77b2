//! The example as its README tells: one layout around its pages and Latchkey's, with a navigation that knows who is signed in.

use latchkey_testing::{Browser, example::Example};
use reqwest::Method;

const EMAIL: &str = "ann@example.com";
const LAYOUT: &str = "<a class=\"name\" href=\"/\">Notes</a>";

/// Asks for a page, which is in the layout.
async fn page(browser: &Browser, path: &str, status: u16) -> String {
    let answer = browser.ask(Method::GET, path).await;
    let text = answer.text();
    assert_eq!(answer.status, status, "{path}: {text}");
    assert!(text.contains(LAYOUT), "{path} is not in the layout: {text}");
    text
}

#[rocket::async_test]
async fn all_pages_are_in_one_layout() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-maud"), include_str!("../Rocket.toml")).await;
    let browser = example.browser();
    let home = page(&browser, "/", 200).await;
    assert!(
        home.contains("href=\"/auth/login?next=/\"") && home.contains("href=\"/auth/register\""),
        "{home}"
    );
    assert!(page(&browser, "/auth/register", 200).await.contains("<title>Create an account · Notes</title>"));
    page(&browser, "/auth/nowhere", 404).await;

    example.register(&browser, EMAIL, &[]).await;
    let notes = page(&browser, "/notes", 200).await;
    assert!(notes.contains("The notes of ann@example.com") && notes.contains("Sign out"), "{notes}");
    let account = page(&browser, "/auth/account", 200).await;
    assert!(account.contains("action=\"/auth/logout\"") && account.contains(EMAIL), "{account}");
    assert_eq!(example.post(&browser, "/auth/logout", &[]).await.location(), "/auth/login");
    assert!(page(&browser, "/auth/login", 200).await.contains("Sign in</a>"));
    assert_eq!(browser.ask(Method::GET, "/notes").await.location(), "/auth/login?next=/notes");
}
