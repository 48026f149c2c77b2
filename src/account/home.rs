//! The account's own page and its list of sessions.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    tokens,
    trusted::{self, TrustedShown},
};
use crate::{
    auth::{
        refresh,
        session::{self, Fresh},
    },
    base::{
        Error,
        clock::Time,
        phone::ending,
        role::{Administrator, Role},
    },
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Outcome, Page, SameOrigin, Visit, flash::Announcement},
    policy::{method::SignInMethod, sign_in::Usernames},
    store::{
        refresh_tokens::RefreshToken,
        remembered,
        sessions::{self, Session, SignedIn},
    },
    view::{format, shown::View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, list, end_others, show_one, end_one]
}

/// The account's own page.
#[derive(Serialize)]
pub struct HomePage {
    email: String,
    /// The username, if there is one.
    username: Option<String>,
    /// Whether there are usernames.
    usernames: bool,
    /// Whether there is a password.
    password: bool,
    /// Whether one can be set.
    sets_password: bool,
    /// Last digits.
    phone: Option<String>,
    /// Number of second factors; `None` where there are none at all.
    factors: Option<i64>,
    /// Number of access tokens; `None` if there is no use for any.
    tokens: Option<i64>,
    fields: Vec<FieldShown>,
    /// Day of the registration.
    since: String,
    /// Beginning of this session.
    signed_in: String,
    roles: Vec<String>,
    /// Whether the console is theirs.
    admin: bool,
}

/// A field that the site defines itself.
#[derive(Serialize)]
struct FieldShown {
    label: String,
    value: String,
}

impl View for HomePage {
    const TEMPLATE: &'static str = "account/home";

    fn samples() -> Vec<Self> {
        let plain = || HomePage {
            email: "maria@example.com".into(),
            username: None,
            usernames: false,
            password: true,
            sets_password: true,
            phone: None,
            factors: None,
            tokens: None,
            fields: Vec::new(),
            since: "2026-05-03".into(),
            signed_in: "2026-05-03 14:32 UTC".into(),
            roles: Vec::new(),
            admin: false,
        };
        let full = HomePage {
            phone: Some("42".into()),
            username: Some("maria.k".into()),
            usernames: true,
            tokens: Some(2),
            fields: vec![FieldShown { label: "Team".into(), value: "North".into() }],
            roles: vec!["admin".into(), "support".into()],
            admin: true,
            ..plain()
        };
        vec![
            full,
            HomePage { factors: Some(0), tokens: Some(0), password: false, usernames: true, ..plain() },
            HomePage { factors: Some(2), password: false, sets_password: false, ..plain() },
        ]
    }
}

#[get("/account")]
async fn show(site: Visit<'_>, me: &SignedIn) -> Result<Outcome, Error> {
    let account = &me.account;
    let typed: Value = serde_json::from_str(&account.fields).unwrap_or_default();
    // What the application asked at registration may no longer hold.
    let of_site = site.config().register.fields.iter().filter(|field| !field.of_application);
    let fields = of_site.filter_map(|field| {
        let value = typed.get(&field.name)?.as_str()?.to_owned();
        Some(FieldShown { label: field.label.clone(), value })
    });
    let policy = site.sign_in_policy(account);
    let held = site.db.holdings(account.id, site.now()).await?;
    let username = held.username.filter(|_| policy.has_usernames());
    if username.is_none() && policy.usernames == Usernames::Required {
        return Ok(Outcome::elsewhere(Place::ChangeUsername));
    }
    let home = Page::of(&HomePage {
        email: account.email.clone(),
        username,
        usernames: policy.has_usernames(),
        password: !account.password_hash.is_unusable(),
        sets_password: policy.offers(SignInMethod::Password),
        factors: policy.is_on().then_some(held.factors),
        tokens: (tokens::are_for(&site, account) || held.access_tokens > 0).then_some(held.access_tokens),
        phone: account.phone.as_deref().map(|phone| ending(phone).to_owned()),
        fields: fields.collect(),
        since: format::day(site.locale, account.created_at),
        signed_in: format::moment(site.locale, me.session.began_at),
        roles: account.roles().map(str::to_owned).collect(),
        admin: site.config().console && account.has(Administrator::NAME),
    });
    Ok(home.into())
}

