//! Metrics: what this server does, counted in memory for Prometheus.

mod label;
mod load;

use std::time::Duration;

use prometheus_client::{
    encoding::text,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use rocket::{Route, http::Status};

use super::connections::Connections;
use crate::base::Error;
use label::{Answered, Kind, Message, Reset, Routed, Template};
pub use load::Load;

type Counters<Label> = Family<Label, Counter>;

/// Content type of a scrape: OpenMetrics, which Prometheus and others read.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Metrics counted as things happen, and gauges set at a scrape.
pub struct Metrics {
    registry: Registry,
    requests: Counters<Answered>,
    durations: Family<Routed, Histogram, fn() -> Histogram>,
    limits: Counters<Kind>,
    events: Counters<Kind>,
    resets: Counters<Reset>,
    sessions: Counters<Kind>,
    messages: Counters<Message>,
    database: Gauge,
    waiting: Family<Kind, Gauge>,
    age: Gauge,
    connections: Family<Kind, Gauge>,
}

/// Results of a look at the database.
pub struct Found {
    /// Waiting entries of the outbox, by kind.
    pub waiting: Vec<(&'static str, i64)>,
    /// Age of the oldest of them.
    pub age: Duration,
}

/// Returns buckets from 1 ms to 8 s, each twice the one before.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 14))
}

impl Metrics {
    /// Creates metrics at zero, with those of the hashing threads.
    pub fn new(load: &Load) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("latchkey"),
            requests: Family::default(),
            durations: Family::new_with_constructor(durations),
            limits: Family::default(),
            events: Family::default(),
            resets: Family::default(),
            sessions: Family::default(),
            messages: Family::default(),
            database: Gauge::default(),
            waiting: Family::default(),
            age: Gauge::default(),
            connections: Family::default(),
        };
        metrics.register(load);
        metrics
    }

    fn register(&mut self, load: &Load) {
        let (all, seconds) = (&mut self.registry, || Unit::Seconds);
        all.register("requests", "Requests answered, by route and class of status", self.requests.clone());
        let help = "Time from the first byte of a request to its answer";
        all.register_with_unit("request_duration", help, seconds(), self.durations.clone());
        all.register("limits", "Tries refused, by what is limited", self.limits.clone());
        all.register("events", "Lines of the audit log, by kind", self.events.clone());
        all.register("resets", "Resets, by strategy and what became of them", self.resets.clone());
        all.register("sessions", "Sessions opened, by kind", self.sessions.clone());
        all.register("messages", "Tries to send, by channel and outcome", self.messages.clone());
        all.register("hash_waiting", "Passwords that wait for a thread", load.waiting.clone());
        all.register("hash_jobs", "Passwords judged, hashed or checked", load.begun.clone());
        all.register("hash_refused", "Passwords refused since too many waited", load.refused.clone());
        let help = "Waiting passwords that a thread hashes at once at most, as it turns out fastest";
        all.register("hash_lanes", help, load.lanes.clone());
        all.register("database_up", "Whether the database answered this scrape", self.database.clone());
        let help = "Entries of the outbox that wait, by kind, as this server sees them, 10000 at most";
        all.register("outbox_waiting", help, self.waiting.clone());
        let help = "For how long the oldest of them has waited";
        all.register_with_unit("outbox_age", help, seconds(), self.age.clone());
        let help = "Connections to the database: open, idle and allowed at most; on SQLite readers";
        all.register("database_connections", help, self.connections.clone());
    }

    /// Counts an answered request.
    pub fn answered(&self, route: Option<&Route>, status: Status, took: Duration) {
        let class = match status.code / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        let route = Template::of(route);
        self.durations.get_or_create(&Routed { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { route, class }).inc();
    }

    /// Counts a refusal by a limit.
    pub fn limited(&self, kind: &'static str) {
        self.limits.get_or_create(&Kind { kind }).inc();
    }

    /// Counts an entry of the audit log.
    pub fn happened(&self, kind: &'static str, strategy: Option<&'static str>) {
        self.events.get_or_create(&Kind { kind }).inc();
        if let (Some(outcome), Some(strategy)) = (kind.strip_prefix("reset."), strategy) {
            self.reset(strategy, outcome, 1);
        }
    }

    /// Counts resets that ended or took a step.
    pub fn reset(&self, strategy: &'static str, outcome: &'static str, n: u64) {
        self.resets.get_or_create(&Reset { strategy, outcome }).inc_by(n);
    }

    /// Counts an opened session.
    pub fn opened(&self, kind: &'static str) {
        self.sessions.get_or_create(&Kind { kind }).inc();
    }

    /// Counts an attempt to send a message.
    pub fn tried(&self, channel: &'static str, outcome: &'static str) {
        self.messages.get_or_create(&Message { channel, outcome }).inc();
    }

    /// Encodes all metrics as Prometheus reads them.
    ///
    /// # Errors
    /// [`Error::Template`] if they cannot be encoded.
    pub fn encode(&self, found: Option<&Found>, connections: Connections) -> Result<String, Error> {
        let many = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.database.set(found.is_some().into());
        self.waiting.clear();
        if let Some(found) = found {
            for &(kind, n) in &found.waiting {
                self.waiting.get_or_create(&Kind { kind }).set(n);
            }
            self.age.set(i64::try_from(found.age.as_secs()).unwrap_or(i64::MAX));
        }
        let Connections { open, idle, most } = connections;
        for (kind, n) in [("open", open), ("idle", idle), ("most", most)] {
            self.connections.get_or_create(&Kind { kind }).set(many(n));
        }
        let mut told = String::new();
        text::encode(&mut told, &self.registry).map_err(|cause| Error::Template(cause.into()))?;
        Ok(told)
    }
}
