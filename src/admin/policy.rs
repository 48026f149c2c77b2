//! The policy in force, for everybody and for each role, and why the newest file may not be.

use rocket::{Route, get, routes};
use serde_json::{Value, json};

use crate::{
    Admin,
    reset::policy::{Channel, InFlight, Policy},
    web::{Page, Site, human},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/admin/policy")]
fn show(site: Site<'_>, _admin: Admin<'_>) -> Page {
    let live = &site.live;
    let tables = site.force.settings.tables().map(|(role, policy)| {
        json!({
            "role": role,
            "strategy": site.templates.say(&format!("strategy-{}", policy.strategy), &[]),
            "needs_phone": policy.needs_phone(),
            "values": values(&site, &policy),
        })
    });
    let refused = live.refused();
    Page::new("admin/policy")
        .with("version", &site.force.version)
        .with("since", human::moment(site.force.since))
        .with("tables", tables.collect::<Vec<_>>())
        .with("warnings", &site.force.warnings)
        .with("restart", &*live.restart())
        .with("refused_at", refused.as_ref().map(|refused| human::moment(refused.at)))
        .with("refused", refused.as_ref().map(|refused| refused.why.lines().collect::<Vec<_>>()))
}

/// Each setting of a policy in the words of `Rocket.toml`, with what it means. Where each comes from joins as `place`.
pub(super) fn values(site: &Site<'_>, policy: &Policy) -> Vec<Value> {
    let channel = match policy.channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
    };
    let in_flight = match policy.in_flight {
        InFlight::Revoke => "revoke",
        InFlight::Stricter => "stricter",
        InFlight::Honour => "honour",
    };
    let either = |value: bool| if value { "true" } else { "false" };
    let say = |key: &str, value: &str| site.templates.say(&format!("{key}-{value}"), &[]);
    let minutes = [("minutes", human::minutes(*policy.key_ttl).into())];
    [
        ("strategy", policy.strategy.name().to_owned(), say("strategy", policy.strategy.name())),
        ("channel", channel.to_owned(), say("channel", channel)),
        ("key_ttl", policy.key_ttl.to_string(), site.templates.say("tag-good-for", &minutes)),
        ("in_flight", in_flight.to_owned(), say("in-flight", in_flight)),
        (
            "login_after",
            either(policy.login_after).to_owned(),
            say("login-after", either(policy.login_after)),
        ),
        ("may_skip", either(policy.may_skip).to_owned(), say("may-skip", either(policy.may_skip))),
    ]
    .into_iter()
    .map(|(name, value, meaning)| json!({ "name": name, "value": value, "meaning": meaning, "place": null }))
    .collect()
}
