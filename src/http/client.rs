//! Origin of a request: the client's address, and its browser.

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

/// The client that sent a request.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its address: the connection's, or the one given by a trusted proxy.
    pub address: IpAddr,
    /// Its browser in a few words, such as `Firefox on Linux`.
    pub browser: &'static str,
}

impl Client {
    /// Reads the client from a request. `X-Forwarded-For` counts only as far as trusted proxies wrote it.
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

    /// Its network, by which limits count it.
    pub fn network(&self) -> Vec<u8> {
        crate::core::limits::network(self.address)
    }

    /// Its address as shown to people.
    pub fn place(&self) -> String {
        self.address.to_string()
    }
}

/// Peer address of the connection, in canonical form.
pub(crate) fn peer(request: &Request<'_>) -> IpAddr {
    request.remote().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |remote| remote.ip()).to_canonical()
}

/// Result of walking along `X-Forwarded-For`.
pub(crate) struct Walk {
    /// The client's address, as far as known.
    pub address: IpAddr,
    /// The fault of a trusted proxy that ended the walk: it sent no header, or an unreadable address.
    fault: Option<Fault>,
}

enum Fault {
    Silent,
    Unreadable,
}

/// Returns the client behind `peer` by the lines of `X-Forwarded-For`. Starting with the nearest hop, each counts only
/// if the one that reported it is trusted; the walk ends at the first that is not.
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

/// Proxy faults already logged, since otherwise each would be logged for every request.
#[derive(Default)]
pub struct Proxied {
    silent: AtomicBool,
    unreadable_at: AtomicI64,
}

impl Proxied {
    /// Warns of a trusted proxy that does not identify its client: once if it sends no header, and at most once a
    /// minute if it sends an unreadable one. Monitoring requests the probes without a proxy, so they are exempt.
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

/// Names a browser and its system in our own words, so that no input is repeated.
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
    use crate::{base::locale::Locale, view::templates::Templates};

    #[test]
    fn a_browser_is_shown_in_english_as_it_is_stored() {
        let templates = Templates::embedded();
        for agent in ["Firefox/140.0 Linux", "Chrome Mac OS X", "Safari/", "iPhone"] {
            let stored = browser(agent);
            assert_eq!(templates.language(Locale::En).browser(stored), stored);
        }
    }

    #[test]
    fn a_browser_is_named_in_words_of_our_own() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(browser(firefox), "Firefox on Linux");
        assert_eq!(browser("\"><svg onload=alert(1)>"), "?");
    }
}
