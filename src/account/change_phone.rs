//! The phone: added with the password, verified by a texted code, with a notice to the owner.

use std::time::Duration;

use rocket::{Route, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{change, notice};
use crate::{
    app::App,
    auth::{
        code::{self, Bound, CodeKind},
        session::Fresh,
    },
    base::{
        Error,
        caller::Caller,
        fault::Fault,
        key::{Key, Purpose},
        phone::{Phone, ending},
    },
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    hashing::password::Password,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form, throttle},
    outbox::message::Message,
    store::{
        Tx,
        accounts::AccountRow,
        keys::{self, KeyRow},
    },
    view::shown::{Forms, Until, View},
};

const PURPOSE: &str = "new phone";
const CODE: CodeKind =
    CodeKind { purpose: Purpose::Phone, life: Duration::from_secs(5 * 60), make: Key::code };

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_code, submit_code, show_remove, remove]
}

form! {
    /// The form for another phone.
    pub struct PhoneForm {
        phone: Phone = phone(),
        password: Result<Password, Fault> = password().alternative(),
    }
}

form! {
    /// The form that removes the phone.
    pub struct RemoveForm {
        password: Result<Password, Fault> = password().id("remove-password").alternative(),
    }
}

/// The page with these forms.
#[derive(Serialize)]
pub struct PhonePage {
    /// Last digits of the present one.
    phone: Option<String>,
    /// Country of numbers without a country code.
    home: Option<String>,
    /// Whether the password is asked for.
    password: bool,
}

impl View for PhonePage {
    const TEMPLATE: &'static str = "account/phone";
    const FORMS: Forms = &[PhoneForm::INPUTS, RemoveForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |phone: Option<&str>, home: Option<&str>, password| PhonePage {
            phone: phone.map(str::to_owned),
            home: home.map(str::to_owned),
            password,
        };
        vec![page(None, None, true), page(Some("42"), Some("DE"), true), page(Some("42"), None, false)]
    }
}

fn page(site: &Visit<'_>, account: &AccountRow) -> Page {
    Page::of(&PhonePage {
        phone: account.phone.as_deref().map(|phone| ending(phone).to_owned()),
        home: site.config().sms.home().map(str::to_owned),
        password: change::asks_password(site, account),
    })
}

#[get("/account/phone")]
async fn show(site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    let first = change::first(&site, &me, Place::Phone).await?;
    Ok(first.unwrap_or_else(|| page(&site, &me.0.account).into()))
}

#[post("/account/phone", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<PhoneForm>,
) -> Result<Outcome, Error> {
    if let Some(first) = change::first(&site, &me, Place::Phone).await? {
        return Ok(first);
    }
    let account = &me.0.account;
    let Read { draft, mut refusal } = form;
    let (phone, at) = (draft.phone, PhoneForm::AT);
    if let Some(fault) = site.phone_fault(phone.as_ref()) {
        refusal.add(at.phone, fault);
    }
    change::confirm(&site, account, draft.password, at.password, &mut refusal).await?;
    let Some(phone) = phone.filter(|_| refusal.is_empty()) else {
        return Ok(page(&site, account).refused(refusal));
    };
    let (now, browser) = (site.now(), site.ensure_browser_id()?);
    let mut tx = site.begin().await?;
    let Some(locked) = me.lock(&mut tx, now).await? else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    let (held, _) = locked.into_parts();
    let (number, account_id) = (phone.number(), account.id.as_bytes());
    if !throttle::verification_allowed(&site, held, number, account_id, &site.caller()).await?.is_yes() {
        tx.commit().await?;
        let refusal = refusal.with(at.phone, Fault::new("fault-texts-limit"));
        return Ok(page(&site, account).refused(refusal));
    }
    let sealed = Some(site.keyring.seal(site.random, PURPOSE, phone.number().as_bytes())?);
    let bound = Bound { account: account.id, parent: None, browser: &browser, sealed };
    let (row, code) = code::issue(site.app, held, &CODE, bound).await?;
    let text = Message::text(site.locale, phone.number(), "phone-code").code(code.expose(), row.expires_at);
    text.post(site.app, held, Some(account.id), Some(row.id), row.expires_at).await?;
    tx.commit().await?;
    Ok(Outcome::go(Place::PhoneCode))
}

async fn pending(site: &Visit<'_>, account: &AccountRow) -> Result<Option<(KeyRow, Phone)>, Error> {
    let row = keys::of_account(&mut site.read().await?, account.id, Purpose::Phone, site.now()).await?;
    let Some(row) = row else { return Ok(None) };
    // If its secret key is gone, the number cannot be read, so nothing is pending.
    let opened = site.keyring.open(PURPOSE, row.sealed.as_deref().unwrap_or_default()).ok();
    let number = opened.as_deref().and_then(|opened| std::str::from_utf8(opened).ok());
    let phone = number.and_then(|number| Phone::parse(number, None).ok());
    Ok(phone.map(|phone| (row, phone)))
}

