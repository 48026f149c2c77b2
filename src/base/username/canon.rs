//! Canonical forms of usernames, by the crates of PRECIS (RFC 8264) and of Unicode's security mechanisms (UTS #39).

use precis_profiles::{UsernameCaseMapped, precis_core::profile::PrecisFastInvocation};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

/// Returns the form of UsernameCaseMapped.
pub fn canonical(text: &str) -> Option<String> {
    UsernameCaseMapped::enforce(text).ok().map(String::from)
}

/// Returns the skeleton, in lower case: it makes `0` a capital O.
pub fn look(name: &str) -> String {
    skeleton(name).collect::<String>().to_lowercase()
}

/// True for the letters of one script, or of those that are written together: Japanese, Chinese or Korean, with Latin.
pub fn is_of_one_script(name: &str) -> bool {
    name.check_restriction_level(RestrictionLevel::HighlyRestrictive)
}
