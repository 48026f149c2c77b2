//! V with a second factor: asked for wherever V signs in, and the same when the attack is over.

use crate::{
    common::{
        Browser, Page, Person, Sent,
        factors::{half_way, prove},
        texts,
    },
    fixture::AttackFixture,
};

impl AttackFixture {
    /// V has an authenticator app, for so long that no notice takes it away any more.
    pub async fn guard(&mut self) {
        if self.authenticator.is_none() {
            let (authenticator, _) = self.app.set_up_app(&self.own).await;
            self.authenticator = Some(authenticator);
            self.app.minutes_pass(73 * 60);
            self.enter(self.strategy()).await;
        }
    }

    /// The code that V's app shows next.
    pub fn next_code(&self) -> String {
        self.app.next_code_is_shown();
        self.authenticator.as_ref().expect("V has an app").code(&self.app)
    }

    /// V proves the factor on the page that asks for it.
    pub async fn prove(&self, browser: &Browser, page: &Page) -> Page {
        prove(browser, page, &self.next_code()).await
    }

    /// V signs in.
    pub async fn sign_in(&self, browser: &Browser) -> Page {
        let page = self.app.sign_in(browser, &self.v.email, &self.v.password).await;
        if self.authenticator.is_none() {
            return page;
        }
        assert_eq!(page.path(), "/login/factor", "V's factor is not asked for: {page}");
        self.prove(browser, &page).await
    }

    /// A browser in which V has signed in.
    pub async fn signed_in(&self) -> Browser {
        let browser = self.app.browser();
        let page = self.sign_in(&browser).await;
        assert!(browser.is_signed_in().await, "V does not get in: {page}");
        browser
    }

    /// A browser in which X has signed in with V's password, up to the page that asks for the factor.
    pub async fn half_way(&self) -> (Browser, Page) {
        half_way(&self.app, &self.v).await
    }

    /// Those of `kinds` that have happened, where that is the strategy's own affair.
    pub async fn some_of(&self, kinds: &[&'static str]) -> Vec<&'static str> {
        let happened = self.events().await;
        kinds.iter().copied().filter(|kind| happened.iter().any(|it| it == kind)).collect()
    }

    /// V's factors, and the number of V's recovery codes.
    pub async fn held(&self) -> Vec<String> {
        let factors = "SELECT kind || ' ' || name || ' ' || CAST(created_at AS TEXT) FROM latchkey_factors
            WHERE account_id IN (SELECT id FROM latchkey_accounts WHERE email_key = 'victim@example.com') ORDER BY id";
        let codes = "SELECT CAST(COUNT(*) AS TEXT) FROM latchkey_recovery_codes
            WHERE account_id IN (SELECT id FROM latchkey_accounts WHERE email_key = 'victim@example.com')";
        let database = &self.app.setting.database;
        [texts(database, factors).await, texts(database, codes).await].concat()
    }
}

/// Signs in by the password once more, beside a session that there is.
pub async fn sign_in_again(browser: &Browser, person: &Person) -> Page {
    let fields = [("email", &*person.email), ("password", &person.password), ("next", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    browser.post(&Sent { to: "/login".into(), fields }).await
}
