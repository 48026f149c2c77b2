//! The first password of an account, and its fields: those of the registration only for the person who chose them.

use super::{
    asked,
    confirm::{BUTTON, ConfirmForm, Unconfirmed},
};
use crate::{
    base::{Error, fault::Fault},
    hashing::{
        hash::{PasswordHash, Verdict},
        password::Password,
    },
    http::{Refusal, Visit},
};

/// First password of an account, and its fields as JSON.
pub(super) struct Chosen {
    pub hash: PasswordHash,
    pub fields: String,
    /// Typed values, without a fault.
    pub refusal: Refusal,
}

/// The first password, before it is hashed or compared.
enum Secret {
    /// That of the registration, from the browser that registered.
    Kept,
    /// That of the registration, as typed elsewhere.
    Typed(Password),
    /// Another one, which the policy allows.
    New(Password),
    /// None, from another browser.
    None,
}

/// Returns what was chosen, now or at registration, or the refusal of the form. Hashes only once all else is right.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub(super) async fn chosen(
    site: &Visit<'_>,
    unconfirmed: &Unconfirmed,
    ConfirmForm { password: typed, new_password, fields }: ConfirmForm,
    mut refusal: Refusal,
) -> Result<Result<Chosen, Refusal>, Error> {
    let Some(secret) = secret(site, unconfirmed, (typed, new_password), &mut refusal).await? else {
        return Ok(Err(refusal));
    };
    let registration = &unconfirmed.0;
    let theirs = matches!(secret, Secret::Kept | Secret::Typed(_));
    let fields = if theirs && unconfirmed.has_fields(site) {
        registration.fields.clone()
    } else if site.extensions.registration.is_none() {
        // Without the password chosen at registration, the other fields may be somebody else's.
        "{}".into()
    } else {
        let judged = match refusal.take_own(fields) {
            Some(own) => asked::judge(site.app, &registration.email, &own, BUTTON, &mut refusal).await,
            None => None,
        };
        let Some(kept) = judged else { return Ok(Err(refusal)) };
        serde_json::Value::Object(kept).to_string()
    };
    let hasher = site.hasher_for(registration.id.as_bytes());
    let kept = registration.password_hash.clone();
    let hash = match secret {
        Secret::Kept => kept,
        Secret::None => PasswordHash::unusable(),
        Secret::New(password) => hasher.hash(password).await?,
        Secret::Typed(typed) => match hasher.verify(typed, Some(kept.clone())).await? {
            Verdict::No => {
                return Ok(Err(refusal.with(ConfirmForm::AT.password, Fault::new("fault-password"))));
            }
            Verdict::Yes | Verdict::NeedsRehash => kept,
        },
    };
    Ok(Ok(Chosen { hash, fields, refusal }))
}

/// Reads the first password, and judges a new one; `None` after a fault.
async fn secret(
    site: &Visit<'_>,
    unconfirmed: &Unconfirmed,
    (typed, new_password): (Result<Password, Fault>, Result<Password, Fault>),
    refusal: &mut Refusal,
) -> Result<Option<Secret>, Error> {
    let (registration, at) = (&unconfirmed.0, ConfirmForm::AT);
    if unconfirmed.is_settled(site) {
        return Ok(Some(Secret::Kept));
    }
    if unconfirmed.is_bare(site) {
        return Ok(Some(Secret::None));
    }
    let is_missing = typed.as_ref().is_err_and(Fault::is_missing);
    if !registration.invited && !is_missing {
        return Ok(refusal.take(at.password, typed).map(Secret::Typed));
    }
    let Some(password) = refusal.take(at.new_password, new_password) else { return Ok(None) };
    let hasher = site.hasher_for(registration.id.as_bytes());
    let validated = site.judge(&hasher, &password, &registration.email, &[]).await?;
    Ok(refusal.take(at.new_password, validated).map(|()| Secret::New(password)))
}