form! {
    /// The form for the code that was texted to a new phone.
    pub struct PhoneCodeForm {
        code: Zeroizing<String> = code(100).mode("numeric").enter("go"),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct PhoneCodePage {
    /// Last digits of the new one.
    phone: String,
    #[serde(flatten)]
    until: Until,
    /// Tries left.
    tries: i64,
}

impl View for PhoneCodePage {
    const TEMPLATE: &'static str = "account/phone_code";
    const FORMS: Forms = &[PhoneCodeForm::INPUTS];

    fn samples() -> Vec<Self> {
        vec![PhoneCodePage { phone: "42".into(), until: Until::sample(), tries: 3 }]
    }
}

fn code_page(site: &Visit<'_>, row: &KeyRow, phone: &Phone, tries: i64) -> Page {
    let until = Until::new(site.locale, row.expires_at, site.now());
    Page::of(&PhoneCodePage { phone: ending(phone.number()).to_owned(), until, tries })
}

#[get("/account/phone/code")]
async fn show_code(site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    Ok(match pending(&site, &me.0.account).await? {
        Some((row, phone)) => code_page(&site, &row, &phone, code::TRIES - row.tries).into(),
        None => Outcome::elsewhere(Place::Phone),
    })
}

#[post("/account/phone/code", data = "<form>")]
async fn submit_code(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<PhoneCodeForm>,
) -> Result<Outcome, Error> {
    let account = &me.0.account;
    let Some((row, phone)) = pending(&site, account).await? else {
        return Ok(Outcome::elsewhere(Place::Phone));
    };
    let (typed, refusal) = match form.whole() {
        Ok((PhoneCodeForm { code }, refusal)) => (code, refusal),
        Err(refusal) => {
            return Ok(code_page(&site, &row, &phone, code::TRIES - row.tries).refused(refusal));
        }
    };
    if let Some(left) = code::try_out(&site, &row, &typed).await?.left() {
        let refusal = refusal.with(PhoneCodeForm::AT.code, code::wrong(left));
        return Ok(code_page(&site, &row, &phone, left).refused(refusal));
    }
    let (now, asked) = (site.now(), site.caller());
    let mut tx = site.begin().await?;
    let locked = me.lock(&mut tx, now).await?;
    let Some(mut account) = locked else { return Ok(Outcome::elsewhere(Place::Phone)) };
    if !account.spend(row.id, now).await? {
        return Ok(Outcome::elsewhere(Place::Phone));
    }
    // A number that replaces another is usable only after a hold, even if the other was removed just before.
    let hold = if account.phone.is_some() { now + *site.config().phone_hold } else { now };
    let usable = account.phone_usable_at.map_or(hold, |before| before.max(hold));
    account.set_phone(Some(phone.number()), Some(usable)).await?;
    let (held, account) = account.into_parts();
    tell(site.app, held, &account, &asked).await?;
    Event::new(EventKind::PhoneChanged, account.id).from(&asked).write(site.app, held).await?;
    tx.commit().await?;
    site.flash("flash-phone-set");
    Ok(Outcome::go(Place::Account))
}

#[get("/account/phone/remove")]
async fn show_remove(site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    let first = change::first(&site, &me, Place::Phone).await?;
    Ok(first.unwrap_or_else(|| page(&site, &me.0.account).into()))
}

#[post("/account/phone/remove", data = "<form>")]
async fn remove(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<RemoveForm>,
) -> Result<Outcome, Error> {
    if let Some(first) = change::first(&site, &me, Place::Phone).await? {
        return Ok(first);
    }
    let account = &me.0.account;
    let Read { draft, mut refusal } = form;
    change::confirm(&site, account, draft.password, RemoveForm::AT.password, &mut refusal).await?;
    if !refusal.is_empty() {
        return Ok(page(&site, account).home(Place::Phone).refused(refusal));
    }
    let now = site.now();
    let mut tx = site.begin().await?;
    if let Some(mut account) = me.lock(&mut tx, now).await? {
        account.set_phone(None, Some(now + *site.config().phone_hold)).await?;
        let (held, account) = account.into_parts();
        tell(site.app, held, &account, &site.caller()).await?;
        Event::new(EventKind::PhoneRemoved, account.id).from(&site.caller()).write(site.app, held).await?;
        tx.commit().await?;
        site.flash("flash-phone-removed");
    }
    Ok(Outcome::go(Place::Account))
}

/// Notifies the owner by email and, if there was one, at the former number. Ends all keys but "this wasn't me" links.
///
/// # Errors
/// [`Error::Database`].
pub(crate) async fn tell(app: &App, tx: &mut Tx, before: &AccountRow, asked: &Caller) -> Result<(), Error> {
    keys::end_all(tx, before.id).await?;
    crate::store::outbox::drop_orphans(tx, before.id).await?;
    notice::post(app, tx, before, &before.email, "phone-changed", asked).await?;
    if let Some(former) = before.phone.as_deref().filter(|_| app.transports.can_text()) {
        let until = app.now() + Duration::from_secs(24 * 60 * 60);
        Message::text(asked.locale, former, "phone-changed")
            .post(app, tx, Some(before.id), None, until)
            .await?;
    }
    Ok(())
}
