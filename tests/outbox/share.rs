//! One client's requests delay nobody else's, and delays do not reveal who has an account.

use std::{collections::BTreeSet, iter, time::Duration};

use rocket::{futures::future::join_all, tokio::time::Instant};

use crate::{
    ask, by,
    common::{Setting, until_none, until_sent},
    slow, to,
};

for_both_databases! {
    a_flood_keeps_no_bystander_waiting,
    a_message_to_nobody_holds_its_slot_as_one_to_somebody_does,
}

/// Mails sent at once.
const SLOTS: usize = 16;

async fn a_flood_keeps_no_bystander_waiting(setting: Setting) {
    let server = slow();
    let mut app = setting.app().await;
    let names: Vec<_> = (0..3 * SLOTS).map(|number| format!("ann{number}@example.com")).collect();
    for name in &names {
        app.account(name).await;
    }
    let bystander = app.account("bob@example.com").await;
    app.again(&by(&server)).await;

    join_all(names.iter().map(|name| ask(&app, "203.0.113.7", name))).await;
    let mut mails: Vec<_> = iter::from_fn(|| server.next_within(Duration::ZERO)).collect();
    let before = mails.len();
    ask(&app, "198.51.100.9", &bystander.email).await;
    mails.extend((before..=names.len()).map(|_| server.next()));
    let place = mails.iter().position(|mail| to(mail) == bystander.email).expect("the bystander's mail");
    // A slot's worth of mails was being sent already; the bystander gets the first slot that becomes free.
    assert!(place < before + SLOTS + SLOTS / 2, "{place} mails went before, {before} of them earlier");

    let ids = mails.iter().map(|mail| mail["headers"]["message-id"].as_str().expect("an id"));
    let beginnings: BTreeSet<_> = ids.map(|id| id[..7].to_owned()).collect();
    assert!(beginnings.len() > names.len() / 2, "a Message-ID begins with the time: {beginnings:?}");
}

async fn a_message_to_nobody_holds_its_slot_as_one_to_somebody_does(setting: Setting) {
    let server = slow();
    let mut app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    app.again(&by(&server)).await;
    ask(&app, "203.0.113.7", &ann.email).await;
    assert_eq!(to(&server.next()), ann.email);
    // It arrives before the server answers, and its pace is known only then.
    until_sent(&app.setting.database).await;

    let begun = Instant::now();
    for nobody in 0..SLOTS {
        ask(&app, "203.0.113.7", &format!("nobody{nobody}@example.com")).await;
    }
    // Requests are carried out side by side, and one for somebody must not overtake those for nobody.
    until_none(&app.setting.database, "SELECT kind FROM latchkey_outbox WHERE kind = 'request'").await;
    ask(&app, "203.0.113.7", &ann.email).await;
    while to(&server.next()) != ann.email {}
    let waited = begun.elapsed();
    assert!(waited.as_secs_f64() > 1.8, "one wait for a slot and one of its own: {waited:?}");
}
