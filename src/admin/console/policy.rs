//! The policy in force, for everybody and for each role, and the reason why the newest file is not in force.

use rocket::{Route, get, routes};
use serde::Serialize;

use super::strategy_name;
use crate::{
    auth::role::Admin,
    base::Error,
    core::{
        in_force::PolicySnapshot,
        replicas::{self, Share},
    },
    findings::Finding,
    http::{Page, Visit},
    policy::{Policy, judge, origin::Origin, setting::Setting, sign_in, table_key},
    store::accounts,
    view::{format, shown::View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show]
}

/// The policy in force.
#[derive(Serialize)]
pub(super) struct PolicyPage {
    version: String,
    since: String,
    tables: Vec<Table>,
    sign_in: Vec<SignInTable>,
    permissions: Vec<ShownPermissions>,
    findings: Vec<ShownFinding>,
    /// Versions on all servers, if they differ.
    servers: Vec<Share>,
    /// Changed keys that need a restart.
    restart: Vec<String>,
    /// Time at which the newest file was refused, if it was.
    refused_at: Option<String>,
    /// Its faults, one a line.
    refused: Option<Vec<String>>,
}

/// Policy for a role.
#[derive(Serialize)]
struct Table {
    /// Empty for everybody.
    role: String,
    strategy: String,
    needs_phone: bool,
    values: Vec<ShownSetting>,
}

/// Policy of signing in for a role.
#[derive(Serialize)]
struct SignInTable {
    /// Empty for everybody.
    role: String,
    values: Vec<ShownSetting>,
}

/// Permissions of a role.
#[derive(Serialize)]
struct ShownPermissions {
    role: String,
    names: Vec<String>,
}

/// A finding in words.
#[derive(Serialize)]
struct ShownFinding {
    severity: String,
    text: String,
}

/// Setting of a policy as written in `Rocket.toml`.
#[derive(Clone, Serialize)]
pub(super) struct ShownSetting {
    name: &'static str,
    value: String,
    meaning: String,
    /// Where it is set, if that is known.
    place: Option<String>,
}

impl ShownSetting {
    pub fn sample(place: Option<&str>) -> Self {
        let (value, meaning) = ("email".into(), "By mail".into());
        Self { name: Setting::Channel.name(), value, meaning, place: place.map(str::to_owned) }
    }
}

impl View for PolicyPage {
    const TEMPLATE: &'static str = "admin/policy";

    fn samples() -> Vec<Self> {
        let table = |role: &str, needs_phone, place| Table {
            role: role.to_owned(),
            strategy: "Form for a new password".into(),
            needs_phone,
            values: vec![ShownSetting::sample(place)],
        };
        let sign_in = |role: &str, place: Option<&str>| SignInTable {
            role: role.to_owned(),
            values: vec![ShownSetting {
                name: "second_factor",
                value: "required".into(),
                meaning: "Everybody needs one".into(),
                place: place.map(str::to_owned),
            }],
        };
        let plain = || PolicyPage {
            version: "0123456789ab".into(),
            since: "2026-08-01 14:32 UTC".into(),
            tables: vec![table("", false, None)],
            sign_in: vec![sign_in("", None)],
            permissions: Vec::new(),
            findings: Vec::new(),
            servers: Vec::new(),
            restart: Vec::new(),
            refused_at: None,
            refused: None,
        };
        let text = "Rocket.toml:21: latchkey.reset.strategy: something".into();
        let share = |policy: &str, servers| Share { policy: policy.to_owned(), servers };
        vec![
            plain(),
            PolicyPage {
                tables: vec![table("", false, None), table("admin", true, Some("Rocket.toml:21"))],
                sign_in: vec![sign_in("", None), sign_in("admin", Some("Rocket.toml:31"))],
                permissions: vec![ShownPermissions {
                    role: "editor".into(),
                    names: vec!["posts.edit".into(), "posts.publish".into()],
                }],
                findings: vec![ShownFinding { severity: "Warning.".into(), text }],
                servers: vec![share("0123456789ab", 2), share("ba9876543210", 1)],
                restart: vec!["port".into()],
                refused_at: Some("2026-08-01 14:40 UTC".into()),
                refused: Some(vec!["Rocket.toml:3: no".into()]),
                ..plain()
            },
        ]
    }
}

