//! Sign-in: one bcrypt check, whatever the account's state, and the same answer for every refusal.

use rocket::{Request, Route, get, http::Method, post, routes};
use serde::Serialize;

use crate::{
    auth::{
        gate::{self, Goal, Passed, Proof},
        session::Restricted,
        temporary,
    },
    base::{Error, fault::Fault, return_to},
    core::{
        event::{Event, EventKind},
        place::{Address, Place},
    },
    hashing::{hash::Verdict, hasher::Hasher, password::Password},
    http::{Answer, Faults, Paced, Page, SameOrigin, Visit, device, throttle::SignIn, viewer},
    store::{
        accounts::{self, Account},
        sessions::SignedIn,
    },
    view::shown::View,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

/// Redirects somebody who must sign in first: to the form, and then back to the page they requested; in a restricted
/// session, to the form for a new password.
pub async fn first(request: &Request<'_>) -> Answer {
    if request.guard::<Restricted<'_>>().await.is_success() {
        return Answer::go(Place::NewPassword);
    }
    Answer::go(place(request))
}

/// Returns the address of the form, which leads back to the page that a request is for.
pub fn place(request: &Request<'_>) -> Address {
    let again = if viewer::email(request).is_some() { "1" } else { "" };
    let back = if request.method() == Method::Get { request.uri().to_string() } else { String::new() };
    Place::SignIn.with(&[("again", again), ("next", &back)])
}

/// The form for signing in.
#[derive(Serialize)]
pub struct LoginPage {
    /// Address to go on to.
    next: String,
    /// Whether somebody signed in has to prove themselves again.
    again: bool,
}

impl View for LoginPage {
    const TEMPLATE: &'static str = "account/login";

    fn samples() -> Vec<Self> {
        [("/", false), ("/account", true)].map(|(next, again)| LoginPage { next: next.into(), again }).into()
    }
}

#[get("/login?<next>&<again>")]
fn show(
    next: Option<&str>,
    again: Option<&str>,
    site: Visit<'_>,
    me: Option<&SignedIn>,
    step: Option<Restricted<'_>>,
) -> Answer {
    let (next, stale) = (next.unwrap_or_default(), |me: &SignedIn| me.session.fresh_until <= site.now());
    match (me, step) {
        (Some(me), _) if again.is_some() && stale(me) => {
            form(&site, next, true).typed("email", &me.account.email).into()
        }
        (Some(_), _) => Answer::go(goal(&site, next)),
        (None, Some(_)) => Answer::go(Place::NewPassword),
        (None, None) => match site.last_address() {
            Some(email) => form(&site, next, false).typed("email", &email).into(),
            None => form(&site, next, false).cacheable().into(),
        },
    }
}

fn form(site: &Visit<'_>, next: &str, again: bool) -> Page {
    Page::of(&LoginPage { next: goal(site, next).at(site.base()), again })
}

/// Returns the page to go on to.
fn goal(site: &Visit<'_>, next: &str) -> Address {
    let wanted = return_to::path(next).or_else(|| site.config().after_sign_in.clone());
    wanted.map_or(Place::Home.into(), Address::Path)
}

