//! A107: a session expires, and its id cannot be guessed.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    common::OLD,
    fixture::{AttackFixture, V},
    tries::SITE,
};

attacks! {
    SITE => a107_a_session_ends_in_time_and_is_not_guessed;
}

/// Number of ids drawn.
const DRAWN: usize = 1000;

async fn a107_a_session_ends_in_time_and_is_not_guessed(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let ann = app.account("ann@example.com").await;
    let (idle, busy) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let looked = app.signed_in(&ann).await;
    app.minutes_pass(118);
    assert!(looked.is_signed_in().await && busy.is_signed_in().await, "idle for less than two hours");
    app.minutes_pass(3);
    assert!(busy.is_signed_in().await && !idle.is_signed_in().await, "idle for two hours");
    for _ in 0..5 {
        app.minutes_pass(118);
        assert!(busy.is_signed_in().await, "used for less than twelve hours");
    }
    app.minutes_pass(10);
    assert!(!busy.is_signed_in().await, "used for twelve hours");

    // Restored tabs get a session each, without hashing a password.
    let remembered = app.browser();
    let forgotten = app.signed_in(&ann).await;
    let form = remembered.get("/login").await;
    remembered.submit(&form, &[("username", &ann.email), ("password", OLD), ("remember", "on")]).await;
    remembered.close();
    let mut ids = BTreeSet::new();
    for _ in 0..DRAWN {
        let tab = remembered.copy();
        assert!(tab.is_signed_in().await, "the browser is remembered");
        let kept = remembered.jar().values();
        ids.extend(tab.jar().values().into_iter().filter(|value| value.len() == 43 && !kept.contains(value)));
    }
    assert_eq!(ids.len(), DRAWN, "an id was drawn twice");
    assert!(!forgotten.is_signed_in().await, "of a hundred newer sessions none ended it");
    let ids: Vec<_> = ids.iter().map(|id| URL_SAFE_NO_PAD.decode(id).expect("base64url")).collect();
    assert!(ids.iter().all(|id| id.len() * 8 >= 128), "an id is short");
    for bit in 0..256 {
        let ones = ids.iter().filter(|id| id[bit / 8] >> (bit % 8) & 1 == 1).count();
        // Six standard deviations.
        assert!(ones.abs_diff(DRAWN / 2) < 95, "bit {bit} is set {ones} times of {DRAWN}");
    }
    fixture.own = fixture.app.signed_in(&fixture.v).await;
    assert!(fixture.own.get("/account").await.text.contains(V));
    fixture.unharmed(&[]).await;
}
