//! After signing in, people return to the page they came from.

use crate::common::{OLD, Setting};

for_both_databases! {
    next_leads_back,
}

async fn next_leads_back(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get("/account/email").await;
    assert_eq!(page.path(), "/login", "{page}");
    let page = browser.submit(&page, &[("username", &ann.email), ("current-password", OLD)]).await;
    assert_eq!(page.path(), "/account/email", "{page}");
}
