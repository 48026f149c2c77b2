//! One person: details for an admin, and actions on the account.

use rocket::{Route, get, http::Status, post, routes};
use uuid::Uuid;

use super::{
    act::{Act, Asked, LetInForm},
    begin, error,
    person_page::PersonPage,
};
use crate::{
    admin::{
        actions::{self, ActionOutcome},
        let_in::let_in,
        lost,
    },
    auth::role::Admin,
    base::{
        Error,
        duration::HumanDuration,
        fault::Fault,
        role::{Administrator, Role},
    },
    core::{event::Actor, place::Place},
    http::{CookieName, Outcome, Page, Refusal, SameOrigin, Visit, form::fields::Fields},
    store::{
        Tx,
        accounts::{self, AccountRow},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, show_act, change]
}

#[get("/admin/people/<id>?<done>")]
async fn show(site: Visit<'_>, admin: Admin<'_>, id: &str, done: Option<&str>) -> Result<Outcome, Error> {
    let Some(account) = find(&site, id).await? else { return error(Status::NotFound) };
    let done = done.and_then(Act::named);
    let key = if done == Some(Act::LetIn) { site.carried(CookieName::LetIn) } else { None };
    site.cookies.remove(CookieName::LetIn);
    let done = done.map(|act| site.say(&format!("person-done-{}", act.name()), &[]));
    let key = key.map(|key| key.grouped());
    let shown = PersonPage::of(&site, &admin, &account).await?.after(done, key);
    Ok(Page::of(&shown).into())
}

#[get("/admin/people/<id>/<_>")]
fn show_act(_admin: Admin<'_>, id: &str) -> Outcome {
    Outcome::elsewhere(match Uuid::parse_str(id) {
        Ok(id) => Place::Person(id),
        Err(_) => Place::AdminPeople,
    })
}

#[post("/admin/people/<id>/<act>", data = "<sent>")]
async fn change(
    _ours: SameOrigin,
    site: Visit<'_>,
    admin: Admin<'_>,
    id: &str,
    act: &str,
    sent: Fields,
) -> Result<Outcome, Error> {
    let (Some(account), Some(act)) = (find(&site, id).await?, Act::named(act)) else {
        return error(Status::NotFound);
    };
    let (asked, refusal) = match Asked::read(act, &sent, site.config()) {
        Ok(asked) => asked,
        Err(refusal) => return refused(&site, &admin, &account, refusal).await,
    };
    if let Err(fault) = protect(&admin, &account, &asked) {
        return refused(&site, &admin, &account, refusal.with(act.at(), fault)).await;
    }
    let Some(tx) = begin(&site, &admin).await? else { return error(Status::Forbidden) };
    match carry_out(&site, tx, &admin, account.id, asked).await? {
        Ok(()) => Ok(Outcome::go(Place::Person(account.id).with(&[("done", act.name())]))),
        Err(fault) => refused(&site, &admin, &account, refusal.with(act.at(), fault)).await,
    }
}

/// Shows the page again with the typed values and their faults.
async fn refused(
    site: &Visit<'_>,
    admin: &Admin<'_>,
    account: &AccountRow,
    refusal: Refusal,
) -> Result<Outcome, Error> {
    let page = Page::of(&PersonPage::of(site, admin, account).await?);
    Ok(page.home(Place::Person(account.id)).refused(refusal))
}

/// Prevents admins from locking themselves out by a wrong click.
fn protect(admin: &Admin<'_>, account: &AccountRow, asked: &Asked) -> Result<(), Fault> {
    let own = admin.0.account.id == account.id;
    let out = match asked {
        Asked::Disable => true,
        Asked::RemoveRole(form) => form.role == Administrator::NAME,
        _ => false,
    };
    if own && out { Err(Fault::new("fault-own-account")) } else { Ok(()) }
}

async fn carry_out(
    site: &Visit<'_>,
    mut tx: Tx,
    admin: &Admin<'_>,
    id: Uuid,
    asked: Asked,
) -> Result<Result<(), Fault>, Error> {
    let (app, actor) = (site.app, Actor::admin(admin.0.account.id, site.caller()));
    let mut shown = None;
    let cared = match asked {
        Asked::AddRole(form) => actions::set_roles(app, &mut tx, id, (&[form.role], &[]), &actor).await?,
        Asked::RemoveRole(form) => actions::set_roles(app, &mut tx, id, (&[], &[form.role]), &actor).await?,
        Asked::Disable => actions::set_enabled(app, &mut tx, id, false, &actor).await?,
        Asked::Enable => actions::set_enabled(app, &mut tx, id, true, &actor).await?,
        Asked::EndSessions => actions::end_sessions(app, &mut tx, id, &actor).await?,
        Asked::SendReset => actions::send_reset(app, &mut tx, id, &actor).await?,
        Asked::LiftHold => actions::lift_hold(app, &mut tx, id, &actor).await?,
        Asked::GiveBack(form) => actions::give_back(app, &mut tx, id, &form.email, &actor).await?,
        Asked::RemovePhone(form) => lost::remove_phone(app, &mut tx, id, &form.reason, &actor).await?,
        Asked::RemoveFactors(form) => lost::remove_factors(app, &mut tx, id, &form.reason, &actor).await?,
        Asked::LetIn(LetInForm { strategy, way, reason }) => {
            match let_in(app, &mut tx, id, (strategy, way), &reason, &actor).await? {
                Ok(key) => {
                    shown = key;
                    ActionOutcome::Done
                }
                Err(why) => why,
            }
        }
    };
    tx.commit().await?;
    if let Some(key) = shown {
        site.carry_for(CookieName::LetIn, &key, *HumanDuration::minutes(1))?;
    }
    Ok(match cared {
        ActionOutcome::Done | ActionOutcome::Already => Ok(()),
        ActionOutcome::Disabled => Err(Fault::new("fault-disabled")),
        ActionOutcome::OnHold => Err(Fault::new("fault-held")),
        ActionOutcome::NoTexts => Err(Fault::new("fault-texts-used-up")),
        ActionOutcome::Taken | ActionOutcome::Kept => Err(Fault::new("fault-address-taken")),
        ActionOutcome::Admin => Err(Fault::new("fault-admin-account")),
        ActionOutcome::NeedsPhone => Err(Fault::new("fault-strategy")),
        ActionOutcome::Nobody => Err(Fault::new("fault-gone")),
    })
}

async fn find(site: &Visit<'_>, id: &str) -> Result<Option<AccountRow>, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
    accounts::find(&mut site.read().await?, id).await
}
