//! Members, each with an account.

use latchkey::{Account, Input, Registration, Trouble, Tx};
use rocket::{
    Build, FromForm, Rocket, async_trait, fairing,
    serde::{Deserialize, Serialize},
};
use rocket_db_pools::{Database, sqlx};

use crate::Club;

#[derive(FromForm, Serialize, Deserialize)]
#[serde(crate = "rocket::serde")]
pub struct Member {
    #[field(validate = len(2..40))]
    name: String,
}

pub struct Members;

#[async_trait]
impl Registration for Members {
    type Fields = Member;

    fn inputs(&self) -> Vec<Input> {
        vec![Input::text("name", "Your name").required()]
    }

    async fn confirmed(&self, account: &Account, member: Member, tx: &mut Tx) -> Result<(), Trouble> {
        let values = [account.id().into(), member.name.into()];
        tx.execute("INSERT INTO members (account_id, name) VALUES ($1, $2)", &values).await?;
        Ok(())
    }
}

/// Creates the table, unless it is there. A member goes away with the account.
pub async fn create(rocket: Rocket<Build>) -> fairing::Result {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS members (
        account_id BLOB PRIMARY KEY REFERENCES latchkey_accounts (id) ON DELETE CASCADE, name TEXT NOT NULL UNIQUE)";
    let Some(club) = Club::fetch(&rocket) else { return Err(rocket) };
    match sqlx::query(TABLE).execute(&**club).await {
        Ok(_) => Ok(rocket),
        Err(error) => {
            rocket::error!("the table of members cannot be created: {error}");
            Err(rocket)
        }
    }
}
