//! Latchkey as a fairing: everything that an application gains by attaching it, and nothing that changes its own routes.

use std::{future::pending, path::Path, sync::Arc};

use figment::Figment;
#[cfg(feature = "store")]
use latchkey_store::Store;
use rocket::{
    Build, Data, Request, Rocket,
    fairing::{self, Fairing, Info, Kind},
    tokio::sync::mpsc,
};

use super::{
    assemble::assemble,
    folder,
    watch::{self, Read},
};
use crate::{
    app::{App, Extensions},
    base::{Error, clock::Clock},
    config::{Validated, database, fault},
    core::{
        place,
        registration::{Attached, Registration},
    },
    hashing::own_rule::PasswordRule,
    http::{link_key, no_method_override, program::contract, request_log},
    outbox::sender::{SendMail, SendText},
    reset::{self, own::Recovers},
    store::{Db, Pool},
    view::{
        in_template::in_template,
        layout::{HostLayout, Layout},
        templates::Templates,
    },
};

/// Returns the fairing that adds accounts to an application: sign-up, sign-in and the strategy for resetting a password
/// that `[default.latchkey]` in its `Rocket.toml` chooses.
///
/// ```no_run
/// use rocket::{get, launch, routes};
///
/// #[get("/")]
/// fn home(me: Option<&latchkey::Account>) -> String {
///     me.map_or("hello, stranger".into(), |me| format!("hello, {}", me.email()))
/// }
///
/// #[launch]
/// fn rocket() -> _ {
///     rocket::build().mount("/", routes![home]).attach(latchkey::fairing())
/// }
/// ```
pub fn fairing() -> Latchkey {
    Latchkey { read: Reading::Usual, ..on_clock(Clock::system()) }
}

/// Returns the same fairing, with another source of time.
pub fn on_clock(clock: Clock) -> Latchkey {
    Latchkey { clock, extensions: Extensions::default(), read: Reading::Never, app: None }
}

/// Accounts for an application, made by [`fairing()`].
///
/// ```no_run
/// use rocket::{Build, Rocket};
///
/// fn with_accounts(rocket: Rocket<Build>) -> Rocket<Build> {
///     rocket.attach(latchkey::fairing().layout(latchkey::in_template("frame")))
/// }
/// ```
#[must_use = "it does nothing until it is attached"]
pub struct Latchkey {
    clock: Clock,
    extensions: Extensions,
    read: Reading,
    /// The site, if it was built before it is attached.
    app: Option<Arc<App>>,
}

#[cfg(feature = "store")]
const NO_STORE: &str =
    ".store(…) finds no connections: attach the fairing that opens them before latchkey::fairing()";

/// Source of a newer configuration.
enum Reading {
    /// Rocket's own files and variables, if the application is configured by them.
    Usual,
    /// A function of the application.
    By(Read),
    /// None: the configuration stays.
    Never,
}

impl Reading {
    fn again(&self, figment: &Figment) -> Option<Read> {
        match self {
            Self::Usual => {
                let usual = rocket::Config::figment();
                let ours = |figment: &Figment| figment.find_value("latchkey").ok();
                (usual.profile() == figment.profile() && ours(&usual) == ours(figment))
                    .then(|| Arc::new(rocket::Config::figment) as Read)
            }
            Self::By(read) => Some(read.clone()),
            Self::Never => None,
        }
    }
}

impl Latchkey {
    /// Reads the configuration again with `read` whenever one of its files changes, so that a changed policy takes effect at
    /// once, without a restart.
    ///
    /// An application whose configuration is `rocket::Config::figment()` needs no such line.
    ///
    /// ```no_run
    /// use rocket::figment::{Figment, providers::{Format, Toml}};
    ///
    /// fn configuration() -> Figment {
    ///     rocket::Config::figment().merge(Toml::file("accounts.toml").nested())
    /// }
    ///
    /// # fn app() -> rocket::Rocket<rocket::Build> {
    /// rocket::custom(configuration()).attach(latchkey::fairing().configuration(configuration))
    /// # }
    /// ```
    #[cfg(feature = "watch")]
    pub fn configuration(mut self, read: impl Fn() -> Figment + Send + Sync + 'static) -> Self {
        self.read = Reading::By(Arc::new(read));
        self
    }

