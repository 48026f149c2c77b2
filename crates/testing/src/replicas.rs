//! A site of several servers behind HAProxy, which share only their database, and of which one after another stops and
//! starts again until the test ends.
//!
//! Every second server is stopped as in a deployment: HAProxy sends it no more requests, it gets SIGTERM, and it
//! answers the requests in flight. The others are killed in the middle of their work, but only without a request in
//! flight: `tests/soak/crashes.rs` shows, with real processes, what happens to a client whose server dies. In either
//! case HAProxy is then told that the server is up, and has to detect that it is not. Entries of the outbox leased by a
//! killed server wait for the end of their lease, so the clock is advanced past it. A stop without telling HAProxy is
//! not tested, because it can lose an answer: a request may be on its way on a connection that closes.

use std::{
    io::Write,
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use latchkey::base::clock::Clock;
use rocket::tokio::{
    self,
    net::TcpStream,
    sync::{Mutex, MutexGuard},
    task::JoinHandle,
    time::{Instant, sleep},
};
use serde_json::json;

use super::{
    Config, Engine, app,
    database::texts,
    free_port,
    haproxy::HaProxy,
    letters::Letters,
    server::{Host, Server},
};

/// Number of servers of a site, if more than one.
const REPLICAS: &str = "LATCHKEY_TEST_REPLICAS";

/// Laws that concern a single server, with the reason.
const OF_ONE_SERVER: [(&str, &str); 5] = [
    ("a_subscriber_hears_what_happens", "a subscriber hears of its own server, until that stops"),
    ("a_faulty_policy_changes_nothing", "what a server has refused, it alone remembers"),
    ("an_admin_of_before_changes_nothing", "HAProxy holds a form back until it is whole"),
    ("the_meters_count_and_name_nobody", "each server has meters of its own, and HAProxy leads to none"),
    ("the_meters_are_for_this_machine_or_who_has_the_token", "HAProxy leads nobody to the meters"),
];

/// Time within which a server has surely started on the requests it was sent.
const NOTICE: Duration = Duration::from_secs(2);
/// Downtime of a server, long enough for HAProxy to notice.
const AWAY: Duration = Duration::from_millis(150);
/// Time for which all servers are up.
const TOGETHER: Duration = Duration::from_millis(100);
/// Timeout of each step.
const PATIENCE: Duration = Duration::from_secs(20);
/// Slightly more than the worker's lease of a message.
const LEASE: Duration = Duration::from_secs(61);

/// Number of servers for a site in this setting, if more than one.
pub fn wanted(engine: Engine) -> Option<usize> {
    let count = std::env::var(REPLICAS).ok().filter(|_| engine == Engine::Postgres)?;
    Some(count.parse().unwrap_or_else(|_| panic!("{REPLICAS}={count} is no number")))
}

/// Reason why the current test cannot run with several servers.
pub fn unfit() -> Option<&'static str> {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    let of_one = OF_ONE_SERVER.iter().find(|(law, _)| test.contains(&format!("::{law}::")));
    of_one.map(|(_, why)| *why).or((!HaProxy::is_installed()).then_some("HAProxy is not installed"))
}

/// The servers, behind HAProxy at the site's own port.
pub struct Replicas {
    site: Arc<Site>,
    turns: JoinHandle<()>,
}

struct Site {
    config: RwLock<Config>,
    clock: Clock,
    host: Host,
    ports: Vec<u16>,
    /// Locked while one of them is away.
    servers: Mutex<Vec<Server>>,
    haproxy: HaProxy,
    letters: Arc<Letters>,
    stops: AtomicUsize,
    deaths: AtomicUsize,
    leases: AtomicUsize,
}

impl Replicas {
    /// Starts the servers, and the task that restarts them in turn.
    pub async fn start(of: &app::Site, count: usize, host: Host) -> Replicas {
        let ports: Vec<_> = (0..count).map(|_| free_port()).collect();
        let (config, url) = (of.config.clone(), of.config.public_url());
        let name = url.split("://").nth(1).unwrap_or_default();
        let site = Site {
            haproxy: HaProxy::start(&of.setting.folder, config.port(), name, &ports),
            config: RwLock::new(config),
            clock: of.clock.clone(),
            host,
            servers: Mutex::default(),
            ports,
            letters: of.letters.clone(),
            stops: AtomicUsize::default(),
            deaths: AtomicUsize::default(),
            leases: AtomicUsize::default(),
        };
        let mut servers = Vec::new();
        for place in 0..count {
            servers.push(site.start(place).await);
        }
        for (place, server) in servers.iter().enumerate() {
            site.joins(place, server).await;
        }
        *site.servers.lock().await = servers;
        let site = Arc::new(site);
        Replicas { site: site.clone(), turns: tokio::spawn(async move { site.turns().await }) }
    }

