//! Connects to a name with several addresses: one that does not reply does not hold up the others.

use std::{io, net::SocketAddr, time::Duration};

use rocket::{
    futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered},
    tokio::{
        net::{TcpStream, lookup_host},
        select,
        time::sleep,
    },
};

/// Longest time for which one address delays the next (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to `host`, a name or an address without brackets. Takes the first address that accepts: the next is tried
/// once the previous one has failed, or has not replied for 250 ms (RFC 8305). There is no timeout but the system's:
/// callers set one.
///
/// # Errors
/// The name has no address, or the last error.
pub async fn reach(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses = by_turns(lookup_host((host, port)).await?.collect());
    first(addresses, |address| TcpStream::connect(address).boxed()).await
}

/// Interleaves the address families (RFC 8305, 4): the system's first choice stays first.
fn by_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut ours, mut others): (Vec<_>, Vec<_>) =
        addresses.into_iter().rev().partition(|address| address.is_ipv6() == first);
    let mut turns = Vec::new();
    while let Some(next) = ours.pop().or_else(|| others.pop()) {
        turns.push(next);
        turns.extend(others.pop());
    }
    turns
}

/// Returns the first success and drops the other tries.
async fn first<T>(
    addresses: Vec<SocketAddr>,
    connect: impl Fn(SocketAddr) -> BoxFuture<'static, io::Result<T>>,
) -> io::Result<T> {
    let mut tries = FuturesUnordered::new();
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        tries.push(connect(address));
        select! {
            Some(tried) = tries.next() => match tried {
                Ok(connected) => return Ok(connected),
                Err(error) => failed = error,
            },
            () = sleep(HEAD_START) => {}
        }
    }
    while let Some(tried) = tries.next().await {
        match tried {
            Ok(connected) => return Ok(connected),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_families_take_turns() {
        let [a, b, c, d] = ["[::1]:1", "[::2]:1", "127.0.0.1:1", "127.0.0.2:1"].map(address);
        assert_eq!(by_turns(vec![a, b, c, d]), [a, c, b, d]);
        assert_eq!(by_turns(vec![c, a, b]), [c, a, b]);
        assert_eq!(by_turns(vec![a, b]), [a, b]);
        assert!(by_turns(Vec::new()).is_empty());
    }

    #[rocket::async_test]
    async fn an_address_that_says_nothing_or_refuses_holds_up_no_other() {
        let [silent, refuses, accepts] = ["[::1]:1", "127.0.0.1:1", "127.0.0.2:1"].map(address);
        let connect = move |address| match address {
            it if it == silent => pending().boxed(),
            it if it == refuses => ready(Err(io::ErrorKind::ConnectionRefused.into())).boxed(),
            it => ready(Ok(it)).boxed(),
        };
        for order in [[silent, refuses, accepts], [refuses, silent, accepts], [accepts, silent, refuses]] {
            assert_eq!(first(order.to_vec(), connect).await.unwrap(), accepts);
        }
        let failed = first(vec![refuses, refuses], connect).await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(first(Vec::new(), connect).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
