//! A site under test, and the server of this process that runs it on a clock that tests turn.

use std::{ops::Deref, process::Output, sync::Arc, time::Duration};

use latchkey::{Switch, clock::Clock};
use reqwest::Method;
use rocket::{
    Build, Rocket, Shutdown,
    tokio::{self, net::TcpStream, task::JoinHandle, time::sleep},
};

use super::{Browser, Change, Config, Mailbox, Page, Seen, Setting, Strategy, Trouble, binary, free_port};

/// A site: where it is, what it runs on, and its mailbox.
pub struct Site {
    pub setting: Setting,
    pub config: Config,
    pub clock: Clock,
    pub mailbox: Mailbox,
    pub url: String,
    pub seen: Seen,
    pub trouble: Arc<Trouble>,
    server: String,
}

impl Site {
    pub(super) fn new(setting: &Setting, config: Config, clock: Clock) -> Site {
        let server = format!("http://127.0.0.1:{}", config.port());
        let url = config.public_url();
        let mailbox = Mailbox::new(Browser::new(&url, &server));
        let (seen, trouble) = (Seen::default(), Arc::default());
        Site { setting: setting.clone(), config, clock, mailbox, url, seen, trouble, server }
    }

    /// A new browser, with no cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url, &self.server).seen_by(&self.seen).telling(&self.trouble)
    }

    /// Turns the clock forward. The worker gets a moment to note what it has just sent: were its lease over first,
    /// it would send once more.
    pub fn minutes_pass(&self, minutes: u64) {
        std::thread::sleep(Duration::from_millis(100));
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    /// Runs a command of `latchkey` on this site's configuration.
    pub fn latchkey(&self, arguments: &[&str]) -> Output {
        let output = binary::run(&self.setting.folder, "debug", &self.config.toml(), arguments);
        assert!(output.status.success(), "latchkey {arguments:?}: {output:?}");
        output
    }

    /// The one page for every key that is of no use.
    pub async fn unusable(&self) -> Page {
        self.browser().get(&format!("/reset/{}", "A".repeat(43))).await
    }

    /// What the server says of itself.
    pub async fn health(&self) -> serde_json::Value {
        let answer = self.browser().ask(Method::GET, "/healthz").await;
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    pub(super) async fn answers(&self) -> bool {
        let address = self.server.trim_start_matches("http://");
        TcpStream::connect(address).await.is_ok()
            && self.browser().ask(Method::GET, "/healthz").await.status == 200
    }
}

/// A site whose server runs in this process.
pub struct TestApp {
    site: Site,
    /// Every route: method and address.
    pub routes: Vec<(Method, String)>,
    switch: Switch,
    shutdown: Shutdown,
    server: JoinHandle<()>,
}

impl Deref for TestApp {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Setting {
    /// A configuration for this setting, on a port of its own.
    pub fn config(&self, changes: &[Change<'_>]) -> Config {
        let mut config = Config::new(self, free_port());
        config.change(changes);
        config
    }

    /// Starts a site in this setting.
    pub async fn app(&self) -> TestApp {
        self.app_with(&[]).await
    }

    /// Starts a site in this setting to which a host application adds something of its own.
    pub async fn hosted(&self, host: impl FnOnce(Rocket<Build>) -> Rocket<Build>) -> TestApp {
        TestApp::start_with(Site::new(self, self.config(&[]), Clock::system()), host).await
    }

    /// Starts a site in this setting with some keys set otherwise.
    pub async fn app_with(&self, changes: &[Change<'_>]) -> TestApp {
        TestApp::start(Site::new(self, self.config(changes), Clock::system())).await
    }
}

impl TestApp {
    async fn start(site: Site) -> TestApp {
        TestApp::start_with(site, |rocket| rocket).await
    }

    async fn start_with(site: Site, host: impl FnOnce(Rocket<Build>) -> Rocket<Build>) -> TestApp {
        let rocket =
            latchkey::server(site.config.figment(), site.clock.clone()).expect("the configuration is right");
        let rocket = host(rocket).ignite().await.expect("the site ignites");
        let method = |name: &str| Method::from_bytes(name.as_bytes()).expect("a method");
        let routes =
            rocket.routes().map(|route| (method(route.method.as_str()), route.uri.to_string())).collect();
        let (switch, shutdown) = (Switch::of(&rocket).expect("a site"), rocket.shutdown());
        let server = tokio::spawn(async move {
            rocket.launch().await.map(drop).expect("the site launches");
        });
        let app = TestApp { site, routes, switch, shutdown, server };
        for _ in 0..1000 {
            if app.answers().await {
                return app;
            }
            assert!(!app.server.is_finished(), "the server ended at once");
            sleep(Duration::from_millis(5)).await;
        }
        panic!("the site did not answer in five seconds");
    }

    /// Another server for the same site, as behind a load balancer.
    pub async fn replica(&self) -> TestApp {
        self.replica_with(&[]).await
    }

    /// Another server for the same site with some keys set otherwise.
    pub async fn replica_with(&self, changes: &[Change<'_>]) -> TestApp {
        let mut config = self.config.clone();
        config.change(&[("port", free_port().into())]);
        config.change(changes);
        TestApp::start(Site::new(&self.setting, config, self.clock.clone())).await
    }

    /// Stops the server and starts it again with some keys set otherwise; the clock goes on.
    pub async fn restart(self, changes: &[Change<'_>]) -> TestApp {
        let (setting, mut config, clock) = (self.setting.clone(), self.config.clone(), self.clock.clone());
        self.stop().await;
        config.change(changes);
        TestApp::start(Site::new(&setting, config, clock)).await
    }

    /// Stops the server and starts it again in its place, with some keys set otherwise.
    pub async fn again(&mut self, changes: &[Change<'_>]) {
        self.shutdown.clone().notify();
        (&mut self.server).await.expect("a clean stop");
        self.site.config.change(changes);
        let mut site = Site::new(&self.site.setting, self.site.config.clone(), self.site.clock.clone());
        site.seen = self.site.seen.clone();
        *self = TestApp::start(site).await;
    }

    /// Switches the policy while the server runs; what people then go through is that of `strategy`.
    pub async fn switch(&mut self, strategy: Strategy, changes: &[Change<'_>]) {
        self.site.setting.strategy = strategy;
        self.site.config.change(&[("latchkey.reset.strategy", strategy.name().into())]);
        self.site.config.change(changes);
        self.try_switch(&[]).await.expect("the policy is taken up");
    }

    /// Tries to take up a configuration with some keys set otherwise.
    pub async fn try_switch(&self, changes: &[Change<'_>]) -> Result<(), String> {
        let mut config = self.site.config.clone();
        config.change(changes);
        self.switch.take_up(&config.figment()).await.map_err(|error| error.to_string())
    }

    /// Stops the server, as SIGTERM would.
    pub async fn stop(self) {
        self.shutdown.notify();
        self.server.await.expect("a clean stop");
    }
}
