//! A password rule of the application.

use latchkey::PasswordRule;
use rocket::{async_trait, futures::future::pending};

use crate::common::{NEW, OLD, Setting, TestApp};

for_both_databases! {
    a_rule_judges_every_new_password,
    a_rule_that_fails_refuses_and_harms_nothing,
}

const SAID: &str = "This one is reserved for herons.";

struct NoHerons;

#[async_trait]
impl PasswordRule for NoHerons {
    async fn judge(&self, password: &str, email: &str) -> Result<(), String> {
        assert_eq!(email, "ann@example.com");
        match password {
            "panics: seven grey lanterns" => panic!("the rule breaks"),
            "hangs: seven grey lanterns" => pending().await,
            password if password.contains("heron") => Err(SAID.into()),
            _ => Ok(()),
        }
    }
}

async fn app(setting: &Setting) -> TestApp {
    setting.attached(&[], |rocket, latchkey| rocket.attach(latchkey.password_rule(NoHerons))).await
}

async fn a_rule_judges_every_new_password(setting: Setting) {
    let app = app(&setting).await;
    let refused = app.register(&app.browser(), "ann@example.com", OLD).await;
    assert!(refused.status == 422 && refused.to_string().contains(SAID), "{refused}");
    let browser = app.browser();
    app.register(&browser, "ann@example.com", NEW).await;
    let page = browser.get(&app.mailbox.next("ann@example.com").await.link()).await;
    browser.press(&page, "/confirm/address").await;

    let form = browser.get("/change").await;
    let refused = browser.submit(&form, &[("current-password", NEW), ("new-password", OLD)]).await;
    assert!(refused.to_string().contains(SAID), "{refused}");
    let other = app.browser();
    app.ask_reset("ann@example.com").await;
    let page = other.get(&app.mailbox.next_key("ann@example.com").await.link()).await;
    let refused = other.submit(&page, &[("new-password", OLD)]).await;
    assert!(refused.to_string().contains(SAID), "{refused}");
    assert!(app.opens("ann@example.com", NEW).await && !app.opens("ann@example.com", OLD).await);
}

async fn a_rule_that_fails_refuses_and_harms_nothing(setting: Setting) {
    let app = app(&setting).await;
    for password in ["panics: seven grey lanterns", "hangs: seven grey lanterns"] {
        let refused = app.register(&app.browser(), "ann@example.com", password).await;
        assert!(refused.status == 422 && refused.to_string().contains("could not check"), "{refused}");
    }
    assert_eq!(app.register(&app.browser(), "ann@example.com", NEW).await.status, 200);
}
