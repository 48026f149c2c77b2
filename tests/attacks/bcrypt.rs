//! A079 to A082, A085: no two passwords are equivalent, and none is changed without the current one.

use crate::{
    common::{OTHER, Sent},
    scene::{Scene, V},
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a079_a_password_is_never_cut, a080_a_zero_byte_ends_no_password, a081_one_text_has_one_form,
        a082_no_password_is_trimmed_or_folded;
    SITE => a085_no_password_is_changed_without_the_one_before;
}

/// Resets V's password to `password`.
async fn set(scene: &mut Scene, password: &str) {
    let link = scene.key().await;
    scene.v = scene.app.recover(&scene.app.browser(), &scene.v, &link, password).await;
    scene.now_has(password).await;
}

/// Sets `password` by a reset; panics if one of `others` signs in as well.
async fn only(scene: &mut Scene, password: &str, others: &[&str]) {
    set(scene, password).await;
    for other in others {
        assert!(!scene.app.opens(V, other).await, "{other:?} signs in for {password:?}");
    }
    // A control character is refused before anything is compared.
    let tried = others.iter().any(|other| !other.contains('\0'));
    scene.unharmed(if tried { &["reset.completed", "sign_in.failed"] } else { &["reset.completed"] }).await;
}

async fn a079_a_password_is_never_cut(scene: &mut Scene) {
    let long = format!("{OTHER} {} {}", scene.strategy().name(), "z".repeat(100));
    only(scene, &long, &[&long[..72], &long[..73], &long[..long.len() - 1], &format!("{long}z")]).await;
}

async fn a080_a_zero_byte_ends_no_password(scene: &mut Scene) {
    let plain = format!("copper kettles of {}", scene.strategy().name());
    only(scene, &plain, &[&format!("{plain}\0"), &format!("{plain}\0x"), "\0", "\0\0\0\0\0\0\0\0"]).await;
}

async fn a081_one_text_has_one_form(scene: &mut Scene) {
    let name = scene.strategy().name();
    let decomposed = format!("cafe\u{301} bru\u{302}le\u{301} de {name}");
    set(scene, &decomposed).await;
    let composed = format!("caf\u{e9} br\u{fb}l\u{e9} de {name}");
    assert!(scene.app.opens(V, &composed).await, "the composed form is another password");
    only(scene, &composed.replace("de", "du"), &[&format!("cafe brule du {name}"), &composed]).await;
}

async fn a082_no_password_is_trimmed_or_folded(scene: &mut Scene) {
    let exact = format!("  Seven Quiet {}  ", scene.strategy().name());
    only(
        scene,
        &exact,
        &[exact.trim(), exact.trim_start(), exact.trim_end(), &exact.to_lowercase(), &exact.to_uppercase()],
    )
    .await;
}

async fn a085_no_password_is_changed_without_the_one_before(scene: &mut Scene) {
    for current in [None, Some(""), Some("not what V has set"), Some("what X would like to set")] {
        let mut fields = vec![("new_password".to_owned(), "what X would like to set".to_owned())];
        fields.extend(current.map(|current| ("password".to_owned(), current.to_owned())));
        for to in ["/change", "/reset/new-password", "/reset/new-password/skip"] {
            let page = scene.own.post(&Sent { to: to.into(), fields: fields.clone() }).await;
            assert!((400..500).contains(&page.status), "{to} with {current:?}: {page}");
        }
    }
    assert!(!scene.own.get("/reset/new-password").await.asks(&["new_password"]));
    scene.unharmed(&["password.refused"]).await;
}
