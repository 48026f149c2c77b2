//! Strategies of an application: chosen like the five, and none of them a short cut.

use latchkey::{Answer, Error, Latchkey, Recovers, Ticket};
use reqwest::Method;
use rocket::{
    Build, FromForm, Responder, Rocket, Route, form::Form, get, http::Header, post,
    response::content::RawHtml, routes,
};

use crate::common::{Browser, Capabilities, NEW, OLD, Page, Person, Sent, Setting, Strategy, TestApp};

for_both_databases! {
    it_leads_back_in,
    its_link_alone_opens_nothing,
    wrong_codes_end_the_code,
    a_weak_password_costs_no_try,
    a_ticket_of_another_strategy_is_refused,
    a_form_of_another_site_is_refused,
    a_get_changes_nothing,
    a_form_too_late_completes_nothing,
    without_the_phone_nobody_gets_in,
    a_link_by_text_has_no_code_by_text,
    what_an_application_caches_is_not_cached,
    a_route_of_the_application_gets_no_ticket,
    a_role_may_have_it,
    a_stricter_one_ends_the_keys_of_a_laxer_one,
    an_unknown_name_is_refused_with_the_list,
    a_key_of_a_strategy_that_is_gone_opens_nothing,
    its_pages_are_ours,
    the_console_knows_it,
}

/// A mailed code, and a new password.
struct Careful;

impl Recovers for Careful {
    const NAME: &'static str = "careful";
    const STRICTER_THAN: Option<&'static str> = Some("second_key");
    const STEPS: u8 = 3;
    const NEEDS_CODE: bool = true;
    const RISK: Option<&'static str> = Some("it takes patience");

    fn routes() -> Vec<Route> {
        routes![careful, careful_send, careful_submit, careful_forgets, careful_weaker]
    }
}

/// A new password alone.
struct Careless;

impl Recovers for Careless {
    const NAME: &'static str = "care_less";

    fn routes() -> Vec<Route> {
        routes![careless, careless_submit, careless_act, careless_get, careless_number, careless_cached]
    }
}

/// A texted code, and a new password.
struct Phoned;

impl Recovers for Phoned {
    const NAME: &'static str = "phoned";
    const STRICTER_THAN: Option<&'static str> = Some("set_then_login");
    const NEEDS_PHONE: bool = true;
    const NEEDS_CODE: bool = true;

    fn routes() -> Vec<Route> {
        routes![phoned, phoned_act]
    }
}

/// The name of another strategy, and none of its needs.
struct Weaker;

impl Recovers for Weaker {
    const NAME: &'static str = Careful::NAME;

    fn routes() -> Vec<Route> {
        Vec::new()
    }
}

/// Does what an address names.
async fn act<S: Recovers>(
    mut ticket: Ticket<'_, S>,
    action: &str,
    new: New<'_>,
) -> Result<Result<Answer, String>, Error> {
    let done = match action {
        "mail" => ticket.mail_code().await?,
        "text" => ticket.text_code().await?,
        "try" => ticket.try_code(new.code.unwrap_or_default()).await?,
        "twice" => {
            let first = ticket.complete(new.password).await?.is_ok_and(|answer| answer.is_complete());
            let second = ticket.complete(new.password).await?.is_ok_and(|answer| answer.is_complete());
            Err(format!("{first}, {second}"))
        }
        _ => {
            if let Some(code) = new.code
                && let Err(why) = ticket.try_code(code).await?
            {
                return Ok(Err(why));
            }
            return ticket.complete(new.password).await;
        }
    };
    Ok(done.map(|()| ticket.lead_to("/", "")))
}

#[derive(FromForm)]
struct New<'r> {
    code: Option<&'r str>,
    password: &'r str,
}

