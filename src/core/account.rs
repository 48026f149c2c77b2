//! An account, as an application sees it.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{base::Error, policy::permissions::Permissions, store::accounts::AccountRow};

/// An account. The guard `&Account` is the account of the person who is signed in, as read for this request.
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
/// 401 if nobody is signed in: an error on an application's route, unless `latchkey.refusal` is `forward`. People are
/// redirected to sign-in and back. Error 503 if the session cannot be read.
#[derive(Clone, Debug)]
pub struct Account {
    id: Uuid,
    email: String,
    phone: Option<String>,
    enabled: bool,
    roles: Vec<String>,
    permissions: Arc<Permissions>,
    /// The only permissions that an access token was given, if the account is that of one.
    given: Option<Vec<String>>,
    fields: String,
}

impl Account {
    /// Returns the account of a row, with what its roles may do.
    pub(crate) fn new(row: &AccountRow, permissions: &Arc<Permissions>) -> Self {
        Self {
            id: row.id,
            email: row.email.clone(),
            phone: row.phone.clone(),
            enabled: row.enabled,
            roles: row.roles().map(str::to_owned).collect(),
            permissions: permissions.clone(),
            given: None,
            fields: row.fields.clone(),
        }
    }

    /// Returns the account for an access token that was given these permissions: it has no others, and no roles.
    pub(crate) fn narrowed<'a>(self, given: impl Iterator<Item = &'a str>) -> Self {
        Self { given: Some(given.map(str::to_owned).collect()), ..self }
    }

    /// True unless it is that of an access token which was not given a permission.
    fn is_given(&self, permission: &str) -> bool {
        self.given.as_ref().is_none_or(|given| given.iter().any(|own| own == permission))
    }

    /// Returns its id, which is never used for another account.
    ///
    /// ```no_run
    /// fn owns(me: &latchkey::Account, author: latchkey::Uuid) -> bool {
    ///     me.id() == author
    /// }
    /// ```
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Returns its confirmed address, as its owner wrote it.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Returns its verified phone in E.164 form, like `+4915112345678`.
    ///
    /// ```no_run
    /// fn phone(me: &latchkey::Account) -> &str {
    ///     me.phone().unwrap_or("no verified phone")
    /// }
    /// ```
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }

    /// True if its owner may sign in: it is not disabled, and its owner has not deleted it.
    ///
    /// ```no_run
    /// fn state(account: &latchkey::Account) -> &'static str {
    ///     if account.is_enabled() { "active" } else { "disabled" }
    /// }
    /// ```
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Returns its roles, in alphabetical order; none for a personal access token, which has permissions alone.
    ///
    /// ```no_run
    /// fn roles(me: &latchkey::Account) -> String {
    ///     me.roles().collect::<Vec<_>>().join(", ")
    /// }
    /// ```
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(String::as_str).filter(|_| self.given.is_none())
    }

    /// True if it has a role; false for a personal access token.
    ///
    /// ```no_run
    /// fn may_publish(me: &latchkey::Account) -> bool {
    ///     me.has("editor") || me.has("admin")
    /// }
    /// ```
    pub fn has(&self, role: &str) -> bool {
        self.roles().any(|own| own == role)
    }

    /// Returns the permissions of its roles, in alphabetical order and each once, as `[default.latchkey.permissions]` listed
    /// them when the account was read; for a personal access token, those of them that it was given.
    ///
    /// ```no_run
    /// fn permissions(me: &latchkey::Account) -> String {
    ///     me.permissions().collect::<Vec<_>>().join(", ")
    /// }
    /// ```
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        let all = self.permissions.of(self.roles.iter().map(String::as_str));
        all.into_iter().filter(|permission| self.is_given(permission))
    }

    /// True if one of its roles has a permission; for a personal access token, if it was given that as well.
    ///
    /// ```no_run
    /// fn menu(me: &latchkey::Account) -> &'static str {
    ///     if me.may("posts.edit") { "New post" } else { "" }
    /// }
    /// ```
    pub fn may(&self, permission: &str) -> bool {
        self.is_given(permission) && self.roles.iter().any(|role| self.permissions.grants(role, permission))
    }

    /// Returns the fields as its owner filled them in at registration: those of the attached
    /// [`Registration`](crate::Registration), and those of `latchkey.register.fields`, which are texts by name.
    ///
    /// ```no_run
    /// #[derive(serde::Deserialize)]
    /// struct Customer {
    ///     name: String,
    /// }
    ///
    /// fn name(me: &latchkey::Account) -> Result<String, latchkey::Error> {
    ///     Ok(me.fields::<Customer>()?.name)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if they do not have the shape of `T`: a field may have been added after the account.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.fields).map_err(|fault| {
            Error::Config(format!("the fields of account {} are not as expected: {fault}", self.id))
        })
    }
}
