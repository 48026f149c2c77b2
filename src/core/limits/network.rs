//! Networks by which a client is counted: IPv6 addresses cost nothing, and whole IPv6 networks cost little.

use std::net::IpAddr;

/// Networks of one site (a /48) share a budget of this many times the limit for one.
const SITE: i64 = 16;

/// The network of a client: its address, or the first 64 bits for IPv6.
pub fn network(client: IpAddr) -> Vec<u8> {
    match client.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

/// Returns the network and, for IPv6, its /48, each with a multiple of the limit.
pub(super) fn wider(client: IpAddr) -> Vec<(Vec<u8>, i64)> {
    let own = network(client);
    let site = own.get(..6).map(|site| (site.to_vec(), SITE));
    [(own, 1)].into_iter().chain(site).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_the_one_it_maps() {
        let (mapped, plain) = ("::ffff:192.0.2.1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        assert_eq!(wider(mapped), wider(plain));
        assert_eq!(wider(plain), [(vec![192, 0, 2, 1], 1)]);
    }

    #[test]
    fn networks_of_one_site_are_counted_together_as_well() {
        let [one, other] = ["2001:db8:0:1::1", "2001:db8:0:2::1"].map(|it| wider(it.parse().unwrap()));
        assert!(one[0] != other[0] && one[1] == other[1]);
        let elsewhere = wider("2001:db8:1:1::1".parse().unwrap());
        assert!(elsewhere[1] != one[1]);
    }
}
