//! Laws of mail.

use std::net::TcpListener;

use latchkey::{
    base::{duration::HumanDuration, email::Email},
    config::mail::MailSettings,
    outbox::{Undelivered, mail::Mail, smtp::Smtp},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{later, listener::Listener, never, run, trusting::trusting};

const ID: Uuid = Uuid::from_u128(0x0192_f0c1_7e1a_7000_8000_0000_0000_002a);
const ANN: &str = "ann@example.com";

fn server(args: &[&str]) -> Listener {
    Listener::start("mail_server.py", args)
}

fn smtp(url: String) -> Smtp {
    let from = "Latchkey <no-reply@site.example>".into();
    Smtp::new(&MailSettings { url: Some(url), from, ..MailSettings::default() }).unwrap()
}

fn plain(server: &Listener) -> Smtp {
    smtp(format!("smtp://127.0.0.1:{}", server.port))
}

async fn send(smtp: &Smtp, to: &str) -> Result<(), Undelivered> {
    smtp.send(&Mail { id: ID, to, subject: "A link", text: "https://a.example/1\n", html: "<p>A link</p>" })
        .await
}

/// Number of times that the client sent a command on the connection of this mail.
fn said(mail: &Value, command: &str) -> usize {
    let dialogue = mail["dialogue"].as_array().unwrap();
    dialogue.iter().filter(|line| line.as_str().unwrap().to_uppercase().starts_with(command)).count()
}

#[test]
fn a_mail_arrives_as_it_was_written() {
    run(async || {
        let server = server(&[]);
        let text = format!("Grüße, 🔑\n.\n.. a line of dots\n\nhttps://a.example/{}\n", "x".repeat(2_000));
        let html = format!("<p lang=\"de\">Grüße, 🔑</p>{}", "<b>y</b>".repeat(300));
        let subject = "Neues Passwort für Zoë 🔑, das lange Betreffzeilen in mehrere Stücke zerlegt";
        let mail = Mail { id: ID, to: ANN, subject, text: &text, html: &html };
        plain(&server).send(&mail).await.unwrap();

        let mail = server.next();
        let headers = &mail["headers"];
        assert_eq!(headers["subject"], subject);
        assert_eq!(mail["text"], text);
        assert_eq!(mail["html"].as_str().unwrap().trim_end(), html);
        assert_eq!(mail["type"], "multipart/alternative");
        assert_eq!(headers["from"], "Latchkey <no-reply@site.example>");
        assert_eq!(headers["to"], ANN);
        assert_eq!(headers["message-id"], format!("<{ID}@site.example>"));
        assert_eq!(headers["auto-submitted"], "auto-generated");
        assert_eq!(headers["x-auto-response-suppress"], "All");
        assert_eq!((&mail["from"], &mail["to"]), (&json!("no-reply@site.example"), &json!([ANN])));
        let mut names: Vec<_> =
            mail["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "auto-submitted",
                "content-type",
                "date",
                "from",
                "message-id",
                "mime-version",
                "subject",
                "to",
                "x-auto-response-suppress"
            ]
        );
        assert!(mail["raw"].as_str().unwrap().lines().all(|line| line.is_ascii() && line.len() <= 998));
        assert_eq!(said(&mail, "RCPT TO"), 1);
    });
}

#[test]
fn nothing_that_somebody_typed_becomes_a_header_or_a_recipient() {
    run(async || {
        let server = server(&[]);
        let smtp = plain(&server);
        for to in [
            "",
            "ann",
            "ann@",
            "@example.com",
            "ann@example.com\r\nBcc: eve@example.com",
            "ann@example.com\nBcc: eve@example.com",
            "ann@example.com\rBcc:eve",
            "ann\u{2028}@example.com",
            "ann@example.com\r\nDATA\r\n.\r\nRCPT TO:<eve@example.com>",
            "ann@example.com> RCPT TO:<eve@example.com",
            "ann@example.com>\u{0}",
            "ann@example.com, eve@example.com",
            "ann@example.com;eve@example.com",
            "Ann <ann@example.com>",
            "ann@eve@example.com",
            "\"ann\r\n\"@example.com",
        ] {
            never(send(&smtp, to).await);
        }
        assert!(server.is_quiet());

        let subject = "A link\r\nBcc: eve@example.com\r\n\r\nMore";
        let mail = Mail { id: ID, to: ANN, subject, text: ".\r\nRCPT TO:<eve@example.com>\r\n", html: "" };
        smtp.send(&mail).await.unwrap();
        let mail = server.next();
        assert_eq!(mail["to"], json!([ANN]));
        assert_eq!(mail["headers"]["bcc"], Value::Null);
        assert_eq!(said(&mail, "RCPT TO"), 1);
    });
}

