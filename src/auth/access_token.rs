//! Personal access tokens: what a script sends in place of its owner, who gives it some of their permissions. It opens no
//! session, and none of our own routes.

use rocket::Request;

use super::session::SEEN_PRECISION;
use crate::{
    base::{
        Error, access_token,
        clock::Time,
        key::{Key, sha256},
    },
    core::account::Account,
    http::Visit,
    store::{
        self,
        access_tokens::{self, AccessToken, TokenOwner},
        accounts::Locked,
    },
};

/// The account of a request's token, if it is good; an error if that could not be read.
struct ByToken(Result<Option<Account>, ()>);

/// True if a request sends such a token, good or not.
pub fn is_sent(site: &Visit<'_>) -> bool {
    site.bearer.is_some_and(access_token::is_marked)
}

/// Returns the account of a request's token, with the permissions that both have; `None` if the token is not good.
///
/// # Errors
/// If it could not be read.
pub async fn current<'r>(request: &'r Request<'_>, site: &Visit<'_>) -> Result<Option<&'r Account>, ()> {
    let read = async { ByToken(find(site).await.map_err(|error| log::error!("{error}"))) };
    let ByToken(found) = request.local_cache_async(read).await;
    found.as_ref().map(Option::as_ref).or(Err(()))
}

/// Looks up the account of a token, and records its use.
async fn find(site: &Visit<'_>) -> Result<Option<Account>, Error> {
    let Some(sent) = site.bearer.filter(|sent| access_token::is_marked(sent)) else { return Ok(None) };
    let now = site.now();
    let found = site.db.access_token(sha256(sent.as_bytes()), now).await?;
    let Some(TokenOwner { token, account }) = found else { return Ok(None) };
    if !site.sign_in_policy(&account).access_tokens {
        return Ok(None);
    }
    if token.used_at.is_none_or(|used_at| used_at + SEEN_PRECISION < now) {
        let mut tx = site.begin().await?;
        access_tokens::touch(&mut tx, token.id, &site.client.place(), now).await?;
        tx.commit().await?;
    }
    let account = Account::new(&account, &site.at_arrival.permissions);
    Ok(Some(account.narrowed(token.permissions())))
}

/// Makes a token for an account, and returns its text, which is stored nowhere.
///
/// # Errors
/// [`Error::Database`].
pub async fn create(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    name: &str,
    permissions: &[String],
    expires_at: Time,
) -> Result<String, Error> {
    let text = access_token::text(&Key::for_link(site.random)?);
    let token = AccessToken {
        id: store::id(site.now(), site.random)?,
        account_id: account.id,
        name: name.to_owned(),
        permissions: permissions.join(" "),
        began_at: site.now(),
        expires_at,
        used_at: None,
        client: None,
    };
    access_tokens::insert(account.tx(), &token, &sha256(text.as_bytes())).await?;
    Ok(text)
}
