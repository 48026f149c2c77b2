//! Of any number of simultaneous tries, one wins.

use std::time::Duration;

use rocket::{futures::future::join_all, tokio::time::sleep};

use crate::common::{Message, NEW, OLD, Person, Setting, Strategy, TestApp, dump};

for_every_strategy! {
    of_32_that_spend_a_key_one_wins,
    of_32_that_spend_a_key_at_two_servers_one_wins,
    of_50_that_ask_at_once_all_are_answered_and_one_key_lives,
    a_sign_in_begun_before_the_reset_does_not_outlive_it,
}

mod of_32_that_use_a_generated_password_one_wins {
    on_both_databases!(super::super::of_32_that_use_a_generated_password_one_wins =>
        generated_password GeneratedPassword);
}

fn candidate(turn: usize) -> String {
    format!("wicker basket number {turn} of thirty")
}

async fn of_32_that_spend_a_key_one_wins(setting: Setting) {
    let app = setting.app_with(&[("latchkey.password.queue", 100.into())]).await;
    spend_at_once(setting, &[&app, &app]).await;
}

async fn of_32_that_spend_a_key_at_two_servers_one_wins(setting: Setting) {
    let app = setting.app_with(&[("latchkey.password.queue", 100.into())]).await;
    let other = app.replica().await;
    spend_at_once(setting, &[&app, &other]).await;
}

async fn spend_at_once(setting: Setting, servers: &[&TestApp; 2]) {
    let app = servers[0];
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let spent = join_all((0..32).map(|turn| {
        let copy = servers[turn % 2].browser();
        copy.with_jar(|jar| *jar = browser.jar());
        let sent = app.spending(&browser, &ready, &candidate(turn));
        async move {
            let answer = copy.post_only(&sent).await;
            (turn, answer.status, copy)
        }
    }))
    .await;
    assert!(
        spent.iter().all(|(_, status, _)| *status < 500),
        "{:?}",
        spent.iter().map(|s| s.1).collect::<Vec<_>>()
    );
    match setting.strategy {
        Strategy::GeneratedPassword => {
            let mails = mails(servers, &ann).await;
            assert_eq!(mails.len(), 1, "generated passwords sent: {mails:?}");
        }
        Strategy::OneTimeLogin => {
            let mut signed_in = 0;
            for (_, _, copy) in &spent {
                signed_in += u32::from(copy.get("/reset/new-password").await.asks(&["new_password"]));
            }
            assert_eq!(signed_in, 1, "restricted sessions");
        }
        _ => {
            let mut winners = Vec::new();
            for (turn, _, copy) in &spent {
                if copy.is_signed_in().await {
                    winners.push(*turn);
                }
            }
            assert_eq!(winners.len(), 1, "sessions made by {winners:?}");
            let loser = candidate((winners[0] + 1) % 32);
            assert!(
                app.opens(&ann.email, &candidate(winners[0])).await && !app.opens(&ann.email, &loser).await
            );
            assert!(!app.opens(&ann.email, OLD).await);
            let notices = mails(servers, &ann).await;
            assert_eq!(notices.len(), 1, "one notice: {notices:?}");
        }
    }
}

/// What came for `person`, by whichever server.
async fn mails(servers: &[&TestApp; 2], person: &Person) -> Vec<Message> {
    let mut mails = servers[0].mailbox.rest(&person.email).await;
    mails.extend(servers[1].mailbox.rest(&person.email).await);
    mails
}

async fn of_32_that_use_a_generated_password_one_wins(setting: Setting) {
    let app = setting.app_with(&[("latchkey.password.queue", 100.into())]).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    browser.post(&app.spending(&browser, &ready, NEW)).await;
    let generated = app.mailbox.next(&ann.email).await.code();
    let browsers = join_all((0..32).map(|_| async {
        let browser = app.browser();
        app.sign_in(&browser, &ann.email, &generated).await;
        browser
    }))
    .await;
    let mut let_in = 0;
    for browser in &browsers {
        let_in += u32::from(browser.get("/reset/new-password").await.asks(&["new_password"]));
        assert!(!browser.is_signed_in().await, "a generated password gives a full session");
    }
    assert_eq!(let_in, 1, "a generated password is good once");
    assert!(app.opens(&ann.email, OLD).await, "the old password works until the new one is set");
}

async fn of_50_that_ask_at_once_all_are_answered_and_one_key_lives(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let form = browser.get("/reset").await;
    let sent = browser.fill(&form, &[("email", &ann.email)]);
    let answers = join_all((0..50).map(|_| browser.post_only(&sent))).await;
    assert!(answers.iter().all(|answer| answer.status == answers[0].status && answer.status < 400));
    let mut links = vec![app.mailbox.next_key(&ann.email).await.link()];
    for _ in 0..10 {
        sleep(Duration::from_millis(100)).await;
        while let Some(message) = app.mailbox.unread(&ann.email).await {
            links.push(message.link());
        }
    }
    let mut live = 0;
    for link in &links {
        live += u32::from(app.browser().get(link).await.path() == setting.strategy.path());
    }
    assert_eq!(live, 1, "live keys among {} links", links.len());
    let keys = dump(&setting.database)
        .await
        .into_iter()
        .filter(|row| row.starts_with("keys:") && row.contains("reset"));
    assert!(keys.count() <= 1);
}

async fn a_sign_in_begun_before_the_reset_does_not_outlive_it(setting: Setting) {
    let app = setting.app_with(&[("latchkey.password.queue", 100.into())]).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let owner = app.browser();
    let ready = app.prepare(&owner, &link, &ann).await;
    let sent = app.spending(&owner, &ready, NEW);
    let thieves: Vec<_> = (0..32).map(|_| app.browser()).collect();
    let form = thieves[0].get("/login").await;
    let stolen = thieves[0].fill(&form, &[("username", &ann.email), ("current-password", OLD)]);
    let reset = async {
        sleep(Duration::from_millis(60)).await;
        let page = owner.post(&sent).await;
        app.finish(&owner, page, &ann, NEW).await
    };
    let attempts = join_all(thieves.iter().map(|thief| thief.post_only(&stolen)));
    let (page, answers) = rocket::tokio::join!(reset, attempts);
    assert!(answers.iter().all(|answer| answer.status < 500));
    assert!(owner.is_signed_in().await, "{page}");
    for thief in &thieves {
        assert!(!thief.is_signed_in().await, "a sign-in with the old password outlives the reset");
    }
    assert!(app.opens(&ann.email, NEW).await && !app.opens(&ann.email, OLD).await);
}
