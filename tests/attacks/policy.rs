//! A086: a bad password is refused in the same words everywhere, at no cost.

use scraper::{Html, Selector};

use crate::{
    common::{Capabilities, Page},
    fixture::{AttackFixture, V},
    tries::EVERY,
};

attacks! {
    EVERY => a086_fifty_bad_passwords_cost_no_key;
}

/// Too short, too common, too similar to the owner or the site, too long, or not text.
fn bad() -> Vec<String> {
    let words = "a short12 password123 qwertyuiop Latchkey2026 iloveyou1234 victim@example.com VICTIM@EXAMPLE.COM
        victim@example victim2026 latchkey1 latchkeylatchkey Password1 P@ssw0rd passw0rd sunshine1
        princess1 football1 letmein123 welcome123 dragon123 monkey123 qwerty123 abc123456 111111111 trustno1
        superman1 baseball1 michael12 shadow123 master123 asdfghjkl zxcvbnm123 1q2w3e4r5t aaaaaaaaaaaa abcdefghij
        0987654321 123456789 iloveyou changeme1 starwars1 computer1 whatever1";
    let mut bad: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
    bad.extend([
        "zz".repeat(8),
        "seven q".into(),
        "4815162342".into(),
        "qazwsxedc".into(),
        "\u{e9}\u{e8}\u{ea}".into(),
    ]);
    bad.extend(["x".repeat(5000), "seven quiet\0herons at dusk".into()]);
    bad
}

/// The page's error for `field`, as if there were no current password; the form is still shown.
fn reason(page: &Page, field: &str) -> String {
    assert!((400..500).contains(&page.status) && page.asks(&[field]), "{page}");
    assert!(page.body.contains("aria-invalid"), "{}", page.body);
    let link = Selector::parse(&format!("a[href='#{field}']")).expect("a selector");
    let html = Html::parse_document(&page.body);
    let told = html.select(&link).next().unwrap_or_else(|| panic!("no reason on {page}"));
    told.text().collect::<String>().replace("your new password", "your password")
}

async fn a086_fifty_bad_passwords_cost_no_key(fixture: &mut AttackFixture) {
    let bad = bad();
    assert_eq!(bad.len(), 50);
    let own = fixture.app.signed_in(&fixture.v).await;
    let change = own.get("/change").await;
    let mut reasons = Vec::new();
    for bad in &bad {
        let told = reason(&fixture.app.register(&fixture.app.browser(), V, bad).await, "password");
        // Without the current password nothing is hashed.
        let page = own.submit(&change, &[("new_password", bad)]).await;
        assert_eq!(reason(&page, "new_password"), told, "{bad:?}");
        reasons.push(told);
    }

    let link = fixture.key().await;
    let (browser, good) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let mut restricted = None;
    if !fixture.strategy().ends_with_password() {
        restricted = Some(browser.post(&fixture.app.spending(&browser, &ready, "")).await);
    }
    if fixture.strategy().mails_password() {
        let generated = fixture.app.mailbox.next_code(V).await;
        restricted = Some(fixture.app.sign_in(&browser, V, &generated).await);
    }
    let sent = |password: &str| match &restricted {
        Some(form) => browser.fill(form, &[("new-password", password)]),
        None => fixture.app.spending(&browser, &ready, password),
    };
    for (bad, told) in bad.iter().zip(&reasons) {
        assert_eq!(reason(&browser.post(&sent(bad)).await, "new_password"), *told, "{bad:?}");
    }
    let page = browser.post(&sent(&good)).await;
    assert!(browser.is_signed_in().await, "a bad password cost the key: {page}");
    fixture.now_has(&good).await;
    fixture.unharmed(&["reset.completed"]).await;
}
