//! A browser that uses only what the pages offer: it follows redirects, fills forms, and sends its origin.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use reqwest::{Client, Method, RequestBuilder, StatusCode, header, header::HeaderMap, redirect::Policy};
use rocket::tokio::sync::Notify;

use super::{
    Form, Jar, Page, Seen,
    config::{based, below, unbased},
};

/// A raw answer, without following its redirect.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Target of the redirect; empty if there is none.
    pub fn location(&self) -> &str {
        unbased(self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default())
    }

    /// True if it redirects to a page that shows a refused form.
    pub fn is_refused(&self) -> bool {
        self.location().ends_with("refused")
    }

    /// Status of the page it redirects to, if that shows a refused form; otherwise its own.
    pub fn came_to(&self) -> u16 {
        if self.is_refused() { 422 } else { self.status }
    }

    /// The body as text, as far as it is text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Contents of a form, ready to be sent once or many times.
#[derive(Clone, Debug)]
pub struct Sent {
    pub to: String,
    pub fields: Vec<(String, String)>,
}

/// Notified when a site cannot answer now, or a message does not arrive. The caller then waits forever, and has to be
/// dropped.
#[derive(Default)]
pub struct Trouble {
    minded: AtomicBool,
    told: Notify,
}

impl Trouble {
    /// Turns notifications on or off.
    pub fn mind(&self, minded: bool) {
        self.minded.store(minded, Ordering::Relaxed);
    }

    /// Waits for a notification.
    pub async fn told(&self) {
        self.told.notified().await;
    }

    async fn see(&self, status: u16, headers: &HeaderMap) {
        if status == 503 && self.minded.load(Ordering::Relaxed) {
            assert!(headers.contains_key(header::RETRY_AFTER), "when to come back is not said");
            self.tell().await;
        }
    }

    /// Notifies, if turned on, and then waits forever.
    pub(super) async fn tell(&self) {
        if self.minded.load(Ordering::Relaxed) {
            self.told.notify_one();
            pending::<()>().await;
        }
    }
}

/// A browser with its own cookies.
pub struct Browser {
    client: Client,
    site: String,
    server: String,
    jar: Mutex<Jar>,
    agent: String,
    place: Option<String>,
    seen: Seen,
    trouble: Arc<Trouble>,
}

impl Browser {
    /// A browser for the site `site`, which answers at `server`.
    pub fn new(site: &str, server: &str) -> Browser {
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Tests use no TLS: reading the machine's certificates for each browser would cost more than its requests.
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .build()
            .expect("a client");
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned();
        Browser {
            client,
            site: site.to_owned(),
            server: server.to_owned(),
            jar: Mutex::default(),
            agent,
            place: None,
            seen: Seen::default(),
            trouble: Arc::default(),
        }
    }

    /// The same, recording its answers in `seen`.
    pub fn seen_by(self, seen: &Seen) -> Browser {
        Browser { seen: seen.clone(), ..self }
    }

    /// The same from `address`, for a site that trusts the proxy in front of it.
    pub fn at(self, address: &str) -> Browser {
        Browser { place: Some(address.to_owned()), ..self }
    }

    /// Reports trouble to `trouble`.
    pub fn telling(self, trouble: &Arc<Trouble>) -> Browser {
        Browser { trouble: trouble.clone(), ..self }
    }

    /// Another browser with the same cookies: a stolen copy, or a second tab.
    pub fn copy(&self) -> Browser {
        let jar = Mutex::new(self.jar());
        Browser {
            client: self.client.clone(),
            site: self.site.clone(),
            server: self.server.clone(),
            jar,
            agent: self.agent.clone(),
            place: self.place.clone(),
            seen: self.seen.clone(),
            trouble: self.trouble.clone(),
        }
    }

    /// A browser of somebody else, with no cookies.
    pub fn other(&self) -> Browser {
        let other = self.copy();
        other.jar.lock().expect("unpoisoned").clone_from(&Jar::default());
        other
    }

    /// Closes and reopens the browser: session cookies are lost.
    pub fn close(&self) {
        self.jar.lock().expect("unpoisoned").close();
    }

    /// The underlying client, for requests that no browser makes.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A copy of the cookies.
    pub fn jar(&self) -> Jar {
        self.jar.lock().expect("unpoisoned").clone()
    }

    /// Changes the cookies by hand.
    pub fn with_jar(&self, change: impl FnOnce(&mut Jar)) {
        change(&mut self.jar.lock().expect("unpoisoned"));
    }

