//! Messages that an application sends itself.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use latchkey::{Mail, SendMail, SendText, Undelivered};
use rocket::{
    async_trait,
    futures::future::pending,
    tokio::{sync::mpsc, time::timeout},
};
use serde_json::json;

use crate::common::{NEW, OLD, Setting};

for_both_databases! {
    an_application_sends_mail_and_texts,
    a_sender_that_fails_in_any_way_is_tried_again,
}

/// Passes on all that it is to send, once it has failed `failures` times.
struct Postbox {
    sent: mpsc::UnboundedSender<(String, String)>,
    failures: AtomicUsize,
}

impl Postbox {
    fn pass_on(&self, to: &str, text: &str) {
        self.sent.send((to.to_owned(), text.to_owned())).expect("the test waits");
    }
}

#[async_trait]
impl SendMail for Postbox {
    async fn send(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
        let left = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(3) => panic!("the postbox burns"),
            Ok(2) => pending().await,
            Ok(_) => Err(Undelivered::Transient("the postbox is full".into())),
            Err(_) => {
                self.pass_on(mail.to, mail.text);
                Ok(())
            }
        }
    }
}

#[async_trait]
impl SendText for Postbox {
    async fn send(&self, to: &str, text: &str) -> Result<(), Undelivered> {
        self.pass_on(to, text);
        Ok(())
    }
}

/// For a host that starts once.
type Once<T> = Arc<Mutex<Option<T>>>;

fn postbox(failures: usize) -> (Once<Postbox>, mpsc::UnboundedReceiver<(String, String)>) {
    let (sent, arrives) = mpsc::unbounded_channel();
    let postbox = Postbox { sent, failures: failures.into() };
    (Arc::new(Mutex::new(Some(postbox))), arrives)
}

fn link(text: &str) -> String {
    let link = text.split_whitespace().find(|word| word.contains("/confirm/")).expect("a link");
    format!("/confirm/{}", link.rsplit('/').next().expect("a key"))
}

async fn an_application_sends_mail_and_texts(setting: Setting) {
    let ((mail, mut arrives), (texts, mut rings)) = (postbox(0), postbox(0));
    let app = setting
        .attached(&[("latchkey.sms.countries", json!(["DE"]))], move |rocket, latchkey| {
            let take = |postbox: &Mutex<Option<Postbox>>| {
                postbox.lock().expect("unpoisoned").take().expect("it starts once")
            };
            rocket.attach(latchkey.mail(take(&mail)).texts(take(&texts)))
        })
        .await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    let (to, text) = arrives.recv().await.expect("a mail");
    assert_eq!(to, "ann@example.com");
    let page = browser.get(&link(&text)).await;
    browser.press(&page, "/confirm/address").await;
    assert!(browser.is_signed_in().await);
    let typed = async |phone| {
        let form = browser.get("/account/phone").await;
        browser.submit(&form, &[("tel", phone), ("current-password", OLD)]).await
    };
    assert!(typed("+14155550132").await.to_string().contains("this country"), "it texts abroad");
    let form = typed("+4915112345678").await;
    let (to, text) = rings.recv().await.expect("a text");
    assert_eq!(to, "+4915112345678");
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6);
    let page = browser.submit(&form, &[("one-time-code", code.unwrap_or_default())]).await;
    assert_eq!(page.status, 200, "{text}: {page}");
    assert!(app.mailbox.all().await.is_empty(), "nothing stays in the mailbox");
}

async fn a_sender_that_fails_in_any_way_is_tried_again(setting: Setting) {
    let (mail, mut arrives) = postbox(3);
    let app = setting
        .attached(&[("latchkey.mail.timeout", "1s".into())], move |rocket, latchkey| {
            let mail = mail.lock().expect("unpoisoned").take().expect("it starts once");
            rocket.attach(latchkey.mail(mail))
        })
        .await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", NEW).await;
    let (to, text) = loop {
        match timeout(Duration::from_millis(300), arrives.recv()).await {
            Ok(mail) => break mail.expect("a mail"),
            // It waits longer each time before it tries again.
            Err(_) => app.minutes_pass(2),
        }
    };
    assert_eq!(to, "ann@example.com");
    assert_eq!(browser.get(&link(&text)).await.status, 200);
}
