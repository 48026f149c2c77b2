//! Data behind the key of a link, looked up at every request from the cookie that carries the key.

use std::time::Duration;

use rocket::{
    Request,
    http::{Method, Status},
    request::{self, FromRequest},
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    CookieName, LinkKey, Outcome, Visit,
    dead_end::{Gone, Why},
    origin,
    program::Program,
};
use crate::{
    base::{Error, key::Key},
    core::place::{Address, Place},
    store::{
        Conn, Tx,
        spent::{self, Reason, Spent},
    },
    view::shown::Until,
};

/// Data that a live key gives access to.
#[rocket::async_trait]
pub trait KeyedLink: Sized + Send {
    /// Cookie that carries the key.
    const COOKIE: CookieName;
    /// Page for requesting another key.
    const AGAIN: Place;

    /// Looks up the data of a key, if it is live.
    async fn find(site: &Visit<'_>, key: &Key) -> Result<Option<Self>, Error>;

    /// Public id, carried by every form made for it.
    fn id(&self) -> Uuid;

    /// Address whose mailbox the holder of the key reads; empty if it came by text message.
    fn email(&self) -> &str;

    /// Page that shows it.
    fn page(&self) -> Place;
}

/// A key, on its page.
#[derive(Serialize)]
pub struct KeyShown {
    /// Public id, for the form.
    pub id: Uuid,
    /// Address whose key it is.
    pub email: String,
    /// Its expiry.
    #[serde(flatten)]
    pub until: Until,
}

impl KeyShown {
    /// Returns a sample.
    pub fn sample() -> Self {
        Self { id: Uuid::from_u128(7), email: "m•••@example.com".into(), until: Until::sample() }
    }
}

/// Proof that a request carries a live key for a `T`.
///
/// A form must be the one made for it: its `?form=` is the public id. Otherwise a second link opened meanwhile would
/// change what the form acts on.
///
/// # Outcomes
/// Forward 410 otherwise, error 503 if the database does not answer.
pub struct ValidKey<T>(pub T);

#[rocket::async_trait]
impl<'r, T: KeyedLink> FromRequest<'r> for ValidKey<T> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(site) = Visit::of(request) else {
            return request::Outcome::Error((Status::InternalServerError, ()));
        };
        // A program may send the key in the address of what it does, which makes clear what it means.
        let in_address = request.local_cache(LinkKey::default).key().filter(|_| site.program.is_some());
        let key = match in_address {
            Some(key) => Some(key.clone()),
            None => site.carried(T::COOKIE),
        };
        let Some(key) = key else { return request::Outcome::Forward(Status::Gone) };
        match T::find(&site, &key).await {
            Ok(Some(found)) if in_address.is_some() || admits(request, found.id()) => {
                request::Outcome::Success(ValidKey(found))
            }
            Ok(_) => request::Outcome::Forward(Status::Gone),
            Err(error) => {
                log::error!("{error}");
                request::Outcome::Error((Status::ServiceUnavailable, ()))
            }
        }
    }
}

/// True if a request may act on the key with this id: a form must be the one made for it (`?form=<id>`). A program that is
/// no page may leave that out: nobody opens another link in it meanwhile.
pub fn admits(request: &Request<'_>, id: Uuid) -> bool {
    let reads = matches!(request.method(), Method::Get | Method::Head);
    match request.query_value::<&str>("form") {
        Some(form) => reads || form.ok() == Some(id.to_string().as_str()),
        None => reads || is_no_page(request),
    }
}

fn is_no_page(request: &Request<'_>) -> bool {
    Program::of(request).is_some() && !origin::is_told(request.headers())
}

/// Moves a key from a link into its cookie and redirects to its page. Nothing else changes.
///
/// # Errors
/// [`Error::Database`].
pub async fn arrive<T: KeyedLink>(site: &Visit<'_>, linked: &LinkKey) -> Result<Outcome, Error> {
    match linked.key() {
        Some(key) => follow::<T>(site, key).await,
        None => Ok(Outcome::Incomplete(T::AGAIN)),
    }
}