    /// A request to be changed before [`Browser::send`]; `place` is a path or a whole URL of the site.
    pub fn request(&self, method: Method, place: &str) -> RequestBuilder {
        let place = place.strip_prefix(&self.site).unwrap_or(place);
        assert!(place.starts_with('/'), "{place} leads away from {}", self.site);
        let host = self.site.split("://").nth(1).unwrap_or_default();
        let mut request = self.client.request(method.clone(), format!("{}{}", self.server, based(place)));
        request = request.header(header::HOST, host).header(header::USER_AGENT, &self.agent);
        request = request.header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        if let Some(cookies) = self.jar().header() {
            request = request.header(header::COOKIE, cookies);
        }
        if let Some(place) = &self.place {
            request = request.header("X-Forwarded-For", place);
        }
        if method == Method::POST {
            request = request.header(header::ORIGIN, &self.site).header("Sec-Fetch-Site", "same-origin");
        }
        request
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.seen.answer(response.url().path(), status, &headers);
        self.jar.lock().expect("unpoisoned").take(&headers);
        self.trouble.see(status, &headers).await;
        let body = response.bytes().await.expect("a whole body").to_vec();
        Answer { status, headers, body }
    }

    /// Sends a request with only a method and a place.
    pub async fn ask(&self, method: Method, place: &str) -> Answer {
        self.send(self.request(method, place)).await
    }

    /// Opens `place`, as if it were typed or clicked in a mail.
    pub async fn get(&self, place: &str) -> Page {
        let request = self.request(Method::GET, place).header("Sec-Fetch-Site", "none");
        let answer = self.send(request).await;
        self.follow(place, answer).await
    }

    /// Fills in the form that has these fields, found by name or `autocomplete`, and submits it.
    pub async fn submit(&self, page: &Page, typed: &[(&str, &str)]) -> Page {
        self.post(&self.fill(page, typed)).await
    }

    /// Submits the form that posts to `path`.
    pub async fn press(&self, page: &Page, path: &str) -> Page {
        let form = page.form_to(path);
        self.post(&self.sent(page, form, &[])).await
    }

    /// Fills in the form that has these fields, and presses its button with this value, which sends it elsewhere.
    pub async fn press_with(&self, page: &Page, value: &str, typed: &[(&str, &str)]) -> Page {
        self.post(&self.fill_for(page, value, typed)).await
    }

    /// The contents that [`Browser::press_with`] would send.
    pub fn fill_for(&self, page: &Page, value: &str, typed: &[(&str, &str)]) -> Sent {
        let keys: Vec<_> = typed.iter().map(|(key, _)| *key).collect();
        let form = page.form_with(&keys);
        let (button, to) = form.button(value).unwrap_or_else(|| panic!("no button {value} on {page}"));
        let mut fields = form.filled(typed);
        fields.push((button.name.clone(), button.value.clone()));
        Sent { to: to.to_owned(), fields }
    }

    /// The contents that [`Browser::submit`] would send.
    pub fn fill(&self, page: &Page, typed: &[(&str, &str)]) -> Sent {
        let keys: Vec<_> = typed.iter().map(|(key, _)| *key).collect();
        self.sent(page, page.form_with(&keys), typed)
    }

    /// The contents of `form` on `page` with `typed` filled in.
    pub fn sent(&self, page: &Page, form: &Form, typed: &[(&str, &str)]) -> Sent {
        let to = if form.action.is_empty() { page.place.clone() } else { form.action.clone() };
        Sent { to, fields: form.filled(typed) }
    }

    /// Sends a filled-in form and follows its redirects.
    pub async fn post(&self, sent: &Sent) -> Page {
        let answer = self.post_only(sent).await;
        self.follow(&sent.to, answer).await
    }

    /// Sends a filled-in form without following its redirect. The answer is never a page of success, which a reload
    /// would send again.
    pub async fn post_only(&self, sent: &Sent) -> Answer {
        self.seen.typed(&sent.fields);
        let answer = self.send(self.request(Method::POST, &sent.to).form(&sent.fields)).await;
        assert!(
            !(200..300).contains(&answer.status),
            "{} answers a form with a page: {}",
            sent.to,
            answer.text()
        );
        answer
    }

    /// Follows the redirects of `answer`, which came from `place`.
    pub async fn follow(&self, place: &str, mut answer: Answer) -> Page {
        let answered = answer.status;
        let mut place = place.strip_prefix(&self.site).unwrap_or(place).to_owned();
        for _ in 0..10 {
            if !(300..400).contains(&answer.status) {
                let status = StatusCode::from_u16(answer.status).expect("a status");
                return Page::read(place, answered, status, answer.headers, answer.body);
            }
            let location = answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            let location = location.unwrap_or_default();
            let to = location.strip_prefix(&self.site).unwrap_or(location);
            assert!(to.starts_with('/') && !to.starts_with("//"), "a redirect leaves the site: {to}");
            place = below(to).to_owned();
            answer = self.ask(Method::GET, &place).await;
        }
        panic!("too many redirects, the last to {place}");
    }
}