#[test]
fn an_answer_tells_whether_to_try_again() {
    run(async || {
        let server = server(&[]);
        let smtp = plain(&server);
        for (to, code) in
            [("reply-421", "421 4.1.1"), ("reply-450", "450 4.1.1"), ("content-451", "451 4.7.1")]
        {
            let fault = later(send(&smtp, &format!("{to}@example.com")).await);
            assert_eq!(fault, format!("the mail server answered {code}"));
        }
        for (to, code) in
            [("reply-550", "550 5.1.1"), ("reply-553", "553 5.1.1"), ("content-554", "554 5.7.1")]
        {
            let fault = never(send(&smtp, &format!("{to}@example.com")).await);
            assert_eq!(fault, format!("the mail server answered {code}"));
        }
        never(send(&smtp, "zoë@example.com").await); // the server does not offer SMTPUTF8
        assert!(server.is_quiet());
    });
}

#[test]
fn an_answer_that_is_about_us_gives_up_no_mail() {
    run(async || {
        let server = server(&[]);
        let smtp = plain(&server);
        for code in [500, 501, 502, 503, 504, 530, 534, 535, 538] {
            later(send(&smtp, &format!("reply-{code}@example.com")).await);
        }
        for code in ["5.7.1", "5.7.23", "5.7.26"] {
            let fault = later(send(&smtp, &format!("policy-{code}@example.com")).await);
            assert_eq!(fault, format!("the mail server answered 550 {code}"));
        }
        never(send(&smtp, "policy-5.1.10@example.com").await); // about the recipient
        assert!(server.is_quiet());
    });
}

#[test]
fn we_go_by_names_that_every_server_understands() {
    run(async || {
        let server = server(&[]);
        let url = |name: &str| Some(format!("smtp://127.0.0.1:{}/{name}", server.port));
        let named = |name: &str, from: &str| {
            Smtp::new(&MailSettings { url: url(name), from: from.into(), ..MailSettings::default() }).unwrap()
        };
        let idn = "Bücher <no-reply@bücher.example>";
        for (smtp, hello) in [
            (named("", idn).known_as("id.bücher.example"), "id.xn--bcher-kva.example"),
            (named("", idn).known_as("127.0.0.1"), "xn--bcher-kva.example"),
            (named("", "no-reply@localhost").known_as("localhost"), "[127.0.0.1]"),
            (named("", "no-reply@site.example").known_as("my_app_1"), "site.example"),
            (named("mx.site.example", idn).known_as("id.site.example"), "mx.site.example"),
        ] {
            send(&smtp, "ann@münchen.example").await.unwrap();
            let mail = server.next();
            assert_eq!(said(&mail, &format!("EHLO {}", hello.to_uppercase())), 1, "{}", mail["dialogue"]);
            assert_eq!(mail["to"], json!(["ann@xn--mnchen-3ya.example"]));
            assert!(mail["from"].as_str().unwrap().is_ascii());
        }
    });
}

#[test]
fn mail_goes_to_addresses_of_every_script() {
    run(async || {
        let server = server(&["--international"]);
        let smtp = plain(&server);
        for to in [
            "zoë@example.com",
            "संपर्क@डाटामेल.भारत",
            "ผู้ใช้@ตัวอย่าง.ไทย",
            "അജയ്@ഡാറ്റാമെയിൽ.ഭാരതം",
            "نامه\u{200c}ای@example.org",
        ] {
            let to = Email::parse(to).unwrap();
            send(&smtp, to.address()).await.unwrap();
            assert_eq!(server.next()["to"], json!([to.address()]));
        }
    });
}

#[test]
fn what_may_have_been_accepted_is_tried_again_as_the_same_mail() {
    run(async || {
        let server = server(&[]);
        let smtp = plain(&server);
        later(send(&smtp, "drop@example.com").await);
        later(send(&smtp, "drop@example.com").await);
        let (one, two) = (server.next(), server.next());
        assert_eq!(one["headers"]["message-id"], two["headers"]["message-id"]);
    });
}

