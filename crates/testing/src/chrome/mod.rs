//! A headless Chromium, used as a person would: by the visible page, with fields found by `autocomplete`.

mod authenticator;
mod looks;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use self::looks::Looks;
use super::{Engine, Setting};

/// A browser with its driver, both ended when dropped.
pub struct Chrome {
    driver: Child,
    client: Client,
    /// What its pages have to look like, if they are looked at.
    looks: Option<Looks>,
    /// Pages that a press has led to.
    pages: AtomicUsize,
}

/// A command of the Chrome DevTools Protocol.
#[derive(Debug)]
struct Native(&'static str, Value);

impl WebDriverCompatibleCommand for Native {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

impl Chrome {
    /// Starts a browser for the journey `name`, or says what is missing. Pages do not depend on the database: they are
    /// looked at on SQLite.
    pub async fn start(setting: &Setting, name: &str) -> Result<Chrome, String> {
        match setting.engine {
            Engine::Sqlite => Chrome::looking(name).await,
            Engine::Postgres => Chrome::with(None, json!({})).await,
        }
    }

    /// Starts a browser whose pages are looked at.
    pub async fn looking(name: &str) -> Result<Chrome, String> {
        Chrome::with(Some(Looks::prepare(name)?), json!({})).await
    }

    /// Starts a browser that takes no cookies.
    pub async fn start_without_cookies() -> Result<Chrome, String> {
        Chrome::with(None, json!({ "profile.default_content_setting_values.cookies": 2 })).await
    }

    async fn with(looks: Option<Looks>, preferences: Value) -> Result<Chrome, String> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().map_err(|error| format!("chromedriver: {error}"))?;
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--lang=en",
            "--no-first-run",
            "--hide-scrollbars",
        ];
        let wanted = json!({ "goog:chromeOptions": { "args": arguments, "prefs": preferences } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.as_object().expect("an object").clone());
        let client = match port {
            Some(port) => {
                builder.connect(&format!("http://127.0.0.1:{port}")).await.map_err(|error| error.to_string())
            }
            None => Err("chromedriver gave no port".into()),
        };
        match client {
            Ok(client) => Ok(Chrome { driver, client, looks, pages: AtomicUsize::new(0) }),
            Err(error) => {
                let _ = driver.kill();
                let _ = driver.wait();
                Err(format!("chromium: {error}"))
            }
        }
    }

    /// Opens `url`, like a click in a mail.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Visible text of the page.
    pub async fn text(&self) -> String {
        let main = self.find("main").await;
        main.text().await.expect("text")
    }

    /// Path of the page.
    pub async fn path(&self) -> String {
        self.client.current_url().await.expect("a page").path().to_owned()
    }

    /// Waits until the title of the page begins so.
    pub async fn titled(&self, beginning: &str) {
        let mut title = String::new();
        for _ in 0..750 {
            title = self.client.title().await.expect("a title");
            if title.starts_with(beginning) {
                return;
            }
            rocket::tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{title:?} is no {beginning:?}: {}", self.text().await);
    }

    /// Waits until `css` matches an element.
    pub async fn find(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(Duration::from_secs(15));
        match wait.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => {
                let place = self.client.current_url().await.map(|url| url.to_string()).unwrap_or_default();
                let page = self.client.source().await.unwrap_or_default();
                panic!("no {css} at {place}: {error}\n{page}");
            }
        }
    }

    /// True if `css` matches an element of the page as it is.
    pub async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.expect("a page").is_empty()
    }

    /// Types into the field with this `autocomplete`.
    pub async fn type_in(&self, autocomplete: &str, text: &str) {
        let field = self.find(&format!("main input[autocomplete~='{autocomplete}']")).await;
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    /// Submits the form that has the field with this `autocomplete`.
    pub async fn submit(&self, autocomplete: &str) {
        self.press(&format!(
            "main form:has(input[autocomplete~='{autocomplete}']) button:not([type='button'])"
        ))
        .await;
    }

    /// Presses the button of the form that posts to `path`.
    pub async fn button(&self, path: &str) {
        self.press(&format!("main form[action^='{path}'] button")).await;
    }

    /// Clicks the element matching `css`, which opens no page.
    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.expect("clicked");
    }

    /// Clicks the element matching `css` and waits for another page.
    pub async fn press(&self, css: &str) {
        let before = self.find("html").await;
        self.click(css).await;
        for _ in 0..300 {
            if before.attr("lang").await.is_err() {
                self.pages.fetch_add(1, Ordering::Relaxed);
                return;
            }
            rocket::tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nothing happened after a click on {css}");
    }

    /// Loads the page again, which must show the same.
    pub async fn reload(&self) {
        let (path, title) = (self.path().await, self.client.title().await.expect("a title"));
        self.client.refresh().await.expect("it opens again");
        assert_eq!((self.path().await, self.client.title().await.expect("a title")), (path, title));
    }

    /// Goes back to the page before.
    pub async fn back(&self) {
        self.client.back().await.expect("there is one");
        self.find("main h1").await;
    }

    /// Deletes all cookies, like another browser.
    pub async fn forget(&self) {
        self.client.delete_all_cookies().await.expect("forgotten");
    }

    /// Number of pages that presses have led to so far.
    pub fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }

    /// Runs no scripts of pages from now on.
    pub async fn run_no_scripts(&self) {
        self.native("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// Lets Chromium carry out a command of its own.
    async fn native(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(Native(command, parameters)).await.expect("Chromium obeys")
    }

    /// Ends the browser.
    pub async fn end(self) {
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
