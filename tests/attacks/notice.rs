//! A083, A103, A110: forms that are too large, and what the owner can take back.

use crate::{
    common::Person,
    raw::post,
    scene::{Scene, V},
    tries::{EVERY, FOUR},
};

attacks! {
    EVERY => a083_a_long_password_costs_no_hash, a110_the_owner_takes_a_stolen_account_back;
    FOUR => a103_whoever_did_not_ask_kills_the_key;
}

async fn a083_a_long_password_costs_no_hash(scene: &mut Scene) {
    let browser = scene.app.browser();
    for (length, status) in [(5_000, 422), (33 * 1024, 413), (1 << 20, 413)] {
        for place in ["/login", "/register"] {
            let body = format!("email={V}&password={}", "x".repeat(length));
            assert_eq!(post(&browser, place, body).await.status, status, "{place} {length}");
        }
    }
    scene.unharmed(&[]).await;
}

async fn a103_whoever_did_not_ask_kills_the_key(scene: &mut Scene) {
    let link = scene.key().await;
    let browser = scene.app.browser();
    let page = browser.get(&link).await;
    browser.get("/reset/cancel").await;
    assert_eq!(browser.get(&link).await.path(), scene.strategy().path(), "looking killed the key");
    assert_eq!(browser.press(&page, "/reset/cancel").await.status, 200);
    scene.is_unusable(&scene.app.browser().get(&link).await).await;
    scene.is_unusable(&browser.get(&page.place).await).await;
    scene.unharmed(&["reset.issued", "reset.cancelled"]).await;
}

async fn a110_the_owner_takes_a_stolen_account_back(scene: &mut Scene) {
    let link = scene.key().await;
    let stolen = "what the thief has set by now";
    let thief = scene.app.browser();
    scene.app.recover(&thief, &scene.v, &link, stolen).await;
    let notice = scene.app.mailbox.next_notice(V).await.link();
    let further = scene.key().await;
    let owner = scene.app.browser();
    let page = owner.get(&notice).await;
    let page = owner.press(&page, "/reset/not-me").await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!thief.is_signed_in().await && !scene.app.opens(V, stolen).await, "X is still there");
    scene.is_unusable(&scene.app.browser().get(&further).await).await;
    let own = scene.app.mailbox.next_key(V).await.link();
    scene.app.ask_reset(V).await;
    let was = Person { password: stolen.into(), ..scene.v.clone() };
    scene.v = was;
    scene.recover(&own).await;
    scene.unharmed(&["reset.undone", "reset.completed", "sign_in.failed"]).await;
}
