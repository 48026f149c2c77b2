//! PostgreSQL: connections to a server, which may have a pooler in front.

mod address;
mod links;
mod pooler;
mod values;

use std::{net::IpAddr, str::FromStr, sync::Arc, time::Duration};

use rocket::tokio::{pin, select, time::sleep};
use sqlx::{error::BoxDynError, query::Query, sql_str::AssertSqlSafe};
use sqlx_postgres::{PgConnectOptions, PgConnection, PgQueryResult, PgSslMode, PgValueRef, Postgres};

use self::links::Links;
pub use self::links::{Link, in_time};
use super::{
    Conn, DatabaseSettings,
    driver::Driver,
    migrate::{self, Applied, Dialect, Raw},
    retry_tx::{self, Answers, Engine, Held, Joins, RetryTx},
    writes::Writes,
};
use crate::{
    base::{Error, SettingFault},
    observe::connections::Connections,
};

/// Delay before the log says that we are waiting for PostgreSQL.
const LOG_AFTER: Duration = Duration::from_millis(500);
/// SQLSTATE.
const SERIALIZATION_FAILURE: &str = "40001";
/// SQLSTATE.
const DEADLOCK: &str = "40P01";
/// Begins a migration. Waits up to two minutes for another process that is migrating.
const BEGIN_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '2min'; SET LOCAL statement_timeout = '10min'";
/// An advisory lock is a number: this one is `latchkey` in ASCII.
const LOCK_POSTGRES: &str = "SELECT pg_advisory_xact_lock(7809651199139603833)";

static DIALECT: Dialect = Dialect {
    name: "postgres",
    time: "TIMESTAMPTZ NOT NULL DEFAULT now()",
    bytes: "BYTEA",
    // Reading the catalog sees a table made meanwhile; `to_regclass` may answer from a stale cache.
    has_table: "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class
        WHERE relname = 'TABLE' AND relkind = 'r' AND pg_table_is_visible(oid))",
    may_read: "SELECT COALESCE(has_table_privilege(to_regclass('TABLE'), 'SELECT'), FALSE)",
};

/// Opens the first connection, and returns the number of migrations that were applied over it.
///
/// # Errors
/// [`Error::Config`] if the server cannot be reached or used, and [`Error::Migration`].
pub(super) async fn open(
    settings: &DatabaseSettings,
    migrate: bool,
) -> Result<(Arc<dyn Driver>, usize), Error> {
    let patience = Duration::from_secs(settings.connect_timeout);
    let options = PgConnectOptions::from_str(&settings.url).map_err(|error| {
        let remedy = "percent-encode what is neither letter nor digit in a name or password, as %2F for /";
        settings.unusable(&format!("{error}; {remedy}"))
    })?;
    // No column is a float, and poolers refuse the parameter.
    let options = options.extra_float_digits(None);
    let shared = is_shared(&options, patience).await.map_err(|error| settings.unusable(&error))?;
    let most = usize::try_from(settings.max_connections.max(1)).unwrap_or(usize::MAX);
    let links = Links::new(options, shared, most, patience);
    let mut link = links.get().await.map_err(|error| settings.unusable(&error))?;
    let mut count = 0;
    if migrate {
        count = migrate::run(&mut Migrating(link.asked()?, settings.migration_lock), settings).await?;
        link.heard(&Ok(()));
    }
    Ok((Arc::new(links), count))
}

/// Like [`pooler::is_shared`]; says in the log that it waits.
async fn is_shared(options: &PgConnectOptions, patience: Duration) -> Result<bool, sqlx::Error> {
    let asked = pooler::is_shared(options, patience);
    pin!(asked);
    select! {
        shared = &mut asked => shared,
        () = sleep(LOG_AFTER) => {
            let place = options.get_socket().map_or_else(
                || format!("{}:{}", options.get_host(), options.get_port()),
                |socket| socket.display().to_string(),
            );
            log::warn!("waiting for the database at {place}");
            asked.await
        }
    }
}

/// Returns why a URL that begins with `postgres://` cannot be read.
pub(super) fn fault(key: &str, url: &str) -> Option<SettingFault> {
    const ENCODE: &str =
        "in its password / is %2F, @ is %40, : is %3A, ? is %3F, # is %23, % is %25: percent-encode it";
    let unreadable = || SettingFault::new(key, "cannot be read", ENCODE);
    let Some((_, rest)) = url.split_once("://") else { return Some(unreadable()) };
    // After the server's name, an `@` is the rest of a password.
    if rest.split_once(['/', '?', '#']).is_some_and(|(_, behind)| behind.contains('@')) {
        return Some(unreadable());
    }
    Some(match PgConnectOptions::from_str(url).err()? {
        sqlx::Error::Configuration(told) if told.to_string().contains("unknown value") => {
            SettingFault::new(key, "error with configuration", told.to_string())
        }
        _ => unreadable(),
    })
}