/// The same for a key that was typed.
///
/// # Errors
/// [`Error::Database`].
pub async fn follow<T: KeyedLink>(site: &Visit<'_>, key: &Key) -> Result<Outcome, Error> {
    let Some(found) = T::find(site, key).await? else {
        return Ok(over(site, key, T::AGAIN).await?.0);
    };
    // Set before anything is bound to this browser: the answer to the first button may get lost.
    site.ensure_browser_id()?;
    site.carry(T::COOKIE, key)?;
    site.keep(found.page(), found.email())?;
    Ok(Outcome::go(found.page()))
}

/// Records in `tx` that a key was used in this browser, and the page that its use leads to.
///
/// # Errors
/// [`Error::Database`].
pub async fn use_up(site: &Visit<'_>, tx: &mut Tx, digest: &[u8], place: Place) -> Result<(), Error> {
    let led = (site.browser_id(), place.path());
    spent::note(tx, digest, Reason::Used, (led.0.as_deref(), &led.1), site.now()).await?;
    Ok(())
}

/// Longest time between two clicks that count as a double click.
const DOUBLE_CLICK: Duration = Duration::from_secs(60);

/// Outcomes a form whose key is over: after a double click, if this browser has just used the key, with the page that
/// the first click led to; otherwise with the reason. It reads on the given connection: waiting for a second one during
/// a transaction would delay others, and would not see what the first click has yet to commit.
///
/// # Errors
/// [`Error::Database`].
pub async fn gone(site: &Visit<'_>, conn: &mut Conn, digest: &[u8], again: Place) -> Result<Outcome, Error> {
    let spent = spent::find(conn, digest, site.now()).await?;
    Ok(match spent {
        Some(spent) if is_twice(site, &spent) => {
            site.flash("flash-twice");
            Outcome::Go(Address::Below(spent.place))
        }
        spent => over_since(site, spent.as_ref(), again),
    })
}

/// Says why the key of a digest is over.
///
/// # Errors
/// [`Error::Database`].
pub async fn why(site: &Visit<'_>, digest: &[u8], again: Place) -> Result<Outcome, Error> {
    let spent = spent::find(&mut site.read().await?, digest, site.now()).await?;
    Ok(over_since(site, spent.as_ref(), again))
}

/// Says why a key opens nothing, and returns its digest if it is known.
///
/// # Errors
/// [`Error::Database`].
pub async fn over(site: &Visit<'_>, key: &Key, again: Place) -> Result<(Outcome, Option<Vec<u8>>), Error> {
    let mut conn = site.read().await?;
    for digest in key.digests(&site.keyring) {
        if let Some(spent) = spent::find(&mut conn, &digest, site.now()).await? {
            return Ok((over_since(site, Some(&spent), again), Some(digest)));
        }
    }
    Ok((over_since(site, None, again), None))
}

fn is_twice(site: &Visit<'_>, spent: &Spent) -> bool {
    let here = spent.browser.is_some() && spent.browser == site.browser_id();
    here && !spent.place.is_empty() && spent.spent_at + DOUBLE_CLICK > site.now()
}

fn over_since(site: &Visit<'_>, spent: Option<&Spent>, again: Place) -> Outcome {
    let why = spent.map_or(Why::Unknown, |spent| Why::named(&spent.reason));
    // The address in use here need not be typed again.
    let email = site.last_address().filter(|_| again == Place::Reset);
    Outcome::Gone(Gone { why, when: spent.map(|spent| spent.spent_at), again, email })
}

/// Outcomes for the 410 catcher: says why the key of a program's address, or in the browser's cookie, opens nothing, or
/// that there is none.
///
/// # Errors
/// [`Error::Database`].
pub async fn caught(
    site: &Visit<'_>,
    in_address: &LinkKey,
    cookie_name: CookieName,
    again: Place,
    reads: bool,
) -> Result<Outcome, Error> {
    // A program that sends the key in the address does not click twice.
    if let Some(key) = in_address.key().filter(|_| site.program.is_some()) {
        return Ok(over(site, key, again).await?.0);
    }
    let Some(key) = site.carried(cookie_name) else {
        return Ok(Outcome::gone(Why::NoCookie, None, again));
    };
    match over(site, &key, again).await? {
        (_, Some(digest)) if !reads => gone(site, &mut site.read().await?, &digest, again).await,
        (why, _) => Ok(why),
    }
}
