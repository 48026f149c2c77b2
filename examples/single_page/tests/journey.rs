//! The example as its README tells: its page is built by the description of the running site, and driven in a browser.

use std::process::Command;

use latchkey_testing::{
    Authenticator, Browser, Capabilities, NEW, OLD, Strategy, chrome::Chrome, example::Example, root, skip,
};
use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap, HeaderValue},
};

const TOML: &str = include_str!("../Rocket.toml");
const ANN: &str = "ann@example.com";
const PHONE: &str = "+4915112345678";

#[rocket::async_test]
async fn a_page_does_everything_by_itself() {
    if let Err(missing) = journey().await {
        skip(&missing);
    }
}

async fn journey() -> Result<(), String> {
    let site = start("set_then_login").await;
    build(site.site())?;
    let visit = Visit { chrome: Chrome::looking("single-page").await?, site };
    visit.chrome.add_authenticator().await;
    register(&visit).await;
    by_passkey(&visit).await;
    by_app(&visit).await;
    sessions(&visit).await;
    let mut chrome = visit.chrome;
    for strategy in Strategy::all() {
        let visit = Visit { chrome, site: start(strategy.name()).await };
        reset(&visit, *strategy).await;
        chrome = visit.chrome;
    }
    chrome.end().await;
    Ok(())
}

async fn start(strategy: &str) -> Example {
    let toml = format!("{TOML}\n[default.latchkey.reset]\nstrategy = \"{strategy}\"\n");
    Example::start(env!("CARGO_BIN_EXE_example-single-page"), &toml).await
}

/// Builds the page; an error says what is missing here.
fn build(site: &str) -> Result<(), String> {
    let built = Command::new(root().join("scripts/single-page")).arg(site).output().expect("a script");
    let said = String::from_utf8_lossy(&built.stdout) + String::from_utf8_lossy(&built.stderr);
    match built.status.code() {
        Some(0) => Ok(()),
        Some(77) => Err(format!("what builds the page could not be brought: {said}")),
        _ => panic!("the page is not built: {said}"),
    }
}

struct Visit {
    chrome: Chrome,
    site: Example,
}

impl Visit {
    async fn open(&self, path: &str) {
        self.chrome.open(&format!("{}{path}", self.site.site())).await;
    }

    /// Types into fields, named by `autocomplete`, and presses the button of their form.
    async fn submit(&self, typed: &[(&str, &str)]) {
        for (autocomplete, text) in typed {
            self.chrome.type_in(autocomplete, text).await;
        }
        let (last, _) = typed.last().expect("a field");
        self.chrome.click(&format!("form:has(input[autocomplete='{last}']) button")).await;
    }

    /// Presses the button that stands alone, so many forms from the top.
    async fn press(&self, number: usize) {
        self.chrome.click(&format!("main > form:nth-of-type({number}) button")).await;
    }

    async fn sign_out(&self) {
        self.open("/").await;
        self.chrome.titled("Your notes").await;
        self.press(2).await;
        self.chrome.titled("Sign in").await;
    }

    async fn sign_in(&self, email: &str, password: &str) {
        self.open("/sign-in").await;
        self.submit(&[("username", email), ("current-password", password)]).await;
    }

    /// Follows the link of the next message that leads to the page: those that undo a change do not.
    async fn follow(&self, email: &str) {
        let to_page = format!("{}/#", self.site.site());
        let mut link = String::new();
        while !link.starts_with(&to_page) {
            link = self.site.mailbox.next(email).await.link();
        }
        self.chrome.open(&link).await;
    }
}

async fn register(visit: &Visit) {
    let chrome = &visit.chrome;
    visit.open("/").await;
    chrome.titled("Sign in").await;
    chrome.look("1-sign-in").await;
    visit.sign_in(ANN, OLD).await;
    chrome.find("form .wrong").await;
    chrome.look("2-refused").await;
    chrome.click("a[href='/register']").await;
    chrome.titled("Register").await;
    visit.submit(&[("username", ANN), ("new-password", "short")]).await;
    chrome.find("input[autocomplete='new-password'][aria-invalid]").await;
    chrome.look("3-register").await;
    visit.submit(&[("username", ANN), ("new-password", OLD)]).await;
    chrome.titled("Check your mail").await;
    visit.follow(ANN).await;
    chrome.titled("Confirm your address").await;
    chrome.look("4-confirm").await;
    visit.press(1).await;
    chrome.titled("Your notes").await;
    chrome.find(".news").await;
    visit.submit(&[("off", "milk")]).await;
    chrome.find("main li").await;
    chrome.look("5-notes").await;
}

