//! A090 to A092: an admin sees no secret, no field makes an admin, and other people's data is not found.

use reqwest::Method;

use crate::{
    common::{Browser, OLD, Sent, alone},
    fixture::{AttackFixture, V},
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a090_an_admin_sends_a_reset_and_sees_none_of_it;
    SITE => a091_no_field_sets_what_the_form_does_not_ask, a092_what_is_somebody_elses_is_not_there;
}

/// A browser in which a newly invited admin is signed in.
pub async fn admin(fixture: &AttackFixture, email: &str) -> Browser {
    fixture.app.latchkey(&["user", "add", email, "--role", "admin"]);
    let browser = fixture.app.browser();
    let page = browser.get(&fixture.app.mailbox.next(email).await.link()).await;
    browser.submit(&page, &[("new_password", OLD)]).await;
    fixture.app.sign_in(&browser, email, OLD).await;
    browser
}

/// Panics if a page of the console shows a secret.
async fn look(fixture: &AttackFixture, admin: &Browser, person: &str) {
    fixture.quiet().await;
    let consoles = fixture.app.routes.iter().filter(|(_, uri)| uri.starts_with("/admin"));
    let mut places: Vec<_> =
        consoles.map(|(_, uri)| uri.split('?').next().expect("a path").to_owned()).collect();
    places.retain(|place| !place.contains('<'));
    places.push(person.to_owned());
    for state in ["waiting", "failing", "given_up", "expired", "sent"] {
        places.push(format!("/admin/messages?state={state}"));
    }
    let secrets = fixture.secrets().await;
    let mut seen = 0;
    for place in places {
        let answer = admin.ask(Method::GET, &place).await;
        seen += usize::from(answer.status == 200);
        let text = answer.text();
        let secret = secrets.iter().find(|secret| alone(&text, secret));
        assert!(secret.is_none(), "{place} tells {secret:?}");
        assert!(!text.contains("$2b$") && !text.contains("bcrypt"), "{place} tells a hash");
    }
    assert!(seen >= 10, "the console was not seen");
}

async fn a090_an_admin_sends_a_reset_and_sees_none_of_it(fixture: &mut AttackFixture) {
    let root = fixture.app.admin(&format!("root{}@example.com", fixture.strategy().slug())).await;
    let admin = fixture.app.signed_in(&root).await;
    let links = admin.get(&format!("/admin/people?q={V}")).await.links;
    let person = links.iter().find(|link| link.starts_with("/admin/people/")).expect("V is found");
    let page = admin.get(person).await;
    let page = admin.press(&page, &format!("{person}/send-reset")).await;
    assert_eq!(page.status, 200, "{page}");
    let link = fixture.app.mailbox.next_key(V).await.link();
    assert!(!page.body.contains(link.rsplit('/').next().expect("a key")), "the admin sees the key");
    look(fixture, &admin, person).await;
    let (browser, password) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    look(fixture, &admin, person).await;
    let page = browser.post(&fixture.app.spending(&browser, &ready, &password)).await;
    look(fixture, &admin, person).await;
    let page = fixture.app.finish(&browser, page, &fixture.v, &password).await;
    assert!(browser.is_signed_in().await, "{page}");
    look(fixture, &admin, person).await;
    fixture.now_has(&password).await;
    fixture.unharmed(&["account.reset_sent", "reset.issued", "reset.completed"]).await;
}

async fn a091_no_field_sets_what_the_form_does_not_ask(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    let form = browser.get("/register").await;
    let mut sent = browser.fill(&form, &[("email", "ann@example.com"), ("password", OLD)]);
    for (name, value) in [
        ("role", "admin"),
        ("roles", "admin"),
        ("roles[]", "admin"),
        ("role_list", "admin"),
        ("field.role", "admin"),
        ("admin", "true"),
        ("confirmed", "1"),
        ("enabled", "1"),
        ("id", "1"),
        ("phone", "+4915112345678"),
        ("phone_verified", "1"),
    ] {
        sent.fields.push((name.into(), value.into()));
    }
    browser.post(&sent).await;
    assert!(!fixture.app.opens("ann@example.com", OLD).await, "nobody confirmed the address");
    let page = browser.get(&fixture.app.mailbox.next("ann@example.com").await.link()).await;
    browser.press(&page, "/confirm/address").await;
    let page = browser.get("/account").await;
    assert!(page.path() == "/account" && !page.text.contains("admin") && !page.text.contains("78"), "{page}");
    assert_eq!(browser.ask(Method::GET, "/admin").await.status, 403);
    fixture.unharmed(&["sign_in.failed"]).await;
}

async fn a092_what_is_somebody_elses_is_not_there(fixture: &mut AttackFixture) {
    let thief = fixture.app.signed_in(&fixture.x).await;
    fixture.app.signed_in(&fixture.v).await;
    let page = fixture.own.get("/account/sessions").await;
    let ends = page.forms.iter().filter(|form| form.path().starts_with("/account/sessions/"));
    let forms: Vec<_> = ends.cloned().collect();
    assert!(!forms.is_empty(), "{page}");
    for form in &forms {
        let answer = thief.post_only(&thief.sent(&page, form, &[])).await;
        assert!(answer.status < 500 && !answer.text().contains(V));
    }
    let admin = admin(fixture, "root@example.com").await;
    let links = admin.get(&format!("/admin/people?q={V}")).await.links;
    let v = links.iter().find(|link| link.starts_with("/admin/people/")).expect("V is found");
    for place in [v, "/admin/people", "/admin/messages", "/admin/events.csv", "/admin/policy"] {
        assert_eq!(thief.ask(Method::GET, place).await.status, 403, "{place}");
    }
    for act in ["disable", "end-sessions", "send-reset", "add-role", "lift-hold"] {
        let sent = Sent { to: format!("{v}/{act}"), fields: vec![("role".into(), "admin".into())] };
        assert_eq!(thief.post_only(&sent).await.status, 403, "{act}");
    }
    fixture.unharmed(&["account.invited"]).await;
}
