//! HTTP Basic (RFC 7617): a name and the password with each request, where a route of an application accepts them. They open
//! no session.

use base64::{Engine, engine::general_purpose::STANDARD};
use rocket::{Request, http::Status};
use zeroize::Zeroizing;

use crate::{
    account::notice,
    auth::{identity, password_try},
    base::{Error, identity::Identity},
    core::{
        account::Account,
        event::{Event, EventKind},
        limits::{Allowed, sampled},
    },
    hashing::{hash::Verdict, hasher::Hasher, password::Password},
    http::{
        Visit,
        dead_end::RETRY_AFTER,
        form::{fields::one_line, kind::MAX_EMAIL},
        pace, refusal,
        throttle::SignIn,
    },
    policy::method::SignInMethod,
    store::{
        accounts::{self, Locked},
        factors,
    },
};

/// The account whose name and password a request sends, or the status of a refusal.
struct ByPassword(Result<Option<Account>, Status>);

/// Result of comparing a password.
enum Compared {
    /// It is right, and enough.
    Right(Box<Account>),
    /// It is wrong, or not enough, or there is no such account.
    Wrong,
    /// Too many were wrong: it was not compared.
    TooMany(Allowed),
    /// The account changed meanwhile.
    Conflict,
}

/// Returns the account whose name and password a request sends; `None` if it sends none, or they are not enough.
///
/// # Errors
/// The status of the answer if they could not be compared now.
pub(super) async fn current<'r>(
    request: &'r Request<'_>,
    site: &Visit<'_>,
) -> Result<Option<&'r Account>, Status> {
    let ByPassword(found) = request.local_cache_async(find(request, site)).await;
    found.as_ref().map(Option::as_ref).map_err(|status| *status)
}

async fn find(request: &Request<'_>, site: &Visit<'_>) -> ByPassword {
    let Some((name, password)) = sent(request, site) else { return ByPassword(Ok(None)) };
    pace::begin(request);
    ByPassword(match compare(site, &name, &password).await {
        Ok(Compared::Right(account)) => Ok(Some(*account)),
        Ok(Compared::Wrong | Compared::Conflict) => Ok(None),
        Ok(Compared::TooMany(allowed)) => {
            refusal::retry(request, allowed.at().map(|at| site.now().until(at)).unwrap_or_default());
            Err(Status::TooManyRequests)
        }
        Err(error) => {
            if !matches!(error, Error::Busy) {
                log::error!("{error}");
            }
            refusal::retry(request, RETRY_AFTER);
            Err(Status::ServiceUnavailable)
        }
    })
}

/// Returns the name and the password in the header of a request.
fn sent(request: &Request<'_>, site: &Visit<'_>) -> Option<(Identity, Password)> {
    let mut headers = request.headers().get("Authorization");
    let (scheme, encoded) = headers.next().filter(|_| headers.next().is_none())?.trim().split_once(' ')?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (name, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let name = Identity::parse(one_line(name, MAX_EMAIL).ok()?, site.config().sms.home()).ok()?;
    scheme.eq_ignore_ascii_case("Basic").then_some((name, Password::parse(password).ok()?))
}

async fn compare(site: &Visit<'_>, name: &Identity, password: &Password) -> Result<Compared, Error> {
    if !site.at_arrival.offers(SignInMethod::Password) {
        return Ok(Compared::Wrong);
    }
    let named = &*identity::named(site, name.key()).await?;
    let (hasher, counted) = password_try::begin(site, name.key(), named).await?;
    if !counted.allowed().is_yes() {
        return Ok(Compared::TooMany(counted.allowed()));
    }
    let mut compared = attempt(site, &hasher, named, &counted, password).await;
    if let Ok(Compared::Conflict) = compared {
        compared = attempt(site, &hasher, named, &counted, password).await;
    }
    match &compared {
        Ok(Compared::Wrong | Compared::Conflict) => password_try::note_failure(site, named, None).await?,
        Err(Error::Busy) => password_try::call_off(site, &counted).await?,
        _ => {}
    }
    compared
}

async fn attempt(
    site: &Visit<'_>,
    hasher: &Hasher,
    named: &str,
    counted: &SignIn<'_>,
    password: &Password,
) -> Result<Compared, Error> {
    let account = accounts::find_by_email(&mut site.read().await?, named).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let verdict = hasher.verify(password.clone(), stored).await?;
    let Some(account) = account.filter(|account| account.enabled) else { return Ok(Compared::Wrong) };
    // The next sign-in hashes it anew, if it has to be.
    if verdict == Verdict::No {
        return Ok(Compared::Wrong);
    }
    let mut tx = site.begin().await?;
    let Some(mut locked) = accounts::lock_entering(&mut tx, &account, site.now()).await? else {
        return Ok(Compared::Conflict);
    };
    let held = factors::of_account(locked.tx(), account.id).await?;
    // A factor counts here even where the policy does not ask for it: there is no second step in which it could be proved.
    let needs_more = site.sign_in_policy(&account).holds_up(held.iter().map(|factor| factor.kind));
    if !held.is_empty() || needs_more {
        return Ok(Compared::Wrong);
    }
    note_use(site, &mut locked).await?;
    counted.refund(site.app, locked.tx()).await?;
    tx.commit().await?;
    Ok(Compared::Right(Box::new(Account::new(&account, &site.at_arrival.permissions))))
}

/// Records the first use by a client in a while, and notifies the owner as of a sign-in.
async fn note_use(site: &Visit<'_>, account: &mut Locked<'_>) -> Result<(), Error> {
    let (window, id) = (*site.config().limits.window, account.id);
    let whose = [b"basic", id.as_bytes().as_slice(), &site.client.network()].concat();
    if !sampled(site, account.tx(), "basic", &whose, window).await? {
        return Ok(());
    }
    let asked = site.caller();
    Event::new(EventKind::SignInByBasic, id).from(&asked).write(site.app, account.tx()).await?;
    notice::new_browser(site, account).await
}
