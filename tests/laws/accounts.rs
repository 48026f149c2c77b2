//! Accounts in an application's own code, and its own statements.

use std::sync::{Arc, Mutex};

use latchkey::{Accounts, Error, Uuid, Value};
use reqwest::Method;
use rocket::{Build, Rocket, fairing::AdHoc, get, routes};

use crate::common::{Engine, NEW, OLD, Setting, TestApp, execute, texts};

for_both_databases! {
    an_account_is_found_by_id_and_by_any_spelling_of_its_address,
    an_application_invites,
    roles_are_set_and_sessions_end,
    an_account_is_disabled_enabled_and_sent_a_reset,
    an_account_is_deleted_and_can_be_restored,
    a_disabled_account_stays_disabled_when_it_is_deleted,
    what_cannot_be_done_is_a_sentence,
    the_audit_log_names_the_application,
    a_statement_takes_and_returns_every_value,
    a_failed_statement_undoes_the_transaction,
    a_transaction_that_is_held_open_blocks_nobody_for_long,
    rows_of_the_application_refer_to_accounts,
}

type Slot = Arc<Mutex<Option<Accounts>>>;

#[get("/of/<email>")]
async fn of(accounts: &Accounts, email: &str) -> Result<Option<String>, Error> {
    Ok(accounts.find_by_email(email).await?.map(|account| account.email().to_owned()))
}

fn keeping(rocket: Rocket<Build>, slot: Slot) -> Rocket<Build> {
    rocket.mount("/", routes![of]).attach(AdHoc::on_liftoff("The accounts", move |rocket| {
        Box::pin(async move { *slot.lock().expect("unpoisoned") = Accounts::of(rocket) })
    }))
}

async fn app(setting: &Setting) -> (TestApp, Accounts) {
    let slot = Slot::default();
    let kept = slot.clone();
    let app =
        setting.attached(&[], move |rocket, latchkey| keeping(rocket.attach(latchkey), kept.clone())).await;
    let accounts = slot.lock().expect("unpoisoned").take().expect("it has launched");
    (app, accounts)
}

async fn id(accounts: &Accounts, email: &str) -> Uuid {
    accounts.find_by_email(email).await.expect("a look-up").expect("an account").id()
}

async fn an_account_is_found_by_id_and_by_any_spelling_of_its_address(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    app.person("ann").await;
    let ann = accounts.find_by_email(" ANN@Example.com").await.expect("a look-up").expect("an account");
    assert_eq!(ann.email(), "ann@example.com");
    let same = accounts.find(ann.id()).await.expect("a look-up").expect("an account");
    assert!(same.email() == ann.email() && same.is_enabled());
    for nobody in ["eve@example.com", "no address", ""] {
        assert!(accounts.find_by_email(nobody).await.expect("a look-up").is_none());
    }
    assert!(accounts.find(Uuid::nil()).await.expect("a look-up").is_none());
    assert_eq!(app.browser().ask(Method::GET, "/of/ann@example.com").await.text(), "ann@example.com");
    assert_eq!(app.browser().ask(Method::GET, "/of/eve@example.com").await.status, 404);
}

async fn an_application_invites(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    accounts.invite("ann@example.com", &["editor"]).await.expect("it is sent");
    let link = app.mailbox.next("ann@example.com").await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    browser.submit(&page, &[("new_password", OLD)]).await;
    let ann = accounts.find_by_email("ann@example.com").await.expect("a look-up").expect("an account");
    assert!(ann.has("editor"));
}

async fn roles_are_set_and_sessions_end(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    let id = id(&accounts, &ann.email).await;
    for (roles, ends) in
        [(&["editor", "author"][..], true), (&["author", "editor"], false), (&["author"], true)]
    {
        let browser = app.signed_in(&ann).await;
        assert!(accounts.set_roles(id, roles).await.expect("they are set"));
        assert_eq!(browser.is_signed_in().await, !ends, "{roles:?}");
        let account = accounts.find(id).await.expect("a look-up").expect("an account");
        let mut wanted = roles.to_vec();
        wanted.sort_unstable();
        assert_eq!(account.roles().collect::<Vec<_>>(), wanted);
    }
    let browser = app.signed_in(&ann).await;
    assert!(accounts.end_sessions(id).await.expect("they end"));
    assert!(!browser.is_signed_in().await);
}

async fn an_account_is_disabled_enabled_and_sent_a_reset(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    let id = id(&accounts, &ann.email).await;
    let browser = app.signed_in(&ann).await;
    assert!(accounts.set_enabled(id, false).await.expect("it is disabled"));
    assert!(!browser.is_signed_in().await && !app.opens(&ann.email, OLD).await);
    let refused = accounts.send_reset(id).await.expect_err("it is disabled");
    assert_eq!(refused.to_string(), "the account is disabled: enable it first");
    assert!(accounts.set_enabled(id, true).await.expect("it is enabled"));
    assert!(accounts.set_enabled(id, true).await.expect("it is enabled"), "there is nothing to change");
    assert!(accounts.send_reset(id).await.expect("it is sent"));
    let link = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    assert!(app.opens(&ann.email, NEW).await);
}

