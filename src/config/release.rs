//! Requirements of a release build, so that nothing runs on a default that others know.

use rocket::http::uri::Absolute;

use super::{Config, Contact, Proxies, relay::Relay};
use crate::base::{SettingFault, network::is_loopback};

/// Returns the settings missing for release, each with how to set it.
pub(super) fn missing(config: &Config, secret_key: bool) -> Vec<SettingFault> {
    let https = config.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
    let proxies = !https || config.trusted_proxies != Proxies::Some(Vec::new());
    [
        (secret_key, "secret_key", "set it to 64 random bytes in base64, as `latchkey init` prints"),
        (
            !config.pepper.is_empty(),
            "latchkey.pepper",
            "set it to a list of one random secret, as `latchkey init` prints",
        ),
        (
            config.mail.sends(),
            "latchkey.mail.url",
            "set it to your mail server, like \"smtp://user:password@host:587?tls=required\"",
        ),
        (
            config.public_url.is_some(),
            "latchkey.public_url",
            "set it to where people reach this site, like \"https://id.example.com\"",
        ),
        (
            proxies,
            "latchkey.trusted_proxies",
            "list the addresses of what ends TLS in front of this server, or write \"none\"",
        ),
    ]
    .into_iter()
    .filter(|(there, ..)| !there)
    .map(|(_, key, remedy)| SettingFault::new(key, "is missing", remedy))
    .collect()
}

/// Returns the settings that are still the example's, each with what to write.
pub(super) fn placeholders(config: &Config) -> Vec<SettingFault> {
    const STILL: &str = "is still the example's";
    let host = |url: &str| Absolute::parse(url).ok().and_then(|url| Some(url.authority()?.host().to_owned()));
    let at_example =
        |url: &Option<String>| url.as_deref().and_then(host).is_some_and(|host| is_example(&host));
    let relay = config.mail.url.as_deref().and_then(|url| url.parse::<Relay>().ok());
    let here = relay.as_ref().is_some_and(|relay| is_loopback(&relay.host));
    let relay = relay.is_some_and(|relay| {
        let login = relay.login.is_some_and(|login| login == ("user".to_owned(), "password".to_owned()));
        login || is_example(&relay.host)
    });
    // A mail server on this machine may be one that accepts anything.
    let from = config.mail.from.trim_end_matches('>').rsplit('@').next().is_some_and(is_example) && !here;
    let contact = config.contact.as_deref().and_then(Contact::parse).is_some_and(|contact| match contact {
        Contact::Mail(address) => address.rsplit('@').next().is_some_and(is_example),
        Contact::Link(link) => host(&link).is_some_and(|host| is_example(&host)),
    });
    let token = config.metrics_token.as_deref() == Some("20 random characters or more");
    let header = config.sms.headers.values().any(|value| value == "Bearer token");
    [
        (
            at_example(&config.public_url),
            "latchkey.public_url",
            STILL,
            "write the address at which people reach this site",
        ),
        (relay, "latchkey.mail.url", STILL, "write your mail server's name, user and password"),
        (from, "latchkey.mail.from", STILL, "write an address of your domain"),
        (contact, "latchkey.contact", STILL, "write your own address or link"),
        (token, "latchkey.metrics_token", STILL, "write 20 random characters or more"),
        (at_example(&config.sms.url), "latchkey.sms.url", STILL, "write your gateway's address"),
        (header, "latchkey.sms.headers", "still has the example's token", "write your gateway's"),
    ]
    .into_iter()
    .filter(|(still, ..)| *still)
    .map(|(_, key, why, remedy)| SettingFault::new(key, why, remedy))
    .collect()
}

/// True if a host is reserved for examples (RFC 2606), and so nobody's.
fn is_example(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    ["example.com", "example.net", "example.org", "example"]
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
