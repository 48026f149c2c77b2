//! The whole site, composed from fairings.

mod dev;
pub mod errors;
pub mod switch;

use std::{path::PathBuf, sync::Arc};

use figment::{Figment, providers::Serialized, value::magic::RelativePathBuf};
use rocket::{Build, Rocket, fairing::AdHoc, shield::Shield};
use rocket_db_pools::Database;

use self::switch::Switch;
use crate::{
    account, admin,
    app::App,
    base::{Error, clock::Clock},
    config::{Validated, fault},
    core::place::{self, Place},
    http::{
        canonical_host::CanonicalHost, client::Proxied, cookies::SetCookies, headers::Headers,
        link_key::KeyStripper, no_method_override::NoMethodOverride, noticed::Scribe, pace::ResponsePacing,
        probes, request_log, wellknown, with_deadline,
    },
    jobs::{canonical, heartbeat, worker},
    observe::task,
    policy::strategy::Strategy,
    reset,
    store::{DatabaseSettings, Db},
    view::{shown::Sample, templates::Templates},
};

/// Builds the site that a configuration describes, on the system's clock.
///
/// # Errors
/// [`Error::Config`], one line for each fault, with key and remedy; [`Error::Template`] or [`Error::File`]
/// for a faulty template in `template_dir`.
pub fn rocket(figment: Figment) -> Result<Rocket<Build>, Error> {
    server(figment, Clock::system())
}

/// Builds the site that a configuration describes, on a clock that the caller may set.
///
/// # Errors
/// Same as [`rocket()`].
pub fn server(figment: Figment, clock: Clock) -> Result<Rocket<Build>, Error> {
    let validated = Validated::read(&figment)?;
    let templates =
        Templates::load(template_dir(&figment)?.as_deref(), &place::named(&validated.config.base))?;
    let app = Arc::new(App::new(validated, clock, templates)?);
    let base = app.base().clone();
    // Rocket tries one route after another.
    let routes =
        [reset::routes(), account::routes(), admin::routes(), wellknown::routes(), probes::routes()].concat();
    // Rocket has another default for the size of a pool.
    let database = Serialized::default("databases.latchkey", DatabaseSettings::default());
    let site = rocket::custom(figment.join(database))
        .manage(app.events.clone())
        .manage(Proxied::default())
        .manage(app)
        .attach(request_log::RequestStart)
        .attach(Db::init())
        .attach(NoMethodOverride)
        .attach(KeyStripper::new(base.clone()))
        .attach(CanonicalHost)
        // All headers of Rocket's default shield are among ours.
        .attach(Shield::new())
        .attach(Headers)
        .attach(SetCookies)
        .attach(Scribe)
        .attach(ResponsePacing)
        .attach(request_log::RequestFinish)
        .attach(worker())
        .attach(leaving())
        .attach(heartbeat::fairing())
        .attach(canonical::fairing())
        .attach(in_flight())
        .attach(dev::fairing())
        .mount(base.root(), with_deadline(routes))
        .mount("/", with_deadline(wellknown::fixed()))
        .register("/", errors::catchers());
    Ok(Strategy::all().iter().fold(site, |site, strategy| site.attach(reset::fairing(*strategy))))
}

/// Folder of the site's own templates: relative to the file that sets it, or `templates` if that exists.
///
/// # Errors
/// [`Error::Config`] if it names no folder.
pub fn template_dir(figment: &Figment) -> Result<Option<PathBuf>, Error> {
    let named = figment.find_value("template_dir").is_ok();
    let named: Option<RelativePathBuf> = named.then(|| fault::read(figment, "template_dir")).transpose()?;
    let dir = named.as_ref().map_or("templates".into(), RelativePathBuf::relative);
    match (dir.is_dir(), named) {
        (true, _) => Ok(Some(dir)),
        (false, None) => Ok(None),
        (false, Some(_)) => {
            let fault = format!("template_dir is no folder: there is none at {}", dir.display());
            Err(Error::Config(fault::placed(figment, &fault)))
        }
    }
}

fn worker() -> AdHoc {
    AdHoc::on_liftoff("Outbox", |rocket| {
        Box::pin(async move {
            let (Some(app), Some(db)) = (rocket.state::<Arc<App>>(), Db::fetch(rocket)) else { return };
            let (at_work, pool, shutdown) = (app.clone(), (**db).clone(), rocket.shutdown());
            task::keep_up("the outbox worker", app.scope(None), move || {
                worker::run(at_work.clone(), pool.clone(), shutdown.clone())
            });
            if let Some(switch) = Switch::of(rocket) {
                let figment = rocket.figment().clone();
                rocket::tokio::spawn(async move {
                    if let Err(error) = switch.look(&figment).await {
                        log::error!("could not check which accounts the policy locks out: {error}");
                    }
                });
            }
            log::info!("people are served at {}", app.url());
            if app.transports.mailbox.is_some() {
                log::info!("email and text messages appear at {}", app.link(Place::Mailbox));
            }
        })
    })
}

/// Reports on shutdown that the server is leaving.
fn leaving() -> AdHoc {
    AdHoc::on_shutdown("Leaving", |rocket| {
        Box::pin(async move {
            if let Some(app) = rocket.state::<Arc<App>>() {
                app.health.leave();
            }
        })
    })
}

/// Keeps the database open for requests in flight.
fn in_flight() -> AdHoc {
    AdHoc::on_request("In flight", |request, _| {
        Box::pin(async move {
            if let Some(db) = Db::fetch(request.rocket()) {
                let token = db.keep_open();
                request.local_cache(|| token);
            }
        })
    })
}

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    Sample::of::<dev::MailboxPage>()
}
