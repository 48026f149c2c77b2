//! Addresses and networks: parsed in one place, and compared in one form.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Parses an address as proxies, sockets and people write it: `203.0.113.7`, `203.0.113.7:4711`, `[2001:db8::7]:4711`,
/// each also in quotes (RFC 7239), and an IPv4 address mapped into IPv6. `None` for anything else.
pub fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let address = match text.strip_prefix('[') {
        Some(text) => {
            let (inner, port) = text.split_once(']')?;
            (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(())?;
            inner.parse::<Ipv6Addr>().ok()?.into()
        }
        None => match text.parse() {
            Ok(address) => address,
            Err(_) => {
                let (address, port) = text.split_once(':')?;
                IpAddr::V4(address.parse().ok().filter(|_| is_port(port))?)
            }
        },
    };
    Some(address.to_canonical())
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// True if `host` (a name, or an address without brackets) is this machine (RFC 6761 for the name).
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// All addresses with the same first bits; a single address is a network of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// True if `address`, in any form, belongs to it.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let apart = ours.to_bits() ^ theirs.to_bits();
                apart.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let apart = ours.to_bits() ^ theirs.to_bits();
                apart.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }

    /// True if every address of its family belongs to it.
    pub fn is_everybody(self) -> bool {
        self.bits == 0
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Network {
    type Err = &'static str;

    /// Parses `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`; the error is the remedy.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const SHAPE: &str =
            "write an address like \"127.0.0.1\", or a network like \"10.0.0.0/8\" or \"fd00::/8\"";
        let Some((start, bits)) = text.split_once('/') else {
            return text.parse::<IpAddr>().map(Network::from).map_err(|_| SHAPE);
        };
        let start: IpAddr = start.parse().map_err(|_| SHAPE)?;
        let bits: u8 =
            bits.parse().ok().filter(|_| bits.bytes().all(|byte| byte.is_ascii_digit())).ok_or(SHAPE)?;
        let (address, mapped) = (start.to_canonical(), start.is_ipv6() && start.to_canonical().is_ipv4());
        let bits = if mapped { bits.checked_sub(96).ok_or(SHAPE)? } else { bits };
        let most = if address.is_ipv4() { 32 } else { 128 };
        if bits <= most { Ok(Self { address, bits }) } else { Err(SHAPE) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        if self.bits == whole { self.address.fmt(f) } else { write!(f, "{}/{}", self.address, self.bits) }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn spellings(address: IpAddr, port: u16) -> Vec<String> {
        let mut all = match address {
            IpAddr::V4(v4) => {
                let mapped = v4.to_ipv6_mapped();
                vec![
                    format!("{v4}"),
                    format!("{v4}:{port}"),
                    format!("{mapped}"),
                    format!("[{mapped}]:{port}"),
                ]
            }
            IpAddr::V6(v6) => vec![
                format!("{v6}"),
                format!("[{v6}]"),
                format!("[{v6}]:{port}"),
                v6.segments().map(|part| format!("{part:04X}")).to_vec().join(":"),
            ],
        };
        all.extend(all.clone().iter().map(|text| format!("\"{text}\"")));
        all.extend(all.clone().iter().map(|text| format!(" {text}\t")));
        all
    }

    fn any_address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
            any::<u128>().prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
        ]
    }

    proptest! {
        #[test]
        fn every_spelling_is_one_address(address_: IpAddr, port: u16) {
            for text in spellings(address_, port) {
                prop_assert_eq!(address(&text), Some(address_.to_canonical()), "{}", text);
            }
        }

        #[test]
        fn a_network_has_the_addresses_that_begin_alike(address in any_address(), bits in 0..=128_u8, other in any_address()) {
            let address = address.to_canonical();
            let whole = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.min(whole);
            let network: Network = format!("{address}/{bits}").parse().unwrap();
            prop_assert!(network.contains(address));
            let text = |address: IpAddr| match address {
                IpAddr::V4(v4) => format!("{:032b}", v4.to_bits()),
                IpAddr::V6(v6) => format!("{:0128b}", v6.to_bits()),
            };
            let (ours, theirs) = (text(address), text(other.to_canonical()));
            let alike = ours.len() == theirs.len() && ours[..bits.into()] == theirs[..bits.into()];
            prop_assert_eq!(network.contains(other), alike);
            let again: Network = network.to_string().parse().unwrap();
            prop_assert_eq!(again, network);
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "unknown",
            "_hidden",
            "203.0.113.7:",
            "203.0.113.7:99999",
            "203.0.113.7:x",
            "[2001:db8::7",
            "2001:db8::7]",
            "[2001:db8::7]x",
            "[203.0.113.7]",
            "fe80::1%eth0",
            "203.0.113.07",
            "203.0.113",
            "\"203.0.113.7",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
        for text in [
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "fd00::/129",
            "10.0.0.0/",
            "/8",
            "host",
            "::ffff:10.0.0.0/8",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_mapped_entry_matches() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        let proxy: IpAddr = "10.0.0.9".parse().unwrap();
        for text in ["10.0.0.9", "::ffff:10.0.0.9", "10.0.0.0/8", "::ffff:10.0.0.0/104"] {
            assert!(network(text).contains(proxy), "{text}");
            assert!(network(text).contains("::ffff:10.0.0.9".parse().unwrap()), "{text}");
        }
        assert!(!network("::/0").contains(proxy) && network("0.0.0.0/0").is_everybody());
    }
}
