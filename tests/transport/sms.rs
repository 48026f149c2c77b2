//! Laws of SMS.

use std::{net::TcpListener, time::Duration};

use latchkey::{
    base::duration::HumanDuration,
    config::sms::{SmsFormat, SmsSettings},
    outbox::{Undelivered, sms::Gateway},
};
use rocket::tokio::time::timeout;
use serde_json::{Value, json};

use crate::{later, listener::Listener, never, run, trusting::trusting};

const PHONE: &str = "+4915112345678";
const TEXT: &str = "Ihr Code für {to}: 123456 & mehr\n\n@localhost #123456";

fn settings(port: u16, path: &str) -> SmsSettings {
    let fields = [("from", "Latchkey"), ("to", "{to}"), ("text", "{text}"), ("plain", "{digits}/{x}")];
    SmsSettings {
        url: Some(format!("http://key:s3cret@127.0.0.1:{port}{path}")),
        fields: fields.map(|(name, value)| (name.into(), value.into())).into(),
        headers: [("x-api-key".into(), "s3cret".into())].into(),
        ..SmsSettings::default()
    }
}

async fn send(settings: SmsSettings) -> Result<(), Undelivered> {
    Gateway::new(&settings).unwrap().send(PHONE, TEXT).await
}

/// The fields of `settings`, filled in, in order.
fn filled() -> Value {
    json!([["from", "Latchkey"], ["plain", "4915112345678/{x}"], ["text", TEXT], ["to", PHONE]])
}

#[test]
fn an_sms_travels_as_a_form_as_json_or_in_the_query() {
    run(async || {
        let server = Listener::start("gateway.py", &[]);
        let with = |format| SmsSettings { format, ..settings(server.port, "/200?account=7") };

        send(with(SmsFormat::Form)).await.unwrap();
        let form = server.next();
        assert_eq!((&form["method"], &form["form"]), (&json!("POST"), &filled()));
        assert_eq!(form["headers"]["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(form["headers"]["x-api-key"], "s3cret");
        assert_eq!(form["headers"]["authorization"], "Basic a2V5OnMzY3JldA==");
        assert_eq!(form["query"], json!([["account", "7"]]));

        send(with(SmsFormat::Json)).await.unwrap();
        let sent = server.next();
        let object: Value = serde_json::from_str(sent["body"].as_str().unwrap()).unwrap();
        assert_eq!(object["text"], TEXT);
        assert_eq!((&object["to"], &object["from"]), (&json!(PHONE), &json!("Latchkey")));
        assert_eq!(sent["headers"]["content-type"], "application/json");

        send(with(SmsFormat::Query)).await.unwrap();
        let query = server.next();
        assert_eq!((&query["method"], &query["body"]), (&json!("GET"), &json!("")));
        let pairs = query["query"].as_array().unwrap();
        assert_eq!((&pairs[0], &pairs[1..]), (&json!(["account", "7"]), &filled().as_array().unwrap()[..]));
    });
}

#[test]
fn the_status_tells_whether_to_try_again() {
    run(async || {
        let server = Listener::start("gateway.py", &[]);
        for path in ["/200", "/201", "/202"] {
            send(settings(server.port, path)).await.unwrap();
        }
        for path in ["/408", "/425", "/429", "/500", "/503"] {
            later(send(settings(server.port, path)).await);
        }
        for path in ["/300", "/302", "/308", "/400", "/401", "/403", "/404", "/422"] {
            never(send(settings(server.port, path)).await);
        }
        for _ in 0..16 {
            server.next();
        }
        assert!(server.is_quiet(), "a redirect was followed, or something was sent twice");
    });
}

#[test]
fn a_200_counts_only_with_the_wanted_words() {
    run(async || {
        let server = Listener::start("gateway.py", &[]);
        let wanting = |path, pattern: &str| SmsSettings {
            success: Some(pattern.into()),
            ..settings(server.port, path)
        };
        let accepted = r#""status":\s*"0""#;
        send(wanting("/200", accepted)).await.unwrap();
        never(send(wanting("/200/refused", accepted)).await);
        never(send(wanting("/200", "für \\d")).await);
        later(send(wanting("/500", accepted)).await);
        never(send(wanting("/huge", accepted)).await);
        never(send(settings(server.port, "/huge")).await);
    });
}

#[test]
fn a_gateway_that_stalls_costs_no_more_than_the_timeout() {
    run(async || {
        let server = Listener::start("gateway.py", &[]);
        for path in ["/stall", "/trickle"] {
            let impatient = SmsSettings { timeout: HumanDuration::seconds(1), ..settings(server.port, path) };
            let sent = timeout(Duration::from_secs(4), send(impatient)).await;
            assert_eq!(later(sent.unwrap()), "the SMS gateway took longer than 1s");
        }
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(later(send(settings(nobody.port(), "/")).await).contains("refused"));
    });
}

#[test]
fn no_fault_tells_a_secret_a_number_or_a_text() {
    run(async || {
        let server = Listener::start("gateway.py", &[]);
        for path in ["/302", "/400", "/500", "/huge", "/stall", "/trickle"] {
            for format in [SmsFormat::Form, SmsFormat::Query] {
                let secret = settings(server.port, &format!("{path}?key=s3cret"));
                let secret = SmsSettings { format, timeout: HumanDuration::seconds(1), ..secret };
                let fault = format!("{:?}", send(secret).await.unwrap_err());
                for word in ["s3cret", "4915", "123456", "127.0.0.1"] {
                    assert!(!fault.contains(word), "{fault}");
                }
            }
        }
    });
}

#[test]
fn a_gateway_is_reached_over_tls_that_is_trusted_or_not_at_all() {
    trusting(async |authority| {
        let over_tls = |certificate: String| {
            let server = Listener::start("gateway.py", &["--certificate", &certificate]);
            let url = Some(format!("https://localhost:{}/200", server.port));
            (SmsSettings { url, ..settings(0, "") }, server)
        };
        let (trusted, server) = over_tls(authority.signs("DNS:localhost"));
        send(trusted).await.unwrap();
        assert_eq!(server.next()["form"], filled());

        for certificate in [authority.forges("DNS:localhost"), authority.signs("DNS:elsewhere.example")] {
            let (settings, server) = over_tls(certificate);
            let fault = later(send(settings).await);
            assert!(fault.contains("certificate"), "{fault}");
            assert!(server.is_quiet());
        }
    });
}
