//! Second factors as an admin sees them: how many people have which.

use serde::Serialize;

use crate::{
    base::{Error, factor::FactorKind},
    http::Visit,
    store::{Conn, factors},
};

/// Most people that are counted: no page reads a whole table.
const MOST: i64 = 10_000;

/// Number of people with one kind of second factor.
#[derive(Serialize)]
pub(super) struct Holders {
    /// The kind in words.
    kind: String,
    people: i64,
    /// Whether there are more, which were not counted.
    more: bool,
}

impl Holders {
    pub fn samples() -> Vec<Self> {
        let holders = |people, more| Holders { kind: "Authenticator app".into(), people, more };
        vec![holders(1, false), holders(MOST, true)]
    }

    /// Counts the people with each kind, as far as that is quick.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn all(site: &Visit<'_>, conn: &mut Conn) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for kind in FactorKind::all() {
            let people = factors::holders(conn, kind, MOST + 1).await?;
            all.push(Self { kind: kind_name(site, kind), people: people.min(MOST), more: people > MOST });
        }
        all.retain(|holders| holders.people > 0);
        Ok(all)
    }
}

fn kind_name(site: &Visit<'_>, kind: FactorKind) -> String {
    site.say(&format!("factor-{kind}"), &[])
}
