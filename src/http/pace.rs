//! Answers that leave on a beat, so that how long one took does not tell what was done for it.
//!
//! Beats are counted from the end of the form: when that comes is the client's to decide, what follows is ours.

use std::{ops::Deref, time::Duration};

use rocket::{
    Data, Request, Response,
    data::{FromData, Outcome},
    fairing::{Fairing, Info, Kind},
    tokio::time::{Instant, sleep_until},
};

use super::Fields;

/// From one beat to the next. Chosen well above the extra time that a known address costs.
const BEAT: Duration = Duration::from_millis(10);

/// A form whose answer leaves on a beat.
///
/// # Outcomes
/// As [`Fields`].
pub struct Paced(Fields);

/// When the form of a request had come, if its answer leaves on a beat.
struct Came(Option<Instant>);

impl Deref for Paced {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Paced {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let fields = Fields::from_data(request, data).await.map(Paced);
        request.local_cache(|| Came(Some(Instant::now())));
        fields
    }
}

/// Holds back the answers to [`Paced`] forms.
pub struct ResponsePacing;

#[rocket::async_trait]
impl Fairing for ResponsePacing {
    fn info(&self) -> Info {
        Info { name: "Answers leave on a beat", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, _: &mut Response<'r>) {
        if let Some(came) = request.local_cache(|| Came(None)).0 {
            sleep_until(came + next_beat(came.elapsed())).await;
        }
    }
}

/// The first beat that is not over after `took`.
fn next_beat(took: Duration) -> Duration {
    let beats = took.as_nanos().div_ceil(BEAT.as_nanos());
    BEAT * u32::try_from(beats).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_waits_for_the_next_beat() {
        let millis = Duration::from_millis;
        assert_eq!(next_beat(Duration::from_nanos(1)), millis(10));
        assert_eq!(next_beat(millis(10)), millis(10));
        assert_eq!(next_beat(millis(10) + Duration::from_nanos(1)), millis(20));
        assert_eq!(next_beat(millis(254)), millis(260));
        next_beat(Duration::MAX);
    }
}
