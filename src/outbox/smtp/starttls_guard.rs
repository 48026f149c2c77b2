//! A TCP connection that leaves no plaintext buffered when TLS starts.

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

/// First byte of a TLS handshake (RFC 8446, 5.1). No SMTP command begins with it.
const HANDSHAKE: u8 = 22;

/// Reads one byte at a time until TLS starts. Otherwise an attacker on the path could append forged responses
/// to that of `STARTTLS`, and lettre, which keeps its buffer, would take them for the server's under TLS (as
/// in CVE-2021-38371).
#[derive(Debug)]
pub struct StarttlsGuard {
    stream: TcpStream,
    /// True if TLS is to start and has not yet.
    awaits_tls: bool,
}

impl StarttlsGuard {
    /// Wraps an unused stream; `awaits_tls` if TLS is to start on it.
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
