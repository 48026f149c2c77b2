//! `latchkey check`: tests whether the configuration would start, shows its effects, and gives expert advice.
//!
//! It is read-only: it creates no database and no secret, and applies no migration.

use std::{io::Write, net::IpAddr, process::ExitCode};

use clap::Args;
use figment::Figment;
use serde::Serialize;
use serde_json::{Value, json};

use super::{census::DatabaseState, exposed::exposed, passkeys, sealed::sealed, site};
use crate::{
    app::App,
    base::{Error, email::Email, phone::Phone},
    config::{self, Owner, Provided, Validated, database, fault, is_loopback_url},
    findings::{Finding, Severity},
    jobs::delivery,
    outbox::{mail::Mail, message::Message, sms::Gateway, smtp::Smtp},
    policy::{Channel, Policy, ResetSettings, judge, sign_in::SignInPolicy},
    server::template_dir,
    store::{self, accounts::RoleGroup},
};

#[derive(Args)]
#[command(
    after_help = "Exit status: 0 if the site would start, 1 if not, or if --strict is given and there is a warning."
)]
pub(super) struct Check {
    /// Fail on warnings too.
    #[arg(long)]
    strict: bool,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
    /// Sends an email to this address through the configured server, and shows the answer.
    #[arg(long, value_name = "ADDRESS", value_parser = super::email)]
    mail: Option<Email>,
    /// Sends a text message to this number through the configured gateway, and shows the answer.
    #[arg(long, value_name = "NUMBER", value_parser = super::phone)]
    text: Option<Phone>,
}

