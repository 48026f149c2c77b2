//! Strategies of an application: how one is described, checked before anything starts, and mounted beside the five.

pub mod page;
pub mod ticket;

use std::{collections::HashSet, marker::PhantomData, time::Duration};

use rocket::{Route, fairing::AdHoc, http::Method};

use super::ticket::StrategyTag;
use crate::{
    base::{Error, setting_fault::SettingFault},
    core::place::Place,
    http::mount_at,
    policy::{
        own_strategy::{OwnStrategy, Strategies, is_snake_case},
        strategy::Strategy,
    },
};

/// Shortest and longest life of a first key, in seconds.
const LIVES: std::ops::RangeInclusive<u64> = 60..=3600;

/// A strategy of an application: another way to reset a password, beside the five.
///
/// Requesting a reset, the message with the link, and the end are the same for every strategy. What lies between is up
/// to the routes, which take a [`Ticket`](ticket::Ticket). Add it by [`Latchkey::strategy`](crate::Latchkey::strategy),
/// and choose it by `strategy = "NAME"` in `[default.latchkey.reset]`, for everybody or for one role.
///
/// ```no_run
/// use std::time::Duration;
///
/// use latchkey::{Answer, Error, Recovers, Ticket};
/// use rocket::{FromForm, Route, form::Form, get, launch, post, response::content::RawHtml, routes};
///
/// /// Asks for a new password.
/// struct Plain;
///
/// impl Recovers for Plain {
///     const NAME: &'static str = "plain";
///     const STRICTER_THAN: Option<&'static str> = Some("one_time_login");
///     const LONGEST: Duration = Duration::from_secs(20 * 60);
///
///     fn routes() -> Vec<Route> {
///         routes![show, submit]
///     }
/// }
///
/// #[get("/")]
/// fn show(ticket: Ticket<'_, Plain>) -> Answer {
///     let form = format!(
///         r#"<form method="post" action="{}"><label>New password
///         <input type="password" name="password" autocomplete="new-password"></label><button>Set</button></form>"#,
///         ticket.action("/")
///     );
///     ticket.page(2, "A new password", RawHtml(form))
/// }
///
/// #[derive(FromForm)]
/// struct New<'r> {
///     password: &'r str,
/// }
///
/// #[post("/", data = "<new>")]
/// async fn submit(ticket: Ticket<'_, Plain>, new: Form<New<'_>>) -> Result<Answer, Error> {
///     Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
/// }
///
/// #[launch]
/// fn rocket() -> _ {
///     rocket::build().attach(latchkey::fairing().strategy::<Plain>())
/// }
/// ```
pub trait Recovers: Send + Sync + 'static {
    /// Its name in `Rocket.toml`, in snake case. Its pages are below `/reset/`, with `-` in place of `_`.
    const NAME: &'static str;

    /// Its place by strictness: just before this strategy of ours, or after all of them if `None`. A person with several
    /// roles gets the strictest strategy, and a switch to a stricter one ends the keys of the others. Each place is for one
    /// strategy, because nothing tells which of two of yours is stricter.
    const STRICTER_THAN: Option<&'static str> = None;

    /// Number of steps, the request being the first: 2 to 9.
    const STEPS: u8 = 2;

    /// Longest life of the key in the first message: one minute to one hour.
    const LONGEST: Duration = Duration::from_secs(30 * 60);

    /// True if a verified phone is required: [`complete`](ticket::Ticket::complete) then refuses everybody without one, and a
    /// link by text message is a fault in the settings.
    const NEEDS_PHONE: bool = false;

    /// True if a code that was sent must be typed: [`complete`](ticket::Ticket::complete) then refuses everybody who has not,
    /// whatever the routes do. With [`NEEDS_PHONE`](Self::NEEDS_PHONE), the code must have been
    /// texted.
    const NEEDS_CODE: bool = false;

    /// A drawback, shown as advice in the log and in the console to those who choose it.
    const RISK: Option<&'static str> = None;

    /// Returns its routes, mounted below `/reset/<name>`. One of them must be `GET /`, to which the link in the message
    /// leads.
    fn routes() -> Vec<Route>;
}

/// Tag of the tickets of an application's strategy.
pub struct Own<S>(PhantomData<fn() -> S>);

impl<S: Recovers> Own<S> {
    const FACTS: &'static OwnStrategy = &OwnStrategy {
        name: S::NAME,
        stricter_than: S::STRICTER_THAN,
        steps: S::STEPS,
        longest: S::LONGEST,
        needs_phone: S::NEEDS_PHONE,
        needs_code: S::NEEDS_CODE,
        risk: S::RISK,
        routes: S::routes,
    };
}

impl<S: Recovers> StrategyTag for Own<S> {
    const STRATEGY: Option<Strategy> = Some(Strategy::Own(Self::FACTS));
}

/// Returns the facts about a strategy of the application.
pub fn of<S: Recovers>() -> &'static OwnStrategy {
    Own::<S>::FACTS
}

/// Installs the routes of a strategy of the application, as ours.
pub(super) fn fairing(own: &'static OwnStrategy) -> AdHoc {
    AdHoc::on_ignite(own.name, move |rocket| async move {
        mount_at(rocket, Place::Strategy(Strategy::Own(own)), (own.routes)())
    })
}

