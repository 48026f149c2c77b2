//! A site under test, run by servers in this process (one, or several replicas) on a clock that tests control.

use std::{ops::Deref, process::Output, sync::Arc, time::Duration};

use latchkey::{Latchkey, base::clock::Clock, server::fairing::on_clock};
use reqwest::Method;
use rocket::{
    Build, Rocket,
    tokio::{net::TcpStream, time::sleep},
};

use super::{
    Browser, Change, Config, Mailbox, Page, Seen, Setting, Strategy, Trouble, binary,
    database::texts,
    free_port,
    letters::Letters,
    replicas::{self, Replicas},
    server::{self, Host, Server},
};

/// A site: its address, configuration, clock and mailbox.
pub struct Site {
    pub setting: Setting,
    pub config: Config,
    pub clock: Clock,
    pub mailbox: Mailbox,
    pub url: String,
    pub seen: Seen,
    pub trouble: Arc<Trouble>,
    pub(super) server: String,
    /// Messages sent by its replicas, if it has any.
    pub(super) letters: Arc<Letters>,
}

impl Site {
    pub(super) fn new(setting: &Setting, config: Config, clock: Clock) -> Site {
        let server = format!("http://127.0.0.1:{}", config.port());
        let url = config.public_url();
        let mailbox = Mailbox::new(Browser::new(&url, &server));
        let (seen, trouble, letters) = (Seen::default(), Arc::default(), Arc::default());
        Site { setting: setting.clone(), config, clock, mailbox, url, seen, trouble, server, letters }
    }

    /// Opens a new browser, with no cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url, &self.server).seen_by(&self.seen).telling(&self.trouble)
    }

    /// Advances the clock. The worker first gets a moment to record what it has just sent: if its lease expired before
    /// that, it would send again.
    pub fn minutes_pass(&self, minutes: u64) {
        std::thread::sleep(self.mailbox.soon() / 4);
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    /// Advances the clock until a query finds nothing, since the worker removes what has expired: a round that began before
    /// the clock moved finds nothing to remove, and the next one is due a minute later.
    pub async fn until_removed(&self, query: &'static str) {
        let mut found = Vec::new();
        for _ in 0..300 {
            found = texts(&self.setting.database, query).await;
            if found.is_empty() {
                return;
            }
            self.minutes_pass(2);
            sleep(Duration::from_millis(100)).await;
        }
        panic!("after many rounds {query} still finds {found:?}");
    }

    /// Runs a command of `latchkey` on this site's configuration.
    pub fn latchkey(&self, arguments: &[&str]) -> Output {
        let output = binary::run(&self.setting.folder, "debug", &self.config.toml(), arguments);
        assert!(output.status.success(), "latchkey {arguments:?}: {output:?}");
        output
    }

    /// Output of a command of `latchkey`.
    pub fn told(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.latchkey(arguments).stdout).expect("text")
    }

    /// The page for an unusable key.
    pub async fn unusable(&self) -> Page {
        self.browser().get(&format!("/reset/{}", "A".repeat(43))).await
    }

    /// Health report of the server.
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

/// A site whose servers run in this process.
pub struct TestApp {
    site: Site,
    /// Every route: method and address.
    pub routes: Vec<(Method, String)>,
    running: Running,
}

enum Running {
    One(Box<Server>),
    Several(Replicas),
}