#[get("/")]
async fn careful(ticket: Ticket<'_, Careful>) -> Result<Answer, Error> {
    let form = match ticket.tries().await? {
        None => String::new(),
        Some(tries) => format!(
            "<p>{tries} tries</p><form method=\"post\" action=\"{}\">
            <label for=\"code\">Code</label><input id=\"code\" name=\"code\" autocomplete=\"one-time-code\" required>
            <label for=\"password\">New password</label>
            <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" required>
            <button>Set</button></form>",
            ticket.action("/")
        ),
    };
    let send = ticket.action("send");
    let button = format!("<form method=\"post\" action=\"{send}\"><button>Send</button></form>");
    Ok(ticket.page(2, "Careful", RawHtml(form + &button)))
}

#[post("/send")]
async fn careful_send(ticket: Ticket<'_, Careful>) -> Result<Answer, Error> {
    let why = ticket.mail_code().await?.err().unwrap_or_default();
    Ok(ticket.lead_to("/", &why))
}

#[post("/", data = "<new>")]
async fn careful_submit(mut ticket: Ticket<'_, Careful>, new: Form<New<'_>>) -> Result<Answer, Error> {
    if let Err(why) = ticket.try_code(new.code.unwrap_or_default()).await? {
        return Ok(ticket.lead_to("/", &why));
    }
    Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
}

/// A route that forgets the code.
#[post("/without-code", data = "<new>")]
async fn careful_forgets(ticket: Ticket<'_, Careful>, new: Form<New<'_>>) -> Result<Answer, Error> {
    Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
}

#[post("/weaker", data = "<new>")]
async fn careful_weaker(ticket: Ticket<'_, Weaker>, new: Form<New<'_>>) -> Result<Answer, Error> {
    Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
}

#[get("/")]
fn careless(ticket: Ticket<'_, Careless>) -> String {
    ticket.action("/")
}

#[post("/", data = "<new>")]
async fn careless_submit(ticket: Ticket<'_, Careless>, new: Form<New<'_>>) -> Result<Answer, Error> {
    Ok(ticket.complete(new.password).await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
}

#[post("/act/<action>", data = "<new>")]
async fn careless_act(
    ticket: Ticket<'_, Careless>,
    action: &str,
    new: Form<New<'_>>,
) -> Result<Result<Answer, String>, Error> {
    act(ticket, action, new.into_inner()).await
}

#[get("/get/<action>")]
async fn careless_get(ticket: Ticket<'_, Careless>, action: &str) -> Result<Result<Answer, String>, Error> {
    act(ticket, action, New { code: None, password: NEW }).await
}

/// A route that forwards whatever is no number.
#[get("/number/<_number>")]
fn careless_number(_number: u8) {}

#[derive(Responder)]
struct Cached(&'static str, Header<'static>);

#[get("/cached")]
fn careless_cached(_ticket: Ticket<'_, Careless>) -> Cached {
    Cached("kept", Header::new("Cache-Control", "public, max-age=60"))
}

#[get("/")]
fn phoned(ticket: Ticket<'_, Phoned>) -> String {
    ticket.action("/act/")
}

#[post("/act/<action>", data = "<new>")]
async fn phoned_act(
    ticket: Ticket<'_, Phoned>,
    action: &str,
    new: Form<New<'_>>,
) -> Result<Result<Answer, String>, Error> {
    act(ticket, action, new.into_inner()).await
}

/// A route of the application, to which one of ours forwards.
#[get("/reset/care-less/number/<_word>", rank = 9)]
fn number_of_the_host(_ticket: Ticket<'_, Careless>, _word: &str) -> &'static str {
    "the host has a ticket"
}

fn attach(rocket: Rocket<Build>, latchkey: Latchkey) -> Rocket<Build> {
    let latchkey = latchkey.strategy::<Careful>().strategy::<Careless>().strategy::<Phoned>();
    rocket.mount("/", routes![number_of_the_host]).attach(latchkey)
}

async fn app(setting: &Setting, strategy: &str) -> TestApp {
    setting.attached(&[("latchkey.reset.strategy", strategy.into())], attach).await
}

/// Opens a new link, and has a code sent.
async fn pressed(app: &TestApp, browser: &Browser, ann: &Person) -> (Page, String) {
    let page = browser.get(&app.key(ann).await.link()).await;
    assert_eq!(page.path(), "/reset/careful", "{page}");
    let page = browser.press(&page, "/reset/careful/send").await;
    (page, app.mailbox.next_code(&ann.email).await)
}

fn typed<'a>(code: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("one-time-code", code), ("new-password", password)]
}

async fn is_as_before(app: &TestApp, ann: &Person) {
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, NEW).await);
}

