//! The site of a soak: server processes on one database, real mail and text messages, and a ledger.

use std::time::Duration;

use rocket::tokio::time::{Instant, sleep};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    common::{Binary, Browser, Change, Config, Person, Ready, Setting, Site, free_port},
    db_probe::DbProbe,
    post::Post,
};

/// Timeout for work after the answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Slightly more than the worker's lease of a message.
const LEASE: Duration = Duration::from_secs(65);

/// Servers of one site, the first in the site's own folder.
pub struct Harness {
    pub setting: Setting,
    pub db_probe: DbProbe,
    pub post: Post,
    config: Config,
    servers: Vec<(Binary, Browser)>,
    folders: Vec<TempDir>,
}

impl Harness {
    /// Starts with one server.
    pub async fn open(setting: &Setting, changes: &[Change<'_>]) -> Self {
        let post = Post::open(setting.strategy.needs_phone());
        let mut config = setting.config(&post.settings()).for_a_process();
        config.set("latchkey.password.queue", json!(100));
        config.change(changes);
        let server = Binary::start(setting, config.clone()).await.reading(post.mailbox());
        let (db_probe, browser) = (DbProbe::open(setting).await, server.browser());
        let servers = vec![(server, browser)];
        Self { setting: setting.clone(), db_probe, post, config, servers, folders: Vec::new() }
    }

    /// Adds servers until there are `count`; none is ever removed.
    pub async fn have(&mut self, count: usize) {
        while self.servers.len() < count {
            let folder = TempDir::with_prefix("latchkey-").expect("a folder");
            let (mut elsewhere, mut config) = (self.setting.clone(), self.config.clone());
            folder.path().clone_into(&mut elsewhere.folder);
            config.set("port", json!(free_port()));
            let server = Binary::start(&elsewhere, config).await.reading(self.post.mailbox());
            let browser = server.browser();
            self.servers.push((server, browser));
            self.folders.push(folder);
        }
    }

    /// Kills the first server.
    pub fn kill(&self) {
        self.servers[0].0.signal("KILL");
    }

    /// Restarts the first server once it is gone, and returns the time until it answered.
    pub async fn start_again(&mut self) -> Duration {
        let (dead, browser) = self.servers.remove(0);
        dead.end("KILL").await;
        let begun = Instant::now();
        let server = Binary::start(&self.setting, self.config.clone()).await.reading(self.post.mailbox());
        let took = begun.elapsed();
        self.servers.insert(0, (server, browser));
        took
    }

    /// Lets another server, whose clock is past the leases, do the work leased by a dead one.
    pub async fn outlive_leases(&self) {
        if self.db_probe.outbox().await.0 > 0 {
            let place = vec![("latchkey.public_url", json!(self.config.public_url()))];
            let app = self.setting.app_with(&[self.post.settings(), place].concat()).await;
            app.clock.advance(LEASE);
            self.settle().await;
            app.stop().await;
        }
        self.settle().await;
    }

    /// The site of the first server.
    pub fn site(&self) -> &Site {
        &self.servers[0].0
    }

    /// Process id of the first server.
    pub fn process(&self) -> u32 {
        self.servers[0].0.id()
    }

    /// Output of the first server so far.
    pub fn output(&self) -> String {
        self.servers[0].0.output()
    }

    /// Number of servers.
    pub fn servers(&self) -> usize {
        self.servers.len()
    }

    /// A browser without cookies, at the server for this turn. Its connections may be open already.
    pub fn browser(&self, turn: usize) -> Browser {
        self.servers[turn % self.servers.len()].1.other()
    }

    /// A browser with the cookies of `own`, at the server for this turn.
    pub fn copy(&self, turn: usize, own: &Browser) -> Browser {
        let copy = self.browser(turn);
        copy.with_jar(|jar| *jar = own.jar());
        copy
    }

    /// Goes as far as the request that spends a new key of `person`.
    pub async fn prepare(&self, browser: &Browser, person: &Person) -> Ready {
        let site = self.site();
        let ready = site.prepare(browser, &site.key(person).await.link(), person).await;
        self.settle().await;
        assert_eq!(self.post.repeated(), 0, "mails that came twice");
        ready
    }

    /// Waits until all requested work is done, and each message sent has arrived. More messages may arrive than are
    /// counted as sent: one whose key ends during delivery is not counted.
    pub async fn settle(&self) {
        let begun = Instant::now();
        loop {
            let (waiting, sent) = self.db_probe.outbox().await;
            let came = i64::try_from(self.post.deliveries()).expect("few");
            if waiting == 0 && came >= sent {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{waiting} wait, {sent} sent, {came} came");
            sleep(Duration::from_millis(3)).await;
        }
    }
}
