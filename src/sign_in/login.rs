//! Sign-in: one bcrypt check, whatever the account's state, and the same answer for every refusal.

use std::time::Duration;

use rocket::{Request, Route, get, http::Method, post, routes};

use super::{
    enter::enter,
    page::{goal, page},
};
use crate::{
    auth::{
        again::{self, Again},
        gate::{Passed, Proof},
        identity, password_try, pending,
        session::Restricted,
        temporary, told,
    },
    base::{Error, clock::Time, fault::Fault, identity::Identity},
    core::place::{Address, Place},
    hashing::{hash::Verdict, hasher::Hasher, password::Password},
    http::{
        Outcome, Paced, SameOrigin, Visit,
        form::form,
        is_own,
        outcome::{Needed, Unproven},
        throttle::SignIn,
        viewer,
    },
    policy::method::SignInMethod,
    store::{
        accounts::{self, AccountRow},
        sessions::SignedIn,
    },
};

/// Longest address to go on to, in bytes: a redirect with it must get through every proxy.
const MAX_NEXT: usize = 2_000;

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

/// Redirects somebody who must sign in first: to the form, and then back to the page they requested; in a restricted
/// session, to the form for a new password.
pub async fn first(request: &Request<'_>) -> Outcome {
    if request.guard::<Restricted<'_>>().await.is_success() {
        return Outcome::elsewhere(Place::NewPassword);
    }
    let is_again = again::needed(request).is_some() || viewer::email(request).is_some();
    let needed = match is_again {
        true => Needed::Again,
        false if pending::is_missed(request) => Needed::FirstFactor,
        false => Needed::SignIn,
    };
    Outcome::Unproven(Unproven { needed, to: place(request) })
}

/// Returns the address of the form, which leads back to the page that a request is for.
pub fn place(request: &Request<'_>) -> Address {
    let again = if viewer::email(request).is_some() { "1" } else { "" };
    let uri = request.uri();
    // A query on a page of ours may be a key out of a link that a mail program broke.
    let wanted = if is_own(request) { uri.path().to_string() } else { uri.to_string() };
    // Whoever has signed in is past the page of the factor: it would lead here again.
    let is_past = Visit::of(request).is_some_and(|site| wanted == Place::SecondFactor.at(site.base()));
    let reads = request.method() == Method::Get && wanted.len() <= MAX_NEXT && !is_past;
    let back = if reads { wanted } else { String::new() };
    match again::needed(request) {
        Some(needed) => Place::Verify.with(&[("next", &back), ("within", &Again::minutes(needed.within))]),
        None => Place::SignIn.with(&[("again", again), ("next", &back)]),
    }
}

form! {
    /// The form for signing in.
    pub struct LoginForm {
        /// Path to go on to.
        next: String = hidden(),
        /// Most minutes that a proof may be old there.
        within: String = hidden(),
        email: Identity = identity().complete("username webauthn"),
        password: Password = password(),
        /// Whether to remember the browser.
        remember: bool = ticked(),
    }
}

#[get("/login?<next>&<again>&<within>")]
fn show(
    next: Option<&str>,
    again: Option<&str>,
    within: Option<u32>,
    site: Visit<'_>,
    me: Option<&SignedIn>,
    step: Option<Restricted<'_>>,
) -> Outcome {
    let next = next.unwrap_or_default();
    if site.program.is_some() {
        told::methods(&site, me);
        return page(&site, next, me.is_some(), within).into();
    }
    match (me, step) {
        (Some(me), _) if again.is_some() && is_stale(me, within, site.now()) => {
            page(&site, next, true, within).filled(LoginForm::AT.email, &me.account.email).into()
        }
        (Some(_), _) => Outcome::elsewhere(goal(&site, next)),
        (None, Some(_)) => Outcome::elsewhere(Place::NewPassword),
        (None, None) => match site.last_address() {
            Some(email) => page(&site, next, false, None).filled(LoginForm::AT.email, &email).into(),
            None => page(&site, next, false, None).cacheable().into(),
        },
    }
}

/// True if the last proof is too old, by the setting or by the page that sent somebody here.
fn is_stale(me: &SignedIn, within: Option<u32>, now: Time) -> bool {
    let age = within.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    me.session.fresh_until <= now || age.is_some_and(|age| !me.session.is_proved_within(age, now))
}

#[post("/login", data = "<form>")]
pub(super) async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    form: Paced<LoginForm>,
) -> Result<Outcome, Error> {
    let Paced(form) = form;
    let next = form.draft.next.clone().unwrap_or_default();
    let within: Option<u32> = form.draft.within.as_deref().and_then(|minutes| minutes.parse().ok());
    let again = || {
        let back = goal(&site, &next).at(site.base());
        let minutes = Again::minutes(within);
        let shown = Place::SignIn.with(&[("again", "1"), ("next", &back), ("within", &minutes)]);
        page(&site, &next, false, within).home(shown)
    };
    if !site.at_arrival.offers(SignInMethod::Password) {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    let (LoginForm { email, password, remember: keep, .. }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(again().refused(refusal)),
    };

    let named = &*identity::named(&site, email.key()).await?;
    let (hasher, counted) = password_try::begin(&site, email.key(), named).await?;
    if !counted.allowed().is_yes() {
        // Their way in does not wait: the address need not be typed again there.
        site.keep(Place::Reset, email.address())?;
        return Ok(Outcome::TooMany { allowed: counted.allowed(), instead: true });
    }
    let mut attempted = attempt(&site, &hasher, named, &counted, &password, keep).await;
    if let Ok(Attempt::Conflict) = attempted {
        attempted = attempt(&site, &hasher, named, &counted, &password, keep).await;
    }
    match attempted {
        Ok(Attempt::Passed(passed)) => Ok(passed.enter(&site, goal(&site, &next))),
        Ok(Attempt::Restricted(passed)) => Ok(passed.enter(&site, Place::NewPassword)),
        Ok(Attempt::Refused | Attempt::Conflict) => {
            password_try::note_failure(&site, named, None).await?;
            let by_address = site.at_arrival.sign_in([]).names_by_address_alone();
            let fault = if by_address { "fault-login" } else { "fault-login-named" };
            Ok(again().refused(refusal.with(LoginForm::AT.email, Fault::new(fault))))
        }
        Err(error @ Error::Busy) => {
            password_try::call_off(&site, &counted).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Result of a sign-in attempt.
enum Attempt {
    /// The password was right.
    Passed(Passed),
    /// A generated password was right, and opens the form for a new one.
    Restricted(Passed),
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
        let passed = temporary::sign_in(site, &account, counted, key).await?;
        return Ok(passed.map_or(Attempt::Refused, Attempt::Restricted));
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
    let passed = enter(site, &mut account, Proof::Password, None, keep).await?;
    counted.refund(site.app, account.tx()).await?;
    tx.commit().await?;
    Ok(Attempt::Passed(passed))
}

async fn find(site: &Visit<'_>, key: &str) -> Result<Option<AccountRow>, Error> {
    accounts::find_by_email(&mut site.read().await?, key).await
}
