//! A second site beside the scene, under the same strategy, whose mail goes to an independent mail server.

use serde_json::{Value, json};

use crate::{
    common::{Change, Setting, TestApp, free_port},
    fixture::AttackFixture,
    listener::Listener,
};

/// The site, on its own SQLite file, and the mail server.
pub struct Sink {
    pub site: TestApp,
    pub server: Listener,
}

impl Sink {
    /// Starts both.
    pub async fn beside(fixture: &AttackFixture, changes: &[Change<'_>]) -> Sink {
        let server = Listener::start("mail_server.py", &[]);
        let file = fixture.app.setting.folder.join(format!("{}.db", free_port()));
        let setting =
            Setting { database: format!("sqlite://{}", file.display()), ..fixture.app.setting.clone() };
        let url = json!(format!("smtp://127.0.0.1:{}", server.port));
        let site = setting.app_with(&[changes, &[("latchkey.mail.url", url)]].concat()).await;
        Sink { site, server }
    }

    /// The next mail, as the server received it.
    pub fn next(&self) -> Value {
        self.server.next()
    }
}