async fn an_account_is_deleted_and_can_be_restored(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    let id = id(&accounts, &ann.email).await;
    assert!(accounts.delete(id).await.expect("it is deleted"));
    assert!(!accounts.find(id).await.expect("a look-up").expect("it is kept").is_enabled());
    assert!(app.mailbox.next(&ann.email).await.is_notice());
    assert!(accounts.set_enabled(id, true).await.expect("it is restored"));
    assert!(app.opens(&ann.email, OLD).await);
    let orders = "CREATE TABLE orders (by ID REFERENCES latchkey_accounts (id))";
    create(&setting, orders).await;
    execute(&setting.database, "INSERT INTO orders SELECT id FROM latchkey_accounts").await;
    let refused = accounts.delete(id).await.expect_err("it is needed");
    assert!(matches!(&refused, Error::Refused(why) if why == "The application still needs this account."));
}

async fn a_disabled_account_stays_disabled_when_it_is_deleted(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    let id = id(&accounts, &ann.email).await;
    let browser = app.signed_in(&ann).await;
    let form = browser.get("/change").await;
    browser.submit(&form, &[("current-password", OLD), ("new_password", NEW)]).await;
    let earlier = app.mailbox.next(&ann.email).await.link();
    assert!(accounts.set_enabled(id, false).await.expect("it is disabled"));
    assert!(accounts.delete(id).await.expect("it is deleted"));
    let told = app.mailbox.next(&ann.email).await;
    assert!(!told.has_link() && told.text.contains("is going to be deleted"), "{}", told.text);
    let page = app.browser().get(&earlier).await;
    assert!(page.status >= 400, "{page}");
    assert!(!accounts.find(id).await.expect("a look-up").expect("it is kept").is_enabled());
}

async fn what_cannot_be_done_is_a_sentence(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    for (email, why) in
        [("ann@example.com", "belongs to another account"), ("no address", "not an email address")]
    {
        let refused = accounts.invite(email, &[]).await.expect_err("it is refused");
        assert!(refused.to_string().contains(why), "{refused}");
    }
    let id = id(&accounts, &ann.email).await;
    let refused = accounts.set_roles(id, &["two words"]).await.expect_err("it is no role");
    assert!(refused.to_string().contains("\"two words\" is not the name of a role"), "{refused}");
    let nobody = Uuid::nil();
    assert!(!accounts.set_roles(nobody, &["editor"]).await.expect("nothing is wrong"));
    assert!(!accounts.set_enabled(nobody, true).await.expect("nothing is wrong"));
    assert!(!accounts.end_sessions(nobody).await.expect("nothing is wrong"));
    assert!(!accounts.send_reset(nobody).await.expect("nothing is wrong"));
    assert!(!accounts.delete(nobody).await.expect("nothing is wrong"));
}

async fn the_audit_log_names_the_application(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    let id = id(&accounts, &ann.email).await;
    accounts.set_roles(id, &["editor"]).await.expect("they are set");
    let actors = "SELECT actor FROM latchkey_events WHERE kind = 'account.roles_changed'";
    assert_eq!(texts(&setting.database, actors).await, ["application"]);
    let root = app.admin("root@example.com").await;
    let page = app.signed_in(&root).await.get("/admin/events").await;
    assert!(page.text.contains("application"), "{page}");
}

/// Creates a table, whose type ID is that of an account's id.
async fn create(setting: &Setting, table: &str) {
    let id = if setting.engine == Engine::Sqlite { " BLOB " } else { " UUID " };
    execute(&setting.database, &table.replace(" ID ", id)).await;
}

