//! A001, A002: whatever is typed, a message goes only to the stored address of the one account named.

use crate::{
    fixture::{AttackFixture, V, X},
    raw::{escaped, post},
    tries::EVERY,
};

attacks! {
    EVERY => a001_two_addresses_reach_only_one_mailbox, a002_an_address_with_separators_is_one_that_is_wrong;
}

async fn a001_two_addresses_reach_only_one_mailbox(fixture: &mut AttackFixture) {
    let (v, x, browser) = (escaped(V), escaped(X), fixture.app.browser());
    for refused in [
        format!("email={v}&email={x}"),
        format!("email={x}&email={v}"),
        format!("email={v}&email={v}"),
        format!("email[]={v}&email[]={x}"),
        format!("email[0]={v}&email[1]={x}"),
        format!("email.0={v}&email.1={x}"),
        format!("email={v}%26email={x}"),
        format!("email={v};email={x}"),
        format!("%65mail={v}&email={x}"),
    ] {
        let answer = post(&browser, "/reset", refused.as_bytes()).await;
        assert!((400..500).contains(&answer.came_to()), "{refused}: {}", answer.came_to());
    }
    assert!(fixture.mails(V).await.is_empty() && fixture.events().await.is_empty());
    for (place, taken) in [
        ("/reset", format!("email={v}&Email={x}")),
        ("/reset", format!("email={v}&email[]={x}&to={x}&cc={x}&bcc={x}")),
        (&format!("/reset?email={x}"), format!("email={v}")),
    ] {
        let answer = post(&browser, place, taken.as_bytes()).await;
        assert_eq!(answer.status, 303, "{taken}");
        let mails = fixture.mails(V).await;
        assert!(mails.len() == 1 && mails[0].is_key(), "{taken}: {mails:?}");
    }
    fixture.unharmed(&["reset.issued"]).await;
}

async fn a002_an_address_with_separators_is_one_that_is_wrong(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    let both = |between: &str| format!("{V}{between}{X}");
    let mut typed: Vec<_> =
        [",", ";", " ", "|", "\0", "\t", "/", "\\", "%", "&", "=", "+", ":"].map(both).to_vec();
    typed.extend([
        format!("\"{V}\" <{X}>"),
        format!("{V} <{X}>"),
        format!("<{V}>"),
        format!("{V},"),
        format!("\"{V},{X}\"@example.com"),
        format!("{V}(comment)"),
        format!("mailto:{V}?cc={X}"),
        format!("['{V}','{X}']"),
        format!("{{\"$ne\":\"{X}\"}}"),
        "*@example.com".into(),
        "%@example.com' OR '1'='1".into(),
    ]);
    for address in typed {
        for place in ["/reset", "/confirm"] {
            let answer = post(&browser, place, format!("email={}", escaped(&address))).await;
            let unknown =
                [200, 303].contains(&answer.came_to()) && !address.contains(V) && !address.contains(X);
            assert!((400..500).contains(&answer.came_to()) || unknown, "{address:?}: {}", answer.came_to());
        }
    }
    assert!(fixture.mails(V).await.is_empty());
    fixture.unharmed(&[]).await;
}
