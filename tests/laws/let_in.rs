//! An admin lets in a person who cannot get back in: once, with a reason, and with a notice to the owner.

use serde_json::json;

use crate::{
    admin::{admin, place},
    common::{Browser, NEW, OLD, Page, Person, Setting, Site},
};

for_both_databases! {
    who_lost_their_phone_is_let_in_by_mail,
    a_code_is_shown_once_and_works_once,
    who_is_let_in_waits_for_nobody_else,
    a_reason_is_needed,
    the_owner_takes_it_back,
    one_admin_opens_no_other_admins_account,
    a_lost_phone_is_removed,
    the_command_line_does_the_same,
    an_invitation_is_withdrawn,
}

/// A site where everybody needs a phone, and a person who has lost theirs.
async fn without_phone(setting: &Setting) -> (crate::common::TestApp, Person, Browser) {
    let app = setting.app_with(&[("latchkey.reset.strategy", json!("sms_approved"))]).await;
    let ann = app.account("ann@example.com").await;
    let (_, browser) = admin(&app).await;
    (app, ann, browser)
}

/// Lets `email` in from the console.
async fn let_in(browser: &Browser, email: &str, fields: &[(&str, &str)]) -> Page {
    let place = place(browser, email).await;
    let page = browser.get(&place).await;
    browser.post(&browser.sent(&page, page.form_to(&format!("{place}/let-in")), fields)).await
}

/// The code on the page, if it shows one.
fn code(page: &Page) -> Option<String> {
    let groups = |word: &&str| word.len() == 19 && word.split('-').all(|group| group.len() == 4);
    page.text.split_whitespace().find(groups).map(str::to_owned)
}

fn by(way: &'static str) -> [(&'static str, &'static str); 3] {
    [("strategy", "set_then_login"), ("way", way), ("reason", "lost the phone, called back")]
}

async fn events(browser: &Browser, kind: &str) -> String {
    browser.ask(reqwest::Method::GET, &format!("/admin/events.csv?kind={kind}")).await.text()
}

async fn who_lost_their_phone_is_let_in_by_mail(setting: Setting) {
    let (app, ann, browser) = without_phone(&setting).await;
    let own = app.signed_in(&ann).await;
    let page = let_in(&browser, &ann.email, &by("mail")).await;
    assert!(page.status == 200 && code(&page).is_none(), "{page}");
    // The two messages may arrive in either order.
    let told = app.mailbox.rest(&ann.email).await;
    let link = told.iter().find(|message| message.is_key()).expect("a link").link();
    assert!(told.iter().any(|message| message.is_notice()) && told.len() == 2, "the owner is told as well");
    assert!(own.is_signed_in().await, "what is only offered ends no session");
    let ann = app.recover(&app.browser(), &ann, &link, NEW).await;
    assert!(app.browser().get(&link).await.status >= 400, "the link works twice");
    assert!(app.opens(&ann.email, NEW).await);
    let events = events(&browser, "account.let_in").await;
    for word in ["root@example.com", "set_then_login", "by mail", "called back"] {
        assert!(events.contains(word), "{word}: {events}");
    }
}

async fn a_code_is_shown_once_and_works_once(setting: Setting) {
    let (app, ann, browser) = without_phone(&setting).await;
    let page = let_in(&browser, &ann.email, &by("shown")).await;
    let shown = code(&page).unwrap_or_else(|| panic!("no code: {page}"));
    assert!(code(&browser.get(&page.place).await).is_none(), "it is shown again");
    let told = app.mailbox.rest(&ann.email).await;
    assert!(
        told.iter().all(|message| message.is_notice()) && told.len() == 1,
        "the owner gets a notice alone"
    );
    let typed = async |browser: &Browser| {
        let page = browser.get("/reset/key").await;
        browser.post(&browser.sent(&page, page.form_to("/reset/key"), &[("key", &shown)])).await
    };
    let owner = app.browser();
    let page = typed(&owner).await;
    assert_eq!(page.path(), "/reset/set-then-login", "{page}");
    owner.submit(&page, &[("new-password", NEW)]).await;
    assert!(app.opens(&ann.email, NEW).await);
    assert!(typed(&app.browser()).await.status >= 400, "the code works twice");
    let page = let_in(&browser, &ann.email, &by("shown")).await;
    let late = code(&page).expect("another code");
    app.minutes_pass(11);
    let owner = app.browser();
    let page = owner.get("/reset/key").await;
    let page = owner.post(&owner.sent(&page, page.form_to("/reset/key"), &[("key", &late)])).await;
    assert!(page.status >= 400, "a code of eleven minutes ago works: {page}");
}