async fn it_leads_back_in(setting: Setting) {
    let app = setting.attached(&[], attach).await;
    app.try_switch(&[("latchkey.reset.strategy", "careful".into())]).await.expect("it is known");
    let ann = app.person("ann").await;
    let before = app.signed_in(&ann).await;
    let browser = app.browser();
    let (page, code) = pressed(&app, &browser, &ann).await;
    let page = browser.submit(&page, &typed(&code, NEW)).await;
    assert_eq!(page.path(), "/account", "{page}");
    assert!(browser.is_signed_in().await && !before.is_signed_in().await);
    assert!(app.mailbox.next_notice(&ann.email).await.subject.contains("password"));
    assert!(app.opens(&ann.email, NEW).await && !app.opens(&ann.email, OLD).await);
    let told = app.told(&["events", "--kind", "reset.completed"]);
    assert!(told.contains("careful"), "{told}");
}

async fn its_link_alone_opens_nothing(setting: Setting) {
    let app = app(&setting, "careful").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get(&app.key(&ann).await.link()).await;
    let send = browser.sent(&page, page.form_to("/reset/careful/send"), &[]);
    for path in ["/reset/careful", "/reset/careful/without-code", "/reset/careful/weaker"] {
        let to = send.to.replace("/reset/careful/send", path);
        let fields = vec![("code".into(), String::new()), ("password".into(), NEW.into())];
        let refused = browser.post(&Sent { to, fields }).await;
        assert_eq!(refused.path(), "/reset/careful", "{refused}");
        assert!(refused.body.contains("This code no longer works."), "{refused}");
    }
    assert!(!browser.is_signed_in().await);
    is_as_before(&app, &ann).await;
}

async fn wrong_codes_end_the_code(setting: Setting) {
    let app = app(&setting, "careful").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (page, code) = pressed(&app, &browser, &ann).await;
    let right = browser.fill(&page, &typed(&code, NEW));
    for left in [2, 1] {
        let wrong = browser.submit(&page, &typed("00000000", NEW)).await;
        assert!(wrong.body.contains(&format!("{left} tries")), "{wrong}");
    }
    browser.submit(&page, &typed("00000000", NEW)).await;
    let dead = browser.post(&right).await;
    assert!(dead.body.contains("This code no longer works.") && !dead.asks(&["one-time-code"]), "{dead}");
    assert!(app.mailbox.next_notice(&ann.email).await.subject.contains("Wrong codes"));
    is_as_before(&app, &ann).await;
}

async fn a_weak_password_costs_no_try(setting: Setting) {
    let app = app(&setting, "careful").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (page, code) = pressed(&app, &browser, &ann).await;
    for weak in ["12345678", "", "short", &ann.email] {
        let refused = browser.submit(&page, &typed(&code, weak)).await;
        assert!(refused.body.contains("3 tries"), "{weak}: {refused}");
    }
    let page = browser.press(&page, "/reset/careful/send").await;
    let code = app.mailbox.next_code(&ann.email).await;
    assert_eq!(browser.submit(&page, &typed(&code, NEW)).await.path(), "/account");
}

async fn a_ticket_of_another_strategy_is_refused(setting: Setting) {
    let app = app(&setting, "careful").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get(&app.key(&ann).await.link()).await;
    let send = browser.sent(&page, page.form_to("/reset/careful/send"), &[]);
    let others = Strategy::all().iter().map(|ours| ours.path()).chain(["/reset/care-less".into()]);
    for path in others {
        assert_eq!(browser.ask(Method::GET, &path).await.status, 410, "{path}");
        let to = send.to.replace("/reset/careful/send", &path);
        let fields = [("password", NEW), ("new_password", NEW)];
        let answer = browser.send(browser.request(Method::POST, &to).form(&fields)).await;
        assert_eq!(answer.status, 410, "{path}: {}", answer.text());
    }
    is_as_before(&app, &ann).await;
}

