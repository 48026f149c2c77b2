//! Where a request comes from: the client's address and what its browser calls itself.

use std::net::{IpAddr, Ipv4Addr};

use rocket::Request;

use crate::config::Proxies;

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
    pub fn of(request: &Request<'_>, proxies: &Proxies) -> Self {
        let peer =
            request.remote().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |remote| remote.ip()).to_canonical();
        let said = request.headers().get("X-Forwarded-For");
        Self {
            address: farthest(peer, said, proxies),
            browser: browser(request.headers().get_one("User-Agent").unwrap_or_default()),
        }
    }

    /// Its place in the network, as people are shown it.
    pub fn place(&self) -> String {
        self.address.to_string()
    }
}

/// The client behind `peer`, by the lines of `X-Forwarded-For`. From the nearest hop on: each counts only if who says so
/// is trusted, and nothing behind one that is not.
pub(crate) fn farthest<'a>(peer: IpAddr, said: impl Iterator<Item = &'a str>, proxies: &Proxies) -> IpAddr {
    let trusted = |address: IpAddr| matches!(proxies, Proxies::Some(list) if list.contains(&address));
    let hops: Vec<&str> = said.flat_map(|line| line.split(',')).collect();
    let mut address = peer;
    for hop in hops.into_iter().rev() {
        match hop.trim().parse::<IpAddr>() {
            Ok(hop) if trusted(address) => address = hop.to_canonical(),
            _ => break,
        }
    }
    address
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
