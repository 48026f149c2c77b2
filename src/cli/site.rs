//! The site that a command works for: the server's, or that of an application.

use std::{io, net::IpAddr, path::Path, sync::Arc};

use figment::Figment;
use rocket::{Build, Rocket, error::ErrorKind, tokio::select};

use super::signals::Signals;
use crate::{
    app::{App, Extensions},
    base::{Error, clock::Clock},
    config::{Owner, Provided, Validated, database, fault},
    core::place::named,
    reset::own,
    server::{fairing::AskOnly, watch},
    store::{DatabaseSettings, Db, Pool},
    view::templates::Templates,
};

/// The site that a command works for.
pub(super) enum Site {
    /// The server's, as its configuration describes it, with the signals if it is to serve.
    Server(Option<io::Result<Signals>>),
    /// An application's, which attaches Latchkey.
    Application(Box<Rocket<Build>>),
}

impl Site {
    /// Returns the configuration.
    pub fn figment(&self) -> Figment {
        match self {
            Self::Server(_) => rocket::Config::figment(),
            Self::Application(rocket) => rocket.figment().clone(),
        }
    }

    /// Returns the owner of the configuration.
    pub fn owner(&self) -> Owner {
        match self {
            Self::Server(_) => Owner::Server,
            Self::Application(_) => Owner::Application,
        }
    }

    /// Returns what the application provides, or may provide if it does not say. It is asked without being ignited, so that
    /// nothing is opened: only fairings that are attached before [`Latchkey`](crate::Latchkey) run.
    ///
    /// # Errors
    /// [`Error::Config`] for a strategy that it cannot add.
    pub async fn provided(self, owner: Owner) -> Result<Provided, Error> {
        let figment = self.figment();
        let Self::Application(rocket) = self else { return Ok(owner.provided()) };
        let (asked, mut told) = AskOnly::new();
        let rocket = rocket.configure(figment.merge(("log_level", "off"))).manage(asked);
        select! {
            Some(extensions) = told.recv() => {
                let strategies = own::register(&extensions.strategies)?;
                Ok(extensions.provided(strategies))
            }
            ignited = rocket.ignite() => {
                // An error of Rocket's that nobody looks at panics.
                if let Err(error) = ignited {
                    _ = error.kind();
                }
                Ok(owner.provided())
            }
        }
    }

    /// Opens it and its database, for commands that may run while it serves.
    ///
    /// # Errors
    /// [`Error::Config`] for a faulty configuration, [`Error::Database`] or [`Error::Migration`].
    pub async fn open(self) -> Result<(Arc<App>, Pool), Error> {
        let figment = self.figment();
        let rocket = match self {
            Self::Application(rocket) => rocket.configure(figment.merge(("log_level", "off"))),
            Self::Server(_) => {
                let pool = Pool::connect(&database::read(&figment)?).await?;
                let validated = Validated::read(&figment, &Provided::perhaps())?;
                return Ok((Arc::new(app(validated, None)?), pool));
            }
        };
        // Only the application itself knows all of its parts.
        let ignited = rocket.ignite().await.map_err(|error| Error::Config(unlaunched(&error, None)))?;
        let (Some(app), Some(db)) = (ignited.state::<Arc<App>>(), Db::fetch(&ignited)) else {
            return Err(Error::Config("the application does not attach latchkey::fairing()".into()));
        };
        Ok((app.clone(), (**db).clone()))
    }

    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// [`Error::Config`] if it cannot start, [`Error::Database`] or [`Error::Migration`].
    pub async fn serve(self) -> Result<(), Error> {
        let signals = match self {
            Self::Server(signals) => signals.unwrap_or_else(Signals::heed),
            Self::Application(rocket) => return ended(rocket.launch().await.map_err(Box::new), None),
        };
        let figment = rocket::Config::figment();
        let failed = |source| Error::File { path: "signals".into(), source };
        let Signals { mut stop, hang_ups } = signals.map_err(failed)?;
        let site = crate::server::rocket(figment)?
            .attach(watch::fairing(Arc::new(rocket::Config::figment), hang_ups.bell()));
        let settings = database::read(site.figment())?;
        let at = (fault::read(site.figment(), "address")?, fault::read(site.figment(), "port")?);
        let site = select! {
            biased;
            // No request has been served yet, so nothing needs to finish.
            () = stop.told() => return Ok(()),
            ignited = async {
                // Reports in one line that the database cannot be reached; Rocket would print many.
                reachable(&settings).await?;
                site.ignite().await.map_err(|error| Error::Config(unlaunched(&error, Some(at))))
            } => ignited?,
        };
        let shutdown = site.shutdown();
        rocket::tokio::spawn(async move {
            stop.told().await;
            shutdown.notify();
        });
        ended(site.launch().await.map_err(Box::new), Some(at))
    }
}

/// Builds the server's site, with the templates in a folder.
///
/// # Errors
/// [`Error::Config`], [`Error::Template`] or [`Error::File`].
pub(super) fn app(validated: Validated, templates: Option<&Path>) -> Result<App, Error> {
    let templates = Templates::load(templates, &named(&validated.config.base))?;
    App::new(validated, Clock::system(), templates, Extensions::default())
}

async fn reachable(settings: &DatabaseSettings) -> Result<(), Error> {
    Pool::connect(settings).await?.close().await;
    Ok(())
}

/// Address and port of a server.
type At = (IpAddr, u16);

fn ended<T>(launched: Result<T, Box<rocket::Error>>, at: Option<At>) -> Result<(), Error> {
    match launched {
        // A request that outlasted the grace period was cut off, which is not a failure of the server.
        Err(error) if matches!(error.kind(), ErrorKind::Shutdown(_, None)) => Ok(()),
        launched => launched.map(drop).map_err(|error| Error::Config(unlaunched(&error, at))),
    }
}

/// Describes why it did not launch, in one line; an error of Rocket that is not asked for that prints many.
fn unlaunched(error: &rocket::Error, at: Option<At>) -> String {
    match (error.kind(), at) {
        (ErrorKind::Bind(error), Some((address, port))) => {
            format!("port {port} of address {address} is not available: {error}")
        }
        (ErrorKind::FailedFairings(fairings), _) => {
            let names: Vec<_> = fairings.iter().map(|fairing| fairing.name).collect();
            format!("could not start: {}", names.join(", "))
        }
        (other, _) => format!("could not start: {other}"),
    }
}
