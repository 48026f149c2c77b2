//! `latchkey check`: whether the configuration would start, and what it would do.

use figment::Figment;

use crate::{
    Error,
    config::Judged,
    store::{Pool, Settings, accounts},
};

pub(super) async fn run(figment: &Figment) -> Result<(), Error> {
    let judged = Judged::read(figment)?;
    let settings = Settings::extract(&figment.focus("databases.latchkey"))?;
    let pool = Pool::connect(&settings).await?;
    let now = crate::clock::Clock::system().now();
    println!("serves      {}", judged.public_url);
    println!("database    {}", if settings.sqlite_file().is_some() { "SQLite" } else { "PostgreSQL" });
    println!(
        "mail        {}",
        if judged.config.mail.url.is_some() { "by SMTP" } else { "stays in /dev/mailbox" }
    );
    println!("sms         {}", if judged.config.sms.url.is_some() { "by the gateway" } else { "none" });
    for (role, policy) in judged.config.reset.tables() {
        let who = if role.is_empty() { "everybody" } else { role };
        let (accounts, phones) = accounts::count(&mut pool.read().await?, role, now).await?;
        println!(
            "{who:11} {}, key by {:?}, good for {} ({accounts} accounts)",
            policy.strategy, policy.channel, policy.key_ttl
        );
        let phoneless = accounts - phones;
        if policy.needs_phone() && phoneless > 0 {
            println!(
                "warning: {phoneless} of {accounts} accounts of {who} have no phone that can be used: they could not get back in"
            );
        }
        if !role.is_empty() && accounts == 0 {
            println!("warning: no account has the role `{role}`: is it misspelt?");
        }
    }
    for warning in &judged.warnings {
        println!("warning: {warning}");
    }
    println!("would start");
    rocket_db_pools::Pool::close(&pool).await;
    Ok(())
}
