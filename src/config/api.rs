//! `latchkey.api`: programs in pages of other sites.

use serde::{Deserialize, Serialize};

use super::public_url::{is_loopback_url, is_origin};
use crate::base::SettingFault;

/// Settings of `latchkey.api`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// Origins whose pages may call the site, like `https://app.example.com`, with their cookies. Default: none but the
    /// site's own.
    pub origins: Vec<String>,
    /// Page of an application that takes the keys of mailed and texted links, in its fragment. Default: none; the pages
    /// of the site take them.
    pub redirect: Option<String>,
    /// Whether `/api/docs` shows the interface. Default: in debug alone.
    pub docs: Option<bool>,
}

impl ApiSettings {
    /// Returns the origins that are none, and the fault in `redirect`.
    pub fn validate(&self, public_url: Option<&str>) -> Vec<SettingFault> {
        let remedy = "write one like \"https://app.example.com\": no path, no final slash, no *";
        let is_safe = |origin: &str| origin.starts_with("https://") || is_loopback_url(origin);
        let wrong = self.origins.iter().filter(|origin| {
            !is_origin(origin) || !is_safe(origin) || **origin != origin.to_ascii_lowercase()
        });
        let fault = |origin: &String| {
            let why = format!("\"{origin}\" is no origin in lower case with https, or http on loopback");
            SettingFault::new("latchkey.api.origins", why, remedy)
        };
        wrong.map(fault).chain(self.faulty_redirect(public_url)).collect()
    }

    fn faulty_redirect(&self, public_url: Option<&str>) -> Option<SettingFault> {
        let page = self.redirect.as_deref()?;
        let known = self.origins.iter().map(String::as_str).chain(public_url);
        let mut paths = known.filter_map(|origin| page.strip_prefix(origin.trim_end_matches('/')));
        let is_page = |path: &str| path.starts_with('/') && !path.contains(['#', '?', ' ']);
        let fault = SettingFault::new(
            "latchkey.api.redirect",
            format!("\"{page}\" is no page of the site, nor of one of latchkey.api.origins"),
            "write one like \"https://app.example.com/keys\", and list its origin in latchkey.api.origins",
        );
        (!paths.any(is_page)).then_some(fault)
    }

    /// True if pages of an origin may call the site.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_and_safe_origins_are_taken() {
        let faults = |origin: &str| {
            ApiSettings { origins: vec![origin.into()], ..ApiSettings::default() }.validate(None).len()
        };
        for right in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:5173",
            "http://127.0.0.1:3000",
        ] {
            assert_eq!(faults(right), 0, "{right}");
        }
        for wrong in [
            "*",
            "null",
            "https://*.example.com",
            "https://app.example.com/",
            "http://app.example.com",
            "app.example.com",
            "https://App.example.com",
            "https://a@b.example",
            "https://app.example.com/x",
            "",
        ] {
            assert_eq!(faults(wrong), 1, "{wrong}");
        }
    }

    #[test]
    fn keys_go_to_known_pages_alone() {
        let faults = |page: &str| {
            let origins = vec!["https://app.example.com".into()];
            ApiSettings { origins, redirect: Some(page.into()), docs: None }
                .validate(Some("https://id.example.com"))
                .len()
        };
        for right in
            ["https://app.example.com/keys", "https://app.example.com/", "https://id.example.com/app/reset"]
        {
            assert_eq!(faults(right), 0, "{right}");
        }
        for wrong in [
            "https://evil.example/keys",
            "https://app.example.com.evil.example/",
            "https://app.example.com",
            "/keys",
            "https://app.example.com/#x",
            "https://app.example.com/?k=",
        ] {
            assert_eq!(faults(wrong), 1, "{wrong}");
        }
    }
}
