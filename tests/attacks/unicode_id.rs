//! A025 to A027, A030: a look-alike of V's address is another one, and nobody prepares an account for V's.

use crate::{
    common::{Capabilities, OLD, OTHER},
    fixture::{AttackFixture, V},
    raw::{escaped, post},
    tries::EVERY,
};

attacks! {
    EVERY => a025_of_two_that_look_alike_each_gets_its_own_mail, a026_no_look_alike_gets_the_mail_of_another,
        a027_no_spelling_registers_over_an_account, a030_who_registers_first_for_another_gets_nothing;
}

async fn a025_of_two_that_look_alike_each_gets_its_own_mail(fixture: &mut AttackFixture) {
    let domain = format!("{}.example.com", fixture.strategy().path().rsplit('/').next().expect("a name"));
    let (plain, dotless) = (format!("mike@{domain}"), format!("m\u{131}ke@{domain}"));
    fixture.app.account(&plain).await;
    fixture.app.account(&dotless).await;
    for (asked, other) in [(&dotless, &plain), (&plain, &dotless)] {
        fixture.app.ask_reset(asked).await;
        let mails = fixture.mails(asked).await;
        assert!(mails.len() == 1 && mails[0].is_key(), "{asked}: {mails:?}");
        assert!(fixture.mails(other).await.is_empty(), "{other} got the mail of {asked}");
    }
    fixture.unharmed(&[]).await;
}

async fn a026_no_look_alike_gets_the_mail_of_another(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for typed in [
        "v\u{131}ctim@example.com",
        "vict\u{131}m@example.com",
        "\u{24e5}ictim@example.com",
        "\u{ff56}ictim@example.com",
        "victim@ex\u{430}mple.com",
        "victim@\u{131}example.com",
        "victi\u{1e43}@example.com",
        "v\u{ed}ctim@example.com",
        "victim\u{200b}@example.com",
        "v\u{202e}ictim@example.com",
        "\u{301}victim@example.com",
        "victim\u{fe0f}@example.com",
        "victim\u{200d}@example.com",
    ] {
        let answer = post(&browser, "/reset", format!("email={}", escaped(typed))).await;
        assert!([303, 422].contains(&answer.status), "{typed}: {}", answer.status);
    }
    fixture.quiet().await;
    let others: Vec<_> =
        fixture.app.mailbox.all().await.into_iter().filter(|mail| !mail.to.is_ascii()).collect();
    // A look-alike is told that it has no account, and nothing about V.
    assert!(others.iter().all(|mail| !mail.is_key() && !mail.text.contains(V)), "{others:?}");
    assert!(fixture.mails(V).await.is_empty());
    fixture.unharmed(&[]).await;
}

async fn a027_no_spelling_registers_over_an_account(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for typed in [
        "victim@example.com ",
        " victim@example.com",
        "victim@example.com\0",
        "victim@example.com.",
        "VICTIM@EXAMPLE.COM",
        "victim@EXAMPLE.ORG\0",
        "victim@\u{ff45}xample.com",
        "victim@example.com\u{200b}",
        "\u{202e}victim@example.com",
        "\u{feff}Victim@example.com\u{a0}",
    ] {
        let body = format!("email={}&password={}", escaped(typed), escaped(OTHER));
        let answer = post(&browser, "/register", body).await;
        assert!([303, 422].contains(&answer.status), "{typed:?}: {}", answer.status);
        for mail in fixture.mails(V).await {
            assert!(!mail.link().contains("/confirm/"), "{typed:?} may be confirmed: {}", mail.text);
        }
    }
    assert!(!fixture.app.opens(V, OTHER).await);
    fixture.unharmed(&["sign_in.failed"]).await;
}

async fn a030_who_registers_first_for_another_gets_nothing(fixture: &mut AttackFixture) {
    let young =
        format!("young@{}.example.com", fixture.strategy().path().rsplit('/').next().expect("a name"));
    let (thief, own) = (fixture.app.browser(), fixture.app.browser());
    fixture.app.register(&thief, &young, OTHER).await;
    let planted = fixture.app.mailbox.next(&young).await.link();
    fixture.app.register(&own, &young, OLD).await;
    let page = own.get(&fixture.app.mailbox.next(&young).await.link()).await;
    own.press(&page, "/confirm/address").await;
    assert!(fixture.app.opens(&young, OLD).await && !fixture.app.opens(&young, OTHER).await);
    assert!(!thief.is_signed_in().await, "X is signed in to what X prepared");
    assert!(thief.get(&planted).await.status >= 400, "what X began can still be confirmed");
    fixture.unharmed(&[]).await;
}
