//! `generated_password`: a button mails a password that is good once, for signing in and setting one's own.
//!
//! The old password stays good until then, so that nobody can lock an owner out by asking.

use rocket::{fairing::AdHoc, get, post, routes};
use uuid::Uuid;

use super::{
    Recovery, Risk, Strategy,
    ticket::{Recovers, Ticket},
};
use crate::{
    app::App,
    auth::{
        gate::{self, Kind},
        session::Restricted,
    },
    base::{
        Error,
        key::{Key, Purpose},
        span::Span,
    },
    config::finding::Severity,
    core::event::Event,
    hashing::password::Password,
    http::{Answer, Page, SameOrigin, Site, bounded, device, held, throttle::SignIn},
    outbox::message::Message,
    policy::Policy,
    store::{
        accounts::{self, Account},
        keys::{self, KeyRow},
        outbox,
        sessions::SignedIn,
    },
    view::human,
};

/// How long a generated password is good.
pub const LIFE: Span = Span::minutes(30);
/// The page that says where it is.
const SENT: &str = "/reset/generated-password/sent";

/// Marks its tickets.
pub struct GeneratedPassword;

impl Recovers for GeneratedPassword {
    const STRATEGY: Option<Strategy> = Some(Strategy::GeneratedPassword);
}

pub(super) const RECOVERY: Recovery = Recovery {
    page: "/reset/generated-password",
    steps: 4,
    longest: Span::minutes(60),
    needs_phone: false,
    risk: Some(Risk {
        severity: Severity::Warning,
        why: "a password travels by email, where somebody could keep it",
        remedy: "write strategy = \"set_then_login\", which sends none",
    }),
    fairing,
};

fn fairing() -> AdHoc {
    AdHoc::on_ignite("generated_password", |rocket| async {
        rocket.mount("/", bounded(routes![show, submit, show_sent]))
    })
}

#[get("/reset/generated-password")]
fn show(site: Site<'_>, ticket: Ticket<GeneratedPassword>) -> Page {
    Page::new("reset/generated_password").with("ticket", ticket.shown(&site, 2))
}

#[post("/reset/generated-password")]
async fn submit(
    _ours: SameOrigin,
    site: Site<'_>,
    ticket: Ticket<GeneratedPassword>,
) -> Result<Answer, Error> {
    let (account, now, asked) = (&ticket.account, site.now(), site.asked());
    let password = Key::for_typing(site.random)?;
    let digest = digest(site.app, account, password.expose());
    let row = KeyRow {
        policy: ticket.key.policy.clone(),
        ..site.app.key_row(account.id, Purpose::Temporary, digest, *LIFE)?
    };
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, account, now).await? || !keys::spend(&mut tx, ticket.key.id, now).await? {
        return held::gone(&site, &mut tx, &ticket.key.digest, "/reset").await;
    }
    held::use_up(&site, &mut tx, &ticket.key.digest, SENT).await?;
    keys::end(&mut tx, account.id, Purpose::Temporary.name()).await?;
    outbox::drop_orphans(&mut tx, account.id).await?;
    keys::insert(&mut tx, &row).await?;
    let mail = Message::mail(&account.email, "temporary-password")
        .code(&password.grouped(), row.expires_at)
        .asked(&asked);
    mail.post(site.app, &mut tx, Some(account.id), Some(row.id), row.expires_at).await?;
    Event::new("reset.password_generated", account.id)
        .from(&asked)
        .under(&ticket.policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    device::remember(&site, &account.email_key())?;
    site.keep_all(SENT, ticket.policy.known_address(account), Some(row.expires_at), true)?;
    Ok(Answer::go(SENT))
}

#[get("/reset/generated-password/sent")]
fn show_sent(site: Site<'_>, me: Option<&SignedIn>, step: Option<Restricted<'_>>) -> Answer {
    if me.is_some() {
        return Answer::go("/account");
    }
    let until = site.kept(SENT).and_then(|kept| kept.until).filter(|until| *until > site.now());
    match (step, until) {
        (Some(_), _) => Answer::go("/reset/new-password"),
        (None, None) => Answer::go("/reset"),
        (None, Some(until)) => Page::new("reset/generated_password_sent")
            .with("until", human::clock(until))
            .with("minutes", human::minutes(site.now().until(until)))
            .with("step", 3)
            .with("steps", 4)
            .into(),
    }
}

fn digest(app: &App, account: &Account, password: &str) -> Vec<u8> {
    app.keyring.mac("temporary", &[password.as_bytes(), account.id.as_bytes()])
}

/// The live generated password of an account, if that is what was typed. Costs the same for no account.
///
/// # Errors
/// [`Error::Database`].
pub async fn find(
    site: &Site<'_>,
    account: Option<&Account>,
    typed: &Password,
) -> Result<Option<KeyRow>, Error> {
    let id = account.map_or(Uuid::nil(), |account| account.id);
    let row = keys::of_account(&mut site.read().await?, id, Purpose::Temporary.name(), site.now()).await?;
    // Compared also where there is nothing to compare with.
    let right = is_generated(site, id, row.as_ref().map_or(&[], |row| &row.digest), typed);
    Ok(row.filter(|_| right))
}

/// Whether what was typed is the generated password of this digest.
pub fn is_generated(site: &Site<'_>, account: Uuid, digest: &[u8], typed: &Password) -> bool {
    let typed = Key::parse_code(typed.as_str());
    site.keyring.verifies(digest, "temporary", &[typed.expose().as_bytes(), account.as_bytes()])
}

/// Signs in with a generated password, once, to the form for a new one; false if it was used meanwhile, or the policy
/// now in force accepts it no more. `counted` is the try.
///
/// # Errors
/// [`Error::Database`].
pub async fn sign_in(
    site: &Site<'_>,
    account: &Account,
    counted: &SignIn<'_>,
    key: KeyRow,
) -> Result<bool, Error> {
    let Some(policy) =
        Policy::read(key.policy.as_deref()).filter(|issued| site.policy(account).accepts(issued))
    else {
        return Ok(false);
    };
    let now = site.now();
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, account, now).await? || !keys::spend(&mut tx, key.id, now).await? {
        return Ok(false);
    }
    let admission =
        gate::admit(site, &mut tx, account, Kind::Restricted(&policy, Some(&key.digest)), false).await?;
    counted.forgive(site.app, &mut tx).await?;
    let asked = site.asked();
    Event::new("reset.signed_in_once", account.id)
        .from(&asked)
        .under(&policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    admission.enter(site);
    Ok(true)
}
