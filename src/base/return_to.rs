//! Path to return to after signing in.

/// Returns the path of this site that a request names, or `/` for anything else.
///
/// The result consists of segments and a query as parsed and written by Rocket.
pub fn path(next: &str) -> Option<String> {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && !next.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        && !next.to_ascii_lowercase().contains("%5c")
        && !next.contains("/%09");
    rocket::http::uri::Origin::parse(next)
        .ok()
        .filter(|_| plain)
        .map(|uri| uri.into_normalized().to_string())
        .filter(|uri| uri.starts_with('/') && !uri.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn next_cannot_leave_the_site() {
        assert_eq!(path("/account?tab=1").as_deref(), Some("/account?tab=1"));
        for wrong in [
            "",
            "//evil",
            "https://evil",
            "/\\evil",
            "\\/evil",
            "\\\\\\evil",
            "%09//evil",
            " //evil",
            "////evil",
            "https:evil",
            ".evil.tld",
            "@evil",
            ":80@evil",
            "/%5cevil",
            "/%09/evil",
            "javascript:alert(1)",
            "/\t/evil",
            "/a\r\nSet-Cookie:x=1",
        ] {
            assert_eq!(path(wrong), None, "{wrong:?}");
        }
        assert!(!path("/a%0d%0aSet-Cookie:x=1").unwrap().contains('\n'));
    }
}
