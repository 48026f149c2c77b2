//! Registration that an application defines: what it asks, what it does when an account begins and ends.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicUsize, Ordering},
};

use latchkey::{Account, Faults, Input, Registration, Trouble, Tx};
use reqwest::Method;
use rocket::{FromForm, async_trait, futures::future::pending, get, routes};
use serde::{Deserialize, Serialize};

use crate::common::{Browser, Engine, NEW, OLD, OTHER, Page, Person, Setting, TestApp, execute, texts};

for_both_databases! {
    what_the_application_asks_is_kept_and_handed_over,
    what_is_wrong_is_said_at_its_field_and_what_was_typed_stays,
    an_account_that_cannot_begin_leaves_nothing_behind,
    a_check_that_fails_is_told,
    a_taken_address_is_checked_alike,
    somebody_invited_is_asked_as_well,
    a_stranger_to_the_registration_fills_in_their_own,
    nothing_of_the_application_is_lost_while_an_account_can_be_restored,
    an_account_that_may_not_leave_stays,
    a_reference_keeps_an_account,
    a_reference_that_gives_way_keeps_nobody,
    a_reference_that_appears_later_keeps_a_deleted_account,
}

#[derive(FromForm, Serialize, Deserialize)]
struct Customer {
    #[field(validate = len(2..=12))]
    name: String,
    #[field(validate = range(1..=120))]
    age: u8,
    plan: String,
    terms: bool,
}

/// What a method does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    Says,
    Fails,
    IgnoresAFailure,
    Panics,
    Hangs,
}

const BAD: [Mood; 5] = [Mood::Says, Mood::Fails, Mood::IgnoresAFailure, Mood::Panics, Mood::Hangs];

#[derive(Clone, Default)]
struct Customers {
    mood: Arc<AtomicU8>,
    checked: Arc<AtomicUsize>,
}

impl Customers {
    fn is(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::Relaxed);
    }

    async fn act(&self, tx: &mut Tx) -> Result<(), Trouble> {
        let mood = self.mood.load(Ordering::Relaxed);
        match BAD.into_iter().find(|bad| *bad as u8 == mood).unwrap_or(Mood::Good) {
            Mood::Good => Ok(()),
            Mood::Says => Err(Trouble::say("Every seat is taken.")),
            Mood::Fails => {
                tx.execute("INSERT INTO nowhere VALUES (1)", &[]).await?;
                Ok(())
            }
            Mood::IgnoresAFailure => {
                _ = tx.execute("INSERT INTO nowhere VALUES (1)", &[]).await;
                Ok(())
            }
            Mood::Panics => panic!("the application's own fault"),
            Mood::Hangs => pending().await,
        }
    }
}

#[async_trait]
impl Registration for Customers {
    type Fields = Customer;

    fn inputs(&self) -> Vec<Input> {
        vec![
            Input::text("name", "Your name").required().autocomplete("nickname"),
            Input::text("age", "Your age"),
            Input::choice("plan", "Plan", &[("free", "Free"), ("team", "For a team")]).required(),
            Input::checkbox("terms", "I accept the terms").required(),
        ]
    }

    async fn check(&self, email: &str, customer: &Customer, faults: &mut Faults) {
        self.checked.fetch_add(1, Ordering::Relaxed);
        match &*customer.name {
            "admin" => faults.add("name", "This name is reserved."),
            "panic" => panic!("the application's own fault"),
            "hang" => pending().await,
            _ if email.ends_with("@rival.example") => faults.add("email", "No rivals, please."),
            _ => {}
        }
    }

    async fn confirmed(&self, account: &Account, customer: Customer, tx: &mut Tx) -> Result<(), Trouble> {
        let values = [account.id().into(), customer.name.into(), i64::from(customer.age).into()];
        tx.execute("INSERT INTO customers (account_id, name, age) VALUES ($1, $2, $3)", &values).await?;
        self.act(tx).await
    }

    async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
        tx.execute("DELETE FROM customers WHERE account_id = $1", &[account.id().into()]).await?;
        self.act(tx).await
    }
}

#[get("/me")]
fn me(me: &Account) -> String {
    let Customer { name, age, plan, terms } = me.fields().expect("the fields are known");
    format!("{name} {age} {plan} {terms}")
}

const CUSTOMERS: &str = "SELECT name FROM customers";
const ACCOUNTS: &str = "SELECT email FROM latchkey_accounts";
const GOOD: [(&str, &str); 4] =
    [("field.name", "Ann"), ("field.age", "40"), ("field.plan", "team"), ("field.terms", "true")];

