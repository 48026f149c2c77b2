//! Switching the policy of a running site: as a whole, or not at all if anything is wrong with it.

use std::sync::Arc;

use figment::Figment;
use rocket::{Orbit, Phase, Rocket};

use crate::{
    app::App,
    base::Error,
    config::{Owner, Validated, fault},
    core::{
        event::{Event, EventKind},
        in_force::{PolicySnapshot, Refused},
        replicas,
    },
    findings::Severity,
    http::own_routes::WholeSite,
    policy::{judge, permissions, setting::changes, sign_in},
    store::{Db, Pool, accounts},
};

/// Puts the policy of a configuration in force for all later requests. Other keys keep their values from the start; if
/// they have changed, the log says that a restart is needed. Without Latchkey, nothing happens.
///
/// ```no_run
/// # async fn example(rocket: rocket::Rocket<rocket::Orbit>) -> Result<(), latchkey::Error> {
/// latchkey::switch_policy(&rocket, &rocket::Config::figment()).await
/// # }
/// ```
///
/// # Errors
/// [`Error::Config`], one line for each fault: nothing has changed. [`Error::Database`] if the switch could not be recorded:
/// it has taken effect all the same.
pub async fn switch_policy(rocket: &Rocket<Orbit>, figment: &Figment) -> Result<(), Error> {
    match Switch::of(rocket) {
        Some(switch) => switch.take_up(figment).await,
        None => Ok(()),
    }
}

/// The switch of a running site.
#[derive(Clone)]
pub struct Switch {
    app: Arc<App>,
    pool: Pool,
    owner: Owner,
}

impl Switch {
    /// Returns the switch of an ignited site; `None` if neither [`rocket()`](super::rocket()) nor
    /// [`fairing()`](crate::fairing()) is in use.
    pub fn of<P: Phase>(rocket: &Rocket<P>) -> Option<Self> {
        let (app, db) = (rocket.state::<Arc<App>>()?, rocket.state::<Db>()?);
        let owner = if rocket.state::<WholeSite>().is_some() { Owner::Server } else { Owner::Application };
        Some(Self { app: app.clone(), pool: (**db).clone(), owner })
    }

    /// Does what [`switch_policy`] does.
    ///
    /// # Errors
    /// Same as [`switch_policy`].
    pub async fn take_up(&self, figment: &Figment) -> Result<(), Error> {
        let app = &self.app;
        let (force, restart) = self.read(figment).inspect_err(|why| self.refuse(why))?;
        if !restart.is_empty() && *restart != *app.live.restart() {
            log::warn!("these keys have changed and need a restart: {}", restart.join(", "));
        }
        let (version, settings, entry) =
            (force.version.clone(), force.settings.clone(), force.sign_in.clone());
        let granted = force.permissions.clone();
        let Some(former) = app.live.switch(force, restart) else { return Ok(()) };
        log::warn!("policy {version} is now in force; it replaces {}", former.version);
        let mut tx = self.pool.begin().await?;
        replicas::beat(app, &mut tx).await?;
        let switched = [changes(&former.settings, &settings)]
            .into_iter()
            .filter(|changes| !changes.is_empty())
            .chain(sign_in::changes(&former.sign_in, &entry))
            .chain(permissions::changes(&former.permissions, &granted))
            .collect::<Vec<_>>()
            .join("; ");
        Event::of_site(EventKind::PolicySwitched).detail(&switched).write(app, &mut tx).await?;
        tx.commit().await?;
        self.look(figment).await
    }

    /// Checks the policy in force against the existing accounts, and logs warnings.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn look(&self, figment: &Figment) -> Result<(), Error> {
        let (app, force) = (&self.app, self.app.live.now());
        let mut conn = self.pool.read().await?;
        let role_groups = accounts::role_groups(&mut conn, app.now()).await?;
        let policies = (&force.settings, &force.sign_in, &*force.permissions);
        let people = judge::people(&mut conn, policies, &role_groups, app.now()).await?;
        let people: Vec<_> = people.into_iter().map(|finding| finding.placed(figment)).collect();
        let warned = force.findings.iter().chain(&people).filter(|found| found.severity == Severity::Warning);
        warned.for_each(|finding| log::warn!("{finding}"));
        Ok(())
    }

    /// Keeps the policy in force, and logs and records the error.
    pub(super) fn refuse(&self, why: &Error) {
        let why = why.to_string();
        if self.app.live.refused().is_none_or(|refused| refused.why != why) {
            why.lines().for_each(|line| log::error!("the policy was not changed: {line}"));
        }
        self.app.live.refuse(Refused { at: self.app.now(), why });
    }

    fn read(&self, figment: &Figment) -> Result<(PolicySnapshot, Vec<String>), Error> {
        let outside = fault::outside(figment, self.owner);
        if !outside.is_empty() {
            return Err(outside.into());
        }
        let provided = self.app.extensions.provided(self.app.validated.strategies.clone());
        let validated = Validated::read(figment, &provided)?;
        let restart = self.app.validated.outside.changed(&validated.outside);
        // A changed gateway takes effect only after a restart, so the policy must work with the present one.
        let environment =
            self.app.config().environment(&self.app.validated.public_url, self.app.validated.lenient);
        let faults = judge::settings(&validated.reset, environment).into_iter();
        let faults = faults.chain(judge::sign_in(&validated.config.sign_in, environment));
        let faults = faults.chain(judge::methods(&validated.config.sign_in, &validated.reset, environment));
        let faults: Vec<_> = faults.filter(|finding| finding.severity == Severity::Error).collect();
        if !faults.is_empty() {
            let placed = faults.into_iter().map(|fault| fault.placed(figment));
            let told = placed.map(|fault| format!("{fault}, and restart"));
            return Err(Error::Config(told.collect::<Vec<_>>().join("\n")));
        }
        Ok((PolicySnapshot::new(&validated, self.app.now()), restart))
    }
}