#[get("/admin/policy")]
async fn show(site: Visit<'_>, _admin: Admin<'_>) -> Result<Page, Error> {
    let live = &site.live;
    let mut conn = site.read().await?;
    let shares = replicas::shares(site.app, &mut conn).await?;
    let role_groups = accounts::role_groups(&mut conn, site.now()).await?;
    let policies = (&site.at_arrival.settings, &site.at_arrival.sign_in, &*site.at_arrival.permissions);
    let people = judge::people(&mut conn, policies, &role_groups, site.now()).await?;
    let people: Vec<_> = people.into_iter().map(|finding| placed(site.at_arrival, finding)).collect();
    let findings = site.at_arrival.findings.iter().chain(&people).map(|finding| {
        let severity = site.say(&format!("finding-{}", finding.severity), &[]);
        ShownFinding { severity, text: finding.to_string() }
    });
    let origins = |table: &str| site.at_arrival.origins.get(table).map_or(&[][..], Vec::as_slice);
    let tables = site.at_arrival.settings.tables().map(|(role, policy)| Table {
        role: role.to_owned(),
        strategy: strategy_name(&site, policy.strategy.name()),
        needs_phone: policy.needs_phone(),
        values: values(&site, &policy, origins(&table_key(role))),
    });
    let sign_in = site.at_arrival.sign_in.tables().map(|(role, _)| SignInTable {
        role: role.to_owned(),
        values: origins(&sign_in::table_key(role))
            .iter()
            .map(|origin| sign_in_value(&site, origin))
            .collect(),
    });
    let permissions = site.at_arrival.permissions.tables().map(|(role, names)| ShownPermissions {
        role: role.to_owned(),
        names: names.into_iter().map(str::to_owned).collect(),
    });
    let refused = live.refused();
    Ok(Page::of(&PolicyPage {
        version: site.at_arrival.version.clone(),
        since: format::moment(site.locale, site.at_arrival.since),
        tables: tables.collect(),
        sign_in: sign_in.collect(),
        permissions: permissions.collect(),
        findings: findings.collect(),
        servers: if shares.len() > 1 { shares } else { Vec::new() },
        restart: live.restart().to_vec(),
        refused_at: refused.as_ref().map(|refused| format::moment(site.locale, refused.at)),
        refused: refused.as_ref().map(|refused| refused.why.lines().map(str::to_owned).collect()),
    }))
}

/// Gives a finding the place of its key when the policy was read, because the file may have changed since.
fn placed(force: &PolicySnapshot, finding: Finding) -> Finding {
    let keys = force.origins.iter().flat_map(|(table, origins)| {
        origins.iter().map(move |origin| (format!("{table}.{}", origin.setting), &origin.place))
    });
    let place = keys.into_iter().find(|(key, _)| *key == finding.key).map(|(_, place)| place.clone());
    Finding { place: place.unwrap_or(finding.place), ..finding }
}

/// Settings of a policy as written in `Rocket.toml`, with their meaning and, if known from `origins`, their place.
pub(super) fn values(site: &Visit<'_>, policy: &Policy, origins: &[Origin]) -> Vec<ShownSetting> {
    let minutes = [("minutes", format::minutes(*policy.key_ttl).into())];
    let value = |setting: &Setting| {
        let (name, value) = (setting.name(), setting.of(policy));
        let meaning = match setting {
            Setting::KeyTtl => site.say("tag-good-for", &minutes),
            Setting::Approve => named(site, "factor", &value),
            _ => site.say(&format!("{}-{value}", name.replace('_', "-")), &[]),
        };
        let place =
            origins.iter().find(|origin| origin.setting == name).map(|origin| origin.place.to_string());
        ShownSetting { name, value, meaning, place }
    };
    Setting::all().iter().map(value).collect()
}

/// Returns the names of what is listed, as the pages call them: `factor-sms`, `method-totp`.
fn named(site: &Visit<'_>, of: &str, listed: &str) -> String {
    let names = listed.split(", ").map(|name| site.say(&format!("{of}-{name}"), &[]));
    names.collect::<Vec<_>>().join(", ")
}

fn sign_in_value(site: &Visit<'_>, origin: &Origin) -> ShownSetting {
    let Origin { setting, value, place, .. } = origin;
    let meaning = match *setting {
        "factors" => named(site, "factor", value),
        "methods" => named(site, "method", value),
        _ => site.say(&format!("{}-{}", setting.replace('_', "-"), value.replace('_', "-")), &[]),
    };
    ShownSetting { name: setting, value: value.clone(), meaning, place: Some(place.to_string()) }
}