#[post("/login", data = "<fields>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, fields: Paced) -> Result<Answer, Error> {
    let typed = fields.get("email").unwrap_or_default();
    let mut faults = Faults::default();
    let next = faults.take("next", fields.get("next")).unwrap_or_default();
    faults.take("email", fields.required("email", 254));
    let password = faults.take("password", fields.password("password"));
    let keep = faults.take("remember", fields.ticked("remember")).unwrap_or_default();
    let refused = |faults: Faults| {
        Ok(form(&site, next, false)
            .typed("email", typed)
            .typed("remember", if keep { "1" } else { "" })
            .home(Place::SignIn.with(&[("again", "1"), ("next", &goal(&site, next).at(site.base()))]))
            .faults(faults)
            .into())
    };
    let Some(password) = password.filter(|_| faults.is_empty()) else { return refused(faults) };

    let email = fields.email("email").ok();
    let named = email.as_ref().map_or(typed, |email| email.key());
    let hasher = match device::known(&site, named) {
        Some(_) => site.hasher_for(named.as_bytes()),
        None => site.hasher(),
    };
    hasher.admit()?;
    let counted = SignIn::count(&site, named).await?;
    if !counted.allowed().is_yes() {
        // Their way in does not wait: the address need not be typed again there.
        site.keep(Place::Reset, email.as_ref().map_or("", |email| email.address()))?;
        return Ok(Page::too_many(site.app, counted.allowed()).with("instead", true).into());
    }
    let mut attempted = attempt(&site, &hasher, named, &counted, &password, keep).await;
    if let Ok(Attempt::Conflict) = attempted {
        attempted = attempt(&site, &hasher, named, &counted, &password, keep).await;
    }
    match attempted {
        Ok(Attempt::Entered) => Ok(Answer::go(goal(&site, next))),
        Ok(Attempt::Restricted) => Ok(Answer::go(Place::NewPassword)),
        Ok(Attempt::Refused | Attempt::Conflict) => {
            note_failure(&site, named).await?;
            refused(Faults::of("email", Fault::new("fault-login")))
        }
        Err(error @ Error::Busy) => {
            let mut tx = site.begin().await?;
            counted.call_off(site.app, &mut tx).await?;
            tx.commit().await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Result of a sign-in attempt.
enum Attempt {
    /// The password was right.
    Entered,
    /// A generated password was right, and opens the form for a new one.
    Restricted,
    /// Neither was right, or it may not be used, for any reason.
    Refused,
    /// It was right, but the account changed meanwhile: perhaps another sign-in rehashed the same password.
    Conflict,
}

/// Checks the password, or a generated one, and signs in if it is right.
async fn attempt(
    site: &Visit<'_>,
    hasher: &Hasher,
    named: &str,
    counted: &SignIn<'_>,
    password: &Password,
    keep: bool,
) -> Result<Attempt, Error> {
    let account = find(site, named).await?;
    let temporary = temporary::find(site, account.as_ref(), password).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let verdict = hasher.verify(password.clone(), stored).await?;
    let Some(account) = account.filter(|account| account.enabled) else { return Ok(Attempt::Refused) };
    if let Some(key) = temporary {
        let entered = temporary::sign_in(site, &account, counted, key).await?;
        return Ok(if entered { Attempt::Restricted } else { Attempt::Refused });
    }
    let rehashed = match verdict {
        Verdict::No => return Ok(Attempt::Refused),
        Verdict::Yes => None,
        Verdict::NeedsRehash => Some(hasher.hash(password.clone()).await?),
    };
    let mut tx = site.begin().await?;
    let Some(mut account) = accounts::lock_entering(&mut tx, &account, site.now()).await? else {
        return Ok(Attempt::Conflict);
    };
    if let Some(hash) = rehashed {
        account.rehash(&hash).await?;
    }
    let Passed::Entered(admission) =
        gate::pass(site, &mut account, Proof::Password, Goal::SignIn { keep }).await?;
    let (held, account) = account.into_parts();
    counted.refund(site.app, held).await?;
    Event::new(EventKind::SignInCompleted, account.id).from(&site.caller()).write(site.app, held).await?;
    tx.commit().await?;
    admission.enter(site);
    Ok(Attempt::Entered)
}

async fn find(site: &Visit<'_>, key: &str) -> Result<Option<Account>, Error> {
    accounts::find_by_email(&mut site.read().await?, key).await
}

async fn note_failure(site: &Visit<'_>, named: &str) -> Result<(), Error> {
    let mut tx = site.begin().await?;
    let account = accounts::find_by_email(&mut tx, named).await?;
    let event = account.map_or(Event::of_site(EventKind::SignInFailed), |account| {
        Event::new(EventKind::SignInFailed, account.id)
    });
    event.from(&site.caller()).write(site.app, &mut tx).await?;
    tx.commit().await
}
