//! A012 to A014: a key cannot be guessed, left out, or written in another form.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::base::{key::Key, random::Random};

use crate::{
    common::Capabilities,
    fixture::{AttackFixture, V},
    raw::post,
    tries::{EVERY, MAIL},
};

attacks! {
    MAIL => a012_keys_have_no_pattern, a014_only_the_key_as_it_was_sent_opens;
    EVERY => a013_no_key_is_not_a_key;
}

async fn a012_keys_have_no_pattern(fixture: &mut AttackFixture) {
    let mut sent = Vec::new();
    for restarted in [false, true] {
        if restarted {
            fixture.restart(&[]).await;
        }
        for _ in 0..4 {
            let link = fixture.key().await;
            sent.push(link.rsplit('/').next().expect("a key").to_owned());
        }
    }
    let threads = [(); 2].map(|()| std::thread::spawn(|| (0..5_000).map(|_| drawn()).collect::<Vec<_>>()));
    let drawn = threads.into_iter().flat_map(|thread| thread.join().expect("a thread that draws"));
    let sent = sent.iter().map(|key| URL_SAFE_NO_PAD.decode(key).expect("base64url"));
    let keys: Vec<_> = sent.chain(drawn).collect();
    assert!(keys.iter().all(|key| key.len() == 32), "256 bits");
    for start in [0, 4, 28] {
        let parts: HashSet<_> = keys.iter().map(|key| &key[start..(start + 8).min(32)]).collect();
        // Among 64-bit parts there are no duplicates; among 32-bit parts a few may occur by chance.
        assert!(
            parts.len() + if start == 28 { 3 } else { 0 } >= keys.len(),
            "two keys are alike from byte {start}"
        );
    }
    for bit in 0..256 {
        let set = keys.iter().filter(|key| key[bit / 8] >> (bit % 8) & 1 == 1).count();
        assert!((4_650..5_360).contains(&set), "bit {bit} is set in {set} keys of {}", keys.len());
    }
    for pair in keys.windows(2) {
        let different: u32 = pair[0].iter().zip(&pair[1]).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert!((70..186).contains(&different), "{different} bits from one key to the next");
    }
    fixture.unharmed(&["reset.issued"]).await;
}

fn drawn() -> Vec<u8> {
    let key = Key::for_link(Random).expect("the system gives randomness");
    URL_SAFE_NO_PAD.decode(key.expose()).expect("base64url")
}

async fn a013_no_key_is_not_a_key(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    let zeros = "A".repeat(43);
    let long = "A".repeat(1 << 20);
    let nothing =
        ["", "0", "null", "undefined", "[]", "{}", "%00", "None", "-", "-1", "NaN", "true", &zeros, "%ff%fe"];
    let own = fixture.strategy().path();
    for key in nothing {
        let page = browser.get(&format!("/reset/{key}")).await;
        assert!(page.status >= 400 || key.is_empty(), "{key}: {page}");
        let typed = post(&browser, "/reset/key", format!("key={key}")).await;
        assert!((400..500).contains(&typed.came_to()), "{key}: {}", typed.came_to());
        for cookie in [key, ""] {
            browser.with_jar(|jar| jar.put("latchkey_reset", cookie));
            for to in
                [format!("{own}?form={key}"), format!("{own}?key={key}"), own.clone(), format!("{own}/send")]
            {
                let body = format!("key={key}&form={key}&new_password=what+X+would+like&code={key}");
                let answer = post(&browser, &to, body).await;
                assert!((400..500).contains(&answer.came_to()), "{to} with {key}: {}", answer.came_to());
            }
            fixture.is_unusable(&browser.get(&own).await).await;
        }
    }
    let answer = post(&browser, "/reset/key", format!("key={long}")).await;
    assert_eq!(answer.status, 413);
    assert_eq!(post(&browser, "/reset/key", "").await.came_to(), 422);
    assert!(!browser.is_signed_in().await && fixture.mails(V).await.is_empty());
    fixture.unharmed(&[]).await;
}

async fn a014_only_the_key_as_it_was_sent_opens(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let (start, key) = link.rsplit_once('/').expect("a path");
    let swap = |c: char| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let stem = &key[..key.len() - 1];
    let last = alphabet.find(&key[key.len() - 1..]).expect("base64url");
    let mut variants: Vec<_> =
        ["x", "-", "_", "A", "%41", "%5f"].iter().map(|end| format!("{key}{end}")).collect();
    for bits in 1..4 {
        let loose = &alphabet[last ^ bits..=last ^ bits];
        variants.extend(["", ".", "%20", "%00"].map(|end| format!("{stem}{loose}{end}")));
    }
    variants.extend(["%2e%2f", "x", "%00", "<"].iter().map(|start| format!("{start}{key}")));
    variants.push(key.chars().map(swap).collect());
    variants.extend([
        stem.to_owned(),
        format!("{stem}%00"),
        key[1..].to_owned(),
        format!("{}/{}", &key[..20], &key[20..]),
        "A".repeat(43),
        "%2e%2e%2f".into(),
    ]);
    for variant in variants.iter().filter(|variant| *variant != key) {
        let page = fixture.app.browser().get(&format!("{start}/{variant}")).await;
        let form = page.forms.iter().any(|form| form.path() == fixture.strategy().path());
        assert!(page.status >= 400 && !form, "{variant} for {key}: {page}");
    }
    fixture.recover(&link).await;
    // Tolerance for mangled links does not revive a spent key.
    for variant in [key.to_owned(), format!("{key}."), format!("%20{key}%3E")] {
        fixture.is_unusable(&fixture.app.browser().get(&format!("{start}/{variant}")).await).await;
    }
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}