fn idle_since(site: &Visit<'_>) -> Time {
    site.now() - *site.config().session.idle
}

/// The list of the account's sessions.
#[derive(Serialize)]
pub struct SessionsPage {
    sessions: Vec<SessionShown>,
    trusted: Vec<TrustedShown>,
}

/// A session.
#[derive(Serialize)]
struct SessionShown {
    id: Uuid,
    /// Browser and system.
    browser: String,
    /// Client's address.
    place: String,
    since: String,
    /// Last use.
    seen: String,
    /// Whether it is this one.
    current: bool,
}

impl View for SessionsPage {
    const TEMPLATE: &'static str = "account/sessions";

    fn samples() -> Vec<Self> {
        let session = |browser: &str, place: &str, current| SessionShown {
            id: Uuid::from_u128(7),
            browser: browser.into(),
            place: place.into(),
            since: "2026-05-02 18:40 UTC".into(),
            seen: "2026-05-03 09:12 UTC".into(),
            current,
        };
        let own = || session("Firefox on Linux", "192.0.2.7", true);
        let other = session("Safari on iPhone", "2001:db8::7", false);
        let page = |sessions, trusted| SessionsPage { sessions, trusted };
        vec![page(vec![own(), other], TrustedShown::samples()), page(vec![own()], Vec::new())]
    }
}

#[get("/account/sessions")]
async fn list(site: Visit<'_>, me: Fresh<'_>) -> Result<Page, Error> {
    let me = me.0;
    let mut conn = site.read().await?;
    let open = sessions::list(&mut conn, me.account.id, idle_since(&site), site.now()).await?;
    let trusted = trusted::of_account(&site, &mut conn, me.account.id).await?;
    let shown = |id: Uuid, (began_at, seen_at): (Time, Time), browser: &str, place: String| SessionShown {
        id,
        browser: site.language().browser_or_app(browser),
        place,
        since: format::moment(site.locale, began_at),
        seen: format::moment(site.locale, seen_at),
        current: id == me.session.family(),
    };
    let session = |it: Session| shown(it.id, (it.began_at, it.seen_at), &it.browser, it.client);
    let family = |it: RefreshToken| shown(it.family, (it.began_at, it.rotated_at), &it.browser, it.client);
    // A program may have nothing but its refresh token.
    let families = refresh::of_account(&site, &mut conn, me.account.id).await?;
    let families = families.into_iter().filter(|family| open.iter().all(|open| open.id != family.family));
    let families: Vec<_> = families.map(family).collect();
    let sessions = open.into_iter().map(session).chain(families).collect();
    Ok(Page::of(&SessionsPage { sessions, trusted }))
}

#[post("/account/sessions")]
async fn end_others(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    let mut tx = site.begin().await?;
    if let Some(mut account) = me.lock(&mut tx, site.now()).await? {
        let own = &me.0.session;
        let others = session::open(&site, &mut account, Some(own.family())).await?;
        let (held, account) = account.into_parts();
        let ended = sessions::end_all(held, account.id, Some(own)).await?;
        if ended + remembered::end_all(held, account.id).await? > 0 {
            Event::new(EventKind::SessionsEnded, account.id)
                .from(&site.caller())
                .write(site.app, held)
                .await?;
        }
        tx.commit().await?;
        site.flash_all(vec![Announcement::count("flash-others-ended", others)]);
    }
    Ok(Outcome::go(Place::Sessions))
}

#[get("/account/sessions/<_>")]
fn show_one(_me: &SignedIn) -> Outcome {
    Outcome::elsewhere(Place::Sessions)
}

#[post("/account/sessions/<id>")]
async fn end_one(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>, id: &str) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else {
        return Ok(Outcome::Failed(rocket::http::Status::NotFound));
    };
    let mut tx = site.begin().await?;
    if let Some(account) = me.lock(&mut tx, site.now()).await? {
        let (held, account) = account.into_parts();
        if sessions::end(held, account.id, id).await? {
            // It is not known which remembered browser opened it, so all of them are forgotten.
            remembered::end_all(held, account.id).await?;
            Event::new(EventKind::SessionEnded, account.id)
                .from(&site.caller())
                .write(site.app, held)
                .await?;
            tx.commit().await?;
            site.flash("flash-session-ended");
        }
    }
    Ok(Outcome::go(Place::Sessions))
}
