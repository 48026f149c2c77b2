//! Personal access tokens, for scripts: made, listed and ended by their owner. One is shown once, in the browser that made it.

use std::time::Duration;

use rocket::{Route, get, http::Status, post, routes};
use uuid::Uuid;

use super::{
    notice,
    tokens_page::{NewTokenPage, TokenForm, page, permissions},
};
use crate::{
    auth::{access_token, session::Fresh, stepped_up::SteppedUp},
    base::{Error, fault::Fault},
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
        place::Place,
    },
    http::{CookieName, Outcome, Page, Read, Refusal, SameOrigin, Visit, shown_once, throttle::Try},
    store::{access_tokens, accounts::AccountRow, sessions::SignedIn},
};

const PURPOSE: &str = "access token";
/// Most tokens of an account.
const MAX_TOKENS: usize = 50;

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list, create, show_new, hide_new, show_one, end]
}

/// True if an account can be given a token: its policy allows them, and there is a permission to give.
pub(super) fn are_for(site: &Visit<'_>, account: &AccountRow) -> bool {
    site.sign_in_policy(account).access_tokens && !permissions(site, account).is_empty()
}

#[get("/account/tokens")]
async fn list(site: Visit<'_>, me: SteppedUp<'_>) -> Result<Page, Error> {
    page(&site, &me.0.0.account).await
}

#[post("/account/tokens", data = "<form>")]
async fn create(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: SteppedUp<'_>,
    form: Read<TokenForm>,
) -> Result<Outcome, Error> {
    let account = &me.0.0.account;
    let refused = async |refusal| Ok::<_, Error>(page(&site, account).await?.refused(refusal));
    if !site.sign_in_policy(account).access_tokens {
        return refused(Refusal::at("main", Fault::new("fault-tokens-off"))).await;
    }
    let (TokenForm { name, days, permissions: mut chosen }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return refused(refusal).await,
    };
    chosen.sort();
    chosen.dedup();
    let own = permissions(&site, account);
    if chosen.iter().any(|permission| !own.contains(permission)) {
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
    let token = access_token::create(&site, &mut account, &name, &chosen, expires_at).await?;
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
