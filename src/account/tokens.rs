//! Personal access tokens, for scripts: made, listed and ended by their owner. One is shown once, in the browser that made it.

use std::time::Duration;

use rocket::{Route, get, http::Status, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::notice;
use crate::{
    auth::{access_token, session::Fresh, stepped_up::SteppedUp},
    base::{Error, fault::Fault},
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
        place::Place,
    },
    http::{CookieName, Form, Outcome, Page, Read, SameOrigin, Visit, form::form, shown_once, throttle::Try},
    store::{
        Conn,
        access_tokens::{self, AccessToken},
        accounts::AccountRow,
        sessions::SignedIn,
    },
    view::{
        format,
        shown::{Forms, View},
    },
};

const PURPOSE: &str = "access token";
/// Most characters of a name.
const MAX_NAME: usize = 40;
/// Most tokens of an account.
const MAX_TOKENS: usize = 50;
/// Lives to choose from, in days.
const DAYS: [&str; 4] = ["7", "30", "90", "365"];

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list, create, show_new, hide_new, show_one, end]
}

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

/// The list of tokens, with the form for another.
#[derive(Serialize)]
pub struct TokensPage {
    tokens: Vec<TokenShown>,
    /// Permissions to choose from: those of the owner.
    permissions: Vec<String>,
    /// Lives to choose from, in days.
    days: [&'static str; 4],
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
            days: DAYS,
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
    access_token: String,
}

impl View for NewTokenPage {
    const TEMPLATE: &'static str = "account/token_new";

    fn samples() -> Vec<Self> {
        vec![NewTokenPage { access_token: format!("latchkey_pat_{}", "abcdefg-".repeat(5)) }]
    }
}

/// Returns the permissions of an account's roles.
fn permissions(site: &Visit<'_>, account: &AccountRow) -> Vec<String> {
    site.at_arrival.permissions.of(account.roles()).into_iter().map(str::to_owned).collect()
}

/// Returns how many tokens an account has; `None` if it has no use for any: it has none, and there is no permission to give.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn count(site: &Visit<'_>, account: &AccountRow) -> Result<Option<usize>, Error> {
    let held = access_tokens::of_account(&mut site.read().await?, account.id, site.now()).await?.len();
    let may_have = site.sign_in_policy(account).access_tokens && !permissions(site, account).is_empty();
    Ok((may_have || held > 0).then_some(held))
}

async fn page(site: &Visit<'_>, conn: &mut Conn, account: &AccountRow) -> Result<Page, Error> {
    let shown = |it: AccessToken| TokenShown {
        id: it.id,
        permissions: it.permissions().map(str::to_owned).collect(),
        name: it.name,
        since: format::day(site.locale, it.began_at),
        used: it.used_at.map(|at| format::moment(site.locale, at)),
        place: it.client,
        until: format::day(site.locale, it.expires_at),
    };
    let held = access_tokens::of_account(conn, account.id, site.now()).await?;
    let allowed = site.sign_in_policy(account).access_tokens;
    let page = Page::of(&TokensPage {
        tokens: held.into_iter().map(shown).collect(),
        permissions: if allowed { permissions(site, account) } else { Vec::new() },
        days: DAYS,
        allowed,
    });
    Ok(page.filled(TokenForm::AT.days, "30").home(Place::AccessTokens))
}

#[get("/account/tokens")]
async fn list(site: Visit<'_>, me: SteppedUp<'_>) -> Result<Page, Error> {
    page(&site, &mut site.read().await?, &me.0.0.account).await
}

#[post("/account/tokens", data = "<form>")]
async fn create(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: SteppedUp<'_>,
    form: Read<TokenForm>,
) -> Result<Outcome, Error> {
    let account = &me.0.0.account;
    if !site.sign_in_policy(account).access_tokens {
        return Ok(Outcome::elsewhere(Place::AccessTokens));
    }
    let refused =
        async |refusal| Ok::<_, Error>(page(&site, &mut site.read().await?, account).await?.refused(refusal));
    let (TokenForm { name, days, mut permissions }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return refused(refusal).await,
    };
    permissions.sort();
    permissions.dedup();
    let own = self::permissions(&site, account);
    if permissions.iter().any(|chosen| !own.contains(chosen)) {
        return refused(refusal.with(TokenForm::AT.permissions, Fault::new("fault-permission"))).await;
    }
    let counted = Try::count(&site, [RateLimit::AccessTokenOf(account.id.as_bytes())]).await?;
    if !counted.allowed().is_yes() {
        return Ok(Outcome::too_many(counted.allowed()));
    }
    let (now, asked) = (site.now(), site.caller());
    let mut tx = site.begin().await?;
    let Some(mut account) = me.0.lock(&mut tx, now).await? else {
        return Ok(Outcome::elsewhere(Place::AccessTokens));
    };
    let (held, row) = account.parts();
    if access_tokens::of_account(held, row.id, now).await?.len() >= MAX_TOKENS {
        drop(tx);
        let fault = Fault::new("fault-tokens-many").with("max", MAX_TOKENS);
        return refused(refusal.with(TokenForm::AT.name, fault)).await;
    }
    notice::post(site.app, held, row, &row.email, "access-token-created", &asked).await?;
    let expires_at = now + Duration::from_secs(days * 24 * 60 * 60);
    let token = access_token::create(&site, &mut account, &name, &permissions, expires_at).await?;
    let event = Event::new(EventKind::AccessTokenCreated, account.id).from(&asked).detail(&name);
    event.write(site.app, account.tx()).await?;
    tx.commit().await?;
    if site.program.is_some() {
        site.tell("access_token", token);
        return Ok(Outcome::go(Place::AccessTokens));
    }
    shown_once::keep(&site, CookieName::AccessToken, PURPOSE, me.0.0.account.id, token)?;
    Ok(Outcome::go(Place::NewAccessToken))
}

#[get("/account/tokens/new")]
fn show_new(site: Visit<'_>, me: &SignedIn) -> Outcome {
    match shown_once::kept(&site, CookieName::AccessToken, PURPOSE, Some(me.account.id)) {
        Some(access_token) => Page::of(&NewTokenPage { access_token }).into(),
        None => Outcome::elsewhere(Place::AccessTokens),
    }
}

#[post("/account/tokens/new")]
fn hide_new(_ours: SameOrigin, site: Visit<'_>) -> Outcome {
    site.cookies.remove(CookieName::AccessToken);
    Outcome::go(Place::AccessTokens)
}

#[get("/account/tokens/<_>", rank = 2)]
fn show_one(_me: &SignedIn) -> Outcome {
    Outcome::elsewhere(Place::AccessTokens)
}

#[post("/account/tokens/<id>", rank = 2)]
async fn end(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>, id: &str) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(Outcome::Failed(Status::NotFound)) };
    let mut tx = site.begin().await?;
    if let Some(account) = me.lock(&mut tx, site.now()).await? {
        let (held, account) = account.into_parts();
        if access_tokens::end(held, account.id, id).await? {
            let asked = site.caller();
            Event::new(EventKind::AccessTokenEnded, account.id).from(&asked).write(site.app, held).await?;
            tx.commit().await?;
            site.flash("flash-token-ended");
        }
    }
    Ok(Outcome::go(Place::AccessTokens))
}
