//! Permissions of roles: what the guards and the accounts of a host application make of them, and how they are changed.

use latchkey::{Account, Accounts, May, Permission};
use reqwest::Method;
use rocket::{Build, Config, Rocket, error::ErrorKind, get, routes};
use serde_json::{Value, json};

use crate::common::{Setting, Strategy, TestApp, command};

for_both_databases! {
    a_route_of_the_host_asks_for_a_permission,
    permissions_of_several_roles_add_up,
    a_permission_is_given_and_taken_while_the_site_runs,
    faulty_permissions_change_nothing,
    who_lacks_a_permission_is_written_down_once,
    permissions_are_shown_to_admins_and_on_the_command_line,
}

const EDITORS: &str = "latchkey.permissions.editor";

struct Publish;

impl Permission for Publish {
    const NAME: &'static str = "posts.publish";
}

struct Misspelt;

impl Permission for Misspelt {
    const NAME: &'static str = "Posts Publish";
}

#[get("/queue")]
fn queue(me: May<'_, Publish>) -> String {
    format!("waiting for {}", me.email())
}

#[get("/mine")]
fn mine(me: &Account) -> String {
    let listed = me.permissions().collect::<Vec<_>>().join(" ");
    format!("{listed}; edits: {}", me.may("posts.edit"))
}

#[get("/of/<email>")]
async fn of(accounts: &Accounts, email: &str) -> String {
    let found = accounts.find_by_email(email).await.expect("the database answers");
    found.map_or("nobody".into(), |account| account.permissions().collect::<Vec<_>>().join(" "))
}

#[get("/misspelt")]
fn misspelt(me: May<'_, Misspelt>) -> String {
    me.email().to_owned()
}

fn plain(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![queue, mine, of])
}

async fn app(setting: &Setting, changes: &[(&str, Value)]) -> TestApp {
    setting.attached(changes, |rocket, latchkey| plain(rocket).attach(latchkey)).await
}

async fn a_route_of_the_host_asks_for_a_permission(setting: Setting) {
    let app = app(&setting, &[(EDITORS, json!(["posts.publish"]))]).await;
    let ann = app.person("ann").await;
    let nobody = app.browser().ask(Method::GET, "/queue").await;
    assert_eq!(nobody.location(), "/login?next=/queue");
    assert_eq!(app.signed_in(&ann).await.ask(Method::GET, "/queue").await.status, 403);
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let browser = app.signed_in(&ann).await;
    assert_eq!(browser.ask(Method::GET, "/queue").await.text(), "waiting for ann@example.com");
    app.latchkey(&["user", "role", &ann.email, "--remove", "editor", "--add", "admin"]);
    let browser = app.signed_in(&ann).await;
    assert_eq!(browser.ask(Method::GET, "/queue").await.status, 403, "an admin has what the table says");
}

async fn permissions_of_several_roles_add_up(setting: Setting) {
    let changes = [
        (EDITORS, json!(["posts.publish", "posts.edit"])),
        ("latchkey.permissions.author", json!(["posts.edit", "drafts"])),
        ("latchkey.permissions.guest", json!([])),
    ];
    let app = app(&setting, &changes).await;
    let ann = app.person("ann").await;
    for (roles, permissions) in [
        (&["--add", "guest"][..], "; edits: false"),
        (&["--add", "author"], "drafts posts.edit; edits: true"),
        (&["--add", "editor"], "drafts posts.edit posts.publish; edits: true"),
        (&["--remove", "author"], "posts.edit posts.publish; edits: true"),
    ] {
        app.latchkey(&[&["user", "role", &ann.email], roles].concat());
        let browser = app.signed_in(&ann).await;
        assert_eq!(browser.ask(Method::GET, "/mine").await.text(), permissions, "{roles:?}");
    }
    let told = app.browser().ask(Method::GET, "/of/ANN@example.com").await;
    assert_eq!(told.text(), "posts.edit posts.publish");
}

