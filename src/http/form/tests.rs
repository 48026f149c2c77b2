//! A form is read, refused and described by its one declaration.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::{
    base::{email::Email, fault::Fault, phone::Phone},
    config::register::Input,
    hashing::password::Password,
};

form! {
    /// A form with a field of most kinds.
    struct Sample {
        email: Email = email().complete("username"),
        password: Password = password(),
        code: zeroize::Zeroizing<String> = code(10).mode("numeric"),
        reason: String = line(5).named("why").id("the-reason"),
        tick: bool = ticked(),
        way: bool = choice(way).among(|| vec!["here", "there"]),
        own: BTreeMap<String, String> = own(),
    }
}

form! {
    /// A form that is read by the configuration.
    struct Dialled {
        phone: Phone = phone(),
        instead: Result<Password, Fault> = password().alternative(),
    }
}

fn way(text: &str) -> Result<bool, Fault> {
    match text {
        "here" => Ok(true),
        "there" => Ok(false),
        _ => Err(Fault::missing()),
    }
}

fn read<F: Form>(body: &str) -> Read<F> {
    let mut config = Config::default();
    config.register.fields = vec![Input::text("team", "Team").required().max_length(4)];
    config.sms.countries = vec!["DE".into()];
    Read::of(&fields::parse(body.as_bytes()).unwrap(), &config)
}

const GOOD: &str = "email=a%40example.com&password=secret&code=123&why=x&tick=y&way=there&field.team=ab";

fn faults(refusal: &Refusal) -> Vec<(&str, &str)> {
    refusal.faults().into_iter().map(|(id, _, fault)| (id, fault.key)).collect()
}

#[test]
fn a_form_without_a_fault_is_read() {
    let (form, refusal) = read::<Sample>(GOOD).whole().ok().unwrap();
    assert_eq!((form.email.address(), form.password.as_str()), ("a@example.com", "secret"));
    assert_eq!((form.code.as_str(), form.reason.as_str(), form.tick, form.way), ("123", "x", true, false));
    assert_eq!(form.own["team"], "ab");
    assert!(refusal.is_empty());
    let values = json!({ "email": "a@example.com", "code": "123", "the-reason": "x", "tick": "y", "way": "there", "field.team": "ab" });
    assert_eq!(json!(refusal.typed()), values, "all but the password");
}

#[test]
fn a_refused_form_names_every_fault_in_its_order_and_keeps_no_secret() {
    let refusal = read::<Sample>("email=x&password=&code=12345678901&why=toolong").whole().err().unwrap();
    let wrong = [
        ("email", "fault-email"),
        ("password", "fault-required"),
        ("code", "fault-too-long"),
        ("the-reason", "fault-too-long"),
        ("way", "fault-required"),
        ("field.team", "fault-required"),
    ];
    assert_eq!(faults(&refusal), wrong);
    let own = refusal.faults().into_iter().find(|(id, ..)| *id == "field.team").unwrap();
    assert_eq!(own.1, Some("Team"));
    let values = json!({ "email": "x", "the-reason": "toolong", "tick": "", "way": "", "field.team": "" });
    assert_eq!(json!(refusal.typed()), values, "no wrong code, and no password");
}

#[test]
fn a_handler_adds_faults_to_the_same_refusal() {
    let (_, refusal) = read::<Sample>(GOOD).whole().ok().unwrap();
    let refusal = refusal
        .with(Sample::AT.own, Fault::new("c"))
        .with(Sample::AT.reason, Fault::new("b"))
        .with(Sample::AT.code, Fault::new("a"));
    assert_eq!(faults(&refusal), [("code", "a"), ("the-reason", "b"), ("field.", "c")]);
    assert!(!refusal.typed().contains_key("code"), "a code is typed again once it is wrong");
}

#[test]
fn a_form_is_read_by_the_configuration() {
    let (form, _) = read::<Dialled>("phone=0151+12345678").whole().ok().unwrap();
    assert_eq!(form.phone.number(), "+4915112345678");
    assert!(form.instead.is_err(), "left to the handler");
}

#[test]
fn a_field_sent_twice_is_refused() {
    let refusal = read::<Sample>(&format!("{GOOD}&tick=z")).whole().err().unwrap();
    assert_eq!(faults(&refusal), [("tick", "fault-repeated")]);
}

#[test]
fn a_schema_says_what_is_read() {
    let schema = json!({
        "type": "object",
        "properties": {
            "email": { "type": "string", "format": "email", "maxLength": 254 },
            "password": { "type": "string", "format": "password", "maxLength": 4096, "writeOnly": true },
            "code": { "type": "string", "maxLength": 10, "writeOnly": true },
            "why": { "type": "string", "maxLength": 5 },
            "tick": { "type": "boolean" },
            "way": { "type": "string", "enum": ["here", "there"] },
        },
        "patternProperties": { "^field\\.[A-Za-z0-9_]+$": { "type": "string" } },
        "required": ["email", "password", "code", "why", "way"],
    });
    assert_eq!(Sample::schema(), schema);
    assert_eq!(Dialled::schema()["required"], json!(["phone"]));
}

#[test]
fn an_input_says_how_it_is_typed() {
    let [email, password, code, ..] = Sample::INPUTS else { panic!("seven fields") };
    assert_eq!(
        json!(email),
        json!({
            "name": "email", "type": "email", "autocomplete": "username", "inputmode": "email",
            "enterkeyhint": "next", "maxlength": 254, "required": true,
        })
    );
    assert_eq!((password.autocomplete, password.maxlength), ("current-password", None));
    assert_eq!((code.inputmode, code.maxlength), ("numeric", Some(10)));
}
