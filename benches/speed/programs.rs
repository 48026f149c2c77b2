//! Programs: answers in JSON beside the pages of the same addresses, and routes of an application that tokens open beside the
//! same answer from Rocket alone.

use std::path::Path;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::{
    bare::Bare,
    figures::Plan,
    host::Host,
    load::{CONNECTIONS, Load, Until, get, post_json},
    raw,
    sink::Sink,
    site::{EMAIL, OTHER, PASSWORD, Site, text},
    table::{Rounds, Table},
};

/// Header line by which a request asks for JSON.
const JSON: &str = "Accept: application/json\r\n";
/// Tokens of the account.
const TOKENS: usize = 8;

/// Creates a small site and an application, and measures both.
pub async fn measure(plan: &Plan, folder: &Path) {
    let (sink, mut table) = (Sink::start().await, Table::default());
    let home = folder.join("site");
    let site = Site::settled(&home, &sink).await;
    let bare = Bare::start(&folder.join("bare"), &site).await;
    let host = Host::start(&home, &bare).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let mut tokens = Vec::new();
    for _ in 0..TOKENS {
        tokens.push(Tokens::of(&site, &client).await);
    }
    answers(plan, &site, &tokens, &mut table).await;
    sign_ins(plan, &site, &tokens, &mut table).await;
    guarded(plan, &bare, &host, &tokens, &mut table).await;
    table.print();
}

/// The tokens of a sign-in, as header lines.
struct Tokens {
    token: String,
    access: String,
}

impl Tokens {
    async fn of(site: &Site, client: &Client) -> Tokens {
        let place = |path: &str| client.post(format!("{}{path}", site.url));
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let said = told(place("/login?include_auth_token").json(&body)).await;
        let token = said["user"]["authentication_token"].as_str().expect("a token").to_owned();
        let body = json!({ "name": "benchmark", "days": 7 });
        let said = told(place("/account/tokens").header("Authentication-Token", &token).json(&body)).await;
        let line = |token: &str| format!("Authorization: Bearer {token}\r\n");
        Tokens { token: line(&token), access: line(said["access_token"].as_str().expect("a token")) }
    }
}

async fn told(request: RequestBuilder) -> Value {
    let envelope: Value = serde_json::from_str(&text(request).await).expect("JSON");
    envelope["response"].clone()
}

/// Two addresses in JSON, beside their pages.
async fn answers(plan: &Plan, site: &Site, tokens: &[Tokens], table: &mut Table) {
    let (mut open, mut account) = (Rounds::default(), Rounds::default());
    let round = Until::Past(plan.round);
    let as_json = site.load(vec![get(&site.url, "/reset", JSON)], &[200]);
    let lines = tokens.iter().map(|it| it.token.clone() + JSON);
    let mine = site.load(lines.map(|lines| get(&site.url, "/account", &lines)).collect(), &[200]);
    for _ in 0..plan.rounds {
        let before = site.reset_page().run(round).await.per_second;
        open.note(as_json.run(round).await, before);
        let before = site.account_page().run(round).await.per_second;
        account.note(mine.run(round).await, before);
    }
    table.ratio("/reset in JSON", &open, "pages", 1.0);
    table.ratio("/account in JSON, by a token", &account, "pages", 1.0);
}

/// Sign-ins that bring a token, and proofs of a password by one, beside sign-ins by the form.
async fn sign_ins(plan: &Plan, site: &Site, tokens: &[Tokens], table: &mut Table) {
    let (mut begun, mut proved) = (Rounds::default(), Rounds::default());
    // Another account: each of an account's sign-ins may end the oldest of its sessions.
    let body = json!({ "email": OTHER, "password": PASSWORD }).to_string();
    let with_token = site.load(vec![post_json(&site.url, "/login?include_auth_token", "", &body)], &[200]);
    let body = json!({ "password": PASSWORD }).to_string();
    let verify = tokens.iter().map(|it| post_json(&site.url, "/verify", &it.token, &body));
    let verify = site.load(verify.collect(), &[200]);
    let count = Until::Answered(plan.hashes * raw::cores());
    for _ in 0..plan.rounds {
        let alone = site.sign_ins().run(count).await.per_second;
        proved.note(verify.run(count).await, alone);
        begun.note(with_token.run(count).await, alone);
    }
    table.ratio("/login in JSON, with a token", &begun, "by the form", 0.95);
    table.ratio("/verify in JSON, by a token", &proved, "sign-ins by the form", 0.95);
}

/// Routes of an application, behind guards, beside the same answer from Rocket alone.
async fn guarded(plan: &Plan, bare: &Bare, host: &Host, tokens: &[Tokens], table: &mut Table) {
    let (mut by_token, mut by_access) = (Rounds::default(), Rounds::default());
    let at = |address, requests: Vec<_>| Load {
        addresses: [address].into(),
        requests: requests.into(),
        statuses: &[200],
        connections: CONNECTIONS,
    };
    let yardstick = at(bare.process.address, vec![get("http://bare", "/json", "")]);
    let with = |path: &str, line: fn(&Tokens) -> &str| {
        let requests = tokens.iter().map(|it| get("http://host", path, line(it))).collect();
        at(host.process.address, requests)
    };
    let (token, access) = (with("/token", |it| &it.token), with("/script", |it| &it.access));
    let round = Until::Past(plan.round);
    for load in [&yardstick, &token, &access] {
        load.run(Until::Past(plan.round / 2)).await;
    }
    for _ in 0..plan.rounds {
        let before = yardstick.run(round).await.per_second;
        by_token.note(token.run(round).await, before);
        by_access.note(access.run(round).await, before);
    }
    table.ratio("a host's route, by a token", &by_token, "from Rocket alone", 0.4);
    table.ratio("the same by an access token", &by_access, "from Rocket alone", 0.4);
}
