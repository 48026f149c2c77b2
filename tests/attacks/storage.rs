//! A101, A106: stored data opens nothing, and wrongly stored data breaks nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    common::{Capabilities, Engine, NEW, OLD, OTHER, alone, dump, execute, texts},
    fixture::{AttackFixture, V},
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a101_a_dump_opens_nothing;
    SITE => a106_a_corrupted_hash_is_nobodys_password;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Leaves behind every kind of secret, some of finished actions and some of pending ones.
async fn live(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    fixture.recover(&link).await;
    let app = &fixture.app;
    let own = app.browser();
    let form = own.get("/login").await;
    let fields = [("username", V), ("current-password", &*fixture.v.password), ("remember", "on")];
    own.submit(&form, &fields).await;
    for (place, field, value) in
        [("/account/email", "email", "elsewhere@example.org"), ("/account/phone", "tel", "+4915199999999")]
    {
        let form = own.get(place).await;
        own.submit(&form, &[(field, value), ("current-password", &fixture.v.password)]).await;
    }
    app.register(&app.browser(), &format!("young@{}.example.com", fixture.strategy().slug()), OTHER).await;
    app.sign_in(&app.browser(), V, "a wrong password of V's").await;
    let link = fixture.key().await;
    app.prepare(&app.browser(), &link, &fixture.v).await;
    fixture.quiet().await;
}

async fn a101_a_dump_opens_nothing(fixture: &mut AttackFixture) {
    live(fixture).await;
    let database = fixture.app.setting.database.clone();
    let mut secrets = fixture.secrets().await;
    let remembered: Vec<_> = secrets.iter().filter_map(|secret| secret.split_once('.')).collect();
    let remembered: Vec<_> = remembered.into_iter().map(|(_, secret)| secret.to_owned()).collect();
    secrets.extend(remembered);
    secrets.extend([
        "a pepper that is long enough for a test".to_owned(),
        "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk".to_owned(),
    ]);
    assert!(secrets.len() >= 15, "{secrets:?}");
    let rows = dump(&database).await;
    let file = database.strip_prefix("sqlite://").map(|file| {
        let read = |file: String| std::fs::read(file).unwrap_or_default();
        String::from_utf8_lossy(&[read(file.to_owned()), read(format!("{file}-wal"))].concat()).into_owned()
    });
    for secret in &secrets {
        let decoded = URL_SAFE_NO_PAD.decode(secret).unwrap_or_default();
        let decoded = if decoded.len() < 10 { hex(secret.as_bytes()) } else { hex(&decoded) };
        for form in [secret, &hex(secret.as_bytes()), &decoded] {
            let row = rows.iter().find(|row| alone(row, form));
            assert!(row.is_none(), "{secret} is stored: {row:?}");
        }
        let within = secret.len() > 8 && file.as_ref().is_some_and(|file| file.contains(secret));
        assert!(!within, "{secret} is in the file");
    }

    let digests = match fixture.app.setting.engine {
        Engine::Sqlite => {
            "SELECT hex(digest) FROM latchkey_keys UNION SELECT hex(digest) FROM latchkey_sessions"
        }
        Engine::Postgres => {
            "SELECT encode(digest, 'hex') FROM latchkey_keys UNION SELECT encode(digest, 'hex') FROM latchkey_sessions"
        }
    };
    let digests = texts(&database, digests).await;
    assert!(digests.len() >= 4, "{digests:?}");
    for digest in digests {
        let bytes: Vec<_> =
            digest.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).expect("ASCII")).collect();
        let bytes: Vec<_> =
            bytes.iter().map(|two| u8::from_str_radix(two, 16).expect("hexadecimal")).collect();
        for form in [digest.to_lowercase(), URL_SAFE_NO_PAD.encode(bytes)] {
            for place in ["/reset", "/reset/not-me", "/account/email", "/confirm"] {
                let page = fixture.app.browser().get(&format!("{place}/{form}")).await;
                assert!(page.status >= 400, "a digest is a key: {page}");
            }
            let thief = fixture.app.browser();
            for name in ["latchkey_session", "latchkey_restricted", "latchkey_reset", "latchkey_remembered"] {
                thief.with_jar(|jar| jar.put(name, &form));
            }
            assert!(!thief.is_signed_in().await, "a digest is a session");
            assert!(thief.get("/reset/new-password").await.status >= 400);
            assert!(thief.get(&fixture.strategy().path()).await.status >= 400);
        }
    }
    fixture.unharmed(&["reset.issued", "reset.completed", "sign_in.failed"]).await;
}

async fn a106_a_corrupted_hash_is_nobodys_password(fixture: &mut AttackFixture) {
    let ann = fixture.app.account("ann@example.com").await;
    let whole = "SELECT password_hash FROM latchkey_accounts WHERE email_key = 'ann@example.com'";
    let whole = texts(&fixture.app.setting.database, whole).await.remove(0);
    let scheme = whole.split('$').next().expect("a scheme");
    let refused = fixture.app.sign_in(&fixture.app.browser(), "nobody@example.com", OLD).await;
    let page = refused.text.replace("nobody", "ann");
    for hash in [
        String::new(),
        "!".into(),
        "\u{e9}".repeat(30),
        format!("{scheme}{}", "\u{e9}".repeat(30)),
        format!("{scheme}$2b$04${}", "\u{e9}".repeat(26)),
        whole[..whole.len() - 1].to_owned(),
        format!("{whole}x"),
        whole.replace("$04$", "$31$"),
        whole.replace("$04$", "$00$"),
        whole.replace(':', ""),
        "x".repeat(1 << 20),
    ] {
        let store = format!(
            "UPDATE latchkey_accounts SET password_hash = '{hash}' WHERE email_key = 'ann@example.com'"
        );
        execute(&fixture.app.setting.database, &store).await;
        for password in [OLD, "not what ann has set"] {
            let answer = fixture.app.sign_in(&fixture.app.browser(), &ann.email, password).await;
            assert_eq!(
                (answer.status, &answer.text),
                (refused.status, &page),
                "{:?}",
                &hash[..hash.len().min(90)]
            );
        }
    }
    let link = fixture.app.key(&ann).await.link();
    fixture.app.recover(&fixture.app.browser(), &ann, &link, NEW).await;
    fixture.unharmed(&["sign_in.failed"]).await;
}
