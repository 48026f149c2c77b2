//! Tests of an application: people who are signed in at once, their messages, and a clock that a test turns.

mod entrance;

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use figment::{Figment, providers::Serialized};
use rocket::{
    fairing::Fairing,
    http::{ContentType, Header, Status},
    local::{asynchronous, blocking},
    tokio::time::sleep,
};
use serde_json::json;
use uuid::Uuid;

use self::entrance::{Entrance, Person};
use crate::{app::App, base::random::Random, config::database};

#[cfg(not(debug_assertions))]
compile_error!("the feature `testing` of latchkey signs anybody in: leave it out of a release build");

/// Address of the site in a test.
const SITE: &str = "http://127.0.0.1:8000";
/// Looks into the mailbox before a test gives up, and the time between them: ten seconds in all.
const LOOKS: usize = 2_000;
const PAUSE: Duration = Duration::from_millis(5);

/// Everything that a test of an application needs: a configuration with a database of its own and cheap hashes, and a
/// fairing that signs people in.
///
/// Needs the features `testing`, as a dev-dependency, and `sqlite`; a build without debug assertions, such as a release,
/// refuses it. People whom the kit signs in have not registered: their accounts have no fields, and no
/// [`Registration`](crate::Registration) has taken part.
///
/// ```
/// use rocket::{Build, Rocket, figment::Figment, get, http::Status, local::blocking::Client, routes};
///
/// #[get("/notes")]
/// fn notes(me: &latchkey::Account) -> String {
///     format!("the notes of {}", me.email())
/// }
///
/// fn application(configuration: Figment) -> Rocket<Build> {
///     rocket::custom(configuration).mount("/", routes![notes]).attach(latchkey::fairing())
/// }
///
/// // In a test:
/// let kit = latchkey::testing::Kit::new();
/// let configuration = kit.figment(rocket::Config::figment());
/// let client = Client::tracked(application(configuration).attach(kit.fairing())).unwrap();
/// assert_eq!(client.get("/notes").dispatch().status(), Status::Unauthorized);
/// kit.sign_in(&client, "ann@example.com", &["editor"]);
/// assert_eq!(client.get("/notes").dispatch().into_string().unwrap(), "the notes of ann@example.com");
/// ```
pub struct Kit {
    folder: PathBuf,
    /// Path of the route that signs in, which only this kit knows.
    entrance: String,
    site: Arc<OnceLock<Arc<App>>>,
}

impl Kit {
    /// Creates a kit with its own folder, which is removed with it.
    ///
    /// # Panics
    /// If the system's folder for temporary files cannot be written to.
    pub fn new() -> Self {
        let name = Uuid::from_bytes(Random.bytes().expect("the system has random numbers"));
        let folder = std::env::temp_dir().join(format!("latchkey-{name}"));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written to");
        Self { folder, entrance: format!("/{name}"), site: Arc::default() }
    }

    /// Returns an application's configuration for the test: the profile `debug`, an empty SQLite database, hashes that
    /// cost nothing, messages that stay in memory, and no log.
    pub fn figment(&self, configuration: Figment) -> Figment {
        let url = format!("sqlite://{}", self.folder.join("latchkey.db").display());
        let configuration = configuration.select("debug");
        let entry = database::named(&configuration).unwrap_or_else(|| "latchkey".into());
        configuration
            .merge(Serialized::global("log_level", "off"))
            .merge(Serialized::global(&format!("databases.{entry}.url"), url))
            .merge(Serialized::global("latchkey.public_url", SITE))
            .merge(Serialized::global("latchkey.password", json!({ "cost": 4, "threads": 1 })))
            // A table would be merged with the application's.
            .merge(Serialized::global("latchkey.mail.url", None::<String>))
            .merge(Serialized::global("latchkey.sms.url", None::<String>))
    }

    /// Returns the fairing that signs people in; the application attaches `latchkey::fairing()` as well.
    pub fn fairing(&self) -> impl Fairing {
        Entrance { path: self.entrance.clone(), site: self.site.clone() }
    }

    /// Signs the owner of an address in, in this client, which must keep cookies ([`tracked`](blocking::Client::tracked)).
    /// The account is created if there is none, and gets the roles in addition to its own.
    ///
    /// # Panics
    /// If [`fairing`](Self::fairing) is not attached, or the address is invalid.
    pub fn sign_in(&self, client: &blocking::Client, email: &str, roles: &[&str]) {
        let request = client.post(self.entrance.clone()).json(&Person::new(email, roles));
        assert_eq!(request.dispatch().status(), Status::NoContent, "{email} cannot be signed in");
    }