async fn a_form_of_another_site_is_refused(setting: Setting) {
    let app = app(&setting, "care_less").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    assert_eq!(browser.ask(Method::GET, &app.key(&ann).await.link()).await.location(), "/reset/care-less");
    let to = browser.ask(Method::GET, "/reset/care-less").await.text();
    let post = |to: &str| browser.request(Method::POST, to).form(&[("password", NEW)]);
    let foreign = browser.send(post(&to).header("Origin", "https://elsewhere.example")).await;
    assert_eq!(foreign.status, 403);
    let other = browser.send(post("/reset/care-less?form=0198c0de-0000-7000-8000-000000000000")).await;
    assert_eq!(other.status, 410);
    is_as_before(&app, &ann).await;
    assert_eq!(browser.send(post(&to)).await.status, 303);
    assert!(browser.is_signed_in().await);
}

async fn a_get_changes_nothing(setting: Setting) {
    let app = app(&setting, "care_less").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.key(&ann).await.link()).await;
    for action in ["mail", "text", "try", "complete"] {
        let refused = browser.ask(Method::GET, &format!("/reset/care-less/get/{action}")).await;
        assert_eq!(refused.status, 409, "{action}: {}", refused.text());
    }
    assert!(!browser.is_signed_in().await && app.mailbox.unread(&ann.email).await.is_none());
    is_as_before(&app, &ann).await;
}

async fn a_form_too_late_completes_nothing(setting: Setting) {
    let app = app(&setting, "care_less").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.key(&ann).await.link()).await;
    let to = browser.ask(Method::GET, "/reset/care-less").await.text();
    let to = to.replace("care-less", "care-less/act/twice");
    let answer = browser.send(browser.request(Method::POST, &to).form(&[("password", NEW)])).await;
    assert_eq!(answer.text(), "true, false");
    assert!(app.opens(&ann.email, NEW).await);
}

/// Posts to a route that does what its address names; returns the status and the answer.
async fn told(browser: &Browser, action: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let to = browser.ask(Method::GET, "/reset/phoned").await.text();
    let to = to.replace("/act", &format!("/act/{action}"));
    let fields = [&[("password", NEW)], fields].concat();
    let answer = browser.send(browser.request(Method::POST, &to).form(&fields)).await;
    (answer.status, answer.text())
}

async fn without_the_phone_nobody_gets_in(setting: Setting) {
    let app = app(&setting, "phoned").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.key(&ann).await.link()).await;
    for action in ["text", "complete"] {
        let (_, why) = told(&browser, action, &[]).await;
        assert!(why.contains("it has no confirmed phone"), "{action}: {why}");
    }
    let ann = app.add_phone(&ann).await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.key(&ann).await.link()).await;
    assert_eq!(told(&browser, "mail", &[]).await.0, 303);
    let mailed = app.mailbox.next_code(&ann.email).await;
    let (_, why) = told(&browser, "complete", &[("code", &mailed)]).await;
    assert!(why.contains("This code no longer works."), "{why}");
    is_as_before(&app, &ann).await;
    assert_eq!(told(&browser, "text", &[]).await.0, 303);
    let texted = app.mailbox.next_code(&ann.phone).await;
    assert_eq!(told(&browser, "complete", &[("code", &texted)]).await.0, 303);
    assert!(app.opens(&ann.email, NEW).await);
}

async fn a_link_by_text_has_no_code_by_text(setting: Setting) {
    let changes = [("latchkey.reset.strategy", "care_less".into()), ("latchkey.reset.channel", "sms".into())];
    let app = setting.attached(&changes, attach).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    app.ask_reset(&ann.email).await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.mailbox.next(&ann.phone).await.link()).await;
    let to = browser.ask(Method::GET, "/reset/care-less").await.text();
    let to = to.replace("care-less", "care-less/act/text");
    let refused = browser.send(browser.request(Method::POST, &to).form(&[("password", NEW)])).await;
    assert_eq!(refused.text(), "No code was sent: the link came to the same phone.");
}