async fn app(setting: &Setting, customers: &Customers) -> TestApp {
    let customers = customers.clone();
    let app = setting
        .attached(&[], move |rocket, latchkey| {
            rocket.mount("/", routes![me]).attach(latchkey.registration(customers.clone()))
        })
        .await;
    let table = "CREATE TABLE customers (account_id ID NOT NULL REFERENCES latchkey_accounts (id), name TEXT NOT NULL UNIQUE, age INTEGER)";
    create(setting, table).await;
    app
}

/// Creates a table, whose type ID is that of an account's id.
async fn create(setting: &Setting, table: &str) {
    let id = if setting.engine == Engine::Sqlite { " BLOB " } else { " UUID " };
    execute(&setting.database, &table.replace(" ID ", id)).await;
}

async fn register(browser: &Browser, email: &str, fields: &[(&str, &str)]) -> Page {
    let form = browser.get("/register").await;
    browser.submit(&form, &[&[("email", email), ("password", OLD)], fields].concat()).await
}

/// Registers and opens the link that confirms.
async fn registered(app: &TestApp, email: &str) -> (Browser, Page) {
    let browser = app.browser();
    let page = register(&browser, email, &GOOD).await;
    assert_eq!(page.status, 200, "{page}");
    let link = app.mailbox.next(email).await.link();
    let page = browser.get(&link).await;
    (browser, page)
}

async fn customer(app: &TestApp) -> Browser {
    let (browser, page) = registered(app, "ann@example.com").await;
    browser.press(&page, "/confirm/address").await;
    browser
}

async fn what_the_application_asks_is_kept_and_handed_over(setting: Setting) {
    let app = app(&setting, &Customers::default()).await;
    let (browser, page) = registered(&app, "ann@example.com").await;
    assert!(!page.asks(&["field.name"]), "it was asked already: {page}");
    assert!(texts(&setting.database, CUSTOMERS).await.is_empty());
    browser.press(&page, "/confirm/address").await;
    assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Ann"]);
    assert_eq!(browser.ask(Method::GET, "/me").await.text(), "Ann 40 team true");
    let joined = "SELECT email FROM latchkey_accounts JOIN customers ON account_id = id WHERE age = 40";
    assert_eq!(texts(&setting.database, joined).await, ["ann@example.com"]);
}

async fn what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(setting: Setting) {
    let app = app(&setting, &Customers::default()).await;
    let wrong = [
        ("field.name", "x", "Length must be between 2 and 12"),
        ("field.name", "", "Enter “Your name”."),
        ("field.name", "admin", "This name is reserved."),
        ("field.age", "old", "Invalid integer"),
        ("field.age", "121", "Value must be"),
        ("field.plan", "none", "Choose one for “Plan”."),
        ("field.terms", "", "Tick the box “I accept the terms”."),
        ("field.terms", "false", "Tick the box “I accept the terms”."),
    ];
    for (field, value, said) in wrong {
        let browser = app.browser();
        let form = browser.get("/register").await;
        let mut sent =
            browser.fill(&form, &[&[("email", "ann@example.com"), ("password", OLD)], &GOOD[..]].concat());
        sent.fields.retain(|(name, _)| name != field);
        sent.fields.push((field.into(), value.into()));
        let page = browser.post(&sent).await;
        assert_eq!(page.status, 422, "{field} {value}: {page}");
        assert!(page.text.to_lowercase().contains(&said.to_lowercase()), "{field} {value}: {page}");
        assert!(page.body.contains(&format!("href=\"#{field}\"")), "{field} {value}: {}", page.body);
        assert_eq!(page.form_to("/register").field("email").expect("a field").value, "ann@example.com");
        if field != "field.age" {
            assert_eq!(page.form_to("/register").field("field.age").expect("a field").value, "40");
        }
        let ticked = page.form_to("/register").field("field.terms").expect("a box").checked;
        assert_eq!(ticked, field != "field.terms", "{field} {value}");
    }
    let page = register(&app.browser(), "ann@rival.example", &GOOD).await;
    assert!(page.text.contains("No rivals, please.") && page.body.contains("href=\"#email\""), "{page}");
    assert!(app.mailbox.rest("ann@rival.example").await.is_empty());
    assert!(app.mailbox.rest("ann@example.com").await.is_empty());
}

async fn an_account_that_cannot_begin_leaves_nothing_behind(setting: Setting) {
    let customers = Customers::default();
    let app = app(&setting, &customers).await;
    let (browser, mut page) = registered(&app, "ann@example.com").await;
    for bad in BAD {
        customers.is(bad);
        page = browser.press(&page, "/confirm/address").await;
        assert_eq!(page.status, 422, "{page}");
        let said = if bad == Mood::Says { "Every seat is taken." } else { "nothing has changed" };
        assert!(page.text.contains(said), "{page}");
        assert!(texts(&setting.database, CUSTOMERS).await.is_empty());
        assert!(texts(&setting.database, ACCOUNTS).await.is_empty());
    }
    customers.is(Mood::Good);
    browser.press(&page, "/confirm/address").await;
    assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Ann"]);
    assert!(browser.is_signed_in().await);
}

