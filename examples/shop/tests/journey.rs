//! The example as its README tells: a customer is created with the account, and all pages are the shop's.

use latchkey_testing::{OLD, example::Example};
use reqwest::Method;

const EMAIL: &str = "ann@example.com";
const LAYOUT: &str = "<header><a href=\"/\">The tea shop</a></header>";

#[rocket::async_test]
async fn a_customer_is_created_with_the_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let templates = folder.path().join("templates");
    std::fs::create_dir(&templates).expect("a folder");
    for (name, text) in [
        ("frame.html.tera", include_str!("../templates/frame.html.tera")),
        ("home.html.tera", include_str!("../templates/home.html.tera")),
        ("lost.html.tera", include_str!("../templates/lost.html.tera")),
        ("orders.html.tera", include_str!("../templates/orders.html.tera")),
    ] {
        std::fs::write(templates.join(name), text).expect("a file is written");
    }
    let binary = env!("CARGO_BIN_EXE_example-shop");
    let example = Example::start_in(folder, binary, include_str!("../Rocket.toml")).await;
    let browser = example.browser();

    // The shop is as it was: its shield, its catcher, its files.
    let home = browser.ask(Method::GET, "/").await;
    assert!(home.text().contains("become a customer"), "{}", home.text());
    assert_eq!(home.headers["x-frame-options"], "SAMEORIGIN");
    assert!(!home.headers.contains_key("content-security-policy"));
    assert!(browser.ask(Method::GET, "/nowhere").await.text().contains("Sold out"));
    assert_eq!(browser.ask(Method::GET, "/static/shop.css").await.status, 200);

    // Our pages are in its layout, and guarded as ever.
    let form = browser.ask(Method::GET, "/auth/register").await;
    assert!(form.text().contains(LAYOUT) && form.text().contains("Your name"), "{}", form.text());
    assert_eq!(form.headers["x-frame-options"], "DENY");
    let taken = [("email", EMAIL), ("password", OLD), ("field.name", "The Tea Shop")];
    let refused = browser.send(browser.request(Method::POST, "/auth/register").form(&taken)).await;
    let refused = browser.ask(Method::GET, refused.location()).await.text();
    assert!(refused.contains("This name is ours."), "{refused}");

    example.register(&browser, EMAIL, &[("field.name", "Ann")]).await;
    let orders = browser.ask(Method::GET, "/orders").await.text();
    assert!(orders.contains("Ann has not ordered anything yet."), "{orders}");
}