/// Returns the five strategies with those of the application.
///
/// # Errors
/// [`Error::Config`], one line for each fault.
pub fn register(own: &[&'static OwnStrategy]) -> Result<Strategies, Error> {
    let (mut known, mut names) = (Strategies::default(), HashSet::new());
    let mut faults = Vec::new();
    for own in own {
        let new = names.insert(own.name);
        let fault = if new { fault(own) } else { Some(("is added twice", "add it once")) };
        let key = format!("the application's strategy `{}`", own.name);
        let rival = known.own().find(|other| other.stricter_than == own.stricter_than);
        match (fault, rival) {
            (Some((why, remedy)), _) => faults.push(SettingFault::new(key, why, remedy).to_string()),
            (None, Some(rival)) => {
                let why = format!("has the place of `{}` by strictness", rival.name);
                let remedy = "write the name of another of Latchkey's as STRICTER_THAN";
                faults.push(SettingFault::new(key, why, remedy).to_string());
            }
            (None, None) => known.add(own),
        }
    }
    if faults.is_empty() { Ok(known) } else { Err(Error::Config(faults.join("\n"))) }
}

fn fault(own: &OwnStrategy) -> Option<(&'static str, &'static str)> {
    let is_ours = |name| Strategy::all().iter().any(|ours| ours.name() == name);
    let path = format!("/reset/{}", own.name.replace('_', "-"));
    let starts = |route: &Route| route.method == Method::Get && route.uri.path() == "/";
    [
        (!is_snake_case(own.name), "has no name in snake case", "write one like \"mail_and_card\" as NAME"),
        (is_ours(own.name), "has the name of one of Latchkey's", "choose another NAME"),
        (Place::all().any(|place| place.path() == path), "has the address of a page", "choose another NAME"),
        (
            own.stricter_than.is_some_and(|other| !is_ours(other)),
            "is compared with an unknown strategy",
            "write the name of one of Latchkey's as STRICTER_THAN",
        ),
        (!(2..=9).contains(&own.steps), "has a number of steps out of range", "write 2 to 9 as STEPS"),
        (
            !LIVES.contains(&own.longest.as_secs()),
            "has a life of its key out of range",
            "write 60 to 3600 seconds as LONGEST",
        ),
        (!(own.routes)().iter().any(starts), "has no first page", "add a route GET / to routes()"),
    ]
    .into_iter()
    .find_map(|(is_wrong, why, remedy)| is_wrong.then_some((why, remedy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: OwnStrategy = OwnStrategy {
        name: "mail_and_card",
        stricter_than: Some("second_key"),
        steps: 3,
        longest: Duration::from_secs(60),
        needs_phone: false,
        needs_code: false,
        risk: None,
        routes: || rocket::routes![show],
    };

    #[rocket::get("/")]
    fn show() {}

    fn told(own: OwnStrategy) -> String {
        register(&[Box::leak(Box::new(own))]).err().map_or(String::new(), |fault| fault.to_string())
    }

    #[test]
    fn a_good_strategy_stands_at_its_place() {
        let known = register(&[&GOOD]).unwrap();
        let names: Vec<_> = known.all().iter().map(|strategy| strategy.name()).collect();
        assert_eq!(names[..3], ["sms_approved", "mail_and_card", "second_key"]);
        assert_eq!(known.at("mail-and-card"), known.find("mail_and_card"));
    }

    #[test]
    fn a_faulty_strategy_is_refused_in_one_line() {
        for (own, fault) in [
            (OwnStrategy { name: "second_key", ..GOOD }, "`second_key` has the name of one of Latchkey's"),
            (OwnStrategy { name: "new_password", ..GOOD }, "`new_password` has the address of a page"),
            (OwnStrategy { name: "sent", ..GOOD }, "`sent` has the address of a page"),
            (OwnStrategy { stricter_than: Some("me"), ..GOOD }, "is compared with an unknown strategy"),
            (OwnStrategy { steps: 1, ..GOOD }, "has a number of steps out of range"),
            (
                OwnStrategy { longest: Duration::from_secs(4000), ..GOOD },
                "has a life of its key out of range",
            ),
            (OwnStrategy { routes: Vec::new, ..GOOD }, "has no first page"),
        ] {
            let told = told(own);
            assert!(told.contains(fault) && told.lines().count() == 1, "{told}");
        }
        for name in ["", "Card", "a-b", "_a", "a__b", "a_", "1a", "ä", "a/b", &"a".repeat(41)] {
            let name: &'static str = name.to_owned().leak();
            assert!(told(OwnStrategy { name, ..GOOD }).contains("has no name in snake case"), "{name}");
        }
        let twice = register(&[&GOOD, &GOOD]).err().unwrap().to_string();
        assert!(twice.contains("`mail_and_card` is added twice: add it once"), "{twice}");
    }

    #[test]
    fn two_strategies_at_one_place_are_refused() {
        for stricter_than in [GOOD.stricter_than, None] {
            let one = &*Box::leak(Box::new(OwnStrategy { stricter_than, ..GOOD }));
            let other = &*Box::leak(Box::new(OwnStrategy { name: "by_card", stricter_than, ..GOOD }));
            let told = register(&[one, other]).err().unwrap().to_string();
            let fault = "`by_card` has the place of `mail_and_card` by strictness: write the name of another";
            assert!(told.contains(fault) && told.lines().count() == 1, "{told}");
        }
    }
}