    /// Locks all servers, so that none goes away meanwhile.
    pub async fn all(&self) -> MutexGuard<'_, Vec<Server>> {
        self.site.servers.lock().await
    }

    /// Switches all servers, and those started later, to `config`.
    pub async fn take_up(&self, config: &Config) -> Result<(), String> {
        let servers = self.all().await;
        for (place, server) in servers.iter().enumerate() {
            let own = self.site.config_of(place, config).figment();
            server.switch.take_up(&own).await.map_err(|error| error.to_string())?;
        }
        config.clone_into(&mut self.site.config.write().expect("unpoisoned"));
        Ok(())
    }

    /// Stops all servers, as SIGTERM would.
    pub async fn stop(&self) {
        let mut servers = self.all().await;
        assert!(!self.turns.is_finished(), "they came and went no more: see above");
        self.turns.abort();
        for mut server in servers.drain(..) {
            server.stop().await;
            self.site.letters.no_more_of(&server.app);
        }
    }
}

impl Drop for Replicas {
    fn drop(&mut self) {
        let stopped = self.site.servers.try_lock().is_ok_and(|servers| servers.is_empty());
        let fell = !stopped && self.turns.is_finished() && !std::thread::panicking();
        self.turns.abort();
        let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let Site { stops, deaths, leases, .. } = &*self.site;
        let (stops, deaths, leases) = (count(stops), count(deaths), count(leases));
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("?");
        let _ =
            writeln!(std::io::stderr(), "REPLICAS {name}: {stops} stops, {deaths} deaths, {leases} leases");
        assert!(!fell, "they came and went no more: see above");
    }
}

impl Site {
    fn config_of(&self, place: usize, config: &Config) -> Config {
        let mut own = config.clone();
        own.change(&[("port", json!(self.ports[place]))]);
        own.change(&[("shutdown.grace", json!(10)), ("shutdown.mercy", json!(10))]);
        own.prefer("latchkey.trusted_proxies", json!(["127.0.0.1"]));
        own
    }

    async fn start(&self, place: usize) -> Server {
        let config = self.config_of(place, &self.config.read().expect("unpoisoned").clone());
        let server = Server::mortal(&config, &self.clock, &self.host).await;
        self.letters.of(&server.app);
        server
    }

    /// Waits until HAProxy has found `server`.
    async fn joins(&self, place: usize, server: &Server) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.ports[place])).await.is_err()
            || !self.haproxy.state(place).await.is_some_and(|state| state.up)
        {
            assert!(!server.has_ended(), "the server ended at once");
            assert!(begun.elapsed() < PATIENCE, "HAProxy does not find server {place}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops and starts one server after another.
    async fn turns(&self) {
        for turn in 0.. {
            sleep(TOGETHER).await;
            let mut servers = self.servers.lock().await;
            let place = turn % servers.len();
            let mut server = servers.remove(place);
            let app = server.app.clone();
            let mut left = Vec::new();
            self.haproxy.drain(place, true).await;
            if turn % 2 == 0 {
                self.quiet(place, NOTICE).await;
                server.stop().await;
                self.stops.fetch_add(1, Ordering::Relaxed);
            } else {
                self.quiet(place, PATIENCE).await;
                server.die().await;
                left = self.leased().await;
                self.deaths.fetch_add(1, Ordering::Relaxed);
            }
            // It tries this server until it detects that it is gone.
            self.haproxy.drain(place, false).await;
            sleep(AWAY).await;
            self.letters.no_more_of(&app);
            let again = self.start(place).await;
            self.joins(place, &again).await;
            servers.insert(place, again);
            if !left.is_empty() && self.leased().await.iter().any(|id| left.contains(id)) {
                self.clock.advance(LEASE);
                self.leases.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until a server has no requests in flight, up to a limit.
    async fn quiet(&self, place: usize, most: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < most && self.haproxy.state(place).await.is_some_and(|it| it.in_flight > 0) {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Entries that some worker has leased.
    async fn leased(&self) -> Vec<String> {
        const LEASED: &str = "SELECT CAST(id AS TEXT) FROM latchkey_outbox WHERE state = 'waiting' AND attempts > 0 AND last_error IS NULL";
        let database = self.config.read().expect("unpoisoned").database();
        texts(&database, LEASED).await
    }
}
