//! Messages in the console and on the command line: shown with their errors, sent again, dropped.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rocket::tokio::{
    self,
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    time::{Duration, sleep},
};
use serde_json::json;

use crate::{
    admin::admin,
    common::{Browser, Page, Setting, free_port},
};

for_both_databases! {
    a_message_given_up_is_sent_again,
    a_message_of_a_dead_key_is_not_sent_again,
    a_failing_message_is_seen_and_dropped,
}

/// A mail server that refuses every recipient permanently until the flag is set.
async fn stubborn() -> (String, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    let willing = Arc::new(AtomicBool::new(false));
    let takes = willing.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let takes = takes.clone();
            tokio::spawn(async move {
                let (read, mut write) = socket.into_split();
                let (mut lines, mut mail) = (BufReader::new(read).lines(), false);
                let _ = write.write_all(b"220 here\r\n").await;
                while let Ok(Some(line)) = lines.next_line().await {
                    let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
                    let answer = match verb.as_str() {
                        _ if mail && line != "." => continue,
                        "DATA" => "354 go on",
                        "RCPT" if !takes.load(Ordering::Relaxed) => "550 5.1.1 no such mailbox",
                        _ => "250 well",
                    };
                    mail = verb == "DATA";
                    let _ = write.write_all(format!("{answer}\r\n").as_bytes()).await;
                }
            });
        }
    });
    (url, willing)
}

/// The list of messages in `state`, once it has one for `email`.
async fn shelf(browser: &Browser, state: &str, email: &str) -> Page {
    for _ in 0..500 {
        let page = browser.get(&format!("/admin/messages?state={state}")).await;
        if page.text.contains(email) {
            return page;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("no message is {state} for {email}");
}

fn form(page: &Page, ending: &str) -> String {
    let form = page.forms.iter().find(|form| form.path().ends_with(ending));
    form.unwrap_or_else(|| panic!("no button for {ending} on {page}")).path().to_owned()
}

async fn a_message_given_up_is_sent_again(setting: Setting) {
    let app = setting.app().await;
    let (root, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let (url, willing) = stubborn().await;
    let app = app.restart(&[("latchkey.mail.url", json!(url))]).await;
    app.ask_reset(&ann.email).await;
    let page = shelf(&browser, "given_up", &ann.email).await;
    assert!(page.text.contains("550"), "it says why: {page}");
    willing.store(true, Ordering::Relaxed);
    browser.press(&page, &form(&page, "/again")).await;
    shelf(&browser, "sent", &ann.email).await;
    let events = browser.get("/admin/events?kind=message.retried").await;
    assert!(events.text.contains(&root.email) && events.text.contains(&ann.email), "{events}");
}

async fn a_message_of_a_dead_key_is_not_sent_again(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let (url, _) = stubborn().await;
    let app = app.restart(&[("latchkey.mail.url", json!(url))]).await;
    app.ask_reset(&ann.email).await;
    let page = shelf(&browser, "given_up", &ann.email).await;
    let again = form(&page, "/again");
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    assert_eq!(browser.press(&page, &again).await.status, 422);
    let page = browser.get("/admin/messages?state=given_up").await;
    assert!(!page.offers(&again), "it is not offered either: {page}");
    browser.press(&page, &form(&page, "/drop")).await;
    assert!(!browser.get("/admin/messages?state=given_up").await.text.contains(&ann.email));
}

async fn a_failing_message_is_seen_and_dropped(setting: Setting) {
    let app = setting.app().await;
    let (root, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let nobody = format!("smtp://127.0.0.1:{}", free_port());
    let app = app.restart(&[("latchkey.mail.url", json!(nobody))]).await;
    app.ask_reset(&ann.email).await;
    let page = shelf(&browser, "failing", &ann.email).await;
    shelf(&browser, "waiting", &ann.email).await;
    let page = browser.press(&page, &form(&page, "/drop")).await;
    assert!(page.status == 200 && !page.text.contains(&ann.email), "{page}");
    let events = browser.get("/admin/events?kind=message.dropped").await;
    assert!(events.text.contains(&root.email), "{events}");
}
