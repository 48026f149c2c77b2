//! Latchkey in the database of the application around it, beside the application's own tables.

use rocket::{Build, Rocket, fairing::AdHoc, get, routes};
use serde_json::{Value, json};

use crate::common::{Engine, OLD, Setting, TestApp, dump, execute, texts};

for_both_databases! {
    a_host_and_latchkey_share_a_database,
}

/// What the host has there: tables with names that ours once had, and migrations with the numbers of ours.
const HOSTS: &str = "CREATE TABLE accounts (id BIGINT PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO accounts VALUES (1, 'of the host');
    CREATE TABLE sessions (id BIGINT PRIMARY KEY);
    INSERT INTO sessions VALUES (1);
    CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, success BOOLEAN NOT NULL,
        checksum BYTEA NOT NULL);
    INSERT INTO _sqlx_migrations VALUES (1, 'shop', TRUE, 'x'), (20260101000000, 'orders', TRUE, 'y')";

#[get("/shop")]
fn shop(me: &latchkey::Account) -> String {
    format!("the orders of {}", me.email())
}

async fn app(setting: &Setting) -> TestApp {
    // As other drivers write it, with a key that is theirs.
    let url = setting.database.trim_start_matches("sqlite://");
    let changes = [
        ("databases.latchkey.url", Value::Null),
        ("databases.shop.url", json!(url)),
        ("databases.shop.pool_size", json!(3)),
        ("latchkey.database", json!("shop")),
    ];
    let (url, id) = match setting.engine {
        Engine::Sqlite => (format!("{}?mode=rwc", setting.database), "BLOB"),
        Engine::Postgres => (setting.database.clone(), "UUID"),
    };
    let orders = format!(
        "CREATE TABLE IF NOT EXISTS orders
            (account_id {id} NOT NULL REFERENCES latchkey_accounts (id), what TEXT NOT NULL)"
    );
    let attach = move |rocket: Rocket<Build>, latchkey| {
        let (url, orders) = (url.clone(), orders.clone());
        let migrations = AdHoc::on_ignite("The host's migrations", |rocket| {
            Box::pin(async move {
                execute(&url, &orders).await;
                rocket
            })
        });
        rocket.mount(common::based("/"), routes![shop]).attach(latchkey).attach(migrations)
    };
    setting.attached(&changes, attach).await
}

async fn a_host_and_latchkey_share_a_database(setting: Setting) {
    let url = match setting.engine {
        Engine::Sqlite => format!("{}?mode=rwc", setting.database),
        Engine::Postgres => setting.database.clone(),
    };
    match setting.engine {
        Engine::Sqlite => std::fs::remove_file(setting.folder.join("latchkey.db")).expect("removed"),
        Engine::Postgres => {
            execute(&url, "DROP SCHEMA public CASCADE").await;
            execute(&url, "CREATE SCHEMA public").await;
        }
    }
    execute(&url, HOSTS).await;
    let before = dump(&url).await;
    let site = app(&setting).await;
    let ann = site.account("ann@example.com").await;
    let after = dump(&url).await;
    assert!(before.iter().all(|row| after.contains(row)), "the host lost a row: {after:?}");
    let ours: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    assert!(ours.iter().all(|row| row.starts_with("latchkey_")), "{ours:?}");
    assert!(ours.iter().any(|row| row.starts_with("latchkey_migrations")), "{ours:?}");

    execute(&url, "INSERT INTO orders SELECT id, 'a lamp' FROM latchkey_accounts").await;
    site.stop().await;

    let site = app(&setting).await;
    let browser = site.signed_in(&ann).await;
    assert_eq!(browser.ask(reqwest::Method::GET, "/shop").await.text(), "the orders of ann@example.com");
    assert!(site.opens(&ann.email, OLD).await);
    let theirs =
        "SELECT what FROM orders JOIN latchkey_accounts ON id = account_id WHERE email = 'ann@example.com'";
    assert_eq!(texts(&url, theirs).await, ["a lamp"]);
}
