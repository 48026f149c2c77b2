//! The example as its README tells: two drivers write to one file, and entries belong to accounts.

use latchkey_testing::{example::Example, execute, texts};
use reqwest::Method;
use rocket::{futures::future::join_all, tokio};

const ENTRIES: usize = 20;

#[rocket::async_test]
async fn two_drivers_write_to_one_file() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-diesel"), include_str!("../Rocket.toml")).await;
    let browser = example.browser();
    assert_eq!(browser.ask(Method::GET, "/entries").await.location(), "/auth/login?next=/entries");
    example.register(&browser, "ann@example.com", &[]).await;

    // Each sign-in writes too.
    let other = example.browser();
    let entry = async |number: usize| {
        let text = format!("day {number}");
        browser.send(browser.request(Method::POST, "/entries").form(&[("text", &text)])).await.status
    };
    let (written, ()) = tokio::join!(
        join_all((0..ENTRIES).map(entry)),
        example.sign_in(&other, "ann@example.com", "/entries")
    );
    assert_eq!(written, [201; ENTRIES]);
    let read = other.ask(Method::GET, "/entries").await.text();
    assert_eq!(read.matches("day").count(), ENTRIES, "{read}");

    let database = format!("sqlite://{}", example.folder().join("diary.db").display());
    assert_eq!(texts(&database, "SELECT text FROM entries").await.len(), ENTRIES);
    execute(&database, "DELETE FROM latchkey_accounts").await;
    assert!(
        texts(&database, "SELECT text FROM entries").await.is_empty(),
        "entries go away with the account"
    );
}
