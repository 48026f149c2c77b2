//! Answers sent on a fixed beat, so that their timing does not reveal the work behind them.
//!
//! Beats are counted from the end of the form: its arrival depends on the client, and what follows on us.

use std::time::Duration;

use rocket::{
    Data, Request, Response,
    data::{FromData, Outcome},
    fairing::{Fairing, Info, Kind},
    tokio::time::{Instant, sleep_until},
};

use super::form::{Form, Read, fields::Fields, read};

/// Interval of the beat. Chosen well above the extra time that a known address costs.
const STEP: Duration = Duration::from_millis(10);

/// A form whose answer is sent on a beat.
///
/// # Outcomes
/// Same as [`Read`].
pub struct Paced<F: Form>(pub Read<F>);

/// Arrival of a request's form, if its answer is sent on a beat.
struct Came(Option<Instant>);

#[rocket::async_trait]
impl<'r, F: Form> FromData<'r> for Paced<F> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let sent = Fields::from_data(request, data).await;
        begin(request);
        match sent {
            Outcome::Success(sent) => read(request, &sent).map(Paced),
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(forward) => Outcome::Forward(forward),
        }
    }
}

/// Sends the answer to a request on a beat that begins now.
pub fn begin(request: &Request<'_>) {
    request.local_cache(|| Came(Some(Instant::now())));
}

/// Delays the answers to [`Paced`] forms, and to other requests that wish it, until the next beat.
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

/// The first beat at or after `took`.
fn next_beat(took: Duration) -> Duration {
    let beats = took.as_nanos().div_ceil(STEP.as_nanos());
    STEP * u32::try_from(beats).unwrap_or(u32::MAX)
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
