//! A TCP connection of which nothing that came in the clear is left over when TLS begins.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use rocket::tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// The first byte of a TLS handshake (RFC 8446, 5.1), with which no SMTP command begins.
const HANDSHAKE: u8 = 22;

/// Gives a byte at a time until TLS begins. Otherwise whoever stands between could append answers of their own to that
/// of `STARTTLS`, and lettre, which keeps what it has buffered, would take them for the server's under TLS (as in
/// CVE-2021-38371).
#[derive(Debug)]
pub struct StarttlsGuard {
    stream: TcpStream,
    /// Whether TLS is to begin, and has not.
    awaits_tls: bool,
}

impl StarttlsGuard {
    /// Over `stream`, on which nothing was said yet, and TLS is to begin or not.
    pub fn new(stream: TcpStream, awaits_tls: bool) -> Self {
        Self { stream, awaits_tls }
    }
}

impl AsyncRead for StarttlsGuard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.awaits_tls {
            return Pin::new(&mut self.stream).poll_read(cx, to);
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut one))?;
        to.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for StarttlsGuard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.awaits_tls &= from.first() != Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for StarttlsGuard {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
