//! A079 to A082, A085: no two passwords are equivalent, and none is changed without the current one.

use crate::{
    common::{OTHER, Sent},
    fixture::{AttackFixture, V},
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a079_a_password_is_never_cut, a080_a_zero_byte_ends_no_password, a081_one_text_has_one_form,
        a082_no_password_is_trimmed_or_folded;
    SITE => a085_no_password_is_changed_without_the_one_before;
}

/// Resets V's password to `password`.
async fn set(fixture: &mut AttackFixture, password: &str) {
    let link = fixture.key().await;
    fixture.v = fixture.app.recover(&fixture.app.browser(), &fixture.v, &link, password).await;
    fixture.now_has(password).await;
}

/// Sets `password` by a reset; panics if one of `others` signs in as well.
async fn only(fixture: &mut AttackFixture, password: &str, others: &[&str]) {
    set(fixture, password).await;
    for other in others {
        assert!(!fixture.app.opens(V, other).await, "{other:?} signs in for {password:?}");
    }
    // A control character is refused before anything is compared.
    let tried = others.iter().any(|other| !other.contains('\0'));
    fixture.unharmed(if tried { &["reset.completed", "sign_in.failed"] } else { &["reset.completed"] }).await;
}

async fn a079_a_password_is_never_cut(fixture: &mut AttackFixture) {
    let long = format!("{OTHER} {} {}", fixture.strategy().name(), "z".repeat(100));
    only(fixture, &long, &[&long[..72], &long[..73], &long[..long.len() - 1], &format!("{long}z")]).await;
}

async fn a080_a_zero_byte_ends_no_password(fixture: &mut AttackFixture) {
    let plain = format!("copper kettles of {}", fixture.strategy().name());
    only(fixture, &plain, &[&format!("{plain}\0"), &format!("{plain}\0x"), "\0", "\0\0\0\0\0\0\0\0"]).await;
}

async fn a081_one_text_has_one_form(fixture: &mut AttackFixture) {
    let name = fixture.strategy().name();
    let decomposed = format!("cafe\u{301} bru\u{302}le\u{301} de {name}");
    set(fixture, &decomposed).await;
    let composed = format!("caf\u{e9} br\u{fb}l\u{e9} de {name}");
    assert!(fixture.app.opens(V, &composed).await, "the composed form is another password");
    only(fixture, &composed.replace("de", "du"), &[&format!("cafe brule du {name}"), &composed]).await;
}

async fn a082_no_password_is_trimmed_or_folded(fixture: &mut AttackFixture) {
    let exact = format!("  Seven Quiet {}  ", fixture.strategy().name());
    only(
        fixture,
        &exact,
        &[exact.trim(), exact.trim_start(), exact.trim_end(), &exact.to_lowercase(), &exact.to_uppercase()],
    )
    .await;
}

async fn a085_no_password_is_changed_without_the_one_before(fixture: &mut AttackFixture) {
    for current in [None, Some(""), Some("not what V has set"), Some("what X would like to set")] {
        let mut fields = vec![("new_password".to_owned(), "what X would like to set".to_owned())];
        fields.extend(current.map(|current| ("password".to_owned(), current.to_owned())));
        for to in ["/change", "/reset/new-password", "/reset/new-password/skip"] {
            let page = fixture.own.post(&Sent { to: to.into(), fields: fields.clone() }).await;
            assert!((400..500).contains(&page.status), "{to} with {current:?}: {page}");
        }
    }
    assert!(!fixture.own.get("/reset/new-password").await.asks(&["new_password"]));
    fixture.unharmed(&["password.refused"]).await;
}
