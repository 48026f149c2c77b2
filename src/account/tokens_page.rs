//! The pages of access tokens: the list with the form for another, and the one that shows a new token.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    base::{Error, fault::Fault},
    core::place::Place,
    http::{Form, Page, Visit, form::form},
    store::{
        access_tokens::{self, AccessToken},
        accounts::AccountRow,
    },
    view::{
        format,
        shown::{Forms, View},
    },
};

/// Most characters of a name.
const MAX_NAME: usize = 40;
/// Lives to choose from, in days.
const DAYS: [&str; 4] = ["7", "30", "90", "365"];

form! {
    /// The form for a token.
    pub struct TokenForm {
        name: String = line(MAX_NAME),
        /// Days until it expires.
        days: u64 = choice(parse_days).among(|| DAYS.to_vec()),
        /// Names of its permissions.
        permissions: Vec<String> = several(),
    }
}

fn parse_days(text: &str) -> Result<u64, Fault> {
    let listed = DAYS.contains(&text).then(|| text.parse().ok());
    listed.flatten().ok_or_else(|| Fault::new("fault-choose"))
}

fn lives() -> [u64; 4] {
    DAYS.map(|days| days.parse().unwrap_or_default())
}

/// The list of tokens, with the form for another.
#[derive(Serialize)]
pub struct TokensPage {
    tokens: Vec<TokenShown>,
    /// Permissions to choose from: those of the owner.
    permissions: Vec<String>,
    /// Lives to choose from, in days.
    days: [u64; 4],
    /// Whether the policy lets the owner have tokens.
    allowed: bool,
}

/// A token.
#[derive(Serialize)]
struct TokenShown {
    id: Uuid,
    name: String,
    permissions: Vec<String>,
    since: String,
    /// Last use.
    used: Option<String>,
    /// Client's address at the last use.
    place: Option<String>,
    /// Last day.
    until: String,
}

impl View for TokensPage {
    const TEMPLATE: &'static str = "account/tokens";
    const FORMS: Forms = &[TokenForm::INPUTS];

    fn samples() -> Vec<Self> {
        let token = |name: &str, permissions: &[&str], used: Option<&str>| TokenShown {
            id: Uuid::from_u128(7),
            name: name.into(),
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            since: "2026-05-02".into(),
            used: used.map(str::to_owned),
            place: used.map(|_| "192.0.2.7".into()),
            until: "2026-06-01".into(),
        };
        let page = |tokens, permissions: &[&str], allowed| TokensPage {
            tokens,
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            days: lives(),
            allowed,
        };
        let used = Some("2026-05-03 09:12 UTC");
        let both =
            || vec![token("Nightly backup", &["posts.edit", "posts.read"], used), token("Laptop", &[], None)];
        vec![
            page(both(), &["posts.edit", "posts.publish", "posts.read"], true),
            page(Vec::new(), &[], true),
            page(both(), &[], false),
        ]
    }
}

/// The page with a new token.
#[derive(Serialize)]
pub struct NewTokenPage {
    /// The token.
    pub(super) access_token: String,
}

impl View for NewTokenPage {
    const TEMPLATE: &'static str = "account/token_new";

    fn samples() -> Vec<Self> {
        vec![NewTokenPage { access_token: format!("latchkey_pat_{}", "abcdefg-".repeat(5)) }]
    }
}

/// Returns the permissions of an account's roles.
pub(super) fn permissions(site: &Visit<'_>, account: &AccountRow) -> Vec<String> {
    site.at_arrival.permissions.of(account.roles()).into_iter().map(str::to_owned).collect()
}

/// Returns the list of an account's tokens.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn page(site: &Visit<'_>, account: &AccountRow) -> Result<Page, Error> {
    let shown = |it: AccessToken| TokenShown {
        id: it.id,
        permissions: it.permissions().map(str::to_owned).collect(),
        name: it.name,
        since: format::day(site.locale, it.began_at),
        used: it.used_at.map(|at| format::moment(site.locale, at)),
        place: it.client,
        until: format::day(site.locale, it.expires_at),
    };
    let held = access_tokens::of_account(&mut site.read().await?, account.id, site.now()).await?;
    let allowed = site.sign_in_policy(account).access_tokens;
    let page = Page::of(&TokensPage {
        tokens: held.into_iter().map(shown).collect(),
        permissions: if allowed { permissions(site, account) } else { Vec::new() },
        days: lives(),
        allowed,
    });
    Ok(page.filled(TokenForm::AT.days, "30").home(Place::AccessTokens))
}
