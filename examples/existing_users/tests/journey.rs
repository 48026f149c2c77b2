//! The example as its README tells: somebody known of old registers, and sees what is known of them.

use latchkey_testing::{OLD, example::Example, texts};
use reqwest::Method;

#[rocket::async_test]
async fn users_of_old_are_linked_with_their_accounts() {
    let binary = env!("CARGO_BIN_EXE_example-existing-users");
    let example = Example::start(binary, include_str!("../Rocket.toml")).await;
    let ann = example.browser();
    example.register(&ann, "Ann@example.com", &[("field.name", "Somebody")]).await;
    assert_eq!(ann.ask(Method::GET, "/profile").await.text(), "Ann sings alto");

    let bob = ann.other();
    example.register(&bob, "bob@example.com", &[("field.name", "Bob")]).await;
    assert_eq!(bob.ask(Method::GET, "/profile").await.text(), "Bob sings a voice not yet known");

    let database = format!("sqlite://{}", example.folder().join("choir.db").display());
    let users = "SELECT email FROM users WHERE account_id IS NOT NULL ORDER BY email";
    assert_eq!(texts(&database, users).await, ["ann@example.com", "bob@example.com"]);
    // Its owner could still restore the account: the link stays as long.
    example.post(&bob, "/auth/account/delete", &[("password", OLD)]).await;
    assert_eq!(texts(&database, users).await.len(), 2);
    assert_eq!(bob.ask(Method::GET, "/profile").await.status, 303);
}
