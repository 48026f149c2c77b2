//! An application that serves the bare page, open and behind a guard, with Latchkey attached: on the database of a site, so
//! that people are signed in at both.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use latchkey::{Account, By, by::AccessToken};
use rocket::{Config, State, get, response::content::RawJson, routes};
use rocket_dyn_templates::Template;

use super::{
    bare::{self, Bare, Title},
    load::{CONNECTIONS, Load, get},
    process::{Process, free_port},
};

/// Argument with which this program serves the application instead of measuring.
pub const SERVE: &str = "serve-host";

pub struct Host {
    pub process: Process,
}

#[get("/mine")]
fn mine(_me: &Account, title: &State<Title>) -> Template {
    bare::page(title)
}

#[get("/token")]
fn token(me: &Account) -> RawJson<String> {
    bare::json(me.email())
}

#[get("/script")]
fn script(me: By<'_, AccessToken>) -> RawJson<String> {
    bare::json(me.email())
}

impl Host {
    /// Starts the application in the folder of a site, with the templates of the bare page.
    pub async fn start(site: &Path, bare: &Bare) -> Host {
        let (port, this) = (free_port(), std::env::current_exe().expect("this program has a path"));
        let mut command = Command::new(this);
        command
            .args([SERVE, &port.to_string(), bare::title(&bare.html)])
            .arg(&bare.templates)
            .current_dir(site);
        Host { process: Process::start(&mut command, port).await }
    }

    pub fn page(&self) -> Load {
        let requests = vec![get("http://host", "/", "")].into();
        let addresses = [self.process.address].into();
        Load { addresses, requests, statuses: &[200], connections: CONNECTIONS }
    }
}

/// Serves the application, configured like the site in this folder.
pub async fn serve(port: u16, title: String, templates: PathBuf) {
    let figment = Config::figment()
        .select(Config::RELEASE_PROFILE)
        .merge(("port", port))
        .merge(("log_level", "critical"))
        .merge(("template_dir", templates))
        .merge(("latchkey.public_url", format!("http://127.0.0.1:{port}")));
    let host = bare::application(figment, title)
        .mount("/", routes![mine, token, script])
        .attach(latchkey::fairing());
    host.launch().await.expect("the application is served");
}