async fn by_passkey(visit: &Visit) {
    let chrome = &visit.chrome;
    visit.open("/factors").await;
    chrome.titled("Second step").await;
    visit.press(2).await;
    chrome.titled("Your recovery codes").await;
    chrome.look("6-codes").await;
    visit.sign_out().await;
    visit.press(2).await;
    chrome.titled("Your notes").await;
    visit.sign_out().await;
    visit.sign_in(ANN, OLD).await;
    chrome.titled("Second step").await;
    chrome.look("7-second-step").await;
    visit.press(1).await;
    chrome.titled("Your notes").await;
    visit.sign_out().await;
}

async fn by_app(visit: &Visit) {
    let (chrome, email) = (&visit.chrome, "bob@example.com");
    account(&visit.site, &visit.site.browser(), email).await;
    visit.sign_in(email, OLD).await;
    chrome.titled("Your notes").await;
    visit.open("/factors").await;
    chrome.titled("Second step").await;
    visit.press(1).await;
    chrome.titled("Add an authenticator app").await;
    chrome.look("8-app").await;
    let app = Authenticator::typed(&chrome.find(".key").await.text().await.expect("text"));
    visit.submit(&[("one-time-code", &app.code_by_system_clock(0))]).await;
    chrome.titled("Your recovery codes").await;
    visit.sign_out().await;
    visit.sign_in(email, OLD).await;
    chrome.titled("Second step").await;
    visit.submit(&[("one-time-code", &app.code_by_system_clock(1))]).await;
    chrome.titled("Your notes").await;
}

/// Another browser is signed out from the list.
async fn sessions(visit: &Visit) {
    let (chrome, email) = (&visit.chrome, "cal@example.com");
    let other = visit.site.browser();
    account(&visit.site, &other, email).await;
    visit.sign_out().await;
    visit.sign_in(email, OLD).await;
    chrome.titled("Your notes").await;
    visit.open("/sessions").await;
    chrome.titled("Where you are signed in").await;
    chrome.look("9-sessions").await;
    assert_eq!(status(&other, Method::GET, "/api/notes").await, 200);
    chrome.click("main li form button").await;
    chrome.find(".news").await;
    assert_eq!(status(&other, Method::GET, "/api/notes").await, 401);
    assert!(!chrome.has("main li form").await, "it is still there");
}

/// Registers somebody, who is then signed in.
async fn account(site: &Example, browser: &Browser, email: &str) {
    site.post(browser, "/auth/register", &[("email", email), ("password", OLD)]).await;
    let link = site.mailbox.next(email).await.link();
    let (_, key) = link.split_once("#confirm=").expect("a key");
    assert_eq!(status(browser, Method::POST, &format!("/auth/confirm/{key}")).await, 200);
}

/// Asks for JSON; returns the status.
async fn status(browser: &Browser, method: Method, place: &str) -> u16 {
    let json = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    browser.send(browser.request(method, place).headers(json)).await.status
}

async fn reset(visit: &Visit, strategy: Strategy) {
    let (chrome, site) = (&visit.chrome, &visit.site);
    let browser = site.browser();
    account(site, &browser, ANN).await;
    if strategy.needs_phone() {
        site.post(&browser, "/auth/account/phone", &[("phone", PHONE), ("password", OLD)]).await;
        let code = site.mailbox.next(PHONE).await.code();
        site.post(&browser, "/auth/account/phone/code", &[("code", &code)]).await;
    }
    visit.open("/reset").await;
    chrome.titled("Get back in").await;
    visit.submit(&[("email", ANN)]).await;
    chrome.titled("Check your mail").await;
    visit.follow(ANN).await;
    // It shows the same when it is opened again.
    let step = chrome.find("main h1").await.text().await.expect("text");
    visit.open(&format!("/reset/{}", strategy.slug())).await;
    chrome.titled(&step).await;
    let look = async |step: &str| chrome.look(&format!("{}-{step}", strategy.slug())).await;
    if strategy.takes_code() {
        chrome.titled("Prove that it is you").await;
        look("1").await;
        visit.press(1).await;
        chrome.titled("Choose a new password").await;
        let code = site.mailbox.next_code(if strategy.needs_phone() { PHONE } else { ANN }).await;
        visit.submit(&[("one-time-code", &code), ("new-password", NEW)]).await;
    } else if strategy.mails_password() {
        chrome.titled("Get a temporary password").await;
        look("1").await;
        visit.press(1).await;
        chrome.titled("Check your mail").await;
        visit.sign_in(ANN, &site.mailbox.next_code(ANN).await).await;
    } else if !strategy.ends_with_password() {
        chrome.titled("Sign in once").await;
        look("1").await;
        visit.press(1).await;
    }
    if !strategy.takes_code() {
        chrome.titled("Choose a new password").await;
        look("2").await;
        visit.submit(&[("new-password", NEW)]).await;
    }
    chrome.titled("Your notes").await;
    visit.sign_out().await;
    visit.sign_in(ANN, NEW).await;
    chrome.titled("Your notes").await;
}
