//! The policy in force, for everybody and for each role, and the reason why the newest file is not in force.

use rocket::{Route, get, routes};
use serde_json::{Value, json};

use crate::{
    auth::role::Admin,
    base::Error,
    core::{in_force::PolicySnapshot, replicas},
    findings::Finding,
    http::{Page, Visit},
    policy::{Policy, judge, origin::Origin, setting::Setting, table_key},
    store::accounts,
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/admin/policy")]
async fn show(site: Visit<'_>, _admin: Admin<'_>) -> Result<Page, Error> {
    let live = &site.live;
    let mut conn = site.read().await?;
    let shares = replicas::shares(site.app, &mut conn).await?;
    let role_groups = accounts::role_groups(&mut conn, site.now()).await?;
    let people = judge::people(&mut conn, &site.at_arrival.settings, &role_groups, site.now()).await?;
    let people: Vec<_> = people.into_iter().map(|finding| placed(site.at_arrival, finding)).collect();
    let findings = site.at_arrival.findings.iter().chain(&people).map(|finding| {
        let severity = site.templates.say(&format!("finding-{}", finding.severity), &[]);
        json!({ "severity": severity, "text": finding.to_string() })
    });
    let tables = site.at_arrival.settings.tables().map(|(role, policy)| {
        json!({
            "role": role,
            "strategy": site.templates.say(&format!("strategy-{}", policy.strategy), &[]),
            "needs_phone": policy.needs_phone(),
            "values": values(&site, &policy, site.at_arrival.origins.get(role).map_or(&[], Vec::as_slice)),
        })
    });
    let refused = live.refused();
    Ok(Page::new("admin/policy")
        .with("version", &site.at_arrival.version)
        .with("since", format::moment(site.at_arrival.since))
        .with("tables", tables.collect::<Vec<_>>())
        .with("findings", findings.collect::<Vec<_>>())
        .with("servers", if shares.len() > 1 { shares } else { Vec::new() })
        .with("restart", &*live.restart())
        .with("refused_at", refused.as_ref().map(|refused| format::moment(refused.at)))
        .with("refused", refused.as_ref().map(|refused| refused.why.lines().collect::<Vec<_>>())))
}

/// Gives a finding the place of its key when the policy was read, because the file may have changed since.
fn placed(force: &PolicySnapshot, finding: Finding) -> Finding {
    let keys = force.origins.iter().flat_map(|(role, origins)| {
        origins.iter().map(move |origin| (format!("{}.{}", table_key(role), origin.setting), &origin.place))
    });
    let place = keys.into_iter().find(|(key, _)| *key == finding.key).map(|(_, place)| place.clone());
    Finding { place: place.unwrap_or(finding.place), ..finding }
}

/// Settings of a policy as written in `Rocket.toml`, with their meaning and, if known from `origins`, their place.
pub(super) fn values(site: &Visit<'_>, policy: &Policy, origins: &[Origin]) -> Vec<Value> {
    let minutes = [("minutes", format::minutes(*policy.key_ttl).into())];
    let value = |setting: &Setting| {
        let (name, value) = (setting.name(), setting.of(policy));
        let meaning = match setting {
            Setting::KeyTtl => site.templates.say("tag-good-for", &minutes),
            _ => site.templates.say(&format!("{}-{value}", name.replace('_', "-")), &[]),
        };
        let place =
            origins.iter().find(|origin| origin.setting == name).map(|origin| origin.place.to_string());
        json!({ "name": name, "value": value, "meaning": meaning, "place": place })
    };
    Setting::all().iter().map(value).collect()
}
