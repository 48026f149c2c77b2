//! Another proof of identity, for what only the strongest factor may change, or needs a recent proof.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    asking::Asking,
    resume::note,
    sending::{self, SendForm},
    verify_password,
    ways::{Sent, Ways, place_of},
};
use crate::{
    auth::{again::Again, question::Aim, second_factor::Tried, token, told},
    base::{Error, factor::FactorKind, fault::Fault},
    core::place::{Place, goal},
    http::{Form, Outcome, Page, Read, Refusal, SameOrigin, Visit, form::form},
    sign_in,
    store::{
        accounts::{self, AccountRow},
        sessions::SignedIn,
    },
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_send, send]
}

form! {
    /// The form for the proof of a factor.
    pub struct VerifyForm {
        /// Path to go on to.
        next: String = hidden(),
        /// Kind of the factor.
        with: String = hidden(),
        /// The question of a passkey, sealed.
        asked: String = hidden(),
        /// The answer of a passkey.
        answer: String = answer(),
        code: Zeroizing<String> = code(100).enter("go"),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct VerifyPage {
    #[serde(flatten)]
    asking: Asking,
}

impl View for VerifyPage {
    const TEMPLATE: &'static str = "factors/verify";
    const FORMS: Forms = &[VerifyForm::INPUTS, SendForm::INPUTS];

    fn samples() -> Vec<Self> {
        Asking::samples(Place::Verify).into_iter().map(|asking| VerifyPage { asking }).collect()
    }
}

async fn page(
    site: &Visit<'_>,
    account: &AccountRow,
    ways: &Ways,
    kind: FactorKind,
    next: &str,
) -> Result<Page, Error> {
    let asking = Asking::of(site, account, ways, (kind, Aim::Verify), (Place::Verify, next)).await?;
    Ok(Page::of(&VerifyPage { asking }).home(place_of(kind, Place::Verify, next)))
}

#[get("/verify?<next>&<with>&<within>")]
async fn show(
    site: Visit<'_>,
    me: &SignedIn,
    next: Option<&str>,
    with: Option<&str>,
    within: Option<u32>,
) -> Result<Outcome, Error> {
    let next = next.unwrap_or_default();
    let ways = Ways::strongest(&site, &me.account).await?;
    told::verifying(&site, ways.kinds());
    Ok(match ways.choose(with.unwrap_or_default()) {
        Some(kind) => page(&site, &me.account, &ways, kind, next).await?.into(),
        // A program without a page to be sent to.
        None if site.program.is_some() => sign_in::page::page(&site, next, true, within).into(),
        None => {
            let minutes = Again::minutes(within);
            Outcome::elsewhere(Place::SignIn.with(&[("again", "1"), ("next", next), ("within", &minutes)]))
        }
    })
}

#[post("/verify", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: &SignedIn,
    form: Read<VerifyForm>,
) -> Result<Outcome, Error> {
    let (next, with) = (form.draft.next.clone().unwrap_or_default(), form.draft.with.clone());
    let ways = Ways::strongest(&site, &me.account).await?;
    let by = (&*with.unwrap_or_default(), form.draft.code.is_some());
    let Some(kind) = ways.choose_by(&site, &me.account, by).await? else {
        return match (site.program, form.draft.code) {
            (Some(_), Some(code)) => verify_password::prove(&site, me, &ways, &code).await,
            (Some(_), None) => Ok(verify_password::asking(&site, Fault::missing())),
            (None, _) => Ok(Outcome::elsewhere(Place::Verify)),
        };
    };
    let page = || page(&site, &me.account, &ways, kind, &next);
    let Read { draft, refusal } = form;
    let sent = match Sent::of(kind, draft.code, [draft.asked, draft.answer], refusal) {
        Ok(sent) => sent,
        Err(refusal) => return Ok(page().await?.refused(refusal)),
    };
    let proof = match ways.try_out(&site, &me.account, (kind, Aim::Verify), &sent).await? {
        Tried::Right(proof) => proof,
        Tried::Wrong(fault) => return Ok(page().await?.refused(sent.refused(fault))),
        Tried::TooMany(allowed) => return Ok(Outcome::too_many(allowed)),
    };
    let mut tx = site.begin().await?;
    let locked = accounts::lock_unchanged(&mut tx, &me.account, site.now()).await?;
    let Some(mut account) = locked else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    if !proof.spend(&site, &mut account).await? {
        drop(tx);
        return Ok(page().await?.refused(sent.refused(proof.used())));
    }
    note(&site, &mut account, kind).await?;
    if !token::verified(&site, &mut account, &me.session, Some(kind)).await? {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    tx.commit().await?;
    Ok(Outcome::Go(goal(&next)))
}

#[get("/verify/send")]
fn show_send(_me: &SignedIn) -> Outcome {
    Outcome::elsewhere(Place::Verify)
}

#[post("/verify/send", data = "<form>")]
async fn send(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: &SignedIn,
    form: Read<SendForm>,
) -> Result<Outcome, Error> {
    let Ok((form, _)) = form.whole() else { return Ok(Outcome::elsewhere(Place::Verify)) };
    let ways = Ways::strongest(&site, &me.account).await?;
    if site.program.is_some() && !ways.has(&form.with) {
        let page = sign_in::page::page(&site, "", true, None);
        return Ok(page.refused(Refusal::at(SendForm::AT.with, Fault::new("fault-choose"))));
    }
    sending::send(&site, &me.account, &ways, form, Place::Verify).await
}