impl Deref for TestApp {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Setting {
    /// A configuration for this setting, on its own port.
    pub fn config(&self, changes: &[Change<'_>]) -> Config {
        let mut config = Config::new(self, free_port());
        config.change(changes);
        config
    }

    /// Starts a site in this setting.
    pub async fn app(&self) -> TestApp {
        self.app_with(&[]).await
    }

    /// Starts a site in this setting, to which a host application adds something.
    pub async fn hosted(
        &self,
        host: impl Fn(Rocket<Build>) -> Rocket<Build> + Send + Sync + 'static,
    ) -> TestApp {
        let whole = server::whole();
        let host: Host = Arc::new(move |figment, clock| host(whole(figment, clock)));
        TestApp::start_with(Site::new(self, self.config(&[]), Clock::system()), host).await
    }

    /// Starts a host application in this setting, which attaches Latchkey, with some keys changed.
    pub async fn attached(
        &self,
        changes: &[Change<'_>],
        attach: impl Fn(Rocket<Build>, Latchkey) -> Rocket<Build> + Send + Sync + 'static,
    ) -> TestApp {
        let host: Host = Arc::new(move |figment, clock| attach(rocket::custom(figment), on_clock(clock)));
        TestApp::start_with(Site::new(self, self.config(changes), Clock::system()), host).await
    }

    /// Starts a site in this setting with some keys changed.
    pub async fn app_with(&self, changes: &[Change<'_>]) -> TestApp {
        TestApp::start(Site::new(self, self.config(changes), Clock::system())).await
    }
}

impl TestApp {
    async fn start(site: Site) -> TestApp {
        TestApp::start_with(site, server::whole()).await
    }

    async fn start_with(mut site: Site, host: Host) -> TestApp {
        let Some(count) = replicas::wanted(site.setting.engine) else {
            let server = Box::new(Server::start(&site.config, &site.clock, &host).await);
            let app = TestApp { site, routes: server.routes.clone(), running: Running::One(server) };
            app.until_it_answers().await;
            return app;
        };
        site.mailbox = Mailbox::of_replicas(site.letters.clone());
        let replicas = Replicas::start(&site, count, host).await;
        let routes = replicas.all().await[0].routes.clone();
        let app = TestApp { site, routes, running: Running::Several(replicas) };
        app.until_it_answers().await;
        app
    }

    async fn until_it_answers(&self) {
        for _ in 0..1000 {
            if self.answers().await {
                return;
            }
            if let Running::One(server) = &self.running {
                assert!(!server.has_ended(), "the server ended at once");
            }
            sleep(Duration::from_millis(5)).await;
        }
        panic!("the site did not answer in five seconds");
    }

    /// Starts another server for the same site, as behind a load balancer.
    pub async fn replica(&self) -> TestApp {
        self.replica_with(&[]).await
    }

    /// Starts another server for the same site with some keys changed.
    pub async fn replica_with(&self, changes: &[Change<'_>]) -> TestApp {
        let mut config = self.config.clone();
        config.change(&[("port", free_port().into())]);
        config.change(changes);
        let mut site = Site::new(&self.setting, config, self.clock.clone());
        site.letters = self.letters.clone();
        TestApp::start(site).await
    }

    /// Stops the server and starts it again with some keys changed; the clock goes on.
    pub async fn restart(self, changes: &[Change<'_>]) -> TestApp {
        let (setting, mut config, clock) = (self.setting.clone(), self.config.clone(), self.clock.clone());
        self.stop().await;
        config.change(changes);
        TestApp::start(Site::new(&setting, config, clock)).await
    }

    /// Restarts the server in place, with some keys changed.
    pub async fn again(&mut self, changes: &[Change<'_>]) {
        self.running.stop().await;
        self.site.config.change(changes);
        let mut site = Site::new(&self.site.setting, self.site.config.clone(), self.site.clock.clone());
        site.seen = self.site.seen.clone();
        *self = TestApp::start(site).await;
    }

    /// Switches the policy while the server runs; people then recover by `strategy`.
    pub async fn switch(&mut self, strategy: Strategy, changes: &[Change<'_>]) {
        self.site.setting.strategy = strategy;
        self.site.config.change(&[("latchkey.reset.strategy", strategy.name().into())]);
        self.site.config.change(changes);
        self.try_switch(&[]).await.expect("the policy is taken up");
    }

    /// Tries to switch to a configuration with some keys changed.
    pub async fn try_switch(&self, changes: &[Change<'_>]) -> Result<(), String> {
        let mut config = self.site.config.clone();
        config.change(changes);
        match &self.running {
            Running::One(server) => {
                server.switch.take_up(&config.figment()).await.map_err(|error| error.to_string())
            }
            Running::Several(replicas) => replicas.take_up(&config).await,
        }
    }

    /// Stops the server, as SIGTERM would.
    pub async fn stop(mut self) {
        self.running.stop().await;
    }
}

impl Running {
    async fn stop(&mut self) {
        match self {
            Running::One(server) => server.stop().await,
            Running::Several(replicas) => replicas.stop().await,
        }
    }
}
