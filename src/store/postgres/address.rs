//! Address of PostgreSQL: if its name has several, one that accepts connections.

use std::net::IpAddr;

use rocket::tokio::net::lookup_host;
use sqlx_postgres::{PgConnectOptions, PgSslMode};

use crate::base::reach::reach;

/// Returns the options with such an address in place of a name that has several: sqlx would wait for the first alone.
///
/// # Errors
/// [`sqlx::Error::Io`] if none accepts a connection, or the name has no address.
pub async fn reachable(options: &PgConnectOptions) -> Result<PgConnectOptions, sqlx::Error> {
    let (host, port) = (options.get_host().trim_matches(['[', ']']), options.get_port());
    let is_file = options.get_socket().is_some() || host.starts_with('/');
    // With `verify-full`, the certificate is checked against this name.
    let by_name = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
    if is_file || by_name || host.parse::<IpAddr>().is_ok() || lookup_host((host, port)).await?.count() < 2 {
        return Ok(options.clone());
    }
    let address = reach(host, port).await?.peer_addr()?;
    Ok(options.clone().host(&address.ip().to_string()))
}