async fn a_statement_takes_and_returns_every_value(setting: Setting) {
    let (_app, accounts) = app(&setting).await;
    let (real, bytes) = match setting.engine {
        Engine::Sqlite => ("REAL", "BLOB"),
        Engine::Postgres => ("DOUBLE PRECISION", "BYTEA"),
    };
    let table = format!(
        "CREATE TABLE things (id ID , yes BOOLEAN, number INTEGER, big BIGINT, real {real}, name VARCHAR(40), raw {bytes})"
    );
    create(&setting, &table).await;
    let insert =
        "INSERT INTO things (id, yes, number, big, real, name, raw) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let id = Uuid::from_u128(7);
    let all: [Value; 7] =
        [id.into(), true.into(), 5.into(), i64::MAX.into(), 0.5.into(), "Änn".into(), vec![0, 255].into()];
    let none: [Value; 7] = std::array::from_fn(|_| Value::Null);
    let mut tx = accounts.begin().await.expect("it begins");
    // The same text with arguments of other types, and in either order.
    for values in [&none, &all, &none] {
        assert_eq!(tx.execute(insert, values).await.expect("it is executed"), 1);
    }
    let rows = tx.fetch("SELECT * FROM things WHERE id = $1 OR id IS NULL ORDER BY big", &[id.into()]).await;
    let rows = rows.expect("rows");
    assert_eq!(rows.len(), 3);
    let full = rows.iter().find(|row| row.value(0) != Some(&Value::Null)).expect("one has an id");
    assert_eq!(full.get::<Uuid>("id").expect("an id"), id);
    assert!(full.get::<bool>("yes").expect("a truth"));
    assert_eq!(full.get::<i64>("number").expect("a number"), 5);
    assert_eq!(full.get::<Option<i64>>("big").expect("a number"), Some(i64::MAX));
    assert_eq!(full.get::<f64>("real").expect("a number"), 0.5);
    assert_eq!(full.get::<String>("name").expect("a text"), "Änn");
    assert_eq!(full.get::<Vec<u8>>("raw").expect("bytes"), [0, 255]);
    assert!(full.get::<String>("number").expect_err("it is none").to_string().contains("number"));
    assert!(full.get::<String>("nothing").expect_err("it is none").to_string().contains("nothing"));
    let empty = rows.iter().find(|row| row.value(0) == Some(&Value::Null)).expect("two have no id");
    assert_eq!(empty.get::<Option<String>>("name").expect("none"), None);
    assert!(empty.value(7).is_none());
    tx.commit().await.expect("it is committed");
    assert_eq!(texts(&setting.database, "SELECT name FROM things WHERE name = 'Änn'").await.len(), 1);
}

async fn a_failed_statement_undoes_the_transaction(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    create(&setting, "CREATE TABLE things (id ID PRIMARY KEY)").await;
    let once = [Uuid::from_u128(7).into()];
    let mut tx = accounts.begin().await.expect("it begins");
    tx.execute("INSERT INTO things VALUES ($1)", &once).await.expect("it is executed");
    assert!(tx.execute("INSERT INTO things VALUES ($1)", &once).await.is_err());
    assert!(tx.commit().await.is_err());
    let mut tx = accounts.begin().await.expect("it begins");
    tx.execute("INSERT INTO things VALUES ($1)", &once).await.expect("nothing is there");
    drop(tx);
    let mut tx = accounts.begin().await.expect("it begins");
    assert!(tx.fetch("SELECT id FROM things", &[]).await.expect("rows").is_empty());
    drop(tx);
    app.person("ann").await;
}

async fn a_transaction_that_is_held_open_blocks_nobody_for_long(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    create(&setting, "CREATE TABLE things (id ID PRIMARY KEY)").await;
    let add = "INSERT INTO things VALUES ($1)";
    let mut held = accounts.begin().await.expect("it begins");
    held.execute(add, &[Uuid::from_u128(7).into()]).await.expect("it is executed");
    let idle = match setting.engine {
        // There is one writer, and the first one has it.
        Engine::Sqlite => None,
        Engine::Postgres => Some(accounts.begin().await.expect("it begins")),
    };
    rocket::tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    // Nobody drops it, and still the next writer has its turn.
    let mut next = accounts.begin().await.expect("it begins");
    next.execute(add, &[Uuid::from_u128(7).into()]).await.expect("the other is rolled back");
    next.commit().await.expect("it is committed");
    assert!(app.opens(&ann.email, OLD).await);
    let late = |error: Error| error.to_string().contains("was open for 3s and is rolled back: keep it short");
    assert!(held.execute(add, &[Uuid::from_u128(8).into()]).await.is_err_and(late));
    assert!(held.fetch("SELECT id FROM things", &[]).await.is_err_and(late));
    assert!(held.commit().await.is_err_and(late));
    if let Some(idle) = idle {
        assert!(idle.commit().await.is_err_and(late));
    }
    let mut tx = accounts.begin().await.expect("it begins");
    assert_eq!(tx.fetch("SELECT id FROM things", &[]).await.expect("rows").len(), 1);
}

async fn rows_of_the_application_refer_to_accounts(setting: Setting) {
    let (app, accounts) = app(&setting).await;
    let ann = app.person("ann").await;
    let id = id(&accounts, &ann.email).await;
    create(&setting, "CREATE TABLE notes (by ID NOT NULL REFERENCES latchkey_accounts (id))").await;
    let mut tx = accounts.begin().await.expect("it begins");
    tx.execute("INSERT INTO notes VALUES ($1)", &[id.into()]).await.expect("it refers to an account");
    tx.commit().await.expect("it is committed");
    let mut tx = accounts.begin().await.expect("it begins");
    let nobody = tx.execute("INSERT INTO notes VALUES ($1)", &[Uuid::from_u128(7).into()]).await;
    assert!(nobody.is_err(), "it refers to nobody");
    let mut tx = accounts.begin().await.expect("it begins");
    let join = "SELECT email FROM notes JOIN latchkey_accounts ON id = by";
    let rows = tx.fetch(join, &[]).await.expect("rows");
    assert_eq!(rows[0].get::<String>("email").expect("a text"), ann.email);
}