async fn a_check_that_fails_is_told(setting: Setting) {
    let app = app(&setting, &Customers::default()).await;
    for name in ["panic", "hang"] {
        let mut fields = GOOD;
        fields[0].1 = name;
        let page = register(&app.browser(), "ann@example.com", &fields).await;
        assert_eq!(page.status, 422, "{page}");
        assert!(page.text.contains("nothing has changed"), "{page}");
        assert_eq!(page.form_to("/register").field("field.name").expect("a field").value, name);
    }
    let page = register(&app.browser(), "ann@example.com", &GOOD).await;
    assert_eq!(page.status, 200, "{page}");
}

async fn a_taken_address_is_checked_alike(setting: Setting) {
    let customers = Customers::default();
    let app = app(&setting, &customers).await;
    customer(&app).await;
    let mut answers = Vec::new();
    for email in ["ann@example.com", "eve@example.com"] {
        let before = customers.checked.load(Ordering::Relaxed);
        let page = register(&app.browser(), email, &GOOD).await;
        assert_eq!(customers.checked.load(Ordering::Relaxed), before + 1, "{email}");
        answers.push((page.status, page.title, page.text.replace(email, "-")));
    }
    assert_eq!(answers[0], answers[1]);
}

async fn somebody_invited_is_asked_as_well(setting: Setting) {
    let app = app(&setting, &Customers::default()).await;
    app.latchkey(&["user", "add", "ann@example.com", "--role", "editor"]);
    let link = app.mailbox.next("ann@example.com").await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let mut wrong = GOOD;
    wrong[0].1 = "admin";
    let page = browser.submit(&page, &[&[("new_password", OLD)], &wrong[..]].concat()).await;
    assert!(page.text.contains("This name is reserved."), "{page}");
    assert_eq!(page.form_to("/confirm/address").field("field.age").expect("a field").value, "40");
    assert!(texts(&setting.database, ACCOUNTS).await.is_empty());
    browser.submit(&page, &[&[("new_password", OLD)], &GOOD[..]].concat()).await;
    assert_eq!(browser.ask(Method::GET, "/me").await.text(), "Ann 40 team true");
    assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Ann"]);
}

