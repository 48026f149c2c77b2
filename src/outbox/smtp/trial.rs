//! One test mail for an admin, and the server's answer in its own words.

use std::error::Error as _;

use rocket::tokio::time::timeout;

use super::{super::mail::Mail, Smtp, told};

impl Smtp {
    /// Sends one mail and returns the server's answer in its own words.
    ///
    /// # Errors
    /// The server's answer, or the reason for the failure, in words.
    pub async fn try_out(&self, mail: &Mail<'_>) -> Result<String, String> {
        let message = self.message(mail).map_err(|fault| fault.to_string())?;
        let asked = timeout(*self.timeout, async {
            let mut connection = self.connections.get().await.map_err(|fault| fault.to_string())?;
            let answer = connection.send(message.envelope(), &message.formatted()).await;
            connection.abort().await;
            answer.map_err(|fault| match fault.source() {
                Some(words) => printable(&format!("{}: {words}", told(&fault))),
                None => told(&fault),
            })
        });
        let answer = asked
            .await
            .unwrap_or_else(|_| Err(format!("the mail server took longer than {}", self.timeout)))?;
        let words = answer.message().collect::<Vec<_>>().join(" ");
        Ok(printable(&format!("the mail server answered {} {words}", answer.code())))
    }
}

/// Removes control characters from a server's answer: a terminal would obey them.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
