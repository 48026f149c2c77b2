//! The site from a configuration: as a fairing for an application, and as an application of its own.

mod assemble;
mod database;
mod dev;
pub mod errors;
pub mod fairing;
mod folder;
pub mod switch;
#[cfg_attr(not(feature = "watch"), path = "no_watch.rs")]
pub mod watch;

use figment::Figment;
use rocket::{Build, Rocket, shield::Shield};

use self::fairing::on_clock;
pub use self::folder::{template_dir, to_fill};
use crate::{
    base::{Error, clock::Clock},
    http::own_routes::WholeSite,
    view::shown::Sample,
};

/// Builds the site that a configuration describes, on the system's clock.
///
/// ```no_run
/// #[rocket::launch]
/// fn site() -> _ {
///     latchkey::rocket(rocket::Config::figment()).expect("a valid configuration")
/// }
/// ```
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
    if figment.find_value("latchkey.layout").is_ok() {
        let why = "latchkey.layout is for applications: put a layout.html.tera into the folder of templates, \
                   which `latchkey eject layout` does";
        return Err(Error::Config(why.into()));
    }
    let templates = template_dir(&figment)?;
    let latchkey = on_clock(clock).ready(&figment, templates.as_deref())?;
    Ok(rocket::custom(figment)
        .manage(WholeSite)
        // All headers of Rocket's default shield are among ours.
        .attach(Shield::new())
        .attach(latchkey)
        .register("/", vec![errors::catcher()]))
}

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    Sample::of::<dev::MailboxPage>()
}
