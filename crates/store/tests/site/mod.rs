//! A site over the connections of an application.

use latchkey::testing::Kit;
use latchkey_store::Store;
use rocket::{
    Build, Rocket, get,
    http::{Accept, ContentType, Header, Status},
    local::asynchronous::Client,
    routes,
};
use serde_json::{Value, json};

const FIRST: &str = "violet otter builds a kite";
const SECOND: &str = "amber heron folds a map";

#[get("/me")]
fn me(me: &latchkey::Account) -> String {
    me.email().to_owned()
}

/// True if a site launches that takes for its store what `find` returns.
#[allow(dead_code, reason = "not every driver has each way to fail")]
pub async fn launches<S: Store>(find: impl Fn(&Rocket<Build>) -> Option<S> + Send + Sync + 'static) -> bool {
    let kit = Kit::new();
    let accounts = latchkey::fairing().store(find);
    let rocket = rocket::custom(kit.figment(rocket::Config::figment())).attach(accounts);
    // Rocket panics over an error that nobody looks at.
    Client::tracked(rocket).await.map_err(|error| error.kind().to_string()).is_ok()
}

/// Creates a site whose accounts are in `store`.
fn site(store: impl Store + Clone, kit: &Kit) -> Rocket<Build> {
    let configuration = rocket::Config::figment()
        .merge(("latchkey.base", "/auth"))
        .merge(("latchkey.pepper", ["the same pepper before and after a restart"]));
    let accounts = latchkey::fairing().store(move |_| Some(store.clone()));
    rocket::custom(kit.figment(configuration)).mount("/", routes![me]).attach(accounts).attach(kit.fairing())
}

async fn ask(client: &Client, path: &str, body: Value) -> (Status, Value) {
    let origin = Header::new("Origin", "http://127.0.0.1:8000");
    let request = client.post(path.to_owned()).header(Accept::JSON).header(ContentType::JSON).header(origin);
    let answer = request.body(body.to_string()).dispatch().await;
    let status = answer.status();
    (status, serde_json::from_str(&answer.into_string().await.unwrap_or_default()).unwrap_or_default())
}

async fn link(kit: &Kit, email: &str) -> String {
    kit.letter_async(email).await.link().expect("a link").to_owned()
}

/// Registers people, resets a password, and restarts the site, over the connections of `store`.
///
/// # Panics
/// If something does not work.
pub async fn works_over(store: impl Store + Clone) {
    let kit = Kit::new();
    let client = Client::tracked(site(store.clone(), &kit)).await.expect("it launches");
    let ann = "ann@example.com";
    let form = json!({ "email": ann, "password": FIRST });
    let (status, said) = ask(&client, "/auth/register", form.clone()).await;
    assert_eq!(status, Status::Ok, "{said}");
    let (status, said) = ask(&client, &link(&kit, ann).await, json!({ "password": FIRST })).await;
    assert_eq!(status, Status::Ok, "{said}");
    assert_eq!(client.get("/me").dispatch().await.into_string().await.as_deref(), Some(ann));

    ask(&client, "/auth/logout", json!({})).await;
    assert_eq!(ask(&client, "/auth/reset", json!({ "email": ann })).await.0, Status::Ok);
    let reset = link(&kit, ann).await;
    let (status, said) = ask(&client, &reset, json!({ "password": SECOND })).await;
    assert_eq!(status, Status::Ok, "{said}");
    assert_eq!(ask(&client, &reset, json!({ "password": FIRST })).await.0, Status::BadRequest, "used twice");
    drop(client);

    let kit = Kit::new();
    let client = Client::tracked(site(store, &kit)).await.expect("it launches again");
    assert_eq!(ask(&client, "/auth/login", form).await.0, Status::BadRequest);
    let (status, said) = ask(&client, "/auth/login", json!({ "email": ann, "password": SECOND })).await;
    assert_eq!(status, Status::Ok, "{said}");
    let all: Vec<_> = (0..16).map(|number| format!("person{number}@example.com")).collect();
    let registered = all.iter().map(async |email| {
        ask(&client, "/auth/register", json!({ "email": email, "password": FIRST })).await.0
    });
    for status in rocket::futures::future::join_all(registered).await {
        assert_eq!(status, Status::Ok);
    }
    for email in &all {
        link(&kit, email).await;
    }
}
