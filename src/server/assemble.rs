//! The site within an application: routes, catchers, fairings, and work beside the requests.

use std::{io::Cursor, sync::Arc};

use rocket::{
    Build, Request, Response, Rocket,
    fairing::{AdHoc, Fairing, Info, Kind},
    http::{ContentType, Status},
};
use serde_json::json;

use super::{database::CloseDatabase, dev, errors, switch::Switch};
use crate::{
    account,
    app::App,
    core::place::Place,
    factors,
    http::{
        canonical_host::CanonicalHost, client::Proxied, cookies::SetCookies, cors, headers::Headers,
        noticed::Scribe, own, own_routes::ErrorPages, pace::ResponsePacing, probes, refusal, request_log,
        wellknown,
    },
    jobs::{canonical, heartbeat, worker},
    observe::task,
    openapi, reset,
    sign_in::{self, login},
    store::Db,
};

/// Adds the site to an application. Fairings that are attached here run after all of the application's.
pub(super) fn assemble(rocket: Rocket<Build>, app: Arc<App>, db: Db) -> Rocket<Build> {
    let (base, strategies) = (app.base().clone(), app.validated.strategies.clone());
    // Rocket tries one route after another.
    let site = [reset::routes(), sign_in::routes(), account::routes(), factors::routes(), openapi::routes()];
    let site = site.concat();
    let preflight = if app.config().api.origins.is_empty() { Vec::new() } else { cors::routes(&site) };
    let mut routes = [site, wellknown::routes(&base), preflight].concat();
    #[cfg(feature = "console")]
    if app.config().console {
        routes.extend(crate::admin::console::routes());
    }
    #[cfg(feature = "swagger-ui")]
    if app.config().api.docs.unwrap_or(app.validated.lenient) {
        routes.extend(openapi::docs::routes());
    }
    if app.config().probes {
        routes.extend(probes::routes());
    }
    let site = rocket
        .manage(app.events.clone())
        .manage(Proxied::default())
        .manage(ErrorPages(errors::page))
        .manage(openapi::Description::default())
        .manage(app)
        .manage(db)
        .attach(CloseDatabase)
        .attach(SignInFirst)
        .attach(CanonicalHost)
        .attach(Headers)
        .attach(SetCookies)
        .attach(Scribe)
        .attach(ResponsePacing)
        .attach(request_log::RequestFinish)
        .attach(try_layout())
        .attach(start_worker())
        .attach(leaving())
        .attach(heartbeat::fairing())
        .attach(canonical::fairing())
        .attach(dev::fairing())
        .mount(base.root(), own(routes))
        .mount("/", own(wellknown::fixed()));
    let site = match base.root() {
        // An application may have a catcher of its own there.
        "/" => site,
        root => site.register(root, vec![errors::catcher()]),
    };
    strategies.all().iter().fold(site, |site, strategy| site.attach(reset::fairing(*strategy)))
}

/// Answers somebody who must sign in before a route of the application: a person with sign-in, a program with JSON.
struct SignInFirst;

#[rocket::async_trait]
impl Fairing for SignInFirst {
    fn info(&self) -> Info {
        Info { name: "Sign in first", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return };
        refusal::add_headers(request, app, response);
        if !refusal::leads_to_sign_in(request, response.status()) {
            return;
        }
        let sign_in = login::place(request).at(app.base());
        // They were of another body.
        for name in ["Content-Encoding", "Content-Language", "Content-Disposition", "ETag"] {
            response.remove_header(name);
        }
        if refusal::wants_page(request) {
            response.set_status(Status::SeeOther);
            response.set_raw_header("Location", sign_in);
            response.set_sized_body(0, Cursor::new(""));
        } else {
            let body = json!({ "status": 401, "error": "sign in first", "sign_in": sign_in }).to_string();
            response.set_header(ContentType::JSON);
            response.set_sized_body(body.len(), Cursor::new(body));
        }
        response.set_raw_header("Cache-Control", "no-store");
    }
}

/// Ends the launch if the layout is known to be missing. All fairings have ignited by then, in whatever order.
fn try_layout() -> AdHoc {
    AdHoc::on_liftoff("Layout", |rocket| {
        Box::pin(async move {
            let layout = rocket.state::<Arc<App>>().and_then(|app| app.extensions.layout.as_ref());
            if let Some(why) = layout.and_then(|layout| layout.fault(rocket)) {
                log::error!("latchkey: {why}");
                rocket.shutdown().notify();
            }
        })
    })
}

fn start_worker() -> AdHoc {
    AdHoc::on_liftoff("Outbox", |rocket| {
        Box::pin(async move {
            let (Some(app), Some(db)) = (rocket.state::<Arc<App>>(), Db::fetch(rocket)) else { return };
            let (at_work, pool, shutdown) = (app.clone(), (**db).clone(), rocket.shutdown());
            task::keep_up("the outbox worker", app.scope(None), move || {
                worker::run(at_work.clone(), pool.clone(), shutdown.clone())
            });
            if let Some(switch) = Switch::of(rocket) {
                let figment = rocket.figment().clone();
                rocket::tokio::spawn(async move {
                    if let Err(error) = switch.look(&figment).await {
                        log::error!("could not check which accounts the policy locks out: {error}");
                    }
                });
            }
            log::info!("people are served at {}", app.url());
            if app.transports.mailbox.is_some() {
                log::info!("email and text messages appear at {}", app.link(Place::Mailbox));
            }
        })
    })
}

/// Reports on shutdown that the server is leaving.
fn leaving() -> AdHoc {
    AdHoc::on_shutdown("Leaving", |rocket| {
        Box::pin(async move {
            if let Some(app) = rocket.state::<Arc<App>>() {
                app.health.leave();
            }
        })
    })
}