async fn who_is_let_in_waits_for_nobody_else(setting: Setting) {
    let (app, ann, browser) = without_phone(&setting).await;
    let_in(&browser, &ann.email, &by("mail")).await;
    let link = app.mailbox.next_key(&ann.email).await.link();
    app.ask_reset(&ann.email).await;
    app.mailbox.rest(&ann.email).await;
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_reason_is_needed(setting: Setting) {
    let (app, ann, browser) = without_phone(&setting).await;
    let [strategy, way, reason] = by("mail");
    for fields in [
        [strategy, way, ("reason", "")],
        [strategy, way, ("reason", "  x ")],
        [("strategy", "sms_approved"), way, reason],
        [("strategy", ""), way, reason],
        [strategy, ("way", "pigeon"), reason],
    ] {
        let page = let_in(&browser, &ann.email, &fields).await;
        assert_eq!(page.status, 422, "{fields:?}: {page}");
    }
    assert!(app.mailbox.rest(&ann.email).await.is_empty());
}

async fn the_owner_takes_it_back(setting: Setting) {
    let (app, ann, browser) = without_phone(&setting).await;
    let page = let_in(&browser, &ann.email, &by("shown")).await;
    let shown = code(&page).expect("a code");
    let owner = app.browser();
    let page = owner.get(&app.mailbox.next_notice(&ann.email).await.link()).await;
    owner.press(&page, "/reset/not-me").await;
    let thief = app.browser();
    let page = thief.get("/reset/key").await;
    let page = thief.post(&thief.sent(&page, page.form_to("/reset/key"), &[("key", &shown)])).await;
    assert!(page.status >= 400, "{page}");
    let place = place(&browser, &ann.email).await;
    let fields: Vec<_> = by("shown").map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let sent = crate::common::Sent { to: format!("{place}/let-in"), fields };
    assert_eq!(browser.post(&sent).await.status, 422, "the account is on hold");
}

async fn one_admin_opens_no_other_admins_account(setting: Setting) {
    let (app, _, browser) = without_phone(&setting).await;
    for email in ["bob@example.com", "root@example.com"] {
        if email.starts_with("bob") {
            app.admin(email).await;
        }
        let place = place(&browser, email).await;
        let page = browser.get(&place).await;
        for act in ["let-in", "remove-phone"] {
            assert!(!page.offers(&format!("{place}/{act}")), "{page}");
            let reason = ("phone-reason".to_owned(), "a reason".to_owned());
            let fields = by("shown").map(|(name, value)| (name.to_owned(), value.to_owned()));
            let fields = fields.into_iter().chain([reason]).collect();
            let page = browser.post(&crate::common::Sent { to: format!("{place}/{act}"), fields }).await;
            assert!(page.status == 422 && code(&page).is_none(), "{page}");
        }
    }
    assert!(app.opens("bob@example.com", OLD).await);
}

async fn a_lost_phone_is_removed(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    let (_, browser) = admin(&app).await;
    let place = place(&browser, &ann.email).await;
    let page = browser.get(&place).await;
    let form = page.form_to(&format!("{place}/remove-phone"));
    let page = browser.post(&browser.sent(&page, form, &[("phone-reason", "")])).await;
    assert_eq!(page.status, 422, "{page}");
    let page = browser.get(&place).await;
    let form = page.form_to(&format!("{place}/remove-phone"));
    let page = browser.post(&browser.sent(&page, form, &[("phone-reason", "stolen")])).await;
    assert!(page.status == 200 && !page.offers(&format!("{place}/remove-phone")), "{page}");
    assert!(app.mailbox.next_notice(&ann.email).await.is_notice());
    let events = events(&browser, "phone.removed").await;
    assert!(events.contains("root@example.com") && events.contains("stolen"), "{events}");
}

async fn the_command_line_does_the_same(setting: Setting) {
    let (app, ann, _) = without_phone(&setting).await;
    let told = app.told(&[
        "user",
        "let-in",
        &ann.email,
        "--strategy",
        "second_key",
        "--show",
        "--reason",
        "called back",
    ]);
    let shown = told.lines().next().expect("a code").to_owned();
    assert!(app.mailbox.next_notice(&ann.email).await.is_notice());
    let owner = app.browser();
    let page = owner.get("/reset/key").await;
    let page = owner.post(&owner.sent(&page, page.form_to("/reset/key"), &[("key", &shown)])).await;
    assert_eq!(page.path(), "/reset/second-key", "{page}");
    for (arguments, status) in [
        (&["user", "let-in", "nobody@example.com", "--strategy", "second_key", "--reason", "called"][..], 3),
        (&["user", "let-in", "ann@example.com", "--strategy", "sms_approved", "--reason", "called"], 2),
        (&["user", "let-in", "ann@example.com", "--strategy", "second_key"], 2),
        (&["user", "remove-phone", "ann@example.com", "--reason", "lost"], 3),
        (&["user", "lift-hold", "ann@example.com"], 3),
        (&["user", "end-sessions", "ann@example.com"], 0),
        (&["user", "show", "ann@example.com"], 0),
        (&["user", "show", "nobody@example.com"], 3),
        (&["user", "delete", "ann@example.com"], 2),
        (&["user", "delete", "ann@example.com", "--yes"], 0),
        (&["user", "delete", "ann@example.com", "--yes"], 3),
        (&["user", "show", "ann@example.com"], 0),
    ] {
        let mut latchkey = crate::common::command(&app.setting.folder, "debug", arguments);
        let output = latchkey.output().expect("latchkey runs");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
    }
    assert!(!app.opens(&ann.email, OLD).await);
}

async fn an_invitation_is_withdrawn(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let invite = |app: &Site| app.latchkey(&["user", "add", "new@example.com", "--role", "editor"]);
    invite(&app);
    let link = app.mailbox.next("new@example.com").await.link();
    let page = browser.get("/admin/people").await;
    assert!(page.text.contains("new@example.com"), "{page}");
    let form = page.forms.iter().find(|form| form.path().ends_with("/withdraw")).expect("a way to withdraw");
    let page = browser.post(&browser.sent(&page, form, &[])).await;
    assert!(page.status == 200 && !page.text.contains("new@example.com"), "{page}");
    assert!(app.browser().get(&link).await.status >= 400, "a withdrawn invitation opens");
    let events = events(&browser, "account.invitation_withdrawn").await;
    assert!(events.contains("root@example.com"), "{events}");
    invite(&app);
    app.latchkey(&["user", "withdraw", "new@example.com"]);
    assert!(!app.told(&["user", "list"]).contains("new@example.com"));
}