/// Description of the site as it would start.
struct Plan {
    /// Name and description of each part.
    parts: Vec<(&'static str, String)>,
    /// Tables of the policy: role, policy, and the number of accounts they apply to, if that can be counted.
    tables: Vec<Table<Policy>>,
    /// The same of signing in.
    sign_in: Vec<Table<SignInPolicy>>,
    /// The permissions of each role that has some.
    permissions: Vec<Table<Vec<String>>>,
}

type Table<P> = (String, P, Option<i64>);

pub(super) fn run(check: &Check, figment: &Figment, owner: Owner, provided: &Provided) -> ExitCode {
    // Faulty keys of Rocket's own are reported here, because Rocket would panic over them.
    let found = config::findings(figment, owner, provided);
    let looked = if found.iter().any(Finding::is_error) {
        Err(found)
    } else {
        rocket::execute(look(check, figment, provided))
    };
    let (plan, findings) = match looked {
        Ok((plan, findings)) => (Some(plan), findings),
        Err(findings) => (None, findings),
    };
    let starts = !findings.iter().any(Finding::is_error);
    let worst = if check.strict { Severity::Warning } else { Severity::Error };
    let passes = findings.iter().all(|finding| finding.severity > worst);
    if check.json {
        say!("{:#}", document(starts, plan.as_ref(), &findings));
    } else {
        print(starts, plan.as_ref(), &findings);
    }
    if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn look(
    check: &Check,
    figment: &Figment,
    provided: &Provided,
) -> Result<(Plan, Vec<Finding>), Vec<Finding>> {
    let validated = Validated::look(figment, provided)?;
    let mut findings = validated.findings.clone();
    findings.extend(passkeys::missing(&validated).map(|finding| finding.placed(figment)));
    let (plan, people) = plan(check, validated, figment).await.map_err(|fault| {
        let lines = fault.to_string();
        lines.lines().map(|line| finding(line).placed(figment)).collect::<Vec<_>>()
    })?;
    if let Ok(settings) = database::read(figment) {
        findings.extend(exposed(figment, &settings).into_iter().map(|finding| finding.placed(figment)));
    }
    findings.extend(people.into_iter().map(|finding| finding.placed(figment)));
    findings.sort_by_key(|finding| finding.severity);
    Ok((plan, findings))
}

/// Returns a line of an error as a finding. An error that is about a setting, like one of the database's, begins with its
/// key.
fn finding(line: &str) -> Finding {
    let (key, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
    let is_key = key.contains(['.', '_'])
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-\"".contains(&byte));
    if !is_key || rest.is_empty() {
        return Finding::new(Severity::Error, "", line, "");
    }
    let rest = rest.trim_start().trim_start_matches("= ");
    let (why, remedy) = rest.split_once(": ").unwrap_or((rest, ""));
    Finding::new(Severity::Error, key, why, remedy)
}

async fn plan(check: &Check, validated: Validated, figment: &Figment) -> Result<(Plan, Vec<Finding>), Error> {
    let dir = template_dir(figment)?;
    let app = site::app(validated, dir.as_deref())?;
    let (address, port): (IpAddr, u16) = (fault::read(figment, "address")?, fault::read(figment, "port")?);
    let settings = database::read(figment)?;
    let mut census = DatabaseState::open(&settings).await?;
    let policy: &ResetSettings = &app.validated.reset;
    let (role_groups, mut findings) = match &mut census {
        DatabaseState::Counts(pool) => {
            let mut conn = pool.read().await?;
            let role_groups = store::accounts::role_groups(&mut conn, app.now()).await?;
            let policies = (policy, &app.config().sign_in, &app.config().permissions);
            let mut people = judge::people(&mut conn, policies, &role_groups, app.now()).await?;
            people.extend(sealed(&app, &mut conn).await?);
            (Some(role_groups), people)
        }
        _ => (None, Vec::new()),
    };
    let engine =
        settings.sqlite_file().map_or("PostgreSQL".into(), |file| format!("SQLite, {}", file.display()));
    let texts = if app.validated.lenient { "stay at /dev/mailbox" } else { "none" };
    let mut parts = vec![
        ("profile", figment.profile().to_string()),
        ("serves", format!("{}, listening on port {port} of {address}", app.validated.public_url)),
        ("meters", metrics(&app).into()),
        ("database", format!("{engine}{}", census.state())),
        ("mail", if app.config().mail.url.is_some() { "by SMTP" } else { "stays at /dev/mailbox" }.into()),
        ("texts", if app.config().sms.url.is_some() { "by the gateway" } else { texts }.into()),
    ];
    let dir = dir.map(|dir| format!("those in {} go before the built-in ones", dir.display()));
    parts.extend(dir.map(|dir| ("templates", dir)));
    let count = |asks: &dyn Fn(&RoleGroup) -> bool| {
        let role_groups = role_groups.as_ref()?.iter().filter(|group| asks(group));
        Some(role_groups.map(|group| group.accounts).sum())
    };
    let tables = policy
        .tables()
        .map(|(role, each)| (role.to_owned(), each, count(&|group| policy.asks(role, group.roles()))));
    let tables = tables.collect();
    let entry = &app.config().sign_in;
    let sign_in = entry
        .tables()
        .map(|(role, each)| (role.to_owned(), each, count(&|group| entry.asks(role, group.roles()))));
    let sign_in = sign_in.collect();
    let permissions = app.config().permissions.tables().map(|(role, of)| {
        let accounts = count(&|group| group.roles().any(|held| held == role));
        (role.to_owned(), of.into_iter().map(str::to_owned).collect(), accounts)
    });
    let permissions = permissions.collect();
    census.close().await;
    let mails = check
        .mail
        .as_ref()
        .map(|email| ("a mail", "latchkey.mail.url", Message::mail(super::LOCALE, email.address(), "test")));
    let texts = check
        .text
        .as_ref()
        .map(|phone| ("a text", "latchkey.sms.url", Message::text(super::LOCALE, phone.number(), "test")));
    for (what, key, message) in [mails, texts].into_iter().flatten() {
        match try_out(&app, &message).await? {
            Ok(answer) => parts.push((what, answer)),
            Err(why) => {
                findings.push(Finding::new(Severity::Error, key, format!("{what} was not sent"), why))
            }
        }
    }
    Ok((Plan { parts, tables, sign_in, permissions }, findings))
}

/// Describes access to the metrics.
fn metrics(app: &App) -> &'static str {
    if cfg!(not(feature = "metrics")) {
        return "not available: the feature \"metrics\" is left out";
    }
    match (&app.config().metrics_token, is_loopback_url(&app.validated.public_url)) {
        (Some(_), _) => "at /metrics, with latchkey.metrics_token",
        (None, true) => "at /metrics, from this machine",
        (None, false) => "not available: latchkey.metrics_token is not set",
    }
}

/// Sends a message without the outbox and returns the server's answer.
async fn try_out(app: &App, message: &Message) -> Result<Result<String, String>, Error> {
    let config = app.config();
    let answered = match message.channel {
        Channel::Email if config.mail.url.is_none() => return Ok(Err("set it to your mail server".into())),
        Channel::Sms if config.sms.url.is_none() => {
            return Ok(Err("set it to your gateway's address".into()));
        }
        Channel::Email => {
            let (subject, text, html) = delivery::mail(app, message)?;
            let id = store::id(app.now(), app.random)?;
            let mail = Mail { id, to: &message.to, subject: &subject, text: &text, html: &html };
            Smtp::new(&config.mail)?.known_as(app.validated.host()).try_out(&mail).await
        }
        Channel::Sms => {
            let text = app
                .templates
                .language(message.locale)
                .say("sms-test", &[("site", config.site_name.as_str().into())]);
            let sent = Gateway::new(&config.sms)?.send(&message.to, &text).await;
            sent.map(|()| "the SMS gateway accepted it".to_owned()).map_err(|fault| fault.to_string())
        }
    };
    Ok(answered.map(|answer| format!("to {}: {answer}", message.to)))
}

fn print(starts: bool, plan: Option<&Plan>, findings: &[Finding]) {
    if let Some(plan) = plan {
        for (name, what) in &plan.parts {
            say!("{name:11} {what}");
        }
        say!("recovery");
        for (role, policy, accounts) in &plan.tables {
            let Policy { strategy, channel, key_ttl, approve, .. } = policy;
            let approved = policy.is_approved_by_factors();
            let approved = if approved { format!(", approved by {approve}") } else { String::new() };
            let what = format!("{strategy}, first key by {channel}, good for {key_ttl}{approved}");
            row(role, &what, *accounts);
        }
        say!("sign-in");
        if let Some((_, policy, _)) = plan.sign_in.first() {
            let methods: Vec<_> = policy.methods.iter().map(|method| method.name()).collect();
            row("", &format!("by {}", methods.join(", ")), None);
        }
        say!("second factors");
        for (role, policy, accounts) in &plan.sign_in {
            let SignInPolicy { second_factor, factors, .. } = policy;
            let factors: Vec<_> = factors.iter().map(|kind| kind.name()).collect();
            row(role, &format!("{second_factor}, counting {}", factors.join(", ")), *accounts);
        }
        if !plan.permissions.is_empty() {
            say!("permissions");
        }
        for (role, of, accounts) in &plan.permissions {
            row(role, &of.join(", "), *accounts);
        }
    }
    // Advice is shown only for a configuration that would start.
    let most = if plan.is_some() { Severity::Advice } else { Severity::Warning };
    for finding in findings.iter().filter(|finding| finding.severity <= most) {
        say!("{}: {finding}", finding.severity);
    }
    say!("{}", if starts { "would start" } else { "would not start" });
}

fn row(role: &str, what: &str, accounts: Option<i64>) {
    let who = if role.is_empty() { "everybody" } else { role };
    let accounts = accounts.map_or(String::new(), |count| format!(" (accounts: {count})"));
    say!("  {who:9} {what}{accounts}");
}

fn document(starts: bool, plan: Option<&Plan>, findings: &[Finding]) -> Value {
    let plan = plan.map(|plan| {
        let parts: serde_json::Map<_, _> =
            plan.parts.iter().map(|(name, what)| ((*name).to_owned(), json!(what))).collect();
        json!({
            "parts": parts,
            "recovery": listed(&plan.tables),
            "sign_in": listed(&plan.sign_in),
            "permissions": granted(&plan.permissions),
        })
    });
    json!({ "starts": starts, "plan": plan, "findings": findings })
}

fn granted(tables: &[Table<Vec<String>>]) -> Vec<Value> {
    let table = |(role, of, accounts): &Table<Vec<String>>| json!({ "role": role, "permissions": of, "accounts": accounts });
    tables.iter().map(table).collect()
}

fn listed<P: Serialize>(tables: &[Table<P>]) -> Vec<Value> {
    let table =
        |(role, policy, accounts): &Table<P>| json!({ "role": role, "policy": policy, "accounts": accounts });
    tables.iter().map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_a_setting_names_its_key() {
        for (line, parts) in [
            (
                "databases.latchkey.url leads to a newer database: start that version",
                ["databases.latchkey.url", "leads to a newer database", "start that version"],
            ),
            ("secret_key: write 32 bytes", ["secret_key", "write 32 bytes", ""]),
            ("latchkey.password.threads = 9: no room", ["latchkey.password.threads", "9", "no room"]),
            ("Rocket.toml:3: port: no", ["", "Rocket.toml:3: port: no", ""]),
            ("the database failed: full", ["", "the database failed: full", ""]),
        ] {
            let finding = finding(line);
            assert_eq!([&*finding.key, &*finding.why, &*finding.remedy], parts);
        }
        let told = finding("template_dir is no folder: there is none at x");
        assert_eq!(told.to_string(), "template_dir: is no folder: there is none at x");
    }
}
