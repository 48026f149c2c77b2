//! Counts over several tables for the page of an account, in one statement.

use uuid::Uuid;

use super::{
    Conn,
    batcher::{ByKey, key},
    record::record,
    sql,
};
use crate::base::{Error, clock::Time};

record! {
    /// What an account has besides its own row.
    #[derive(Clone, Default)]
    pub struct Holdings {
        /// Number of second factors.
        pub factors: i64,
        /// Number of live personal access tokens.
        pub access_tokens: i64,
        /// Username, if it has one.
        pub username: Option<String>,
    }
}

record! {
    /// Holdings found by [`ByKey::find`].
    struct FoundHoldings {
        account_id: Uuid,
        holdings: Holdings = ..,
    }
}

#[rocket::async_trait]
impl ByKey for Holdings {
    type When = Time;

    async fn find(conn: &mut Conn, ids: &[&[u8]], now: Time) -> Result<Vec<(Vec<u8>, Self)>, Error> {
        const FIND: &str = "SELECT a.id AS account_id,
            (SELECT COUNT(*) FROM latchkey_factors WHERE account_id = a.id) AS factors,
            (SELECT COUNT(*) FROM latchkey_access_tokens WHERE account_id = a.id AND expires_at > $9) AS access_tokens,
            (SELECT name FROM latchkey_usernames WHERE account_id = a.id AND left_at IS NULL) AS username
            FROM latchkey_accounts AS a WHERE a.id IN ($1, $2, $3, $4, $5, $6, $7, $8)";
        let id = |place| key(ids, place).and_then(|id| Uuid::from_slice(id).ok());
        let found =
            sql!(all FoundHoldings, conn, FIND, id(0), id(1), id(2), id(3), id(4), id(5), id(6), id(7), now)?;
        Ok(found.into_iter().map(|it| (it.account_id.as_bytes().to_vec(), it.holdings)).collect())
    }
}
