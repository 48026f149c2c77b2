//! Customers, each with an account.

use latchkey::{Account, Accounts, Error, Faults, Input, Registration, Trouble, Tx, Uuid};
use rocket::{FromForm, async_trait};
use serde::{Deserialize, Serialize};

#[derive(FromForm, Serialize, Deserialize)]
pub struct Customer {
    #[field(validate = len(2..40))]
    name: String,
}

pub struct Customers;

#[async_trait]
impl Registration for Customers {
    type Fields = Customer;

    fn inputs(&self) -> Vec<Input> {
        vec![Input::text("name", "Your name").required()]
    }

    async fn check(&self, _email: &str, customer: &Customer, faults: &mut Faults) {
        if customer.name.eq_ignore_ascii_case("the tea shop") {
            faults.add("name", "This name is ours.");
        }
    }

    async fn confirmed(&self, account: &Account, customer: Customer, tx: &mut Tx) -> Result<(), Trouble> {
        let values = [account.id().into(), customer.name.into()];
        tx.execute("INSERT INTO customers (account_id, name) VALUES ($1, $2)", &values).await?;
        Ok(())
    }
}

/// Creates the table, unless it is there. A customer goes away with the account.
pub async fn create(accounts: &Accounts) -> Result<(), Error> {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS customers (
        account_id BLOB PRIMARY KEY REFERENCES latchkey_accounts (id) ON DELETE CASCADE, name TEXT NOT NULL)";
    let mut tx = accounts.begin().await?;
    tx.execute(TABLE, &[]).await?;
    tx.commit().await
}

/// Returns the name of a customer.
pub async fn name(accounts: &Accounts, id: Uuid) -> Result<Option<String>, Error> {
    let mut tx = accounts.begin().await?;
    let found = tx.fetch("SELECT name FROM customers WHERE account_id = $1", &[id.into()]).await?;
    Ok(found.first().map(|row| row.get("name")).transpose()?)
}
