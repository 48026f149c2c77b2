//! The yardstick for pages: only Rocket and Tera, serving a page of the same size.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use rocket::{
    Build, Config, Rocket, State, config::LogLevel, figment::Figment, get, response::content::RawJson, routes,
};
use rocket_dyn_templates::{Template, context};

use super::{
    load::{CONNECTIONS, Load, get},
    process::{Process, free_port},
    site::{Site, text},
};

/// Argument with which this program serves the bare page instead of measuring.
pub const SERVE: &str = "serve-bare-page";

pub struct Bare {
    pub process: Process,
    /// The page that it was made from.
    pub html: String,
    pub templates: PathBuf,
}

/// Title of the page.
pub struct Title(String);

#[get("/")]
pub fn page(title: &State<Title>) -> Template {
    Template::render("page", context! { site: "Latchkey", title: &title.0 })
}

/// An answer in JSON for an address.
pub fn json(email: &str) -> RawJson<String> {
    RawJson(format!(r#"{{"meta":{{"code":200}},"response":{{"email":"{email}"}}}}"#))
}

#[get("/json")]
fn plain() -> RawJson<String> {
    json("maria@example.com")
}

impl Bare {
    /// Starts a server for the reset page of a site, with its title, site name and frame in templates.
    pub async fn start(folder: &Path, site: &Site) -> Bare {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let html = text(client.get(site.url.clone() + "/reset")).await;
        let templates = folder.join("templates");
        let (head, rest) = html.split_once("<main").expect("a page has a main part");
        let (main, foot) = rest.split_once("</main>").expect("it ends");
        let title = title(&html);
        let vary = |text: &str| text.replace("Latchkey", "{{ site }}").replace(title, "{{ title }}");
        let layout = format!("{}<main{{% block main %}}{{% endblock %}}</main>{}", vary(head), vary(foot));
        let page = format!("{{% extends \"layout\" %}}{{% block main %}}{}{{% endblock %}}", vary(main));
        std::fs::create_dir_all(&templates).expect("the folder can be made");
        std::fs::write(templates.join("layout.html.tera"), layout).expect("the layout is written");
        std::fs::write(templates.join("page.html.tera"), page).expect("the page is written");
        let (port, this) = (free_port(), std::env::current_exe().expect("this program has a path"));
        let mut command = Command::new(this);
        command.args([SERVE, &port.to_string(), title]).current_dir(folder);
        Bare { process: Process::start(&mut command, port).await, html, templates }
    }

    pub fn page(&self) -> Load {
        let requests = vec![get("http://bare", "/", "")].into();
        let addresses = [self.process.address].into();
        Load { addresses, requests, statuses: &[200], connections: CONNECTIONS }
    }
}

/// Title of a page of the site.
pub fn title(html: &str) -> &str {
    html.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).expect("a page has a heading").0
}

/// Serves the page from the templates in this folder, with Rocket's defaults for a release.
pub async fn serve(port: u16, title: String) {
    let config = Config { port, log_level: LogLevel::Critical, ..Config::release_default() };
    let figment = Figment::from(config).merge(("template_dir", PathBuf::from("templates")));
    application(figment, title).launch().await.expect("the bare page is served");
}

/// Rocket with the page, and nothing else.
pub fn application(figment: Figment, title: String) -> Rocket<Build> {
    rocket::custom(figment).attach(Template::fairing()).manage(Title(title)).mount("/", routes![page, plain])
}
