//! Where a soak takes place: server processes on one database, real mail and text messages, and a ledger.

use std::time::Duration;

use rocket::tokio::time::{Instant, sleep};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    common::{Binary, Browser, Change, Config, Person, Ready, Setting, Site, Strategy, free_port},
    ledger::Ledger,
    post::Post,
};

/// How long what happens after the answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A moment longer than the worker's lease of a message.
const LEASE: Duration = Duration::from_secs(65);

/// Some servers of one site, the first with the site's own folder.
pub struct Arena {
    pub setting: Setting,
    pub ledger: Ledger,
    pub post: Post,
    config: Config,
    servers: Vec<(Binary, Browser)>,
    folders: Vec<TempDir>,
}

impl Arena {
    /// One server.
    pub async fn open(setting: &Setting, changes: &[Change<'_>]) -> Self {
        let post = Post::open(setting.strategy == Strategy::SmsApproved);
        let mut config = setting.config(&post.settings()).for_a_process();
        config.set("latchkey.password.queue", json!(100));
        config.change(changes);
        let server = Binary::start(setting, config.clone()).await.reading(post.mailbox());
        let (ledger, browser) = (Ledger::open(setting).await, server.browser());
        let servers = vec![(server, browser)];
        Self { setting: setting.clone(), ledger, post, config, servers, folders: Vec::new() }
    }

    /// Goes on with `count` servers; there are never fewer than before.
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

    /// Ends the first server without a word.
    pub fn kill(&self) {
        self.servers[0].0.signal("KILL");
    }

    /// Starts the first server once more when it is gone, and says how long it took until it answered.
    pub async fn start_again(&mut self) -> Duration {
        let (dead, browser) = self.servers.remove(0);
        dead.end("KILL").await;
        let begun = Instant::now();
        let server = Binary::start(&self.setting, self.config.clone()).await.reading(self.post.mailbox());
        let took = begun.elapsed();
        self.servers.insert(0, (server, browser));
        took
    }

    /// Has what a dead server has leased done by another one, to which the lease is over.
    pub async fn outlive_leases(&self) {
        if self.ledger.outbox().await.0 > 0 {
            let place = vec![("latchkey.public_url", json!(self.config.public_url()))];
            let app = self.setting.app_with(&[self.post.settings(), place].concat()).await;
            app.clock.advance(LEASE);
            self.settle().await;
            app.stop().await;
        }
        self.settle().await;
    }

    /// The site as its first server has it.
    pub fn site(&self) -> &Site {
        &self.servers[0].0
    }

    /// The process of the first server.
    pub fn process(&self) -> u32 {
        self.servers[0].0.id()
    }

    /// What the first server printed so far.
    pub fn output(&self) -> String {
        self.servers[0].0.output()
    }

    /// How many servers there are.
    pub fn servers(&self) -> usize {
        self.servers.len()
    }

    /// A browser without cookies, at the server whose turn it is. Its connections are open already, if there were others.
    pub fn browser(&self, turn: usize) -> Browser {
        self.servers[turn % self.servers.len()].1.other()
    }

    /// A browser with the cookies of `own`, at the server whose turn it is.
    pub fn copy(&self, turn: usize, own: &Browser) -> Browser {
        let copy = self.browser(turn);
        copy.with_jar(|jar| *jar = own.jar());
        copy
    }

    /// Goes as far as the request that spends a new key of `person`'s.
    pub async fn prepare(&self, browser: &Browser, person: &Person) -> Ready {
        let site = self.site();
        let ready = site.prepare(browser, &site.key(person).await.link(), person).await;
        self.settle().await;
        assert_eq!(self.post.repeated(), 0, "mails that came twice");
        ready
    }

    /// Waits until everything asked for is done, and each message of it has arrived. More may come than are sent: one whose
    /// key ends while it is on its way is not counted.
    pub async fn settle(&self) {
        let begun = Instant::now();
        loop {
            let (waiting, sent) = self.ledger.outbox().await;
            let came = i64::try_from(self.post.deliveries()).expect("few");
            if waiting == 0 && came >= sent {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{waiting} wait, {sent} sent, {came} came");
            sleep(Duration::from_millis(3)).await;
        }
    }
}