    /// Keeps the accounts over the application's own connections to SQLite, which `find` finds once the fairing that
    /// opens them is attached: before this one.
    ///
    /// For a driver that links another SQLite than ours. The crates `latchkey-sqlx07`, `latchkey-rusqlite` and
    /// `latchkey-diesel` make a [`Store`](latchkey_store::Store) of one; `databases.latchkey.url` is not read then, and
    /// neither is that of the entry that `latchkey.database` names, except by commands.
    ///
    /// ```no_run
    /// # use {latchkey_store::Store, rocket::{Build, Rocket}};
    /// fn attach<S: Store + Clone>(rocket: Rocket<Build>) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().store(|rocket| rocket.state::<S>().cloned()))
    /// }
    /// ```
    #[cfg(feature = "store")]
    pub fn store<S: Store>(
        mut self,
        find: impl Fn(&Rocket<Build>) -> Option<S> + Send + Sync + 'static,
    ) -> Self {
        let find = move |rocket: &Rocket<Build>| find(rocket).map(|store| Arc::new(store) as Arc<dyn Store>);
        self.extensions.store = Some(Arc::new(find));
        self
    }

    /// Sends mail by the application instead of `latchkey.mail.url`.
    ///
    /// ```no_run
    /// # use {latchkey::SendMail, rocket::{Build, Rocket}};
    /// fn attach(rocket: Rocket<Build>, postbox: impl SendMail) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().mail(postbox))
    /// }
    /// ```
    pub fn mail(mut self, sender: impl SendMail) -> Self {
        self.extensions.senders.mail = Some(Arc::new(sender));
        self
    }

    /// Sends text messages by the application instead of `latchkey.sms.url`.
    ///
    /// ```no_run
    /// # use {latchkey::SendText, rocket::{Build, Rocket}};
    /// fn attach(rocket: Rocket<Build>, modem: impl SendText) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().texts(modem))
    /// }
    /// ```
    pub fn texts(mut self, sender: impl SendText) -> Self {
        self.extensions.senders.texts = Some(Arc::new(sender));
        self
    }

    /// Judges new passwords by a rule of the application as well, after ours.
    ///
    /// ```no_run
    /// # use {latchkey::PasswordRule, rocket::{Build, Rocket}};
    /// fn attach(rocket: Rocket<Build>, rule: impl PasswordRule) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().password_rule(rule))
    /// }
    /// ```
    pub fn password_rule(mut self, rule: impl PasswordRule) -> Self {
        self.extensions.password_rule = Some(Arc::new(rule));
        self
    }

    /// Shows every page of ours in the application's own layout; see [`Layout`], and
    /// [`in_template`](crate::in_template()) for one of its templates.
    ///
    /// ```no_run
    /// # use {latchkey::Layout, rocket::{Build, Rocket}};
    /// fn attach(rocket: Rocket<Build>, site: impl Layout) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().layout(site))
    /// }
    /// ```
    pub fn layout(mut self, layout: impl Layout) -> Self {
        self.extensions.layout = Some(HostLayout::new(layout));
        self
    }

    /// Adds fields to registration, validates them, and takes part in the transactions that create and remove an account.
    ///
    /// An unusable input, for example one whose name is taken, is reported at launch.
    ///
    /// ```no_run
    /// # use {latchkey::Registration, rocket::{Build, Rocket}};
    /// fn attach(rocket: Rocket<Build>, customers: impl Registration) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().registration(customers))
    /// }
    /// ```
    pub fn registration(mut self, registration: impl Registration) -> Self {
        self.extensions.registration = Some(Attached::new(registration));
        self
    }

    /// Adds a strategy of the application, which `latchkey.reset.strategy` can then name.
    ///
    /// If the name is taken or not in snake case, another constant is out of range, or no route shows the first page, the
    /// application does not launch, and one line in the log says why.
    ///
    /// ```no_run
    /// # use {latchkey::Recovers, rocket::{Build, Rocket}};
    /// fn attach<S: Recovers>(rocket: Rocket<Build>) -> Rocket<Build> {
    ///     rocket.attach(latchkey::fairing().strategy::<S>())
    /// }
    /// ```
    pub fn strategy<S: Recovers>(mut self) -> Self {
        self.extensions.strategies.push(reset::own::of::<S>());
        self
    }