async fn what_an_application_caches_is_not_cached(setting: Setting) {
    let app = app(&setting, "care_less").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.key(&ann).await.link()).await;
    let answer = browser.ask(Method::GET, "/reset/care-less/cached").await;
    assert_eq!((answer.status, &*answer.text()), (200, "kept"));
    assert_eq!(answer.headers["cache-control"], "no-store");
}

async fn a_route_of_the_application_gets_no_ticket(setting: Setting) {
    let app = app(&setting, "care_less").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.ask(Method::GET, &app.key(&ann).await.link()).await;
    let answer = browser.ask(Method::GET, "/reset/care-less/number/one").await;
    assert_eq!(answer.status, 500, "{}", answer.text());
}

async fn a_role_may_have_it(setting: Setting) {
    let app = setting.attached(&[], attach).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    app.latchkey(&["user", "role", &bob.email, "--add", "staff"]);
    app.try_switch(&[("latchkey.reset.role.staff.strategy", "careful".into())]).await.expect("it is known");
    assert_eq!(app.browser().get(&app.key(&ann).await.link()).await.path(), setting.strategy.path());
    assert_eq!(app.browser().get(&app.key(&bob).await.link()).await.path(), "/reset/careful");
}

async fn a_stricter_one_ends_the_keys_of_a_laxer_one(setting: Setting) {
    let app = app(&setting, "second_key").await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    app.try_switch(&[("latchkey.reset.strategy", "careful".into())]).await.expect("it is known");
    assert!(app.browser().get(&link).await.is_of_no_use());
    let link = app.key(&ann).await.link();
    app.try_switch(&[("latchkey.reset.strategy", "care_less".into())]).await.expect("it is known");
    assert_eq!(app.browser().get(&link).await.path(), "/reset/careful");
}

async fn an_unknown_name_is_refused_with_the_list(setting: Setting) {
    let app = app(&setting, "careful").await;
    let fault = app.try_switch(&[("latchkey.reset.strategy", "carefull".into())]).await.expect_err("a name");
    let list = "latchkey.reset.strategy: `carefull` is unknown: write sms_approved, careful, second_key, \
        phoned, set_then_login, one_time_login, generated_password or care_less";
    assert!(fault.contains(list), "{fault}");
}

async fn a_key_of_a_strategy_that_is_gone_opens_nothing(setting: Setting) {
    let changes =
        [("latchkey.reset.strategy", "care_less".into()), ("latchkey.reset.in_flight", "honour".into())];
    let mut app = setting.attached(&changes, attach).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    app.again(&[("latchkey.reset.strategy", setting.strategy.name().into())]).await;
    assert!(app.browser().get(&link).await.is_of_no_use());
    assert_eq!(app.browser().get(&app.key(&ann).await.link()).await.path(), setting.strategy.path());
}

async fn its_pages_are_ours(setting: Setting) {
    let app = app(&setting, "careful").await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get(&app.key(&ann).await.link()).await;
    assert!(page.text.contains("a•••@example.com") && page.title.starts_with("Careful"), "{page}");
    assert!(page.offers("/reset/cancel"), "{page}");
    let answer = browser.ask(Method::GET, "/reset/careful").await;
    for (header, value) in [("cache-control", "no-store"), ("x-frame-options", "DENY")] {
        assert_eq!(answer.headers[header], value);
    }
    let stranger = app.browser().get("/reset/careful").await;
    assert!(stranger.is_of_no_use(), "{stranger}");
}

async fn the_console_knows_it(setting: Setting) {
    let app = setting.attached(&[], attach).await;
    let admin = app.admin("admin@example.com").await;
    app.try_switch(&[("latchkey.reset.strategy", "careful".into())]).await.expect("it is known");
    let ann = app.person("ann").await;
    app.key(&ann).await;
    let browser = app.signed_in(&admin).await;
    let page = browser.get("/admin/policy").await;
    assert!(page.text.contains("careful") && page.text.contains("it takes patience"), "{page}");
    assert!(browser.get("/admin").await.text.contains("careful"));
}
