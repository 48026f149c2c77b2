//! The sign-in page: who you are, and the ways that the policy offers, in its order. It is the same for everybody.

use serde::Serialize;

use super::{login::LoginForm, send::SendForm};
use crate::{
    auth::passkey,
    base::return_to,
    core::place::{Address, Place},
    http::{Form, Page, Visit},
    policy::{Channel, method::SignInMethod},
    view::shown::{Forms, View},
};

/// The page.
#[derive(Serialize)]
pub struct LoginPage {
    /// Address to go on to.
    next: Address,
    /// Most minutes that a proof may be old there.
    within: Option<u32>,
    /// Whether somebody signed in has to prove themselves again.
    again: bool,
    /// What somebody may be named by, for the label.
    identities: &'static str,
    /// Whether a password is asked for.
    password: bool,
    /// What the form's buttons do, in their order.
    buttons: Vec<Button>,
    /// The pages of other ways, in their order.
    links: Vec<Link>,
}

/// What a button does.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Button {
    /// Signs in with the password.
    Password,
    /// Mails a link, a code, or both.
    Email,
    /// Texts a code.
    Sms,
}

/// A page of another way.
#[derive(Serialize)]
struct Link {
    method: SignInMethod,
    place: Address,
}

impl Button {
    fn of(method: SignInMethod) -> Option<Self> {
        match (method, method.channel()) {
            (SignInMethod::Password, _) => Some(Button::Password),
            (_, Some(Channel::Email)) => Some(Button::Email),
            (_, Some(Channel::Sms)) => Some(Button::Sms),
            _ => None,
        }
    }
}

impl LoginPage {
    /// The page that leads to `goal`, with those links that are offered. The enter key presses the first button, which must
    /// be the password's where one is typed.
    fn of(
        (methods, identities): (&[SignInMethod], &'static str),
        goal: Address,
        (again, within): (bool, Option<u32>),
        links: Vec<Link>,
    ) -> Self {
        let mut buttons: Vec<Button> = Vec::new();
        for button in methods.iter().copied().filter_map(Button::of) {
            if !buttons.contains(&button) {
                buttons.push(button);
            }
        }
        buttons.sort_by_key(|button| *button != Button::Password);
        let password = buttons.contains(&Button::Password);
        Self { next: goal, within, again, identities, password, buttons, links }
    }
}

impl Link {
    fn of(method: SignInMethod, next: &str) -> Option<Self> {
        let place = match method {
            SignInMethod::Passkey => Place::SignInPasskey,
            SignInMethod::Totp => Place::SignInApp,
            _ => return None,
        };
        Some(Self { method, place: place.with(&[("next", next)]) })
    }
}

impl View for LoginPage {
    const TEMPLATE: &'static str = "account/login";
    const FORMS: Forms = &[LoginForm::INPUTS, SendForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |methods: &[SignInMethod], again, identities| {
            let links = methods.iter().filter_map(|method| Link::of(*method, "/home")).collect();
            LoginPage::of((methods, identities), Place::Home.into(), (again, again.then_some(5)), links)
        };
        let mailed = [SignInMethod::EmailLink, SignInMethod::SmsCode];
        vec![
            page(&SignInMethod::DEFAULT, false, "email"),
            page(&SignInMethod::DEFAULT, true, "username"),
            page(SignInMethod::all(), false, "all"),
            page(&mailed, false, "phone"),
        ]
    }
}

/// Returns the page; `next` is the path to go on to, where a proof may be so many minutes old.
pub fn page(site: &Visit<'_>, next: &str, again: bool, within: Option<u32>) -> Page {
    let methods = site.at_arrival.methods();
    let asks_passkey = !again && passkey::party(site).is_some();
    let linked = methods.iter().copied().filter(|method| *method != SignInMethod::Passkey || asks_passkey);
    let links = linked.filter_map(|method| Link::of(method, next)).collect();
    let identities = site.at_arrival.sign_in([]).identities();
    Page::of(&LoginPage::of((&methods, identities), goal(site, next), (again, within), links))
}

/// Returns the page to go on to.
pub fn goal(site: &Visit<'_>, next: &str) -> Address {
    let wanted = return_to::path(next).or_else(|| site.config().after_sign_in.clone());
    wanted.map_or(Place::Home.into(), Address::Path)
}
