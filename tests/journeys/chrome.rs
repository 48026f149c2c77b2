//! A headless Chromium, used as a person would: by the visible page, with fields found by `autocomplete`.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};

/// A browser with its driver, both ended when dropped.
pub struct Chrome {
    driver: Child,
    client: Client,
    shots: PathBuf,
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

/// A virtual authenticator, whose owner is there and agrees (Web Authentication, 11.3).
#[derive(Debug)]
struct Authenticator;

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/webauthn/authenticator", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let device = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true });
        (Method::POST, Some(device.to_string()))
    }
}

impl Chrome {
    /// Starts a browser that saves screenshots to `shots`, or says what is missing.
    pub async fn start(shots: &Path) -> Result<Chrome, String> {
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
        let wanted = json!({ "goog:chromeOptions": { "args": arguments } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.as_object().expect("an object").clone());
        let client = match port {
            Some(port) => {
                builder.connect(&format!("http://127.0.0.1:{port}")).await.map_err(|error| error.to_string())
            }
            None => Err("chromedriver gave no port".into()),
        };
        match client {
            Ok(client) => {
                std::fs::create_dir_all(shots).map_err(|error| error.to_string())?;
                Ok(Chrome { driver, client, shots: shots.to_owned() })
            }
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

    /// Clicks the element matching `css` and waits for another page.
    pub async fn press(&self, css: &str) {
        let before = self.find("html").await;
        self.find(css).await.click().await.expect("clicked");
        for _ in 0..300 {
            if before.attr("lang").await.is_err() {
                return;
            }
            rocket::tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nothing happened after a click on {css}");
    }

    /// Deletes all cookies, like another browser.
    pub async fn forget(&self) {
        self.client.delete_all_cookies().await.expect("forgotten");
    }

    /// Takes screenshots of the page at several widths, and checks that nothing scrolls sideways.
    pub async fn shoot(&self, name: &str) {
        for width in [320, 360, 1280] {
            let size =
                json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 1000 });
            self.native("Emulation.setDeviceMetricsOverride", size).await;
            let wide = self.client.execute("return document.documentElement.scrollWidth", vec![]).await;
            let wide = wide.expect("a number").as_u64().expect("a number");
            assert!(wide <= width, "{name} is {wide} wide on a screen of {width}");
            if width == 320 {
                continue;
            }
            let picture =
                self.native("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
            let bytes = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64");
            std::fs::write(self.shots.join(format!("{name}-{width}.png")), bytes).expect("written");
        }
    }

    /// Takes the same screenshots in light and in dark.
    pub async fn shoot_both(&self, name: &str) {
        for scheme in ["light", "dark"] {
            let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            self.native("Emulation.setEmulatedMedia", features).await;
            self.shoot(&format!("{name}-{scheme}")).await;
        }
        self.native("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    }

    /// Adds an authenticator to the browser.
    pub async fn add_authenticator(&self) {
        self.client.issue_cmd(Authenticator).await.expect("an authenticator");
    }

    /// On this page, lets the browser refuse to use a passkey.
    pub async fn refuse_once(&self) {
        let script = "navigator.credentials.get = () => Promise.reject(new Error('refused'))";
        self.client.execute(script, vec![]).await.expect("a script");
    }

    /// Keeps the pages opened from now on from offering passkeys beside addresses, which this authenticator answers unasked;
    /// returns what [`offer_passkeys`](Self::offer_passkeys) takes.
    pub async fn offer_no_passkeys(&self) -> Value {
        let source = "PublicKeyCredential.isConditionalMediationAvailable = async () => false";
        self.native("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await
    }

    /// Lets pages offer passkeys again.
    pub async fn offer_passkeys(&self, hidden: Value) {
        self.native("Page.removeScriptToEvaluateOnNewDocument", hidden).await;
    }

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
