//! The page that asks for the second factor that a sign-in or a reset owes.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    asking::Asking,
    resume::{lock, resume},
    sending::{self, SendForm},
    ways::{Sent, Ways, place_of},
};
use crate::{
    auth::{
        pending::{Owed, Pending, PendingGoal},
        question::Aim,
        second_factor::Tried,
        told,
        trusted::{self, trust},
    },
    base::{Error, email::masked, factor::FactorKind, fault::Fault},
    core::place::Place,
    http::{CookieName, Form, Outcome, Page, Read, Refusal, SameOrigin, Visit, form::form},
    store::sessions,
    view::shown::{Forms, Until, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_send, send, show_cancel, cancel]
}

form! {
    /// The form for the proof of a second factor.
    pub struct FactorForm {
        /// Path to go on to.
        next: String = hidden(),
        /// Kind of the factor.
        with: String = hidden(),
        /// The question of a passkey, sealed.
        asked: String = hidden(),
        /// The answer of a passkey.
        answer: String = answer(),
        code: Zeroizing<String> = code(100).enter("go"),
        /// Whether to trust the browser.
        trust: bool = ticked(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct FactorPage {
    /// Masked address of the account.
    email: String,
    #[serde(flatten)]
    asking: Asking,
    /// Days for which the browser may be trusted, if it may be.
    trust: Option<u64>,
    #[serde(flatten)]
    until: Until,
}

impl View for FactorPage {
    const TEMPLATE: &'static str = "factors/prove";
    const FORMS: Forms = &[FactorForm::INPUTS, SendForm::INPUTS];

    fn samples() -> Vec<Self> {
        let pages = Asking::samples(Place::SecondFactor).into_iter().map(|asking| FactorPage {
            email: "m•••@example.com".into(),
            trust: (asking.kind != FactorKind::RecoveryCode).then_some(30),
            asking,
            until: Until::sample(),
        });
        pages.collect()
    }
}

async fn page(
    site: &Visit<'_>,
    pending: &Pending<'_>,
    ways: &Ways,
    kind: FactorKind,
    next: &str,
) -> Result<Page, Error> {
    let (account, session) = (&pending.me.account, &pending.me.session);
    let (of, shown_at) = ((kind, Aim::SecondFactor), (Place::SecondFactor, next));
    let page = Page::of(&FactorPage {
        email: masked(&account.email),
        asking: Asking::of(site, account, ways, of, shown_at).await?,
        trust: may_trust(site, pending, kind).then_some(trusted::LIFE.as_secs() / (24 * 60 * 60)),
        until: Until::new(site.locale, session.expires_at, site.now()),
    });
    Ok(page.home(place_of(kind, Place::SecondFactor, next)))
}

/// True if the browser may be trusted after this: not by a reset, nor by a code for the day on which all else is lost.
fn may_trust(site: &Visit<'_>, pending: &Pending<'_>, kind: FactorKind) -> bool {
    let by_password = matches!(pending.goal, PendingGoal::SignIn { .. }) && pending.policy.is_none();
    let policy = site.sign_in_policy(&pending.me.account);
    by_password && policy.trusted_browsers && kind != FactorKind::RecoveryCode
}

#[get("/login/factor?<next>&<with>")]
pub(super) async fn show(
    site: Visit<'_>,
    pending: Pending<'_>,
    next: Option<&str>,
    with: Option<&str>,
) -> Result<Outcome, Error> {
    let next = next.unwrap_or_default();
    if pending.owed == Owed::SetUp {
        return Ok(Outcome::elsewhere(Place::Factors.with(&[("next", next)])));
    }
    let ways = Ways::of(&site, &pending.me.account, pending.first.as_ref()).await?;
    told::proving(&site, ways.kinds());
    Ok(match ways.choose(with.unwrap_or_default()) {
        Some(kind) => page(&site, &pending, &ways, kind, next).await?.into(),
        None => {
            site.flash("flash-sign-in-otherwise");
            Outcome::elsewhere(Place::SignIn)
        }
    })
}

#[post("/login/factor", data = "<form>")]
pub(super) async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    pending: Pending<'_>,
    form: Read<FactorForm>,
) -> Result<Outcome, Error> {
    let account = &pending.me.account;
    let (next, with) = (form.draft.next.clone().unwrap_or_default(), form.draft.with.clone());
    let ways = Ways::of(&site, &pending.me.account, pending.first.as_ref()).await?;
    let by = (&*with.unwrap_or_default(), form.draft.code.is_some());
    let chosen = ways.choose_by(&site, account, by).await?.filter(|_| pending.owed == Owed::Proof);
    let Some(kind) = chosen else { return Ok(Outcome::elsewhere(Place::SecondFactor)) };
    let page = || page(&site, &pending, &ways, kind, &next);
    let Read { draft, refusal } = form;
    let wished = draft.trust.unwrap_or_default();
    let sent = match Sent::of(kind, draft.code, [draft.asked, draft.answer], refusal) {
        Ok(sent) => sent,
        Err(refusal) => return Ok(page().await?.refused(refusal)),
    };
    let proof = match ways.try_out(&site, account, (kind, Aim::SecondFactor), &sent).await? {
        Tried::Right(proof) => proof,
        Tried::Wrong(fault) => return Ok(page().await?.refused(sent.refused(fault))),
        Tried::TooMany(allowed) => return Ok(Outcome::too_many(allowed)),
    };
    let mut tx = site.begin().await?;
    let Some(mut locked) = lock(&mut tx, &site, &pending).await? else {
        return Ok(Outcome::elsewhere(Place::SignIn));
    };
    if !proof.spend(&site, &mut locked).await? {
        drop(tx);
        return Ok(page().await?.refused(sent.refused(proof.used())));
    }
    let resumed = resume(&site, &mut locked, &pending, proof.kind()).await?;
    if resumed.is_stale() {
        return resumed.enter(&site, account, &next);
    }
    let trusts = wished && resumed.has_entered() && may_trust(&site, &pending, kind);
    let trusted = if trusts { Some(trust(&site, &mut locked, kind).await?) } else { None };
    tx.commit().await?;
    if let Some(trusted) = trusted {
        trusted.enter(&site);
    }
    resumed.enter(&site, account, &next)
}

#[get("/login/factor/send")]
fn show_send() -> Outcome {
    Outcome::elsewhere(Place::SecondFactor)
}

#[post("/login/factor/send", data = "<form>")]
async fn send(
    _ours: SameOrigin,
    site: Visit<'_>,
    pending: Pending<'_>,
    form: Read<SendForm>,
) -> Result<Outcome, Error> {
    let Ok((form, _)) = form.whole() else { return Ok(Outcome::elsewhere(Place::SecondFactor)) };
    if pending.owed == Owed::SetUp {
        return Ok(Outcome::elsewhere(Place::SecondFactor));
    }
    let account = &pending.me.account;
    let ways = Ways::of(&site, account, pending.first.as_ref()).await?;
    if site.program.is_some() && !ways.has(&form.with) {
        let Some(kind) = ways.choose("") else { return Ok(Outcome::elsewhere(Place::SignIn)) };
        let page = page(&site, &pending, &ways, kind, &form.next).await?;
        return Ok(page.refused(Refusal::at(SendForm::AT.with, Fault::new("fault-choose"))));
    }
    site.tell("tf_required", true);
    if told::kind(&form.with) == Some(FactorKind::Passkey) {
        told::asking_passkey(&site);
    }
    sending::send(&site, account, &ways, form, Place::SecondFactor).await
}

#[get("/login/factor/cancel")]
fn show_cancel() -> Outcome {
    Outcome::elsewhere(Place::SecondFactor)
}

#[post("/login/factor/cancel")]
async fn cancel(_ours: SameOrigin, site: Visit<'_>, pending: Pending<'_>) -> Result<Outcome, Error> {
    let mut tx = site.begin().await?;
    sessions::end(&mut tx, pending.me.account.id, pending.me.session.id).await?;
    tx.commit().await?;
    site.cookies.remove(CookieName::Pending);
    Ok(Outcome::go(Place::SignIn))
}
