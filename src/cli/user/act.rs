//! Changes to accounts from the command line: one transaction each, with the command line as actor.

use std::io::Write;

use super::{
    super::{Done, LOCALE, wrong},
    User,
};
use crate::{
    account::invite,
    admin::{
        actions::{self, ActionOutcome},
        let_in::{Way, let_in, strategies},
        lost,
        reason::Reason,
    },
    app::App,
    base::{Error, email::Email},
    core::{event::Actor, place::Place},
    store::{
        Pool, Tx,
        accounts::{self, AccountRow},
        factors, registrations,
    },
    view::format,
};

pub(super) async fn run(user: User, app: &App, pool: &Pool) -> Result<Done, Error> {
    let mut tx = pool.begin().await?;
    let email = match user {
        User::Add { email, role } => return add(app, tx, &email, &role).await,
        User::Withdraw { email } => return withdraw(app, tx, &email).await,
        User::Reset { ref email }
        | User::LetIn { ref email, .. }
        | User::RemovePhone { ref email, .. }
        | User::RemoveFactors { ref email, .. }
        | User::LiftHold { ref email }
        | User::GiveBack { ref email, .. }
        | User::EndSessions { ref email }
        | User::Disable { ref email }
        | User::Enable { ref email }
        | User::Role { ref email, .. }
        | User::Delete { ref email, .. }
        | User::Factors { ref email, .. }
        | User::Show { ref email, .. } => email.clone(),
        User::List { .. } => return Ok(Done::Nothing),
    };
    let Some(account) = find(&mut tx, &email).await? else { return Ok(Done::Nothing) };
    let (cared, told) = act(user, app, &mut tx, &account).await?;
    if let Some(why) = cared.why_not() {
        return Err(wrong(format!("{}: {why}", account.email)));
    }
    tx.commit().await?;
    match cared {
        ActionOutcome::Done => told.iter().for_each(|line| say!("{line}")),
        _ => eprintln!("latchkey: {}: there is nothing to change", account.email),
    }
    Ok((cared == ActionOutcome::Done).into())
}

/// Returns the outcome, and the lines to print.
async fn act(
    user: User,
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
) -> Result<(ActionOutcome, Vec<String>), Error> {
    let (actor, id, email) = (&Actor::command_line(app), account.id, &account.email);
    let one = |cared, what: &str| Ok((cared, vec![format!("{email} {what}")]));
    match user {
        User::Reset { .. } => one(actions::send_reset(app, tx, id, actor).await?, "is sent a reset"),
        User::LiftHold { .. } => one(actions::lift_hold(app, tx, id, actor).await?, "is not on hold"),
        User::GiveBack { to, .. } => {
            let cared = actions::give_back(app, tx, id, to.key(), actor).await?;
            one(cared, &format!("is given back to {}, which is sent a key", to.address()))
        }
        User::EndSessions { .. } => {
            one(actions::end_sessions(app, tx, id, actor).await?, "is signed in nowhere")
        }
        User::Disable { .. } => one(actions::set_enabled(app, tx, id, false, actor).await?, "is disabled"),
        User::Enable { .. } => one(actions::set_enabled(app, tx, id, true, actor).await?, "is enabled"),
        User::Delete { .. } => one(actions::delete(app, tx, id, actor).await?, "is deleted"),
        User::RemovePhone { reason, .. } => {
            let cared = lost::remove_phone(app, tx, id, &reread(&reason)?, actor).await?;
            one(cared, "has no phone; the owner is told")
        }
        User::RemoveFactors { reason, .. } => {
            let cared = lost::remove_factors(app, tx, id, &reread(&reason)?, actor).await?;
            one(cared, "has no second factors and no recovery codes; the owner is told")
        }
        User::Role { add, remove, .. } => {
            let cared = actions::set_roles(app, tx, id, (&add, &remove), actor).await?;
            let now = accounts::find(tx, id).await?.map_or(String::new(), |account| account.role_list);
            one(cared, &format!("has the roles: {now}"))
        }
        User::LetIn { strategy, show, reason, .. } => {
            let strategy = strategies().find(|known| known.name() == strategy);
            let strategy = strategy.ok_or_else(|| wrong("this strategy needs a phone".into()))?;
            let way = if show { Way::Shown } else { Way::Mail };
            let removes = !factors::of_account(tx, id).await?.is_empty();
            let removes = removes
                .then(|| "when it is used, it removes the second factors and recovery codes".to_owned());
            Ok(match let_in(app, tx, id, (strategy, way), &reread(&reason)?, actor).await? {
                Err(why) => (why, Vec::new()),
                Ok(None) => {
                    let told = format!("a link was sent to {email}; the owner has been told");
                    (ActionOutcome::Done, [told].into_iter().chain(removes).collect())
                }
                Ok(Some(key)) => {
                    let told = "works once, for 10 minutes at most; the owner is told";
                    let place = format!("to be typed at {}: {told}", app.link(Place::ResetKey));
                    (ActionOutcome::Done, [key.grouped(), place].into_iter().chain(removes).collect())
                }
            })
        }
        _ => Ok((ActionOutcome::Nobody, Vec::new())),
    }
}

fn reread(reason: &str) -> Result<Reason, Error> {
    Reason::parse(reason).map_err(|_| wrong("a reason must have 3 to 200 characters".into()))
}

/// Finds the account of an address; prints an error if there is none.
async fn find(tx: &mut Tx, email: &Email) -> Result<Option<AccountRow>, Error> {
    let found = accounts::find_by_email(tx, email.key()).await?;
    if found.is_none() {
        eprintln!("latchkey: no account has the address {}", email.address());
    }
    Ok(found)
}

async fn add(app: &App, mut tx: Tx, email: &Email, roles: &[String]) -> Result<Done, Error> {
    let invitation = invite::invitation(app, email.address(), roles)
        .map_err(|_| wrong(format!("`{}` is not an email address", email.address())))??;
    match actions::invite(app, &mut tx, &invitation, &Actor::command_line(app)).await? {
        ActionOutcome::Taken => return Err(wrong(format!("{} already has an account", email.address()))),
        other => {
            if let Some(why) = other.why_not() {
                return Err(wrong(format!("{}: {why}", email.address())));
            }
        }
    }
    tx.commit().await?;
    say!(
        "invited {}: the link is good until {}",
        invitation.email,
        format::moment(LOCALE, invitation.expires_at)
    );
    Ok(Done::Done)
}

async fn withdraw(app: &App, mut tx: Tx, email: &Email) -> Result<Done, Error> {
    let waiting = registrations::invitations(&mut tx, app.now(), i64::MAX).await?;
    let mut withdrawn = false;
    for invited in waiting.iter().filter(|invited| invited.email_key == email.key()) {
        withdrawn |= actions::withdraw(app, &mut tx, invited.id, &Actor::command_line(app)).await?;
    }
    tx.commit().await?;
    if withdrawn {
        say!("the invitation of {} was withdrawn", email.address());
    } else {
        eprintln!("latchkey: no invitation is pending for {}", email.address());
    }
    Ok(withdrawn.into())
}
