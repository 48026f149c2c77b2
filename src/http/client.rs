//! Where a request comes from: the client's address and what its browser calls itself.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
};

use rocket::Request;

use super::probes;
use crate::{
    app::App,
    base::{clock::Time, duration::HumanDuration, network},
    config::Proxies,
};

/// The other end of a request.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its address: the connection's, or what a trusted proxy says.
    pub address: IpAddr,
    /// Its browser in a few words, like `Firefox on Linux`.
    pub browser: &'static str,
}

impl Client {
    /// Reads it off a request. `X-Forwarded-For` counts only as far as trusted proxies wrote it.
    pub fn of(request: &Request<'_>, app: &App) -> Self {
        let (peer, said) = (peer(request), request.headers().get("X-Forwarded-For"));
        let walk = farthest(peer, said, &app.config().trusted_proxies);
        if let Some(proxied) = request.rocket().state::<Proxied>() {
            proxied.note(request, &walk, app.now());
        }
        Self {
            address: walk.address,
            browser: browser(request.headers().get_one("User-Agent").unwrap_or_default()),
        }
    }

    /// Its network, by which it is counted.
    pub fn network(&self) -> Vec<u8> {
        crate::core::limits::network(self.address)
    }

    /// Its place in the network, as people are shown it.
    pub fn place(&self) -> String {
        self.address.to_string()
    }
}

/// The connection's other end, in the form that addresses are compared in.
pub(crate) fn peer(request: &Request<'_>) -> IpAddr {
    request.remote().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |remote| remote.ip()).to_canonical()
}

/// What came of a walk along `X-Forwarded-For`.
pub(crate) struct Walk {
    /// The client's address, as far as it is known.
    pub address: IpAddr,
    /// Whether a trusted proxy ended the walk: it said nothing, or nothing that is an address.
    fault: Option<Fault>,
}

enum Fault {
    Silent,
    Unreadable,
}

/// The client behind `peer`, by the lines of `X-Forwarded-For`. From the nearest hop on: each counts only if who says so
/// is trusted, and nothing behind one that is not.
pub(crate) fn farthest<'a>(peer: IpAddr, said: impl Iterator<Item = &'a str>, proxies: &Proxies) -> Walk {
    let hops: Vec<&str> = said.flat_map(|line| line.split(',')).collect();
    let silent = hops.is_empty() && proxies.trust(peer);
    let mut walk = Walk { address: peer, fault: silent.then_some(Fault::Silent) };
    for hop in hops.into_iter().rev() {
        if !proxies.trust(walk.address) {
            break;
        }
        let Some(address) = network::address(hop) else {
            walk.fault = Some(Fault::Unreadable);
            break;
        };
        walk.address = address;
    }
    walk
}

/// What the log was told of proxies: each of their faults would come with every request.
#[derive(Default)]
pub struct Proxied {
    silent: AtomicBool,
    unreadable_at: AtomicI64,
}

impl Proxied {
    /// Warns of a trusted proxy that does not say whom a request is from: once of one that never does, and at most once
    /// a minute of one that says something unreadable. Programs ask the probes without a proxy.
    fn note(&self, request: &Request<'_>, walk: &Walk, now: Time) {
        let Walk { address, fault } = walk;
        let probe = request.route().is_some_and(|route| probes::is_probe(route.uri.as_str()));
        match fault {
            Some(Fault::Silent) if !probe && !self.silent.swap(true, Ordering::Relaxed) => log::warn!(
                "the trusted proxy {address} sent no X-Forwarded-For: all its clients count as one; let it set the header"
            ),
            Some(Fault::Unreadable) => {
                let last = Time::from_millis(self.unreadable_at.load(Ordering::Relaxed));
                if last.until(now) >= *HumanDuration::minutes(1) {
                    self.unreadable_at.store(now.as_millis(), Ordering::Relaxed);
                    log::warn!(
                        "the trusted proxy {address} sent an unreadable X-Forwarded-For: all its clients count as one"
                    );
                }
            }
            _ => {}
        }
    }
}

/// A browser and its system in words of our own: nothing that a client sends is repeated.
pub(crate) fn browser(agent: &str) -> &'static str {
    const BROWSERS: [(&str, usize); 5] =
        [("Edg", 0), ("OPR/", 1), ("Firefox/", 2), ("Chrom", 3), ("Safari/", 4)];
    const SYSTEMS: [(&str, usize); 6] =
        [("Android", 0), ("iPhone", 1), ("iPad", 2), ("Windows", 3), ("Mac OS X", 4), ("Linux", 5)];
    const NAMES: [[&str; 7]; 6] = [
        [
            "Edge on Android",
            "Edge on iPhone",
            "Edge on iPad",
            "Edge on Windows",
            "Edge on macOS",
            "Edge on Linux",
            "Edge",
        ],
        [
            "Opera on Android",
            "Opera on iPhone",
            "Opera on iPad",
            "Opera on Windows",
            "Opera on macOS",
            "Opera on Linux",
            "Opera",
        ],
        [
            "Firefox on Android",
            "Firefox on iPhone",
            "Firefox on iPad",
            "Firefox on Windows",
            "Firefox on macOS",
            "Firefox on Linux",
            "Firefox",
        ],
        [
            "Chrome on Android",
            "Chrome on iPhone",
            "Chrome on iPad",
            "Chrome on Windows",
            "Chrome on macOS",
            "Chrome on Linux",
            "Chrome",
        ],
        [
            "Safari on Android",
            "Safari on iPhone",
            "Safari on iPad",
            "Safari on Windows",
            "Safari on macOS",
            "Safari on Linux",
            "Safari",
        ],
        ["Android", "iPhone", "iPad", "Windows", "macOS", "Linux", "?"],
    ];
    let find = |names: &[(&str, usize)], none| {
        names.iter().find(|(name, _)| agent.contains(name)).map_or(none, |(_, at)| *at)
    };
    NAMES[find(&BROWSERS, 5)][find(&SYSTEMS, 6)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_in_words_of_our_own() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(browser(firefox), "Firefox on Linux");
        assert_eq!(browser("\"><svg onload=alert(1)>"), "?");
    }
}
