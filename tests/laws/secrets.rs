//! What is secret is not stored: only digests are.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::common::{Setting, alone, dump, live};

for_every_strategy! {
    only_digests_are_stored,
}

async fn only_digests_are_stored(setting: Setting) {
    let app = setting.app().await;
    let secrets = live(&app, "ann").await;
    let rows = dump(&setting.database).await;
    for secret in &secrets {
        let decoded = URL_SAFE_NO_PAD.decode(secret).unwrap_or_default();
        let forms = [
            secret.clone(),
            hex(secret.as_bytes()),
            if decoded.len() < 10 { hex(secret.as_bytes()) } else { hex(&decoded) },
        ];
        for form in forms {
            let row = rows.iter().find(|row| alone(row, &form));
            assert!(row.is_none(), "{secret} is stored: {row:?}");
        }
    }
    app.stop().await;
    if let Some(file) = setting.database.strip_prefix("sqlite://") {
        let bytes = std::fs::read(file).expect("the database file");
        for secret in secrets.iter().filter(|secret| secret.len() > 8) {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                "{secret} is in the file"
            );
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
