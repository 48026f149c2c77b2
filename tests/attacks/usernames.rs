//! A140, A141: no name passes for V's, and V's former name leads nobody to X.

use serde_json::json;

use crate::{
    common::{Change, NEW, texts, ways_in::choose_username},
    enumeration::alike_when,
    fixture::{AttackFixture, V},
    tries::SITE,
};

attacks! {
    SITE.with(with_names) => a140_no_name_passes_for_vs, a141_nobody_takes_over_a_former_name;
}

fn with_names() -> Vec<Change<'static>> {
    vec![("latchkey.sign_in.usernames", json!("optional")), ("latchkey.sign_in.phone_numbers", json!(true))]
}

/// V gets a name; the notice is read.
async fn name_v(fixture: &AttackFixture, name: &str) {
    let page = choose_username(&fixture.app.signed_in(&fixture.v).await, name).await;
    assert!(page.text.contains(name), "{page}");
    fixture.mails(V).await;
}

async fn a140_no_name_passes_for_vs(fixture: &mut AttackFixture) {
    name_v(fixture, "modern.victim").await;
    let thief = fixture.app.signed_in(&fixture.x).await;
    for name in [
        "modern.victim",
        "MODERN.VICTIM",
        "ｍｏｄｅｒｎ．ｖｉｃｔｉｍ",
        "rnodern.victim",
        "modern.victirn",
        "m0dern.victim",
        "mod\u{435}rn.victim",
        "m\u{43e}dern.victim",
        "modern.v\u{456}ctim",
        "modern.v\u{131}ctim",
        "modern\u{200b}.victim",
        "modern\u{ad}.victim",
        "modern\u{202e}.victim",
        "modern.\u{fb01}ctim",
        "modern․victim",
        "modern。victim",
        V,
        "victim@example.com ",
        "+4915112345678",
        "015112345678",
        "modern.vi\u{307}ctim",
        "MODERN.VİCTİM",
        "modern.vic\u{301}\u{301}tim",
        "modern._\u{331}victim",
        "admin",
        "ADMİN",
        "adm1n",
        "supp0rt",
        "security",
        "modern.victim\0",
        "<b>modern</b>",
    ] {
        let page = choose_username(&thief, name).await;
        assert_eq!(page.status, 422, "{name:?}: {page}");
    }
    let held = "SELECT name FROM latchkey_usernames";
    assert_eq!(texts(&fixture.app.setting.database, held).await, ["modern.victim"]);
    // Each spelling is V's or nobody's.
    for name in ["Modern.Victim", "ｍｏｄｅｒｎ.victim"] {
        assert!(fixture.app.opens(name, &fixture.v.password).await, "{name}");
    }
    assert!(!fixture.app.opens("rnodern.victim", &fixture.v.password).await);
    for place in ["/login", "/reset"] {
        let more: &[_] = if place == "/login" { &[("password", NEW)] } else { &[] };
        alike_when(fixture, place, &["modern.victim", "elder.victims"], more, None).await;
    }
    fixture.mails(V).await;
    fixture.unharmed(&["username.changed", "reset.issued", "sign_in.failed"]).await;
}

async fn a141_nobody_takes_over_a_former_name(fixture: &mut AttackFixture) {
    name_v(fixture, "former.victim").await;
    name_v(fixture, "later.victim").await;
    let thief = fixture.app.signed_in(&fixture.x).await;
    assert_eq!(choose_username(&thief, "former.victim").await.status, 422);
    assert!(!fixture.app.opens("former.victim", &fixture.v.password).await);
    let asking = fixture.app.browser();
    asking.submit(&asking.get("/reset").await, &[("username", "former.victim")]).await;
    assert!(fixture.mails(V).await.is_empty(), "a name that nobody has reaches nobody");
    fixture.app.minutes_pass(89 * 24 * 60);
    let thief = fixture.app.signed_in(&fixture.x).await;
    assert_eq!(choose_username(&thief, "former.victim").await.status, 422);
    fixture.own = fixture.app.signed_in(&fixture.v).await;
    fixture.unharmed(&["username.changed", "sign_in.failed"]).await;
}
