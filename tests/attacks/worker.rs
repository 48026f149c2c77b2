//! A112: whatever happens while a request waits for one of two workers, no key goes to the wrong place.

use std::time::Duration;

use rocket::{futures::future::join_all, tokio::time::sleep};

use crate::{
    common::{Browser, Capabilities, Message, OLD, Sent, TestApp},
    fixture::{AttackFixture, V},
    tries::EVERY,
};

attacks! {
    EVERY => a112_no_worker_acts_on_what_was_true_before;
}

/// Delay of the change after the request, in milliseconds.
const ORDERS: [i64; 3] = [-3, 0, 3];

async fn after(millis: i64) {
    sleep(Duration::from_millis(u64::try_from(millis).unwrap_or(0))).await;
}

/// Requests a key for `email` from both servers while `change` is sent, in one order.
async fn race(
    fixture: &AttackFixture,
    second: &TestApp,
    email: &str,
    order: i64,
    (browser, change): (&Browser, &Sent),
) {
    let sent = Sent { to: "/reset".into(), fields: vec![("email".into(), email.into())] };
    let strangers = [fixture.app.browser(), second.browser()];
    let asked = async {
        after(-order).await;
        join_all(strangers.iter().map(|stranger| stranger.post_only(&sent))).await
    };
    let changed = async {
        after(order).await;
        browser.post_only(change).await
    };
    let (answers, changed) = rocket::tokio::join!(asked, changed);
    assert!(
        answers.iter().all(|answer| answer.status == 303) && changed.came_to() < 400,
        "{}",
        changed.came_to()
    );
    fixture.quiet().await;
}

/// Links in all messages to `email`, from either server, that still open.
async fn live(fixture: &AttackFixture, second: &TestApp, email: &str) -> Vec<String> {
    let mut live = Vec::new();
    for app in [&*fixture.app, &**second] {
        let mails = app.mailbox.all().await;
        for mail in mails.iter().filter(|mail| mail.to == email && Message::is_key(mail)) {
            let page = fixture.app.browser().get(&mail.link()).await;
            live.extend((page.path() == fixture.strategy().path()).then(|| mail.link()));
        }
    }
    live
}

async fn a112_no_worker_acts_on_what_was_true_before(fixture: &mut AttackFixture) {
    let admin = admin(fixture).await;
    let domain = format!("{}.example.com", fixture.strategy().name().replace('_', "-"));
    let mut ann = fixture.app.account(&format!("ann@{domain}")).await;
    let second = fixture.app.replica().await;
    for (turn, order) in ORDERS.into_iter().enumerate() {
        let own = fixture.app.signed_in(&ann).await;
        let form = own.get("/account/email").await;
        let next = format!("ann{turn}@{domain}");
        own.submit(&form, &[("email", &next), ("current-password", OLD)]).await;
        fixture.quiet().await;
        let mails = [fixture.app.mailbox.unread(&next).await, second.mailbox.unread(&next).await];
        let link = mails.into_iter().flatten().next().expect("a link").link();
        let page = own.get(&link).await;
        let confirm = own.sent(&page, page.form_to("/account/email/confirm"), &[]);
        race(fixture, &second, &ann.email, order, (&own, &confirm)).await;
        for email in [&ann.email, &next] {
            let live = live(fixture, &second, email).await;
            assert!(live.is_empty(), "{order} ms: a key for {email}, changed to {next}: {live:?}");
        }
        ann.email = next;
    }
    let page = admin.get(&format!("/admin/people?q={}", ann.email)).await;
    let place = page.links.iter().find(|link| link.starts_with("/admin/people/")).expect("ann is found");
    for order in ORDERS {
        let disable = Sent { to: format!("{place}/disable"), fields: vec![] };
        race(fixture, &second, &ann.email, order, (&admin, &disable)).await;
        let enable = Sent { to: format!("{place}/enable"), fields: vec![] };
        for state in ["disabled", "enabled again"] {
            let live = live(fixture, &second, &ann.email).await;
            assert!(live.is_empty(), "{order} ms: a key of an account that is {state}: {live:?}");
            assert!(admin.post_only(&enable).await.status < 500);
        }
    }
    let sent = Sent { to: "/reset".into(), fields: vec![("email".into(), V.into())] };
    let strangers: Vec<_> = (0..8).flat_map(|_| [fixture.app.browser(), second.browser()]).collect();
    join_all(strangers.iter().map(|stranger| stranger.post_only(&sent))).await;
    fixture.quiet().await;
    let live = live(fixture, &second, V).await;
    assert_eq!(live.len(), 1, "live keys of two workers");
    assert!(second.seen.statuses().iter().all(|(_, status)| *status < 500));
    second.stop().await;
    fixture.recover(&live[0]).await;
    fixture.unharmed(&["reset.completed"]).await;
}

/// An admin who has just signed in.
async fn admin(fixture: &AttackFixture) -> Browser {
    let root = fixture.app.admin(&format!("root{}@example.com", fixture.strategy().slug())).await;
    fixture.app.signed_in(&root).await
}
