//! The account of a signed-in person, as an application sees it.

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    request::{FromRequest, Outcome},
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    base::Error,
    http::refusal::is_missing,
    store::{accounts::AccountRow, sessions::SignedIn},
};

/// The account of the person who is signed in, as read for this request.
///
/// ```no_run
/// use latchkey::Account;
/// use rocket::get;
///
/// #[get("/notes")]
/// fn notes(me: &Account) -> String {
///     format!("the notes of {}", me.email())
/// }
///
/// #[get("/")]
/// fn home(me: Option<&Account>) -> &'static str {
///     if me.is_some() { "welcome back" } else { "hello, stranger" }
/// }
/// ```
///
/// # Outcomes
/// 401 if nobody is signed in: an error on an application's route, unless `latchkey.refusal` is `forward`. A person is
/// redirected to sign-in and back. Error 503 if the session cannot be read.
#[derive(Clone, Debug)]
pub struct Account {
    id: Uuid,
    email: String,
    phone: Option<String>,
    roles: Vec<String>,
    fields: String,
}

impl Account {
    /// Returns its id, which is never used for another account.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Returns its confirmed address, as its owner wrote it.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Returns its verified phone in E.164 form, like `+4915112345678`.
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }

    /// Returns its roles, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(String::as_str)
    }

    /// True if it has a role.
    pub fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }

    /// Returns the additional fields of its registration, `latchkey.register.fields`, which are texts by name.
    ///
    /// # Errors
    /// [`Error::Config`] if they do not have the shape of `T`: a field may have been added after the account.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.fields).map_err(|fault| {
            Error::Config(format!("the fields of account {} are not as expected: {fault}", self.id))
        })
    }

    /// Returns the account of a request's session.
    pub(super) fn of<'r>(request: &'r Request<'_>, found: &SignedIn) -> &'r Self {
        request.local_cache(|| Account::from(&found.account))
    }
}

impl From<&AccountRow> for Account {
    fn from(row: &AccountRow) -> Self {
        Self {
            id: row.id,
            email: row.email.clone(),
            phone: row.phone.clone(),
            roles: row.roles().map(str::to_owned).collect(),
            fields: row.fields.clone(),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Account {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        <&SignedIn>::from_request(request).await.map(|found| Account::of(request, found))
    }
}

impl Sentinel for &Account {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}
