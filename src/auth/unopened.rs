//! Factors whose secret no configured key opens: their owners can prove nothing.

use uuid::Uuid;

use super::{recipient::Recipient, totp::AppSecret};
use crate::{
    app::App,
    base::{Error, factor::FactorKind},
    store::{Conn, factors},
};

fn opens(app: &App, kind: FactorKind, secret: &[u8]) -> bool {
    match kind {
        FactorKind::Totp => AppSecret::unseal(app, secret).is_some(),
        FactorKind::Sms | FactorKind::Email => Recipient::open(app, secret).is_some(),
        FactorKind::Passkey | FactorKind::RecoveryCode => true,
    }
}

/// Returns the addresses of those who hold such factors, one for each factor. Takes one pass over all factors.
///
/// # Errors
/// [`Error::Database`].
pub async fn unopened(app: &App, conn: &mut Conn) -> Result<Vec<String>, Error> {
    let (mut after, mut found) = (Uuid::nil(), Vec::new());
    loop {
        let batch = factors::secrets(conn, after).await?;
        let Some((last, ..)) = batch.last() else { return Ok(found) };
        after = *last;
        found.extend(
            batch
                .into_iter()
                .filter(|(_, kind, _, secret)| !opens(app, *kind, secret))
                .map(|(_, _, email, _)| email),
        );
    }
}
