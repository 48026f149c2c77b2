//! Requests that no browser makes: raw bodies, forged headers, bytes on the wire.

use std::time::Duration;

use reqwest::{
    Method, RequestBuilder,
    header::{self, HeaderName},
};
use rocket::tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::common::{Answer, Browser, Site};

/// Posts `body` unchanged, from a page of the site.
pub async fn post(browser: &Browser, to: &str, body: impl Into<Vec<u8>>) -> Answer {
    let form = "application/x-www-form-urlencoded";
    let request = browser.request(Method::POST, to).header(header::CONTENT_TYPE, form);
    browser.send(request.body(body.into())).await
}

/// Encodes every byte of `text` as `%XX`.
pub fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Replaces headers of a browser's request by `headers`.
pub fn altered(browser: &Browser, request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    let mut request = request.build().expect("a request");
    for (name, _) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        request.headers_mut().remove(&name);
    }
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        request.headers_mut().append(name, value.parse().expect("a value"));
    }
    RequestBuilder::from_parts(browser.client(), request)
}

/// A request with the cookies of `browser` from a page of another site: no header marks it as ours.
pub fn forged(browser: &Browser, method: Method, place: &str, headers: &[(&str, &str)]) -> RequestBuilder {
    let mut request = browser.request(Method::GET, place).build().expect("a request");
    *request.method_mut() = method;
    altered(browser, RequestBuilder::from_parts(browser.client(), request), headers)
}

/// Sends bytes over a new connection, and returns everything received.
pub async fn wire(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port(site))).await.expect("the server listens");
    // A server that has refused already may not read any more.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Status of a raw answer, if it is one.
pub fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// The same, but 422 if the answer redirects to a refused form.
pub fn came_to(answer: &str) -> Option<u16> {
    let refused = |line: &str| line.starts_with("location: ") && line.ends_with("refused");
    if answer.lines().any(refused) { Some(422) } else { status(answer) }
}

fn port(site: &Site) -> u16 {
    u16::try_from(site.config.port()).expect("a port")
}
