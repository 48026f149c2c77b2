//! The server's log: one line per event on standard error, as text or JSON, control characters escaped,
//! addresses masked.
//!
//! Rocket's lines about requests contain whole addresses, even at level error, so none of them is logged. A panic
//! message may contain anything, so only its location is logged.

use std::{collections::BTreeMap, io::Write, panic};

use log::{
    LevelFilter, Log, Metadata, Record,
    kv::{self, VisitSource},
};
use rocket::config::LogLevel;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use latchkey::{
    base::clock::Clock,
    config::log::LogFormat,
    observe::task_context::{RequestId, TaskContext},
    view::iso,
};

struct Logger {
    clock: Clock,
    level: LevelFilter,
    format: LogFormat,
}

/// Starts logging to standard error, as set by `log_level` and `latchkey.log`.
pub fn start() {
    let figment = rocket::Config::figment();
    let level = match figment.extract_inner("log_level") {
        Ok(LogLevel::Off) => LevelFilter::Off,
        Ok(LogLevel::Critical) => LevelFilter::Warn,
        Ok(LogLevel::Normal) | Err(_) => LevelFilter::Info,
        Ok(LogLevel::Debug) => LevelFilter::Debug,
    };
    // An invalid value is reported later, when the whole configuration is read.
    let format = figment.extract_inner("latchkey.log").unwrap_or_default();
    if log::set_boxed_logger(Box::new(Logger { clock: Clock::system(), level, format })).is_ok() {
        log::set_max_level(level);
        panic::set_hook(Box::new(|panicked| {
            let place = panicked.location().map_or_else(|| "?".to_owned(), ToString::to_string);
            log::error!("a panic at {place}");
        }));
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
        let line = LogLine::of(record, iso::stamp(self.clock.now()));
        let line = match self.format {
            LogFormat::Text => line.text(),
            LogFormat::Json => line.json(),
        };
        // If standard error is closed, nobody reads the log.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn flush(&self) {}
}

/// One line of the log.
#[derive(Serialize)]
struct LogLine {
    at: String,
    level: &'static str,
    target: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replica: Option<Uuid>,
    #[serde(flatten)]
    fields: Fields,
}

#[derive(Default, Serialize)]
#[serde(transparent)]
struct Fields(BTreeMap<String, Value>);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        let value = value.to_u64().map_or_else(|| masked(&value.to_string()).into(), Value::from);
        self.0.insert(key.to_string(), value);
        Ok(())
    }
}

impl LogLine {
    fn of(record: &Record<'_>, at: String) -> Self {
        let mut fields = Fields::default();
        // The visitor never fails.
        let _ = record.key_values().visit(&mut fields);
        let (request, replica) =
            TaskContext::current(|scope| (scope.request, Some(scope.replica))).unwrap_or_default();
        let (level, target) = (record.level().as_str(), record.target().to_owned());
        Self { at, level, target, message: masked(&record.args().to_string()), request, replica, fields }
    }

    fn text(&self) -> String {
        let mut line = format!("{} {:5} ", self.at, self.level);
        line.extend(self.message.chars().flat_map(escaped));
        if let Some(request) = self.request {
            line.push_str(&format!(" request={request}"));
        }
        if let Some(replica) = self.replica {
            line.push_str(&format!(" replica={replica}"));
        }
        line
    }

    fn json(&self) -> String {
        let plain = serde_json::to_string(self).expect("a line is plain data");
        // JSON escapes only control characters below U+0020.
        plain.chars().flat_map(escaped_in_json).collect()
    }
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn escaped(c: char) -> Vec<char> {
    if is_control(c) { c.escape_default().collect() } else { vec![c] }
}

fn escaped_in_json(c: char) -> Vec<char> {
    if is_control(c) { format!("\\u{:04x}", u32::from(c)).chars().collect() } else { vec![c] }
}

/// Reduces the part before the `@` of each address to its first character.
fn masked(text: &str) -> String {
    let is_part = |c: char| !c.is_whitespace() && !"<>()[],;:\"".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        let local = before.len()
            - before.chars().rev().take_while(|c| is_part(*c)).map(char::len_utf8).sum::<usize>();
        masked.push_str(&before[..local]);
        match before[local..].chars().next() {
            Some(first) if after[1..].starts_with(is_part) => masked.extend([first, '…']),
            _ => masked.push_str(&before[local..]),
        }
        masked.push('@');
        rest = &after[1..];
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> LogLine {
        let mut line = LogLine::of(&Record::builder().target("latchkey").build(), "now".into());
        line.message = masked(message);
        line
    }

    #[test]
    fn an_event_is_one_line_whatever_it_says() {
        for control in ["\n", "\r\n", "\x1b[2J", "\u{85}", "\u{9b}", "\u{2028}", "\u{2029}", "\0", "\x7f"] {
            let line = line(&format!("before{control}2026-08-01 ERROR after"));
            for text in [line.text(), line.json()] {
                assert!(!text.chars().any(is_control), "{text:?}");
                assert!(text.contains("before") && text.contains("after"), "{text:?}");
            }
            let read: Value = serde_json::from_str(&line.json()).unwrap();
            assert_eq!(read["message"], line.message, "nothing is lost in JSON");
        }
    }

    #[test]
    fn an_address_is_masked() {
        for (said, told) in [
            ("no mailbox ann@example.com", "no mailbox a…@example.com"),
            ("<josé.o'neil@example.com>: 550", "<j…@example.com>: 550"),
            ("(ann@example.com, bob@example.com)", "(a…@example.com, b…@example.com)"),
            ("a@b", "a…@b"),
            ("@ home, 5 @ 3, x@", "@ home, 5 @ 3, x@"),
            ("é@é", "é…@é"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(masked(said), told);
        }
    }
}
