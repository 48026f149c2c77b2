//! A program that speaks JSON with the site: with cookies like a page of an application, or with a token alone.

use std::sync::Mutex;

use reqwest::{
    Client, Method, RequestBuilder,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde_json::Value;

use super::{Jar, app::Site, config::based};

/// A program.
pub struct Program {
    client: Client,
    server: String,
    jar: Option<Mutex<Jar>>,
    csrf: Mutex<Option<String>>,
    token: Mutex<Option<String>>,
}

/// An answer in JSON.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// What stands under `response`.
    pub response: Value,
}

impl Reply {
    /// Returns the only code.
    pub fn code(&self) -> &str {
        let codes = self.response["codes"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(codes.len(), 1, "{self:?}");
        codes[0].as_str().unwrap_or_default()
    }

    /// Returns the token of the person who is signed in.
    pub fn token(&self) -> Option<&str> {
        self.response["user"]["authentication_token"].as_str()
    }

    /// Checks that it is done, and returns what is said.
    pub fn done(self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.response
    }

    /// Checks that it is refused with a status and a code.
    pub fn refused(self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
    }
}

impl Site {
    /// A program without cookies.
    pub fn program(&self) -> Program {
        Program {
            client: self.browser().client(),
            server: self.server.clone(),
            jar: None,
            csrf: Mutex::default(),
            token: Mutex::default(),
        }
    }

    /// A program that keeps cookies, and sends back the token against forged requests.
    pub fn program_with_cookies(&self) -> Program {
        Program { jar: Some(Mutex::default()), ..self.program() }
    }
}

impl Program {
    /// Sends this token from now on, or none.
    pub fn carry(&self, token: Option<&str>) {
        *self.token.lock().expect("unpoisoned") = token.map(str::to_owned);
    }

    /// Another that begins with its cookies, like a second tab.
    pub fn with_same_cookies(&self) -> Program {
        Program {
            client: self.client.clone(),
            server: self.server.clone(),
            jar: self.jar.is_some().then(|| Mutex::new(self.jar())),
            csrf: Mutex::new(self.csrf.lock().expect("unpoisoned").clone()),
            token: Mutex::new(self.token.lock().expect("unpoisoned").clone()),
        }
    }

    /// True if it may read the account of the person who is signed in.
    pub async fn is_signed_in(&self) -> bool {
        let reply = self.get("/account").await;
        match reply.status {
            200 => true,
            401 => false,
            _ => panic!("{reply:?}"),
        }
    }

    /// A copy of the cookies.
    pub fn jar(&self) -> Jar {
        self.jar.as_ref().map(|jar| jar.lock().expect("unpoisoned").clone()).unwrap_or_default()
    }

    /// A request to be changed before [`Program::send`].
    pub fn request(&self, method: Method, place: &str) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{}", self.server, based(place)));
        request = request.header("Accept", "application/json");
        if let Some(token) = &*self.token.lock().expect("unpoisoned") {
            request = request.header("Authentication-Token", token);
        }
        if let Some(cookies) = self.jar().header() {
            request = request.header("Cookie", cookies);
        }
        if let Some(csrf) = &*self.csrf.lock().expect("unpoisoned") {
            request = request.header("X-XSRF-Token", csrf);
        }
        request
    }

    /// Sends a request, and checks that the answer is an envelope of JSON.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let answer = request.send().await.expect("the server answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        if let Some(jar) = &self.jar {
            jar.lock().expect("unpoisoned").take(&headers);
        }
        let body = answer.text().await.expect("a whole body");
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/json"), "{status} {body}");
        let mut envelope: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(envelope["meta"]["code"], status, "{body}");
        assert!(status < 500 || status == 503 && headers.contains_key(RETRY_AFTER), "{status} {body}");
        let response = envelope["response"].take();
        if let Some(csrf) = response["csrf_token"].as_str().filter(|_| self.jar.is_some()) {
            *self.csrf.lock().expect("unpoisoned") = Some(csrf.to_owned());
        }
        Reply { status, headers, response }
    }

    /// Reads a place.
    pub async fn get(&self, place: &str) -> Reply {
        self.send(self.request(Method::GET, place)).await
    }

    /// Sends an object to a place.
    pub async fn post(&self, place: &str, body: Value) -> Reply {
        let request = self.request(Method::POST, place).header(CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string())).await
    }
}
