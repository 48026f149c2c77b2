//! A TCP connection to a mail server, under TLS from its first byte.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use rocket::tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use rustls::{ClientConfig, crypto::ring, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::base::Error;

/// TLS settings for one server.
pub struct Connector {
    tls: TlsConnector,
    server: ServerName<'static>,
}

/// Prepares TLS for a host name or IP address. The certificate is verified against those that the system trusts (or the
/// file named by `SSL_CERT_FILE`).
///
/// # Errors
/// [`Error::Config`] if the name is invalid, or the system trusts no certificates.
pub fn connector(host: &str) -> Result<Connector, Error> {
    let fault =
        |error: &dyn std::fmt::Display| Error::Config(format!("cannot set up TLS for email: {error}"));
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|tls| tls.with_platform_verifier())
        .map_err(|error| fault(&error))?
        .with_no_client_auth();
    let server = ServerName::try_from(host.to_owned()).map_err(|error| fault(&error))?;
    Ok(Connector { tls: Arc::new(tls).into(), server })
}

impl Connector {
    /// Starts TLS on an unused connection.
    ///
    /// # Errors
    /// The failure, such as an untrusted certificate.
    pub async fn secure(&self, stream: TcpStream) -> io::Result<Secured> {
        Ok(Secured(self.tls.connect(self.server.clone(), stream).await?))
    }
}

/// A connection under TLS.
#[derive(Debug)]
pub struct Secured(TlsStream<TcpStream>);

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, to)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}
