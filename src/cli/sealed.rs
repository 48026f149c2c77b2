//! Whether the secrets of people's second factors can still be opened.

use crate::{
    app::App,
    auth::unopened::unopened,
    base::Error,
    findings::{Finding, Severity},
    store::Conn,
};

/// Most addresses that are named.
const NAMED: usize = 10;

/// Warns if a secret key is lost by which second factors were sealed, and names their owners.
pub(super) async fn sealed(app: &App, conn: &mut Conn) -> Result<Option<Finding>, Error> {
    let found = unopened(app, conn).await?;
    let mut owners = found.clone();
    owners.sort_unstable();
    owners.dedup();
    let more = owners.len().saturating_sub(NAMED);
    owners.truncate(NAMED);
    let (named, count) = (owners.join(", "), found.len());
    let whose = if more > 0 { format!("{named} and {more} more") } else { named };
    Ok((count > 0).then(|| {
        Finding::new(
            Severity::Warning,
            "latchkey.old_secret_keys",
            format!(
                "second factors that cannot be opened, since their secret key is missing: {count}, of {whose}"
            ),
            "add that key, or remove the factors with `latchkey user remove-factors EMAIL --reason TEXT`",
        )
    }))
}