#[test]
fn a_server_that_hangs_is_left_and_its_late_answers_are_nobody_elses() {
    run(async || {
        let server = server(&[]);
        let url = Some(format!("smtp://127.0.0.1:{}", server.port));
        let smtp =
            Smtp::new(&MailSettings { url, timeout: HumanDuration::seconds(2), ..MailSettings::default() })
                .unwrap();
        send(&smtp, ANN).await.unwrap();
        for to in ["hang@example.com", "slow@example.com"] {
            assert_eq!(later(send(&smtp, to).await), "the mail server took longer than 2s");
        }
        never(send(&smtp, "reply-550@example.com").await);
        send(&smtp, ANN).await.unwrap();
        assert_eq!(server.next()["to"], json!([ANN]));
        assert_eq!(server.next()["to"], json!([ANN]));
    });
}

#[test]
fn a_server_that_is_not_there_or_turns_away_is_tried_again() {
    run(async || {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(later(send(&smtp(format!("smtp://{nobody}")), ANN).await).contains("refused"));
        assert!(later(send(&smtp("smtp://nobody.invalid".into()), ANN).await).contains("cannot be used"));
        for greeting in ["554 5.3.2 we are closed", "421 too busy", "220 half a gree", "HTTP/1.1 400 what?"] {
            later(send(&plain(&server(&["--greet", greeting])), ANN).await);
        }
    });
}

#[test]
fn mails_share_a_connection_until_the_server_closes_it() {
    run(async || {
        let server = server(&["--patience", "1"]);
        let smtp = plain(&server);
        for mails in 1..=3 {
            send(&smtp, ANN).await.unwrap();
            let mail = server.next();
            assert_eq!((said(&mail, "EHLO"), said(&mail, "MAIL")), (1, mails));
        }
        rocket::tokio::time::sleep(*HumanDuration::seconds(2)).await;
        send(&smtp, ANN).await.unwrap();
        assert_eq!(said(&server.next(), "MAIL"), 1);
    });
}

#[test]
fn starttls_comes_before_the_login_and_the_mail() {
    trusting(async |authority| {
        let certificate = authority.signs("DNS:localhost");
        let login = ["--login", "me@site:p:q/r%"];
        let server = server(&[&["--tls", "upgrade", "--certificate", &certificate], &login[..]].concat());
        let url = |login: &str| smtp(format!("smtp://{login}localhost:{}?tls=required", server.port));

        send(&url("me%40site:p%3Aq%2Fr%25@"), ANN).await.unwrap();
        let mail = server.next();
        assert_eq!((&mail["tls"], &mail["login"]), (&json!(true), &json!(true)));
        assert_eq!((said(&mail, "EHLO"), said(&mail, "STARTTLS")), (2, 1));

        let fault = later(send(&url("me%40site:guessed@"), ANN).await);
        assert_eq!(fault, "the mail server answered 535 5.7.8");
        later(send(&url(""), ANN).await);
        assert!(server.is_quiet());
    });
}

#[test]
fn tls_from_the_first_byte_carries_a_mail() {
    trusting(async |authority| {
        let server = server(&["--tls", "always", "--certificate", &authority.signs("IP:127.0.0.1")]);
        send(&smtp(format!("smtps://127.0.0.1:{}", server.port)), ANN).await.unwrap();
        let mail = server.next();
        assert_eq!((&mail["to"], said(&mail, "STARTTLS")), (&json!([ANN]), 0));
    });
}

#[test]
fn a_certificate_that_is_not_trusted_gets_no_mail() {
    trusting(async |authority| {
        let forged = authority.forges("DNS:localhost");
        let elsewhere = authority.signs("DNS:elsewhere.example");
        for certificate in [&forged, &elsewhere] {
            for (tls, scheme, query) in [("upgrade", "smtp", "?tls=required"), ("always", "smtps", "")] {
                let server = server(&["--tls", tls, "--certificate", certificate]);
                let url = format!("{scheme}://user:password@localhost:{}{query}", server.port);
                let fault = later(send(&smtp(url), ANN).await);
                assert!(fault.contains("certificate") && !fault.contains("password"), "{fault}");
                assert!(server.is_quiet());
            }
        }
    });
}

#[test]
fn a_server_whose_starttls_was_stripped_gets_no_mail() {
    run(async || {
        let server = server(&[]);
        let fault = later(send(&smtp(format!("smtp://127.0.0.1:{}?tls=required", server.port)), ANN).await);
        assert!(fault.contains("STARTTLS"), "{fault}");
        assert!(server.is_quiet());
    });
}

#[test]
fn an_answer_in_the_clear_does_not_count_under_tls() {
    trusting(async |authority| {
        let server = server(&["--inject", "--certificate", &authority.signs("DNS:localhost")]);
        let url = format!("smtp://localhost:{}?tls=required", server.port);
        later(send(&smtp(url), ANN).await);
        assert!(server.is_quiet());
    });
}
