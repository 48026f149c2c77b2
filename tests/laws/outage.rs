//! Without its database the site answers with a time to retry, and recovers without a restart.

use std::time::Duration;

use reqwest::{Method, header};
use rocket::tokio::{
    runtime::Builder,
    time::{sleep, timeout},
};

use crate::common::{Database, Engine, NEW, OLD, Postgres, Setting, Strategy, Wire, execute, prove, skip};

#[test]
fn a_database_gone_for_ten_seconds_is_survived() {
    let mut server = match Postgres::start() {
        Ok(server) => server,
        Err(reason) => return skip(&reason),
    };
    let database = Database::on(server.url()).expect("a database");
    let setting = Setting {
        strategy: Strategy::SetThenLogin,
        engine: Engine::Postgres,
        database: database.url().to_owned(),
        folder: database.folder(),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(survived(setting, &mut server));
}

#[test]
fn a_database_that_takes_no_writes_is_not_ready() {
    let server = match Postgres::start() {
        Ok(server) => server,
        Err(reason) => return skip(&reason),
    };
    let database = Database::on(server.url()).expect("a database");
    let setting = Setting {
        strategy: Strategy::SetThenLogin,
        engine: Engine::Postgres,
        database: database.url().to_owned(),
        folder: database.folder(),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let app = setting.app().await;
        let ready = async || app.browser().ask(Method::GET, "/readyz").await;
        assert_eq!(ready().await.status, 200);
        // As after a fail-over to a read-only replica.
        let read_only = async |on: &str| {
            let set = format!("ALTER SYSTEM SET default_transaction_read_only = {on}");
            for order in ["SET default_transaction_read_only = off", &set, "SELECT pg_reload_conf()"] {
                execute(&format!("{}?options[default_transaction_read_only]=off", database.url()), order)
                    .await;
            }
        };
        read_only("on").await;
        let browser = app.browser();
        let reset = browser.fill(&browser.get("/reset").await, &[("email", "ann@example.com")]);
        let refused = timeout(Duration::from_secs(20), async {
            while browser.copy().post_only(&reset).await.status != 503 {
                sleep(Duration::from_millis(50)).await;
            }
        });
        refused.await.expect("nothing can be asked for");
        let answer = ready().await;
        assert!(answer.status == 503 && answer.text().contains("takes no writes"), "{}", answer.text());
        read_only("off").await;
        let again = timeout(Duration::from_secs(20), async {
            while ready().await.status != 200 {
                sleep(Duration::from_millis(50)).await;
            }
        });
        again.await.expect("it is found out without anybody's request");
        app.stop().await;
    });
}

#[test]
fn a_statement_that_is_never_answered_holds_up_neither_mail_nor_the_end() {
    prove(Strategy::SetThenLogin, Engine::Postgres, async |setting| {
        let (wire, url) = Wire::to(&setting.database).await;
        let setting = Setting { database: url, ..setting };
        let app = setting.app().await;
        app.account("ann@example.com").await;
        let silence = async || {
            wire.falls_silent();
            while !wire.is_silent() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        // The worker polls every second.
        silence().await;
        let browser = app.browser();
        let reset = browser.fill(&browser.get("/reset").await, &[("email", "ann@example.com")]);
        let mail = timeout(Duration::from_secs(60), async {
            while browser.copy().post_only(&reset).await.status >= 400 {
                sleep(Duration::from_millis(100)).await;
            }
            while !app.mailbox.all().await.iter().any(|message| message.is_key()) {
                sleep(Duration::from_millis(100)).await;
            }
        });
        mail.await.expect("mail leaves again within a minute");
        silence().await;
        timeout(Duration::from_secs(20), app.stop()).await.expect("it ends");
    });
}

async fn survived(setting: Setting, server: &mut Postgres) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let signed_in = app.signed_in(&ann).await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let last_step = app.spending(&browser, &ready, NEW);
    let login =
        browser.fill(&app.browser().get("/login").await, &[("username", &ann.email), ("password", OLD)]);
    let reset = browser.fill(&app.browser().get("/reset").await, &[("email", &ann.email)]);

    server.stop();
    let gone = rocket::tokio::time::Instant::now();
    for sent in [&last_step, &login, &reset] {
        let copy = browser.copy();
        let answer = timeout(Duration::from_secs(8), copy.post_only(sent)).await.expect("an answer in time");
        assert_eq!(answer.status, 503, "{}", sent.to);
    }
    for (browser, place) in [(&signed_in, "/account"), (&browser, "/reset/set-then-login")] {
        let answer = timeout(Duration::from_secs(8), browser.ask(Method::GET, place))
            .await
            .expect("an answer in time");
        assert_eq!(answer.status, 503, "{place}");
        let wait = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        assert!(
            wait.is_some_and(|wait| wait.parse::<u32>().is_ok_and(|wait| (1..=120).contains(&wait))),
            "{wait:?}"
        );
        browser.follow(place, answer).await;
    }
    assert_eq!(app.browser().get("/login").await.status, 200, "a page that needs no database opens");
    sleep(Duration::from_secs(10).saturating_sub(gone.elapsed())).await;
    server.start_again();

    let back = timeout(Duration::from_secs(10), async {
        while signed_in.ask(Method::GET, "/account").await.status != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    });
    back.await.expect("the site recovers within ten seconds");
    let page = browser.post(&last_step).await;
    assert!(browser.is_signed_in().await, "what was tried while the database was gone cost the key: {page}");
    assert!(app.opens(&ann.email, NEW).await);
}
