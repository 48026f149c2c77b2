//! What a release build requires, so that nothing runs on a default that others know.

use super::{Config, Proxies};

/// What release cannot do without, each a sentence that says how to set it.
pub(super) fn missing(config: &Config, secret_key: bool) -> Vec<String> {
    let https = config.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
    let proxies = !https || config.trusted_proxies != Proxies::Some(Vec::new());
    [
        (secret_key, "secret_key is missing: set it to 64 random bytes in base64, as `latchkey init` prints"),
        (
            !config.pepper.is_empty(),
            "latchkey.pepper is missing: set it to a list of one random secret, as `latchkey init` prints",
        ),
        (
            config.mail.url.is_some(),
            "latchkey.mail.url is missing: set it to your mail server, like \"smtp://user:password@host:587?tls=required\"",
        ),
        (
            config.public_url.is_some(),
            "latchkey.public_url is missing: set it to where people reach this site, like \"https://id.example.com\"",
        ),
        (
            proxies,
            "latchkey.trusted_proxies is missing: list the addresses of what ends TLS in front of this server, or write \"none\"",
        ),
    ]
    .into_iter()
    .filter(|(there, _)| !there)
    .map(|(_, fault)| fault.to_owned())
    .collect()
}