    /// Builds the site that a configuration describes, now instead of when the application ignites.
    ///
    /// # Errors
    /// [`Error::Config`], one line for each fault, with key and remedy; [`Error::Template`] or [`Error::File`] for a
    /// faulty template in the folder.
    pub(super) fn ready(mut self, figment: &Figment, templates: Option<&Path>) -> Result<Self, Error> {
        self.app = Some(self.build(figment, templates)?);
        Ok(self)
    }

    fn app(&self, figment: &Figment) -> Result<Arc<App>, Error> {
        match &self.app {
            Some(app) => Ok(app.clone()),
            None => self.build(figment, folder::templates(figment)?.as_deref()),
        }
    }

    /// Returns the site and its database: here, so that fairings attached later find its tables.
    async fn open(&self, rocket: &Rocket<Build>) -> Result<(Arc<App>, Db), Error> {
        let app = self.app(rocket.figment())?;
        let settings = database::settings(rocket.figment(), self.extensions.store.is_some())?;
        let pool = match &self.extensions.store {
            #[cfg(feature = "store")]
            Some(find) => {
                let store = find(rocket).ok_or_else(|| Error::Config(NO_STORE.into()))?;
                Pool::over(store, &settings).await?
            }
            _ => Pool::connect(&settings).await?,
        };
        Ok((app, Db(pool)))
    }

    fn build(&self, figment: &Figment, templates: Option<&Path>) -> Result<Arc<App>, Error> {
        let strategies = reset::own::register(&self.extensions.strategies)?;
        let validated = Validated::read(figment, &self.extensions.provided(strategies))?;
        let templates = Templates::load(templates, &place::named(&validated.config.base))?;
        let mut extensions = self.extensions.clone();
        if let Some(name) = &validated.config.layout {
            let named = HostLayout::new(in_template(name.clone()));
            if extensions.layout.replace(named).is_some() {
                let why = "latchkey.layout names a layout, and .layout(…) is called with another: remove one of them";
                return Err(Error::Config(why.into()));
            }
        }
        Ok(Arc::new(App::new(validated, self.clock.clone(), templates, extensions)?))
    }
}

/// State of an application that is asked what it adds, and does not ignite: for commands that open nothing.
pub struct AskOnly(mpsc::Sender<Extensions>);

impl AskOnly {
    /// Returns it with the receiver of the answer.
    pub fn new() -> (Self, mpsc::Receiver<Extensions>) {
        let (tell, told) = mpsc::channel(1);
        (Self(tell), told)
    }
}

#[rocket::async_trait]
impl Fairing for Latchkey {
    fn info(&self) -> Info {
        Info { name: "Latchkey", kind: Kind::Ignite | Kind::Request }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        if let Some(AskOnly(tell)) = rocket.state() {
            _ = tell.send(self.extensions.clone()).await;
            // Whoever asked gives up the application now.
            return pending().await;
        }
        if rocket.state::<Arc<App>>().is_some() {
            log::error!("latchkey::fairing() is attached twice: attach it once");
            return Err(rocket);
        }
        match self.open(&rocket).await {
            Ok((app, db)) => {
                let site = assemble(rocket, app, db);
                Ok(match self.read.again(site.figment()) {
                    Some(read) => site.attach(watch::fairing(read, Arc::default())),
                    None => site,
                })
            }
            Err(error) => {
                error.to_string().lines().for_each(|line| {
                    log::error!("latchkey: {}", fault::placed(rocket.figment(), line));
                });
                Err(rocket)
            }
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        request_log::start(request);
        if let Some(app) = request.rocket().state::<Arc<App>>().cloned() {
            no_method_override::refuse(app.base(), request, data).await;
            link_key::strip(app.base(), &app.validated.strategies, request);
            contract::lead(app.base(), request, data).await;
        }
    }
}
