//! Letting in, once, a person who cannot meet the policy in force: an admin gives a reason, and the owner can object.
//!
//! The key opens one reset under a strategy that needs no phone. It is mailed to the account's address, or shown once
//! to the admin, who reads it out. In either case the owner gets a notice with "this wasn't me". Whoever uses the key has
//! lost what they would be asked for, so their second factors are removed then (`auth/owed.rs`).

use super::{
    actions::{ActionOutcome, why_not},
    reason::Reason,
};
use crate::{
    account::notice,
    app::App,
    base::{
        Error,
        duration::HumanDuration,
        key::{Key, Purpose},
    },
    core::{
        event::{Actor, Event, EventKind},
        place::Place,
    },
    outbox::message::Message,
    policy::{Channel, Policy, longest, strategy::Strategy},
    store::{
        Tx, accounts,
        keys::{self, KeyRow},
        outbox,
    },
};
use strum::VariantArray;
use uuid::Uuid;

/// Channel for the key; its name is a value of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Way {
    /// By mail, to the account's address.
    Mail,
    /// Shown once, to be read out.
    Shown,
}

impl Way {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Life of the key: one that is read out may be overheard.
    pub fn life(self) -> HumanDuration {
        match self {
            Way::Mail => HumanDuration::minutes(30),
            Way::Shown => HumanDuration::minutes(10),
        }
    }
}

/// Strategies for letting somebody in: those that need no phone, the strictest first.
pub fn strategies() -> impl Iterator<Item = Strategy> {
    Strategy::all().iter().copied().filter(|strategy| !strategy.needs_phone())
}

/// Ends the account's resets and creates a key; returns it if it is to be shown.
///
/// # Errors
/// [`Error::Database`].
pub async fn let_in(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    (strategy, way): (Strategy, Way),
    reason: &Reason,
    actor: &Actor,
) -> Result<Result<Option<Key>, ActionOutcome>, Error> {
    let Some(account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(Err(ActionOutcome::Nobody));
    };
    if let Some(why) = why_not(app, &account).or(actor.may_not_open(&account)) {
        return Ok(Err(why));
    }
    if strategy.needs_phone() {
        return Ok(Err(ActionOutcome::NeedsPhone));
    }
    let life = way.life().min(longest(strategy, Channel::Email));
    let (channel, in_force) = (Channel::Email, app.policy_now(&account).into_issued());
    let policy = Policy { strategy, channel, key_ttl: life, may_skip: false, granted: true, ..in_force };
    let key = match way {
        Way::Mail => Key::for_link(app.random)?,
        Way::Shown => Key::for_typing(app.random)?,
    };
    let (tx, account) = account.into_parts();
    keys::end_resets(tx, id, None).await?;
    outbox::drop_orphans(tx, id).await?;
    let row = KeyRow {
        policy: Some(policy.stored()),
        ..app.key_row(id, Purpose::Reset, key.digest(&app.keyring), *life)?
    };
    keys::insert(tx, &row).await?;
    if way == Way::Mail {
        let link = app.key_link(Place::Reset, &key);
        let mail =
            Message::mail(actor.asked().locale, &account.email, "let-in-link").link(link, row.expires_at);
        mail.post(app, tx, Some(id), Some(row.id), row.expires_at).await?;
    }
    notice::post(app, tx, &account, &account.email, "let-in", actor.asked()).await?;
    let how = if way == Way::Mail { "by mail" } else { "shown" };
    let detail = format!("{strategy}, {how}: {}", reason.text());
    Event::new(EventKind::AccountLetIn, id).by(actor).detail(&detail).write(app, tx).await?;
    Event::new(EventKind::ResetIssued, id).by(actor).under(&policy).write(app, tx).await?;
    Ok(Ok((way == Way::Shown).then_some(key)))
}
