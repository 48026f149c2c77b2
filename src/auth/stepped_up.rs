//! The guard for what only the strongest proof may change: second factors.

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};

use super::{
    again::{Again, must_verify},
    session::Fresh,
};
use crate::{base::factor::FactorKind, http::Visit, store::factors};

/// A person who has just proved themselves, by the strongest factor that they hold: a recovery code counts as that.
///
/// # Outcomes
/// Same as [`Fresh`]; 401 also if the strongest factor was not proved, and `/verify` asks for it.
pub struct SteppedUp<'r>(pub Fresh<'r>);

/// True if a session that began by `proved` may do what takes the strongest of these factors.
pub fn is_strongest(proved: Option<FactorKind>, held: impl Iterator<Item = FactorKind>) -> bool {
    let strongest = held.min();
    match proved {
        Some(FactorKind::RecoveryCode) => true,
        Some(proved) => strongest.is_none_or(|strongest| proved <= strongest),
        None => strongest.is_none(),
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SteppedUp<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let me = match Fresh::from_request(request).await {
            Outcome::Success(me) => me,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        let Some(site) = Visit::of(request) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let held = match site.read().await {
            Ok(mut conn) => factors::of_account(&mut conn, me.0.account.id).await,
            Err(error) => Err(error),
        };
        match held {
            Ok(held) if is_strongest(me.0.session.factor, held.iter().map(|factor| factor.kind)) => {
                Outcome::Success(SteppedUp(me))
            }
            Ok(_) => must_verify(request, Again { within: None }),
            Err(error) => {
                log::error!("{error}");
                Outcome::Error((Status::ServiceUnavailable, ()))
            }
        }
    }
}
