//! Second factors of one person on the command line: never a secret.

use std::io::Write;

use serde_json::json;

use super::super::{Done, LOCALE, say_json, table::Table};
use crate::{
    base::{Error, email::Email},
    store::{Pool, accounts, factors, recovery_codes},
    view::{format, iso},
};

pub(super) async fn list(pool: &Pool, email: &Email, as_json: bool) -> Result<Done, Error> {
    let mut conn = pool.read().await?;
    let Some(account) = accounts::find_by_email(&mut conn, email.key()).await? else {
        eprintln!("latchkey: no account has the address {}", email.address());
        return Ok(Done::Nothing);
    };
    let held = factors::of_account(&mut conn, account.id).await?;
    let codes = recovery_codes::of_account(&mut conn, account.id).await?.len();
    if as_json {
        let factors = held.iter().map(|factor| {
            json!({
                "kind": factor.kind,
                "name": factor.name,
                "since": iso::stamp(factor.created_at),
                "used": factor.used_at.map(iso::stamp),
            })
        });
        let factors: Vec<_> = factors.collect();
        say_json(&json!({ "email": account.email, "factors": factors, "recovery_codes": codes }));
        return Ok(Done::Done);
    }
    let mut table = Table::new(["KIND", "NAME", "SINCE", "LAST USED"]);
    for factor in &held {
        let since = format::day(LOCALE, factor.created_at);
        let used = factor.used_at.map_or(String::new(), |at| format::moment(LOCALE, at));
        table.row([factor.kind.name(), &factor.name, &since, &used]);
    }
    table.end("no second factor");
    if !held.is_empty() {
        say!("recovery codes left: {codes}");
    }
    Ok(Done::Done)
}