    /// The same in an asynchronous client.
    ///
    /// ```no_run
    /// # async fn test(kit: latchkey::testing::Kit, client: rocket::local::asynchronous::Client) {
    /// kit.sign_in_async(&client, "ann@example.com", &["editor"]).await;
    /// assert_eq!(client.get("/drafts").dispatch().await.status().code, 200);
    /// # }
    /// ```
    ///
    /// # Panics
    /// Same as [`sign_in`](Self::sign_in).
    pub async fn sign_in_async(&self, client: &asynchronous::Client, email: &str, roles: &[&str]) {
        let request = client.post(self.entrance.clone()).json(&Person::new(email, roles));
        assert_eq!(request.dispatch().await.status(), Status::NoContent, "{email} cannot be signed in");
    }

    /// Returns a request with the form of a page of this site, which [`SameOrigin`](crate::SameOrigin) accepts.
    ///
    /// ```no_run
    /// # fn test(kit: latchkey::testing::Kit, client: rocket::local::blocking::Client) {
    /// kit.post(&client, "/auth/reset").body("email=ann%40example.com").dispatch();
    /// let letter = kit.letter("ann@example.com");
    /// client.get(letter.link().unwrap()).dispatch();
    /// # }
    /// ```
    pub fn post<'c>(&self, client: &'c blocking::Client, path: &'c str) -> blocking::LocalRequest<'c> {
        client.post(path).header(ContentType::Form).header(Header::new("Origin", SITE))
    }

    /// Waits for the next message to an address or a phone number, and removes it from the mailbox.
    ///
    /// # Panics
    /// If none comes within ten seconds.
    pub fn letter(&self, to: &str) -> Letter {
        for _ in 0..LOOKS {
            if let Some(letter) = self.arrived(to) {
                return letter;
            }
            thread::sleep(PAUSE);
        }
        panic!("no message to {to} has come")
    }

    /// The same in an asynchronous test.
    ///
    /// # Panics
    /// Same as [`letter`](Self::letter).
    pub async fn letter_async(&self, to: &str) -> Letter {
        for _ in 0..LOOKS {
            if let Some(letter) = self.arrived(to) {
                return letter;
            }
            sleep(PAUSE).await;
        }
        panic!("no message to {to} has come")
    }

    /// Lets time pass for the site: keys, sessions and limits expire.
    ///
    /// ```no_run
    /// # fn test(kit: latchkey::testing::Kit, client: rocket::local::blocking::Client) {
    /// kit.sign_in(&client, "ann@example.com", &[]);
    /// kit.pass(std::time::Duration::from_secs(24 * 60 * 60));
    /// assert_eq!(client.get("/notes").dispatch().status().code, 401);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If [`fairing`](Self::fairing) is not attached.
    pub fn pass(&self, time: Duration) {
        self.app().clock.advance(time);
    }

    fn arrived(&self, to: &str) -> Option<Letter> {
        let mailbox = self.app().transports.mailbox.as_ref()?;
        let kept = mailbox.take(to)?;
        Some(Letter { subject: kept.subject, text: kept.text })
    }

    fn app(&self) -> &App {
        self.site.get().expect("the kit's fairing is attached, and latchkey::fairing() too")
    }
}

impl Default for Kit {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A message that was sent.
///
/// ```no_run
/// # fn test(kit: latchkey::testing::Kit) {
/// let letter = kit.letter("ann@example.com");
/// assert!(!letter.subject().is_empty(), "{}", letter.text());
/// let code = letter.code().expect("a code");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Letter {
    subject: String,
    text: String,
}

impl Letter {
    /// Returns the subject; empty for a text message.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the plain text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the path of the link in it, as a client requests it.
    pub fn link(&self) -> Option<&str> {
        self.text.split_whitespace().find_map(|word| word.strip_prefix(SITE))
    }

    /// Returns the code or the temporary password in it, which stands in a line of its own.
    pub fn code(&self) -> Option<&str> {
        let is_code = |line: &&str| {
            line.len() >= 6
                && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && line.chars().any(|c| c.is_ascii_digit())
        };
        self.text.lines().map(str::trim).find(is_code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Provided, Validated};

    #[test]
    fn nothing_is_sent_whatever_the_application_has_configured() {
        let kit = Kit::new();
        let configured = Figment::from(rocket::Config::debug_default())
            .merge(("latchkey.mail.url", "smtp://mail.example"))
            .merge(("latchkey.sms.url", "https://texts.example"));
        let validated = Validated::read(&kit.figment(configured), &Provided::default()).unwrap();
        assert!(validated.config.mail.url.is_none() && validated.config.sms.url.is_none());
    }
}
