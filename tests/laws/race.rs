//! What happens at the same moment leaves nothing half done. That of many spenders one wins, `tests/soak` shows.

use std::time::Duration;

use rocket::{futures::future::join_all, tokio::time::sleep};

use crate::common::{NEW, OLD, Setting, dump};

for_every_strategy! {
    of_50_that_ask_at_once_all_are_answered_and_one_key_lives,
    a_sign_in_begun_before_the_reset_does_not_outlive_it,
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
