//! `sms_approved` by a second factor in place of a texted code: the code of an authenticator app or a passkey, in one form
//! with the new password.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    approval::{self, OtherWay, Ways, place_of},
    complete::choose,
    sms_approved::SmsApproved,
    ticket::{Ticket, TicketShown},
};
use crate::{
    auth::{
        question::{Aim, Question},
        second_factor::{self, Sent, Tried},
    },
    base::{Error, factor::FactorKind, fault::Fault},
    hashing::password::Password,
    http::{Form, Outcome, Page, Read, Refusal, SameOrigin, Visit, form::form},
    policy::{approve::Approval, strategy::Strategy},
    view::shown::{Forms, View},
};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    routes![show_totp, totp, show_passkey, passkey]
}

form! {
    /// The form for the code of an app.
    pub struct TotpApprovalForm {
        code: Zeroizing<String> = code(100).mode("numeric"),
        new_password: Password = new_password(),
    }
}

form! {
    /// The form for a passkey.
    pub struct PasskeyApprovalForm {
        new_password: Password = new_password(),
        /// The question, sealed.
        asked: String = hidden(),
        /// The answer.
        answer: String = answer(),
    }
}

/// The page with either form.
#[derive(Serialize)]
pub struct FactorApprovalPage {
    ticket: TicketShown,
    /// Kind of the factor.
    kind: FactorKind,
    /// The question for a passkey.
    question: Option<Question>,
    others: Vec<OtherWay>,
    /// Whether it also signs in.
    login_after: bool,
}

impl View for FactorApprovalPage {
    const TEMPLATE: &'static str = "reset/sms_approved_factor";
    const FORMS: Forms = &[TotpApprovalForm::INPUTS, PasskeyApprovalForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |way: Approval, others: &[Approval], login_after| FactorApprovalPage {
            ticket: TicketShown::sample(Strategy::SmsApproved, 3),
            kind: way.factor(),
            question: (way == Approval::Passkey).then(Question::sample),
            others: others.iter().map(|way| OtherWay::new(*way)).collect(),
            login_after,
        };
        vec![
            page(Approval::Totp, &[], true),
            page(Approval::Totp, &[Approval::Passkey, Approval::Sms], false),
            FactorApprovalPage {
                ticket: TicketShown::texted(Strategy::SmsApproved, 3),
                ..page(Approval::Passkey, &[Approval::Totp], true)
            },
        ]
    }
}

/// Returns the page for a factor; `None` if the account has none of that kind, or the policy does not allow it.
///
/// # Errors
/// Same as [`Question::passkey`].
pub(super) fn page(
    site: &Visit<'_>,
    ticket: &Ticket<SmsApproved>,
    ways: &Ways,
    way: Approval,
) -> Result<Page, Error> {
    let account = Some((ticket.account.id, &*ways.held));
    let question = match way {
        Approval::Passkey => Question::passkey(site, Aim::Approve, account)?,
        _ => None,
    };
    let page = Page::of(&FactorApprovalPage {
        ticket: ticket.shown(site, 3),
        kind: way.factor(),
        question,
        others: ways.others(Some(way)),
        login_after: ticket.policy.login_after,
    });
    Ok(page.home(place_of(way)))
}

#[get("/reset/sms-approved/totp")]
fn show_totp() -> Outcome {
    Outcome::elsewhere(place_of(Approval::Totp))
}

#[post("/reset/sms-approved/totp", data = "<form>")]
async fn totp(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SmsApproved>,
    form: Read<TotpApprovalForm>,
) -> Result<Outcome, Error> {
    let Read { draft, refusal } = form;
    let sent = draft.code.map(|code| Proof { code, asked: String::new(), at: TotpApprovalForm::AT.code });
    approve(&site, &ticket, Approval::Totp, (sent, draft.new_password), refusal).await
}

#[get("/reset/sms-approved/passkey")]
fn show_passkey() -> Outcome {
    Outcome::elsewhere(place_of(Approval::Passkey))
}

#[post("/reset/sms-approved/passkey", data = "<form>")]
async fn passkey(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SmsApproved>,
    form: Read<PasskeyApprovalForm>,
) -> Result<Outcome, Error> {
    let Read { draft, mut refusal } = form;
    let answer = draft.answer.filter(|answer| !answer.is_empty());
    if answer.is_none() {
        refusal = refusal.with(Question::ELEMENT, Fault::new("fault-passkey-none"));
    }
    let asked = draft.asked.unwrap_or_default();
    let sent = answer.map(|answer| Proof { code: answer.into(), asked, at: Question::ELEMENT });
    approve(&site, &ticket, Approval::Passkey, (sent, draft.new_password), refusal).await
}

/// A proof as it was sent.
struct Proof {
    /// The code, or the answer of a passkey.
    code: Zeroizing<String>,
    /// The sealed question of a passkey.
    asked: String,
    /// Element of the page at which its faults stand.
    at: &'static str,
}

/// Checks the new password and the proof, and completes the reset. An unacceptable password costs no try.
async fn approve(
    site: &Visit<'_>,
    ticket: &Ticket<SmsApproved>,
    way: Approval,
    (sent, new): (Option<Proof>, Option<Password>),
    mut refusal: Refusal,
) -> Result<Outcome, Error> {
    let ways = Ways::of(site, ticket).await?;
    if !ways.has(way) {
        return Ok(Outcome::elsewhere(place_of(way)));
    }
    let new = choose(site, &ticket.account, new, &mut refusal).await?;
    let page = || page(site, ticket, &ways, way);
    let (Some(sent), Some(new)) = (sent, new) else {
        ticket.bind(site).await?;
        return Ok(page()?.refused(refusal));
    };
    let Proof { code, asked, at } = sent;
    let sent = Sent { kind: way.factor(), code: &code, asked: &asked, aim: Aim::Approve };
    let ended = match second_factor::try_out(site, &ticket.account, &ways.held, sent).await? {
        Tried::Right(proof) => approval::spend(site, ticket, &proof, new).await?,
        Tried::Wrong(fault) => Err(fault),
        Tried::TooMany(allowed) => return Ok(Outcome::too_many(allowed)),
    };
    match ended {
        Ok(outcome) => Ok(outcome),
        Err(fault) => {
            ticket.bind(site).await?;
            Ok(page()?.refused(refusal.with(at, fault)))
        }
    }
}
