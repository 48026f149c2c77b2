//! Second factors as an admin sees them: those of one person, and how many people have which.

use serde::Serialize;

use crate::{
    base::{Error, factor::FactorKind},
    http::Visit,
    store::{Conn, accounts::AccountRow, factors, recovery_codes},
    view::format,
};

/// Most people that are counted: no page reads a whole table.
const MOST: i64 = 10_000;

/// Second factors of one person.
#[derive(Clone, Serialize)]
pub(super) struct ShownFactors {
    held: Vec<ShownFactor>,
    /// Recovery codes left.
    codes: usize,
}

/// A second factor.
#[derive(Clone, Serialize)]
struct ShownFactor {
    /// Its kind in words.
    kind: String,
    name: String,
    since: String,
    /// Time of last use.
    used: Option<String>,
}

impl ShownFactors {
    pub fn samples() -> [Self; 2] {
        let factor = |name: &str, used: Option<&str>| ShownFactor {
            kind: "Authenticator app".into(),
            name: name.into(),
            since: "2026-08-01".into(),
            used: used.map(str::to_owned),
        };
        let held = vec![factor("Phone", Some("2026-08-02 14:32 UTC")), factor("Tablet", None)];
        [Self { held: Vec::new(), codes: 0 }, Self { held, codes: 7 }]
    }

    /// Returns those of an account.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn of(site: &Visit<'_>, conn: &mut Conn, account: &AccountRow) -> Result<Self, Error> {
        let held = factors::of_account(conn, account.id).await?;
        let held = held.into_iter().map(|factor| ShownFactor {
            kind: kind_name(site, factor.kind),
            since: format::day(site.locale, factor.created_at),
            used: factor.used_at.map(|at| format::moment(site.locale, at)),
            name: factor.name,
        });
        let (held, codes) = (held.collect(), recovery_codes::of_account(conn, account.id).await?.len());
        Ok(Self { held, codes })
    }
}

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