/// Returns the risks of data being read or forged on the way to the server: what release refuses, and what it warns of.
pub(super) fn risks(key: &str, url: &str) -> (Option<SettingFault>, Option<SettingFault>) {
    let remote = |options: &PgConnectOptions| {
        let host = options.get_host().trim_matches(['[', ']']);
        options.get_socket().is_none()
            && !host.starts_with('/')
            && host != "localhost"
            && !host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    let options = PgConnectOptions::from_str(url).ok().filter(remote);
    match options.map(|options| options.get_ssl_mode()) {
        Some(PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer) => {
            let remedy = "add ?sslmode=verify-full, or sslmode=require if no certificate can be checked";
            (Some(SettingFault::new(key, "may send without encryption", remedy)), None)
        }
        Some(PgSslMode::Require) => {
            let remedy =
                "write sslmode=verify-full, and sslrootcert=FILE if the system does not know who signed it";
            (None, Some(SettingFault::new(key, "takes any certificate", remedy)))
        }
        _ => (None, None),
    }
}

#[rocket::async_trait]
impl Driver for Links {
    async fn read(&self, writes: &Writes) -> Result<Conn, sqlx::Error> {
        if self.is_shared() {
            // A statement is several messages, which a pooler keeps together only within a transaction.
            return Driver::begin(self, writes).await;
        }
        Ok(Conn::Postgres(self.get().await?))
    }

    async fn begin(&self, writes: &Writes) -> Result<Conn, sqlx::Error> {
        Ok(Conn::PostgresTx(RetryTx::begin(self.clone(), writes.clone()).await?))
    }

    async fn begin_once(&self, writes: &Writes) -> Result<Conn, sqlx::Error> {
        Ok(Conn::PostgresTx(RetryTx::begin_once(self.clone(), writes.clone()).await?))
    }

    fn is_a_file(&self) -> bool {
        false
    }

    fn sets(&self) -> (usize, usize) {
        (1, (Links::connections(self).most / 2).clamp(1, 8))
    }

    fn batches(&self) -> usize {
        Links::connections(self).most.div_ceil(4)
    }

    fn connections(&self) -> Connections {
        Links::connections(self)
    }

    async fn close(&self) {
        Links::close(self).await;
    }
}

impl Held<Postgres> for Link {
    fn asked(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        Link::asked(self)
    }

    fn heard<T>(&mut self, outcome: &Result<T, sqlx::Error>) {
        Link::heard(self, outcome);
    }

    fn keeps_statements(&self) -> bool {
        Link::keeps_statements(self)
    }

    fn is_begun(&self) -> bool {
        Link::is_begun(self)
    }
}

impl Engine for Postgres {
    type Source = Links;
    type Held = Link;
    // A message of its protocol that several statements fit in takes no arguments.
    const JOINS: Joins = Joins::Apart;

    async fn begin(links: &Links) -> Result<Link, sqlx::Error> {
        links.begin().await
    }

    async fn begin_once(links: &Links) -> Result<Link, sqlx::Error> {
        links.begin_once().await
    }

    async fn commit(link: Link) -> Result<(), sqlx::Error> {
        link.commit().await
    }

    async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        links::in_time(statement).await
    }

    fn is_passing(error: &sqlx::Error) -> bool {
        let code = error.as_database_error().and_then(|error| error.code());
        code.is_some_and(|code| code == SERIALIZATION_FAILURE || code == DEADLOCK)
    }

    async fn answers(
        conn: &mut PgConnection,
        query: Query<'static, Self, Self::Arguments>,
    ) -> Result<Answers<Self>, sqlx::Error> {
        retry_tx::answers(conn, query, PgQueryResult::rows_affected).await
    }

    fn bytes(value: PgValueRef<'_>) -> Result<Vec<u8>, BoxDynError> {
        value.as_bytes().map(<[u8]>::to_vec)
    }
}

/// A connection to migrate over, and whether by an advisory lock.
struct Migrating<'c>(&'c mut PgConnection, bool);

// No statement is kept: the next transaction may be on another connection.
#[rocket::async_trait]
impl Raw for Migrating<'_> {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.run(BEGIN_POSTGRES).await?;
        if self.1 { self.run(LOCK_POSTGRES).await } else { Ok(()) }
    }

    async fn run(&mut self, text: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql::raw_sql(AssertSqlSafe(text)).execute(&mut *self.0).await.map(drop)
    }

    async fn is(&mut self, question: String) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar::query_scalar(AssertSqlSafe(question))
            .persistent(false)
            .fetch_one(&mut *self.0)
            .await
    }

    async fn applied(&mut self, text: String) -> Result<Vec<Applied>, sqlx::Error> {
        sqlx::query_as::query_as(AssertSqlSafe(text)).persistent(false).fetch_all(&mut *self.0).await
    }

    async fn record(&mut self, text: String, applied: Applied) -> Result<(), sqlx::Error> {
        let (version, description, sum) = applied;
        let query = sqlx::query::query(AssertSqlSafe(text)).bind(version).bind(description).bind(sum);
        query.persistent(false).execute(&mut *self.0).await.map(drop)
    }
}
