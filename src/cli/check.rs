//! `latchkey check`: whether the configuration would start, and what it would do.

use std::{io::Write, net::IpAddr, sync::Arc};

use figment::Figment;

use crate::{
    Error,
    app::App,
    config::fault,
    reset::policy::Channel,
    server::template_dir,
    store::{Pool, Settings, accounts},
};

pub(super) async fn run(figment: Figment) -> Result<(), Error> {
    let site = crate::rocket(figment)?;
    let Some(app) = site.state::<Arc<App>>() else { return Ok(()) };
    let settings = Settings::read(site.figment())?;
    let pool = Pool::connect(&settings).await?;
    let (address, port): (IpAddr, u16) =
        (fault::read(site.figment(), "address")?, fault::read(site.figment(), "port")?);
    say!("profile     {}", site.figment().profile());
    say!("serves      {}, listening on port {port} of {address}", app.judged.public_url);
    say!(
        "database    {}",
        settings.sqlite_file().map_or("PostgreSQL".into(), |file| format!("SQLite, {file}"))
    );
    say!("mail        {}", if app.config().mail.url.is_some() { "by SMTP" } else { "stays at /dev/mailbox" });
    let texts = if app.judged.lenient { "stay at /dev/mailbox" } else { "none" };
    say!("texts       {}", if app.config().sms.url.is_some() { "by the gateway" } else { texts });
    if let Some(dir) = template_dir(site.figment())? {
        say!("templates   those in {} go before the built-in ones", dir.display());
    }
    say!("recovery");
    for (role, policy) in app.live.now().settings.tables() {
        let who = if role.is_empty() { "everybody" } else { role };
        let (accounts, phones) = accounts::count(&mut pool.read().await?, role, app.now()).await?;
        let channel = match policy.channel {
            Channel::Email => "email",
            Channel::Sms => "sms",
        };
        say!(
            "  {who:9} {}, first key by {channel}, good for {} (accounts: {accounts})",
            policy.strategy,
            policy.key_ttl
        );
        let phoneless = accounts - phones;
        if policy.needs_phone() && phoneless > 0 {
            say!(
                "warning: {phoneless} of {accounts} accounts of {who} have no phone that can be used: they could not get back in"
            );
        }
        if !role.is_empty() && accounts == 0 {
            say!("warning: no account has the role `{role}`: is it misspelt?");
        }
    }
    for warning in &app.judged.warnings {
        say!("warning: {warning}");
    }
    say!("would start");
    rocket_db_pools::Pool::close(&pool).await;
    Ok(())
}