async fn a_stranger_to_the_registration_fills_in_their_own(setting: Setting) {
    let app = app(&setting, &Customers::default()).await;
    register(&app.browser(), "ann@example.com", &GOOD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let page = browser.submit(&page, &[("new_password", NEW)]).await;
    assert!(page.status == 422 && page.text.contains("Enter “Your name”."), "{page}");
    let mut own = GOOD;
    own[0].1 = "Anna";
    browser.submit(&page, &[&[("new_password", NEW)], &own[..]].concat()).await;
    assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Anna"]);

    // The password of the registration proves whose the fields are.
    let mut own = GOOD;
    own[0].1 = "Bob";
    register(&app.browser(), "bob@example.com", &own).await;
    let link = app.mailbox.next("bob@example.com").await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    browser.submit(&page, &[("current-password", OLD)]).await;
    assert_eq!(browser.ask(Method::GET, "/me").await.text(), "Bob 40 team true");
}

async fn delete(browser: &Browser) -> Page {
    let form = browser.get("/account/delete").await;
    browser.submit(&form, &[("current-password", OLD)]).await
}

async fn nothing_of_the_application_is_lost_while_an_account_can_be_restored(setting: Setting) {
    let app = app(&setting, &Customers::default()).await;
    let browser = customer(&app).await;
    assert_eq!(delete(&browser).await.path(), "/login");
    assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Ann"]);
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = browser.get(&link).await;
    browser.press(&page, page.forms[0].path()).await;
    assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Ann"]);
    assert_eq!(texts(&setting.database, "SELECT email FROM latchkey_accounts WHERE enabled").await.len(), 1);

    execute(&setting.database, "DELETE FROM customers").await;
    app.latchkey(&["user", "delete", "ann@example.com", "--yes"]);
    app.minutes_pass(72 * 60 + 1);
    app.until_removed(ACCOUNTS).await;
}

async fn an_account_that_may_not_leave_stays(setting: Setting) {
    let customers = Customers::default();
    let app = app(&setting, &customers).await;
    let browser = customer(&app).await;
    for bad in BAD {
        customers.is(bad);
        let page = delete(&browser).await;
        assert_eq!(page.status, 422, "{page}");
        let said = if bad == Mood::Says { "Every seat is taken." } else { "nothing has changed" };
        assert!(page.text.contains(said), "{page}");
        assert!(browser.is_signed_in().await);
        assert_eq!(texts(&setting.database, CUSTOMERS).await, ["Ann"]);
    }
    customers.is(Mood::Good);
    assert_eq!(delete(&browser).await.path(), "/login");
    app.minutes_pass(72 * 60 + 1);
    app.until_removed(ACCOUNTS).await;
    assert!(texts(&setting.database, CUSTOMERS).await.is_empty());
}

const NEEDED: &str = "The application still needs this account.";

/// Starts a site without a registration, with a person and a table that refers to their account.
async fn referred_to(setting: &Setting, reference: &str) -> (TestApp, Person) {
    let app = setting.attached(&[], |rocket, latchkey| rocket.attach(latchkey)).await;
    let ann = app.person("ann").await;
    create(setting, &format!("CREATE TABLE orders (by ID REFERENCES latchkey_accounts (id) {reference})"))
        .await;
    execute(&setting.database, "INSERT INTO orders SELECT id FROM latchkey_accounts").await;
    (app, ann)
}

async fn a_reference_keeps_an_account(setting: Setting) {
    let mut references =
        vec!["", "ON DELETE RESTRICT", REFUSED[1], "ON DELETE SET NULL CHECK (by IS NOT NULL)"];
    if setting.engine == Engine::Postgres {
        references.push("DEFERRABLE INITIALLY DEFERRED");
    }
    let (app, ann) = referred_to(&setting, "").await;
    for reference in references {
        execute(&setting.database, "DROP TABLE orders").await;
        let table = format!("CREATE TABLE orders (by ID REFERENCES latchkey_accounts (id) {reference})");
        create(&setting, &table).await;
        execute(&setting.database, "INSERT INTO orders SELECT id FROM latchkey_accounts").await;
        let browser = app.signed_in(&ann).await;
        let page = delete(&browser).await;
        assert!(page.status == 422 && page.text.contains(NEEDED), "{reference}: {page}");
        assert!(browser.is_signed_in().await, "{reference}");
    }
    let output = crate::common::run(
        &setting.folder,
        "debug",
        &app.config.toml(),
        &["user", "delete", &ann.email, "--yes"],
    );
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains(NEEDED), "{output:?}");
    assert!(app.opens(&ann.email, OLD).await);
}

async fn a_reference_that_gives_way_keeps_nobody(setting: Setting) {
    for (number, reference) in ["ON DELETE CASCADE", "ON DELETE SET NULL"].into_iter().enumerate() {
        let (app, ann) = referred_to(&setting, reference).await;
        let browser = app.signed_in(&ann).await;
        assert_eq!(delete(&browser).await.path(), "/login");
        app.minutes_pass(72 * 60 + 1);
        app.until_removed(ACCOUNTS).await;
        let left = texts(&setting.database, "SELECT 'an order' FROM orders WHERE by IS NULL").await;
        assert_eq!(left.len(), number);
        execute(&setting.database, "DROP TABLE orders").await;
        app.stop().await;
    }
}

/// References that keep an account: by a rule of their own, and by another one of the same column.
const REFUSED: [&str; 2] = ["ON DELETE RESTRICT", "ON DELETE SET NULL NOT NULL"];

async fn a_reference_that_appears_later_keeps_a_deleted_account(setting: Setting) {
    for reference in REFUSED {
        let (app, ann) = referred_to(&setting, reference).await;
        execute(&setting.database, "DELETE FROM orders").await;
        let eve = app.account("eve@example.com").await;
        for person in [&ann, &eve] {
            assert_eq!(delete(&app.signed_in(person).await).await.path(), "/login");
        }
        execute(
            &setting.database,
            "INSERT INTO orders SELECT id FROM latchkey_accounts WHERE email LIKE 'ann@%'",
        )
        .await;
        app.minutes_pass(72 * 60 + 1);
        // Nobody else waits for the one that is needed.
        app.until_removed("SELECT email FROM latchkey_accounts WHERE email LIKE 'eve@%'").await;
        assert_eq!(texts(&setting.database, ACCOUNTS).await, ["ann@example.com"]);
        assert!(!app.opens(&ann.email, OLD).await);
        execute(&setting.database, "DELETE FROM orders").await;
        app.minutes_pass(60);
        app.until_removed(ACCOUNTS).await;
        assert!(!app.opens(&ann.email, OTHER).await);
        execute(&setting.database, "DROP TABLE orders").await;
        app.stop().await;
    }
}
