//! The life of a member, in JSON.

use latchkey::testing::Kit;
use rocket::{
    futures::future::join_all,
    http::{Accept, ContentType, Header, Status},
    local::asynchronous::Client,
    serde::json::{Value, json},
};

use super::club;

const EMAIL: &str = "ann@example.com";
const FIRST: &str = "violet otter builds a kite";
const SECOND: &str = "amber heron folds a map";

async fn client(kit: &Kit) -> Client {
    let configuration = kit.figment(rocket::Config::figment());
    Client::tracked(club(configuration).attach(kit.fairing())).await.expect("it launches")
}

async fn ask(client: &Client, path: &str, body: Value) -> (Status, Value) {
    let origin = Header::new("Origin", "http://127.0.0.1:8000");
    let request = client.post(path.to_owned()).header(Accept::JSON).header(ContentType::JSON).header(origin);
    let answer = request.body(body.to_string()).dispatch().await;
    (answer.status(), answer.into_json().await.unwrap_or_default())
}

async fn get(client: &Client, path: &str) -> (Status, Value) {
    let answer = client.get(path.to_owned()).header(Accept::JSON).dispatch().await;
    (answer.status(), answer.into_json().await.unwrap_or_default())
}

/// Path of the link in the next message to an address.
async fn link(kit: &Kit, email: &str) -> String {
    kit.letter_async(email).await.link().expect("a link").to_owned()
}

async fn register(kit: &Kit, client: &Client, email: &str) -> (Status, Value) {
    let form = json!({ "email": email, "password": FIRST, "field.name": "Ann" });
    let (status, said) = ask(client, "/auth/register", form).await;
    assert_eq!(status, Status::Ok, "{said}");
    ask(client, &link(kit, email).await, json!({ "password": FIRST })).await
}

#[rocket::async_test]
async fn a_member_registers_resets_the_password_and_leaves() {
    let kit = Kit::new();
    let client = client(&kit).await;
    assert_eq!(get(&client, "/me").await.0, Status::Unauthorized);
    let (status, said) = register(&kit, &client, EMAIL).await;
    assert_eq!(status, Status::Ok, "{said}");
    assert_eq!(get(&client, "/me").await, (Status::Ok, json!("Ann")));
    ask(&client, "/auth/logout", json!({})).await;
    assert_eq!(get(&client, "/me").await.0, Status::Unauthorized);

    assert_eq!(ask(&client, "/auth/reset", json!({ "email": EMAIL })).await.0, Status::Ok);
    let link = link(&kit, EMAIL).await;
    let (status, said) = ask(&client, &link, json!({ "password": SECOND })).await;
    assert_eq!(status, Status::Ok, "{said}");
    let (status, _) = ask(&client, &link, json!({ "password": FIRST })).await;
    assert_eq!(status, Status::BadRequest, "it works once");
    let (status, _) = ask(&client, "/auth/login", json!({ "email": EMAIL, "password": FIRST })).await;
    assert_eq!(status, Status::BadRequest, "it is the former password");
    let (status, said) = ask(&client, "/auth/login", json!({ "email": EMAIL, "password": SECOND })).await;
    assert_eq!(status, Status::Ok, "{said}");

    let (status, said) = ask(&client, "/auth/account/delete", json!({ "password": SECOND })).await;
    assert_eq!(status, Status::Ok, "{said}");
    assert_eq!(get(&client, "/me").await.0, Status::Unauthorized);
}

#[rocket::async_test]
async fn what_the_club_refuses_leaves_no_account_and_works_once_it_is_mended() {
    let kit = Kit::new();
    let client = client(&kit).await;
    assert_eq!(register(&kit, &client, EMAIL).await.0, Status::Ok);
    ask(&client, "/auth/logout", json!({})).await;
    let (status, said) = register(&kit, &client, "other@example.com").await;
    assert_ne!(status, Status::Ok, "there is a member of this name: {said}");
    assert!(status.code < 500, "{said}");
    let (status, _) =
        ask(&client, "/auth/login", json!({ "email": "other@example.com", "password": FIRST })).await;
    assert_eq!(status, Status::BadRequest);
}

#[rocket::async_test]
async fn sixteen_requests_at_once_wait_for_each_other() {
    let kit = Kit::new();
    let client = &client(&kit).await;
    let emails: Vec<_> = (0..16).map(|number| format!("member{number}@example.com")).collect();
    let registered = emails.iter().map(async |email| {
        let form = json!({ "email": email, "password": FIRST, "field.name": email });
        ask(client, "/auth/register", form).await
    });
    for (status, said) in join_all(registered).await {
        assert_eq!(status, Status::Ok, "{said}");
    }
    for email in &emails {
        kit.letter_async(email).await;
    }
}
