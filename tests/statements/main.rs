//! The store on real databases: every statement is prepared on both and reads no whole table, their two schemas are the
//! same, and transactions that the database aborts are retried.

use latchkey_testing as common;
mod adopted;
mod buckets;
mod plans;
mod undone;

use std::{collections::BTreeMap, path::Path};

use regex::Regex;
use rocket::tokio::runtime::Builder;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqlSafeStr, SqliteConnection};

use common::{Database, Engine, Setting, Strategy, skip};

/// Every `const NAME: &str = "SQL"` of the files in `src/store`, as `file::NAME` with its text.
fn statements() -> Vec<(String, String)> {
    let constant =
        Regex::new(r#"const\s+([A-Z0-9_]+)\s*:\s*&(?:'static\s+)?str\s*=\s*(?:r#*)?"((?:[^"\\]|\\(?s:.))*)"#)
            .expect("a pattern");
    let verb = Regex::new(r"(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b").expect("a pattern");
    let continued = Regex::new(r"\\\n\s*").expect("a pattern");
    let mut found = Vec::new();
    for file in rust_files(&common::root().join("src/store")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let named = if file.ends_with("mod.rs") { file.parent().expect("a folder") } else { &file };
        let stem = named.file_stem().expect("a name").to_string_lossy().into_owned();
        for each in constant.captures_iter(&text) {
            let sql = continued.replace_all(&each[2], "").replace("\\\"", "\"");
            if verb.is_match(&sql) {
                found.push((format!("{stem}::{}", &each[1]), sql));
            }
        }
    }
    found
}

/// Statements that run on `engine`.
fn statements_of(engine: Engine) -> Vec<(String, String)> {
    let of_the_other = match engine {
        Engine::Sqlite => "_POSTGRES",
        Engine::Postgres => "_SQLITE",
    };
    statements().into_iter().filter(|(name, _)| !name.ends_with(of_the_other)).collect()
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A database migrated by a site; `None`, after reporting a skipped test, if it cannot be created here.
fn migrated(engine: Engine) -> Option<Database> {
    let database = match Database::create(engine) {
        Ok(database) => database,
        Err(reason) => {
            skip(&reason);
            return None;
        }
    };
    let setting = Setting {
        strategy: Strategy::SetThenLogin,
        engine,
        database: database.url().to_owned(),
        folder: database.folder(),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async { setting.app().await.stop().await });
    Some(database)
}

fn wait<T>(what: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(what)
}

#[test]
fn every_statement_is_prepared_on_sqlite() {
    let Some(database) = migrated(Engine::Sqlite) else { return };
    let all = statements_of(Engine::Sqlite);
    assert!(all.len() >= 20, "only {} statements found", all.len());
    wait(async {
        let mut connection = SqliteConnection::connect(database.url()).await.expect("opens");
        for (name, sql) in &all {
            let prepared = connection.prepare(AssertSqlSafe(sql.as_str()).into_sql_str()).await;
            assert!(prepared.is_ok(), "{name} on SQLite: {:?}\n{sql}", prepared.err());
        }
    });
}

#[test]
fn every_statement_is_prepared_on_postgres() {
    let Some(database) = migrated(Engine::Postgres) else { return };
    wait(async {
        let mut connection = PgConnection::connect(database.url()).await.expect("opens");
        for (name, sql) in &statements_of(Engine::Postgres) {
            let prepared = connection.prepare(AssertSqlSafe(sql.as_str()).into_sql_str()).await;
            assert!(prepared.is_ok(), "{name} on PostgreSQL: {:?}\n{sql}", prepared.err());
        }
    });
}

#[test]
fn only_the_store_writes_sql() {
    let sources = common::root().join("src");
    let query =
        Regex::new(r"sqlx::(query|raw_sql|QueryBuilder)|use sqlx::.*(query|raw_sql)").expect("a pattern");
    for file in rust_files(&sources).iter().filter(|file| !file.starts_with(sources.join("store"))) {
        let text = std::fs::read_to_string(file).expect("a source file");
        let line = text.lines().find(|line| query.is_match(line));
        assert!(line.is_none(), "{} runs SQL: {line:?}", file.display());
    }
}

/// A table: its columns in order with type and nullability, and its unique indexes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    columns: Vec<(String, &'static str, bool)>,
    unique: Vec<String>,
}

#[test]
fn both_databases_have_the_same_schema() {
    let (Some(lite), Some(post)) = (migrated(Engine::Sqlite), migrated(Engine::Postgres)) else { return };
    let (lite, post) = wait(async { (of_sqlite(lite.url()).await, of_postgres(post.url()).await) });
    assert!(lite.len() >= 5, "{:?}", lite.keys());
    assert_eq!(lite.keys().collect::<Vec<_>>(), post.keys().collect::<Vec<_>>());
    for (name, table) in &lite {
        assert_eq!(table, &post[name], "the table {name}");
    }
}

async fn of_sqlite(url: &str) -> BTreeMap<String, Table> {
    let mut connection = SqliteConnection::connect(url).await.expect("opens");
    let mut tables = BTreeMap::new();
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'latchkey_migrations'";
    for row in sqlx::query(names).fetch_all(&mut connection).await.expect("tables") {
        let name: String = row.get(0);
        let mut table = Table::default();
        let columns =
            format!("SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info('{name}') ORDER BY cid");
        for column in sqlx::query(AssertSqlSafe(columns)).fetch_all(&mut connection).await.expect("columns") {
            let kind: String = column.get(1);
            table.columns.push((column.get(0), common_kind(&kind), column.get(2)));
        }
        let indexes =
            format!("SELECT name, partial FROM pragma_index_list('{name}') WHERE \"unique\" ORDER BY name");
        for index in sqlx::query(AssertSqlSafe(indexes)).fetch_all(&mut connection).await.expect("indexes") {
            let columns =
                format!("SELECT name FROM pragma_index_info('{}') ORDER BY seqno", index.get::<String, _>(0));
            let columns =
                sqlx::query(AssertSqlSafe(columns)).fetch_all(&mut connection).await.expect("columns");
            let columns: Vec<String> = columns.iter().map(|column| column.get(0)).collect();
            table.unique.push(format!("{}{}", columns.join(","), if index.get(1) { " where" } else { "" }));
        }
        table.unique.sort();
        tables.insert(name, table);
    }
    tables
}

async fn of_postgres(url: &str) -> BTreeMap<String, Table> {
    let mut connection = PgConnection::connect(url).await.expect("opens");
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'latchkey_migrations' \
        ORDER BY table_name, ordinal_position";
    for column in sqlx::query(columns).fetch_all(&mut connection).await.expect("columns") {
        let kind: String = column.get(2);
        tables.entry(column.get(0)).or_default().columns.push((
            column.get(1),
            common_kind(&kind),
            column.get(3),
        ));
    }
    let indexes = "SELECT t.relname::text, string_agg(a.attname, ',' ORDER BY k.place), i.indpred IS NOT NULL \
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
        CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place) \
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number \
        WHERE i.indisunique AND n.nspname = 'public' GROUP BY t.relname, i.indexrelid, i.indpred";
    for index in sqlx::query(indexes).fetch_all(&mut connection).await.expect("indexes") {
        if let Some(table) = tables.get_mut(&index.get::<String, _>(0)) {
            table.unique.push(format!(
                "{}{}",
                index.get::<String, _>(1),
                if index.get(2) { " where" } else { "" }
            ));
        }
    }
    tables.values_mut().for_each(|table| table.unique.sort());
    tables
}

/// Common name of a type that each database calls by another name.
fn common_kind(kind: &str) -> &'static str {
    match kind.to_lowercase().as_str() {
        "blob" | "bytea" | "uuid" => "bytes",
        "bigint" | "integer" | "int" => "number",
        "boolean" => "boolean",
        "text" | "character varying" => "text",
        other => panic!("a type that the other database may not have: {other}"),
    }
}
