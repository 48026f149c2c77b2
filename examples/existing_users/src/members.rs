//! The table of users, and how a user and an account find each other.

use latchkey::{Account, Accounts, Error, Input, Registration, Trouble, Tx};
use rocket::{FromForm, async_trait};
use serde::{Deserialize, Serialize};

/// Creates the table with the one user of old, if it is not there.
pub async fn create(accounts: &Accounts) -> Result<(), Error> {
    let mut tx = accounts.begin().await?;
    let table =
        "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
        name TEXT NOT NULL, voice TEXT NOT NULL, account_id BLOB UNIQUE REFERENCES latchkey_accounts (id))";
    tx.execute(table, &[]).await?;
    let ann = "INSERT INTO users (email, name, voice) VALUES ('ann@example.com', 'Ann', 'alto') ON CONFLICT DO NOTHING";
    tx.execute(ann, &[]).await?;
    tx.commit().await
}

/// Fields of a new member.
#[derive(FromForm, Serialize, Deserialize)]
pub struct Member {
    #[field(validate = len(1..=40))]
    name: String,
}

pub struct Members;

#[async_trait]
impl Registration for Members {
    type Fields = Member;

    fn inputs(&self) -> Vec<Input> {
        vec![Input::text("name", "Your name").required().max_length(40).autocomplete("name")]
    }

    async fn confirmed(&self, account: &Account, member: Member, tx: &mut Tx) -> Result<(), Trouble> {
        let link = "UPDATE users SET account_id = $1 WHERE email = $2 AND account_id IS NULL";
        if tx.execute(link, &[account.id().into(), account.email().into()]).await? == 0 {
            let values = [account.email().into(), member.name.into(), account.id().into()];
            let new = "INSERT INTO users (email, name, voice, account_id) VALUES ($1, $2, 'a voice not yet known', $3)";
            tx.execute(new, &values).await?;
        }
        Ok(())
    }

    async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
        tx.execute("UPDATE users SET account_id = NULL WHERE account_id = $1", &[account.id().into()])
            .await?;
        Ok(())
    }
}
