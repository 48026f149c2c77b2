//! Accounts in an application's own code: found, and changed as an admin would in the console.

use std::sync::Arc;

use rocket::{
    Ignite, Phase, Request, Rocket, Sentinel,
    http::Status,
    request::{FromRequest, Outcome},
};
use uuid::Uuid;

use super::actions::{self, ActionOutcome};
use crate::{
    account::invite,
    app::App,
    base::{Error, email::Email},
    core::{account::Account, event::Actor},
    http::{Visit, refusal::is_missing},
    policy::is_role,
    store::{Db, Pool, Tx, accounts, usernames},
};

/// All accounts, for the application: as a guard `&Accounts`, and by [`Accounts::of`] where there is no request.
///
/// A change has the same effects as in the console and on the command line: it ends the same sessions and keys, sends the
/// same messages, and is recorded in the audit log as made by the `application`. The route decides who may make it. A method
/// returns false if there is no account with this id, and fails with [`Error::Refused`], whose text is a sentence, if
/// something else has to be done first. It succeeds if there is nothing to change.
///
/// ```no_run
/// use latchkey::{Accounts, Error, Has, Role, SameOrigin};
/// use rocket::post;
///
/// struct Chair;
///
/// impl Role for Chair {
///     const NAME: &'static str = "chair";
/// }
///
/// #[post("/members/<email>")]
/// async fn invite(_ours: SameOrigin, _me: Has<'_, Chair>, accounts: &Accounts, email: &str) -> Result<(), Error> {
///     accounts.invite(email, &["member"]).await
/// }
/// ```
///
/// # Outcomes
/// Always succeeds where [`fairing()`](crate::fairing()) is attached.
pub struct Accounts {
    app: Arc<App>,
    pool: Pool,
}

impl Accounts {
    /// Returns the accounts of an ignited application; `None` if it has not attached [`fairing()`](crate::fairing()).
    ///
    /// ```no_run
    /// # use latchkey::Accounts;
    /// # fn app(rocket: rocket::Rocket<rocket::Build>) -> rocket::Rocket<rocket::Build> {
    /// rocket.attach(rocket::fairing::AdHoc::on_liftoff("First editor", |rocket| {
    ///     Box::pin(async move {
    ///         let Some(accounts) = Accounts::of(rocket) else { return };
    ///         let invited = accounts.invite("ann@example.com", &["editor"]).await;
    ///         if let Err(error) = invited { eprintln!("{error}") }
    ///     })
    /// }))
    /// # }
    /// ```
    pub fn of<P: Phase>(rocket: &Rocket<P>) -> Option<Self> {
        let (app, db) = (rocket.state::<Arc<App>>()?, rocket.state::<Db>()?);
        Some(Self { app: app.clone(), pool: (**db).clone() })
    }

