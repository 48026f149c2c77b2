//! Guard of every route except GET: the request must come from this site's own pages.

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::{HeaderMap, Status},
    request::{FromRequest, Outcome},
};

use super::{
    Visit, cors,
    noticed::{self, Notice},
    program::{bearer, csrf},
    refusal::is_missing,
};

/// Proof that a request was sent by a page of this site, or by a program without cookies.
///
/// If `Origin` names a site, it must be `public_url`'s. If it is absent, or `null` for privacy,
/// `Sec-Fetch-Site: same-origin` suffices, which no page can forge. Without either header, `Referer` must be
/// a page of `public_url`; without any of them, it must have no cookie. A program with a token passes, and one with
/// cookies that sends back the `csrf_token` of its last answer, in a header or in JSON.
///
/// ```no_run
/// use latchkey::{Account, SameOrigin};
/// use rocket::{FromForm, form::Form, post};
///
/// #[derive(FromForm)]
/// struct Note {
///     text: String,
/// }
///
/// #[post("/notes", data = "<note>")]
/// fn add(_ours: SameOrigin, me: &Account, note: Form<Note>) -> String {
///     format!("{} noted {}", me.email(), note.text)
/// }
/// ```
///
/// # Outcomes
/// Error 403 otherwise.
pub struct SameOrigin(());

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SameOrigin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let is_own = |site: &Visit<'_>| {
            is_ours(request.headers(), &site.validated.public_url) || csrf::is_shown(request, site)
        };
        // No page of another site can send a token: a browser would have to ask us first.
        let by_token = bearer(request).is_some() && !is_foreign(request.headers());
        if by_token || cors::is_allowed(request) || Visit::of(request).as_ref().is_some_and(is_own) {
            return Outcome::Success(Self(()));
        }
        request.local_cache(|| Foreign(true));
        noticed::notice(request, Notice::Form);
        Outcome::Error((Status::Forbidden, ()))
    }
}

impl Sentinel for SameOrigin {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

struct Foreign(bool);

/// True if a request was refused because nothing showed that it came from this site.
pub fn was_refused(request: &Request<'_>) -> bool {
    request.local_cache(|| Foreign(false)).0
}

/// True if a browser says where a request comes from.
pub(super) fn is_told(headers: &HeaderMap<'_>) -> bool {
    headers.contains("Origin") || headers.contains("Sec-Fetch-Site")
}

/// True if a browser says that a page of another site sent a request with cookies.
fn is_foreign(headers: &HeaderMap<'_>) -> bool {
    headers.contains("Cookie") && is_told(headers)
}

fn is_ours(headers: &HeaderMap<'_>, site: &str) -> bool {
    let origins: Vec<_> = headers.get("Origin").collect();
    let sites: Vec<_> = headers.get("Sec-Fetch-Site").collect();
    let referers: Vec<_> = headers.get("Referer").collect();
    if origins.iter().any(|origin| *origin != "null") {
        return origins.iter().all(|origin| origin.eq_ignore_ascii_case(site));
    }
    if !sites.is_empty() {
        return sites.iter().all(|site| *site == "same-origin");
    }
    // A form forwarded by another site also has `null`, with our own page as its Referer.
    if !origins.is_empty() {
        return false;
    }
    if !referers.is_empty() {
        return referers.iter().all(|page| is_page_of(site, page));
    }
    !headers.contains("Cookie")
}

fn is_page_of(site: &str, page: &str) -> bool {
    page.split_at_checked(site.len()).is_some_and(|(origin, rest)| {
        origin.eq_ignore_ascii_case(site) && (rest.is_empty() || rest.starts_with(['/', '?', '#']))
    })
}

#[cfg(test)]
mod tests {
    use rocket::http::Header;

    use super::*;

    const SITE: &str = "https://id.example.com";

    fn ours(sent: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        sent.iter().for_each(|(name, value)| headers.add(Header::new(*name, *value)));
        is_ours(&headers, SITE)
    }

    #[test]
    fn only_what_no_foreign_page_can_send_is_ours() {
        let cookie = ("Cookie", "a=b");
        let referer = ("Referer", "https://id.example.com/login?next=1");
        for sent in [
            &[("Origin", SITE), cookie][..],
            &[("Origin", "https://ID.example.com"), ("Sec-Fetch-Site", "same-origin"), cookie],
            &[("Origin", "null"), ("Sec-Fetch-Site", "same-origin"), cookie],
            &[("Sec-Fetch-Site", "same-origin"), cookie],
            &[referer, cookie],
            &[("Referer", SITE), cookie],
            &[],
        ] {
            assert!(ours(sent), "{sent:?}");
        }
        for sent in [
            &[cookie][..],
            &[("Origin", "null"), cookie],
            &[("Origin", "null"), referer, cookie],
            &[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin"), referer],
            &[("Origin", "null"), ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
            &[("Origin", SITE), ("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
            &[("Sec-Fetch-Site", "none"), cookie],
            &[("Sec-Fetch-Site", "same-site"), referer],
            &[("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site"), referer],
            &[("Referer", "https://id.example.com.evil.example/"), cookie],
            &[("Referer", "https://id.example.com@evil.example/"), cookie],
            &[("Referer", "https://id.example.com:8443/"), cookie],
            &[("Referer", "https://evil.example/https://id.example.com/")],
            &[referer, ("Referer", "https://evil.example/"), cookie],
            &[("Referer", "https://id.example.co\u{f6}"), cookie],
        ] {
            assert!(!ours(sent), "{sent:?}");
        }
    }
}
