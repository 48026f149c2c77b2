//! Says why a site has no passkeys, for `latchkey check`.

use crate::{
    base::factor::FactorKind,
    config::Validated,
    findings::{Finding, Severity},
    webauthn::relying_party::{NoPasskeys, RelyingParty},
};

/// Returns advice if people could use passkeys at another address of the site than the one that is configured.
pub(super) fn missing(validated: &Validated) -> Option<Finding> {
    validated.config.public_url.as_ref()?;
    let mut tables = validated.config.sign_in.tables();
    if !tables.any(|(_, policy)| policy.is_on() && policy.counts(FactorKind::Passkey)) {
        return None;
    }
    let why = RelyingParty::new(&validated.public_url, &validated.config.site_name).err()?;
    let (why, remedy) = match why {
        NoPasskeys::NoDomain => (
            "has no domain, so that browsers offer no passkeys",
            "use a domain, or localhost on this machine",
        ),
        NoPasskeys::Insecure => ("is not https, so that browsers offer no passkeys", "serve it by https"),
    };
    Some(Finding::new(Severity::Advice, "latchkey.public_url", why, remedy))
}
