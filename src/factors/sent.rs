//! The end of setting up a factor whose codes are sent: the first code, which proves that they arrive.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    enrol::Enrolling,
    list::{MAX_NAME, address},
};
use crate::{
    auth::{
        code,
        first::First,
        recipient::Recipient,
        sent_code::{self, Stage},
        told,
    },
    base::{Error, factor::FactorKind},
    core::place::{Address, Place},
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form},
    store::{factors::FactorRow, keys::KeyRow},
    view::shown::{Forms, Until, View},
};

/// Name of this step in the address of a program.
const STATE: &str = "sent";

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for the first code.
    pub struct SentForm {
        /// Path to go on to after signing in.
        next: String = hidden(),
        code: Zeroizing<String> = code(100).mode("numeric").enter("go"),
        name: String = optional_line(MAX_NAME),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct SentPage {
    /// Whether a sign-in owes it.
    signing_in: bool,
    /// Address to go on to after signing in.
    next: String,
    /// Kind of the factor.
    kind: FactorKind,
    /// What is shown of the recipient.
    to: String,
    /// Tries left.
    tries: i64,
    #[serde(flatten)]
    until: Until,
}

impl View for SentPage {
    const TEMPLATE: &'static str = "factors/sent";
    const FORMS: Forms = &[SentForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |kind, to: &str| SentPage {
            signing_in: false,
            next: String::new(),
            kind,
            to: to.into(),
            tries: 3,
            until: Until::sample(),
        };
        vec![page(FactorKind::Sms, "42"), page(FactorKind::Email, "m•••@example.com")]
    }
}

/// Returns the page.
fn page(
    site: &Visit<'_>,
    me: &Enrolling<'_>,
    (row, to): &(KeyRow, Recipient),
    tries: i64,
    next: &str,
) -> Page {
    let page = Page::of(&SentPage {
        signing_in: me.is_signing_in(),
        next: next.to_owned(),
        kind: to.kind(),
        to: to.shown(),
        tries,
        until: Until::new(site.locale, row.expires_at, site.now()),
    });
    page.home(place(next))
}

fn place(next: &str) -> Address {
    Place::FactorsSent.with(&[("next", next)])
}

/// Sends the first code, and goes on to its page, or says why none is sent and goes back to the list.
///
/// # Errors
/// [`Error::Database`].
pub async fn start(
    site: &Visit<'_>,
    me: &Enrolling<'_>,
    recipient: &Recipient,
    next: &str,
) -> Result<Outcome, Error> {
    let Some(held) = me.room_for(site, recipient.kind()).await? else {
        return Ok(Outcome::elsewhere(address(next)));
    };
    let is_first = me.first() == Some(&First::Sent(recipient.clone()));
    if is_first || held.iter().any(|factor| Recipient::of(site.app, factor).as_ref() == Some(recipient)) {
        site.flash("flash-factor-held");
        return Ok(Outcome::elsewhere(address(next)));
    }
    if let Err(why) = sent_code::send(site, me.account(), recipient, Stage::SetUp).await? {
        return Ok(Outcome::Unsent(why, address(next)));
    }
    told::setting_up(site, recipient.kind(), STATE);
    Ok(Outcome::Go(place(next)))
}

#[get("/account/factors/sent?<next>")]
async fn show(site: Visit<'_>, me: Enrolling<'_>, next: Option<&str>) -> Result<Outcome, Error> {
    let next = next.unwrap_or_default();
    Ok(match sent_code::under_way(&site, me.account(), Stage::SetUp).await? {
        Some(sent) => page(&site, &me, &sent, code::TRIES - sent.0.tries, next).into(),
        None => Outcome::elsewhere(address(next)),
    })
}

#[post("/account/factors/sent", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<SentForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.clone().unwrap_or_default();
    let Some(sent) = sent_code::under_way(&site, me.account(), Stage::SetUp).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    let (row, recipient) = &sent;
    let (SentForm { code, name, .. }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => {
            return Ok(page(&site, &me, &sent, code::TRIES - row.tries, &next).refused(refusal));
        }
    };
    if let Some(left) = code::try_out(&site, row, &code).await?.left() {
        if left == 0 {
            site.flash("flash-code-dead");
            return Ok(Outcome::elsewhere(address(&next)));
        }
        let refusal = refusal.with(SentForm::AT.code, code::wrong(left));
        return Ok(page(&site, &me, &sent, left, &next).refused(refusal));
    }
    let (now, mut tx) = (site.now(), site.begin().await?);
    let Some(mut account) = me.lock(&mut tx, &site).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    if !account.spend(row.id, now).await? {
        return Ok(Outcome::elsewhere(address(&next)));
    }
    let name = if name.is_empty() { own_name(&site, recipient) } else { name };
    let factor = FactorRow {
        secret: recipient.seal(site.app)?,
        ..site.factor_row(account.id, recipient.kind(), name)?
    };
    let Some(added) = me.add(&site, &mut account, &factor).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    tx.commit().await?;
    added.enter(&site, me.account(), &next)
}

/// Returns the name of a factor whose owner has given it none.
fn own_name(site: &Visit<'_>, recipient: &Recipient) -> String {
    match recipient.kind() {
        FactorKind::Sms => site.say("factor-sms", &[]),
        _ => site.say("factor-email", &[]),
    }
}