async fn a_permission_is_given_and_taken_while_the_site_runs(setting: Setting) {
    let mut app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let browser = app.signed_in(&ann).await;
    assert_eq!(browser.ask(Method::GET, "/queue").await.status, 403);
    app.switch(Strategy::SetThenLogin, &[(EDITORS, json!(["posts.publish"]))]).await;
    assert_eq!(browser.ask(Method::GET, "/queue").await.status, 200, "in the session that is under way");
    assert_eq!(app.browser().ask(Method::GET, "/of/ann@example.com").await.text(), "posts.publish");
    app.switch(Strategy::SetThenLogin, &[(EDITORS, json!(["posts.edit"]))]).await;
    assert_eq!(browser.ask(Method::GET, "/queue").await.status, 403);
    let told = app.told(&["events", "--kind", "policy.switched"]);
    assert!(told.contains("editor: permissions +posts.edit, -posts.publish"), "{told}");
}

async fn faulty_permissions_change_nothing(setting: Setting) {
    let app = app(&setting, &[(EDITORS, json!(["posts.publish"]))]).await;
    let ann = app.person("ann").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let browser = app.signed_in(&ann).await;
    let why = app.try_switch(&[(EDITORS, json!(["Posts"]))]).await.expect_err("no such name");
    assert!(why.contains(EDITORS), "{why}");
    let why = app.try_switch(&[(EDITORS, json!("posts.edit"))]).await.expect_err("not a list");
    assert!(why.contains(EDITORS), "{why}");
    assert_eq!(browser.ask(Method::GET, "/queue").await.status, 200);
}

async fn who_lacks_a_permission_is_written_down_once(setting: Setting) {
    let app = app(&setting, &[(EDITORS, json!(["posts.publish"]))]).await;
    let browser = app.signed_in(&app.person("ann").await).await;
    for _ in 0..3 {
        assert_eq!(browser.ask(Method::GET, "/queue").await.status, 403);
    }
    let told = app.told(&["events", "--kind", "permission.refused", "--json"]);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("posts.publish"), "{told}");
}

async fn permissions_are_shown_to_admins_and_on_the_command_line(setting: Setting) {
    let app = app(&setting, &[(EDITORS, json!(["posts.publish", "posts.edit"]))]).await;
    let (ann, root) = (app.person("ann").await, app.admin("root@example.com").await);
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let page = app.signed_in(&root).await.get("/admin/policy").await;
    assert!(page.text.contains("posts.edit") && page.text.contains("posts.publish"), "{page}");
    let told = app.told(&["policy", "explain", "--user", &ann.email]);
    assert!(told.contains("application: posts.edit, posts.publish."), "{told}");
    let told = app.told(&["policy", "explain", "--user", &root.email]);
    assert!(!told.contains("posts.edit"), "{told}");
    let told = app.told(&["check"]);
    assert!(told.contains("  editor    posts.edit, posts.publish (accounts: 1)"), "{told}");
    let (folder, mut config) = (&app.setting.folder, app.config.clone());
    std::fs::write(folder.join("old.toml"), config.toml()).expect("written");
    config.set(EDITORS, json!(["posts.edit", "posts.read"]));
    std::fs::write(folder.join("new.toml"), config.toml()).expect("written");
    let told = command(folder, "debug", &["policy", "diff", "old.toml", "new.toml"]).output();
    let told = told.expect("latchkey runs");
    assert_eq!(told.status.code(), Some(1));
    let told = String::from_utf8(told.stdout).expect("text");
    let expected = "permissions of role editor (accounts: 1)\n  gained posts.read\n  lost   posts.publish\n";
    assert_eq!(told, expected);
}

#[rocket::async_test]
async fn a_permission_without_the_fairing_is_reported_at_launch() {
    let refused = rocket::build().mount("/", routes![queue]).ignite().await.expect_err("nothing is attached");
    assert!(matches!(refused.kind(), ErrorKind::SentinelAborts(_)), "{refused}");
}

#[rocket::async_test]
async fn a_permission_that_cannot_be_given_is_reported_at_launch() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("latchkey.db").display());
    let figment = Config::figment().merge(("databases.latchkey.url", database)).merge(("log_level", "off"));
    let launch = |routes| rocket::custom(&figment).mount("/", routes).attach(latchkey::fairing()).ignite();
    let refused = launch(routes![misspelt]).await.expect_err("it has no such name");
    assert!(matches!(refused.kind(), ErrorKind::SentinelAborts(_)), "{refused}");
    launch(routes![queue]).await.expect("a permission that no role has yet may be given later");
}
