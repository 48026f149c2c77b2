//! A hanging database, mail server or gateway holds up nothing else.

use rocket::tokio::runtime::Builder;
use serde_json::json;

use crate::{
    ask, by,
    common::{Database, Engine, OLD, Postgres, Setting, Strategy, skip},
    listener::Listener,
    pipe::Pipe,
    to,
};

for_both_databases! {
    texts_that_hang_hold_up_no_mail,
}

/// Texts sent at once.
const TEXTS: usize = 8;

async fn texts_that_hang_hold_up_no_mail(setting: Setting) {
    let (server, gateway) = (Listener::start("mail_server.py", &[]), Listener::start("gateway.py", &[]));
    let mut app = setting.app().await;
    let mut people = Vec::new();
    for number in 0..TEXTS + 2 {
        people.push(app.account(&format!("ann{number}@example.com")).await);
    }
    app.again(&by(&server)).await;
    app.again(&[
        ("latchkey.sms.url", json!(format!("http://127.0.0.1:{}/stall", gateway.port))),
        ("latchkey.sms.fields", json!({"to": "{to}", "text": "{text}"})),
        ("latchkey.sms.countries", json!(["DE"])),
    ])
    .await;
    for (number, person) in people.iter().enumerate() {
        let browser = app.signed_in(person).await;
        let form = browser.get("/account/phone").await;
        let phone = format!("+4915112345{number:03}");
        let page = browser.submit(&form, &[("tel", &phone), ("current-password", OLD)]).await;
        assert_eq!(page.status, 200, "{page}");
    }
    for _ in 0..TEXTS {
        gateway.next();
    }
    ask(&app, "203.0.113.7", &people[0].email).await;
    while to(&server.next()) != people[0].email {}
}

#[test]
fn a_statement_without_an_answer_stops_no_mail() {
    let (postgres, database) = match Postgres::shared() {
        Ok(url) => (url.clone(), Database::on(&url).expect("a database")),
        Err(reason) => return skip(&reason),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let address = postgres.rsplit('@').next().expect("an address");
        let pipe = Pipe::to(address).await;
        let setting = Setting {
            strategy: Strategy::SetThenLogin,
            engine: Engine::Postgres,
            database: database.url().replace(address, &format!("127.0.0.1:{}", pipe.port)),
            folder: database.folder(),
        };
        let server = Listener::start("mail_server.py", &[]);
        let mut app = setting.app().await;
        let ann = app.account("ann@example.com").await;
        app.again(&by(&server)).await;
        pipe.fall_silent_at_a_statement().await;
        app.trouble.mind(false);
        let reset = [("email", ann.email.as_str())];
        for _ in 0..60 {
            let browser = app.browser();
            let request = browser.request(reqwest::Method::POST, "/reset").form(&reset);
            if browser.send(request).await.status < 400 {
                break;
            }
        }
        assert_eq!(to(&server.next()), ann.email);
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
}