    /// Returns the account with this id, also if it is disabled.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn author(accounts: &Accounts, id: Uuid) -> Result<Option<String>, Error> {
    ///     Ok(accounts.find(id).await?.map(|author| author.email().to_owned()))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn find(&self, id: Uuid) -> Result<Option<Account>, Error> {
        let found = accounts::find(&mut self.pool.read().await?, id).await?;
        Ok(found.map(|row| self.app.account(&row)))
    }

    /// Returns the account with this address in any spelling; `None` also if the address is invalid.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error};
    /// async fn can_sign_in(accounts: &Accounts, email: &str) -> Result<bool, Error> {
    ///     Ok(accounts.find_by_email(email).await?.is_some_and(|account| account.is_enabled()))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn find_by_email(&self, email: &str) -> Result<Option<Account>, Error> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let found = accounts::find_by_email(&mut self.pool.read().await?, email.key()).await?;
        Ok(found.map(|row| self.app.account(&row)))
    }

    /// Returns the username of the account with this id, in its canonical form: lower case, unique on this site. It may
    /// change.
    ///
    /// ```no_run
    /// # use latchkey::{Account, Accounts, Error};
    /// async fn signature(accounts: &Accounts, author: &Account) -> Result<String, Error> {
    ///     Ok(accounts.username(author.id()).await?.unwrap_or_else(|| "somebody".to_owned()))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn username(&self, id: Uuid) -> Result<Option<String>, Error> {
        usernames::of_account(&mut self.pool.read().await?, id).await
    }

    /// Sends an invitation. The account, with these roles, is created when its owner opens the link and chooses a password.
    ///
    /// This is an act of a trusted person, as in the console: no limit counts it, and the answer reveals who has an account.
    /// Send strangers to `/register`.
    ///
    /// # Errors
    /// [`Error::Refused`] if the address is invalid, has an account, or had one in the last days; [`Error::Database`].
    pub async fn invite(&self, email: &str, roles: &[&str]) -> Result<(), Error> {
        let invitation = invite::invitation(&self.app, email, &named(roles)?);
        let invitation = invitation.map_err(|_| Error::Refused("this is not an email address".into()))??;
        let mut tx = self.pool.begin().await?;
        let cared = actions::invite(&self.app, &mut tx, &invitation, &self.actor()).await?;
        done(tx, cared).await.map(drop)
    }

    /// Sets the roles, and takes away all others. If any changes, all sessions end.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn promote(accounts: &Accounts, id: Uuid) -> Result<String, Error> {
    ///     match accounts.set_roles(id, &["member", "editor"]).await {
    ///         Ok(true) => Ok("done".into()),
    ///         Ok(false) => Ok("there is no such account".into()),
    ///         Err(Error::Refused(why)) => Ok(why),
    ///         Err(error) => Err(error),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] for a name that is no role (letters, digits, `-` and `_`, at most 64), and [`Error::Database`].
    pub async fn set_roles(&self, id: Uuid, roles: &[&str]) -> Result<bool, Error> {
        let wanted = named(roles)?;
        let mut tx = self.pool.begin().await?;
        let Some(account) = accounts::lock(&mut tx, id, self.app.now()).await? else { return Ok(false) };
        let surplus = account.roles().filter(|role| !roles.contains(role));
        let surplus: Vec<_> = surplus.map(str::to_owned).collect();
        let cared = actions::set_roles(&self.app, &mut tx, id, (&wanted, &surplus), &self.actor()).await?;
        done(tx, cared).await
    }

    /// Lets the owner sign in, or no longer; if that changes, all sessions end. Enabling restores an account that its owner
    /// has deleted.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn suspend(accounts: &Accounts, id: Uuid) -> Result<bool, Error> {
    ///     accounts.set_enabled(id, false).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn set_enabled(&self, id: Uuid, enabled: bool) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        let cared = actions::set_enabled(&self.app, &mut tx, id, enabled, &self.actor()).await?;
        done(tx, cared).await
    }

    /// Ends all sessions, remembered browsers and links under way.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn sign_out_everywhere(accounts: &Accounts, id: Uuid) -> Result<bool, Error> {
    ///     accounts.end_sessions(id).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end_sessions(&self, id: Uuid) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        let cared = actions::end_sessions(&self.app, &mut tx, id, &self.actor()).await?;
        done(tx, cared).await
    }

    /// Sends the first message of a reset.
    ///
    /// This is an act of a trusted person, as in the console: no limit on requests counts it, and the answer reveals who has
    /// an account. For strangers, post their form to `/reset`.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn help(accounts: &Accounts, id: Uuid) -> Result<bool, Error> {
    ///     accounts.send_reset(id).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] if the account is disabled or on hold, and [`Error::Database`].
    pub async fn send_reset(&self, id: Uuid) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        let cared = actions::send_reset(&self.app, &mut tx, id, &self.actor()).await?;
        done(tx, cared).await
    }

    /// Deletes the account as its owner would: nobody gets in, and after 72 hours, in which the link in the owner's mail
    /// can restore it, it is removed. If it is disabled or on hold, no link restores it.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn close(accounts: &Accounts, id: Uuid) -> Result<String, Error> {
    ///     match accounts.delete(id).await {
    ///         Err(Error::Refused(why)) => Ok(why),
    ///         deleted => deleted.map(|_| "It will be removed in 72 hours.".to_owned()),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] if the application still needs it, and [`Error::Database`].
    pub async fn delete(&self, id: Uuid) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        let cared = actions::delete(&self.app, &mut tx, id, &self.actor()).await?;
        done(tx, cared).await
    }

    /// Begins a transaction in the database of the accounts. It is rolled back after three seconds, because others wait for
    /// it; then its statements and its commit fail.
    ///
    /// ```no_run
    /// # use latchkey::{Accounts, Error, Uuid};
    /// async fn note(accounts: &Accounts, id: Uuid, text: &str) -> Result<(), Error> {
    ///     let mut tx = accounts.begin().await?;
    ///     let values = [id.into(), text.into()];
    ///     tx.execute("INSERT INTO notes (account_id, text) VALUES ($1, $2)", &values).await?;
    ///     tx.commit().await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`] if none can begin in time.
    pub async fn begin(&self) -> Result<Tx, Error> {
        self.pool.lend().await
    }

    fn actor(&self) -> Actor {
        Actor::application(&self.app)
    }
}

/// Commits an action; false if there is no such account.
async fn done(tx: Tx, cared: ActionOutcome) -> Result<bool, Error> {
    if let Some(why) = cared.why_not() {
        return Err(Error::Refused(why.into()));
    }
    tx.commit().await?;
    Ok(cared != ActionOutcome::Nobody)
}

fn named(roles: &[&str]) -> Result<Vec<String>, Error> {
    match roles.iter().find(|role| !is_role(role)) {
        Some(other) => {
            let remedy = "write letters, digits, - and _, at most 64";
            Err(Error::Refused(format!("{other:?} is not the name of a role: {remedy}")))
        }
        None => Ok(roles.iter().map(|role| (*role).to_owned()).collect()),
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Accounts {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        // A visit keeps the database open while the request is in flight.
        match request.local_cache(|| Visit::of(request).and_then(|_| Accounts::of(request.rocket()))) {
            Some(accounts) => Outcome::Success(accounts),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

impl Sentinel for &Accounts {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}
