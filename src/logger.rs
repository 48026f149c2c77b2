//! The server's log: one line an event on standard error, with control characters escaped.
//!
//! What Rocket says of requests names whole addresses, even as an error, so none of it passes.

use log::{LevelFilter, Log, Metadata, Record};
use rocket::{
    Data, Request, Response,
    config::LogLevel,
    fairing::{Fairing, Info, Kind},
};

use crate::{
    clock::{Clock, Time},
    web::human,
};

struct Logger {
    clock: Clock,
    level: LevelFilter,
}

/// Logs to standard error from now on, at the `log_level` of Rocket's configuration.
pub fn start() {
    let level = match rocket::Config::figment().extract_inner("log_level") {
        Ok(LogLevel::Off) => LevelFilter::Off,
        Ok(LogLevel::Critical) => LevelFilter::Warn,
        Ok(LogLevel::Normal) | Err(_) => LevelFilter::Info,
        Ok(LogLevel::Debug) => LevelFilter::Debug,
    };
    if log::set_boxed_logger(Box::new(Logger { clock: Clock::system(), level })).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for Logger {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        let target = about.target();
        let ours = target.starts_with("latchkey");
        let of_requests = target.starts_with("rocket::") || target.ends_with("::_");
        !of_requests && about.level() <= if ours { self.level } else { self.level.min(LevelFilter::Warn) }
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let said = record.args().to_string();
        let line: String = said.chars().flat_map(escaped).collect();
        eprintln!("{} {:5} {line}", human::stamp(self.clock.now()), record.level());
    }

    fn flush(&self) {}
}

fn escaped(c: char) -> Vec<char> {
    if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
        c.escape_default().collect()
    } else {
        vec![c]
    }
}

/// Logs every request by its route, never by its address.
pub struct Requests {
    clock: Clock,
}

struct Begun(Time);

impl Requests {
    /// Times requests by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

#[rocket::async_trait]
impl Fairing for Requests {
    fn info(&self) -> Info {
        Info { name: "Log of requests", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Begun(self.clock.now()));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let now = self.clock.now();
        let Begun(begun) = request.local_cache(|| Begun(now));
        log::info!(
            "{} {} {} {} ms",
            request.method(),
            request.route().map_or_else(|| "-".to_owned(), |route| route.uri.to_string()),
            response.status().code,
            begun.until(now).as_millis()
        );
    }
}
