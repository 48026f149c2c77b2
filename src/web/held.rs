//! What the key of a link opens: looked up anew at every request, from the cookie that carries the key.

use rocket::{
    Request,
    http::{Method, Status},
    request::{FromRequest, Outcome},
};
use uuid::Uuid;

use super::{Answer, Crumb, Linked, Page, Site};
use crate::{Error, clock::Time, key::Key};

/// Something that a live key opens.
#[rocket::async_trait]
pub trait Opens: Sized + Send {
    /// The cookie that carries the key.
    const CRUMB: Crumb;
    /// The page on which to ask again.
    const AGAIN: &'static str;

    /// What a key opens, if it is live.
    async fn find(site: &Site<'_>, key: &Key) -> Result<Option<Self>, Error>;

    /// The public id, which every form made for it carries.
    fn id(&self) -> Uuid;

    /// When the key dies.
    fn expires_at(&self) -> Time;

    /// The page that shows it.
    fn page(&self) -> &'static str;
}

/// Proof that a request holds a live key that opens a `T`.
///
/// A form must be the one made for it: its `?form=` is the public id, or else a second link opened meanwhile would
/// swap what the form acts on.
///
/// # Outcomes
/// Forward 410 otherwise, error 503 if that cannot be told.
pub struct Held<T>(pub T);

#[rocket::async_trait]
impl<'r, T: Opens> FromRequest<'r> for Held<T> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(site) = Site::of(request) else { return Outcome::Error((Status::InternalServerError, ())) };
        let Some(key) = site.carried(T::CRUMB) else { return Outcome::Forward(Status::Gone) };
        match T::find(&site, &key).await {
            Ok(Some(found)) if admits(request, found.id()) => Outcome::Success(Held(found)),
            Ok(_) => Outcome::Forward(Status::Gone),
            Err(error) => {
                log::error!("{error}");
                Outcome::Error((Status::ServiceUnavailable, ()))
            }
        }
    }
}

/// Whether a request may act on the key with this id: a form must be the one that was made for it (`?form=<id>`).
pub fn admits(request: &Request<'_>, id: Uuid) -> bool {
    let reads = matches!(request.method(), Method::Get | Method::Head);
    reads
        || request.query_value::<&str>("form").is_some_and(|form| form.ok() == Some(id.to_string().as_str()))
}

/// Takes a key from a link into its cookie and leads to its page. Nothing else changes.
///
/// # Errors
/// [`Error::Database`].
pub async fn arrive<T: Opens>(site: &Site<'_>, linked: &Linked) -> Result<Answer, Error> {
    match linked.key() {
        Some(key) => follow::<T>(site, key).await,
        None => Ok(Page::incomplete(T::AGAIN).into()),
    }
}

/// The same for a key that was typed.
///
/// # Errors
/// [`Error::Database`].
pub async fn follow<T: Opens>(site: &Site<'_>, key: &Key) -> Result<Answer, Error> {
    let Some(found) = T::find(site, key).await? else { return Ok(Page::unusable(T::AGAIN).into()) };
    // Before anything is bound to this browser: the answer to its first button may get lost.
    site.make_mark()?;
    site.carry(T::CRUMB, key, site.now().until(found.expires_at()))?;
    Ok(Answer::go(found.page()))
}
