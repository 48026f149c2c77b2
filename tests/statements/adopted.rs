//! A database of the first version is migrated as it is: no data is lost, and everything pending continues.

use std::{collections::BTreeSet, sync::LazyLock};

use latchkey::store::{DatabaseSettings, Pool};

use super::{
    common::{Capabilities, dump, execute, texts},
    *,
};

/// Links and cookies that work in the fixtures.
const LINK: &str = "/reset/uNaU4ub0YjTs2LerhoCZtm7K8uAXTqnVpid0PPdre10";
const CONFIRMATION: &str = "/confirm/8-1W3s2AxgBRtchAPM5SM5rhf1YTd-U65bkFbI5kORY";
const SESSION: &str = "grlYGdset5mHu-V5WY_E1p9rEKW3AXjOgHrXpXTfElk";

/// A host's own migration, in the table that sqlx shares among all.
const OF_A_HOST: &str =
    "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (20240101000000, 'shop', TRUE, 'x', 1)";

fn fixture(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => include_str!("adopted/sqlite.sql"),
        Engine::Postgres => include_str!("adopted/postgres.sql"),
    }
}

/// A database of the first version; `None`, after reporting a skipped test, if it cannot be created here.
fn old(engine: Engine) -> Option<Database> {
    let database = Database::create(engine).map_err(|reason| skip(&reason)).ok()?;
    wait(async {
        // The file may not exist yet: a site would create it.
        if engine == Engine::Sqlite {
            let url = format!("{}?mode=rwc", database.url());
            SqliteConnection::connect(&url).await.expect("is made").close().await.expect("closes");
        }
        execute(database.url(), fixture(engine)).await;
    });
    Some(database)
}

async fn migrate(url: &str) {
    let settings = DatabaseSettings { url: url.to_owned(), ..DatabaseSettings::default() };
    let pool = Pool::connect(&settings).await.expect("it is taken over");
    pool.close().await;
}

/// Names of all tables, indexes and constraints.
async fn names(url: &str) -> BTreeSet<String> {
    let all = if url.starts_with("sqlite:") {
        "SELECT name || ' ' || type FROM sqlite_schema"
    } else {
        "SELECT relname::text || ' ' || relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION SELECT conname::text || ' constraint' FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace"
    };
    texts(url, all).await.into_iter().collect()
}

static COLUMN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[a-z_]+=").expect("a pattern"));

fn for_both(test: impl Fn(Engine, Database)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if let Some(database) = old(engine) {
            test(engine, database);
        }
    }
}

/// The table of a dumped row, and its values, each as `column=value`.
fn row(line: &str) -> (&str, BTreeSet<&str>) {
    let (table, values) = line.split_once(": ").expect("a table");
    let starts: Vec<_> = COLUMN.find_iter(values).map(|column| column.start()).collect();
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    (table, starts.iter().zip(ends).map(|(from, to)| values[*from..to].trim_end()).collect())
}

/// A value as this version has it.
fn renamed(value: &str) -> String {
    const COLUMNS: [(&str, &str); 6] = [
        ("held_until=", "resets_blocked_until="),
        ("pressed_at=", "claimed_at="),
        ("pressed_in=", "claimed_in="),
        ("minted=", "codes_issued="),
        ("trouble=", "last_error="),
        ("n=", "hits="),
    ];
    let of = |(former, now): &(&str, &str)| Some(format!("{now}{}", value.strip_prefix(former)?));
    match value {
        "restricted=0" | "restricted=false" => "scope=full".to_owned(),
        "restricted=1" | "restricted=true" => "scope=new_password".to_owned(),
        value => COLUMNS.iter().find_map(of).unwrap_or_else(|| value.to_owned()),
    }
}

#[test]
fn a_database_of_the_first_version_keeps_every_row() {
    for_both(|_, database| {
        wait(async {
            let before = dump(database.url()).await;
            migrate(database.url()).await;
            let after: BTreeSet<_> = dump(database.url()).await.into_iter().collect();
            assert!(before.len() > 30, "{before:?}");
            // Counts start again.
            let forgotten = ["_sqlx_migrations", "counts"];
            for line in before.iter().filter(|line| !forgotten.iter().any(|table| line.starts_with(table))) {
                let line = format!("latchkey_{line}").replacen("_tallies:", "_daily_stats:", 1);
                let (table, kept) = row(&line);
                let is_kept = |other: &String| {
                    let (other_table, now) = row(other);
                    table == other_table && kept.iter().all(|value| now.contains(&*renamed(value)))
                };
                assert!(after.iter().any(is_kept), "{line}\n{after:#?}");
            }
            assert!(!after.iter().any(|line| line.starts_with("_sqlx_migrations")), "nobody else needs it");
        });
    });
}

#[test]
fn a_database_of_the_first_version_gets_the_names_of_today() {
    for_both(|engine, database| {
        let Some(fresh) = migrated(engine) else { return };
        wait(async {
            migrate(database.url()).await;
            assert_eq!(names(database.url()).await, names(fresh.url()).await);
        });
    });
}

#[test]
fn what_was_under_way_in_the_first_version_goes_on() {
    for_both(|engine, database| {
        let setting = Setting {
            strategy: Strategy::SetThenLogin,
            engine,
            database: database.url().to_owned(),
            folder: database.folder(),
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let app = setting.app().await;
            let signed_in = app.browser();
            signed_in.with_jar(|jar| jar.put("latchkey_session", SESSION));
            assert!(signed_in.is_signed_in().await);
            let page = app.browser().get(LINK).await;
            assert_eq!(page.path(), setting.strategy.path(), "{page}");
            let page = app.browser().get(CONFIRMATION).await;
            assert_eq!(page.status, 200, "{page}");
            // The mail was waiting for its mail server.
            app.clock.advance(std::time::Duration::from_secs(60));
            let message = app.mailbox.next_key("dora@example.com").await;
            // It was sealed with the site's address at that time.
            let link = message.link();
            let key = link.rsplit('/').next().expect("a key");
            let page = app.browser().get(&format!("/reset/{key}")).await;
            assert_eq!(page.path(), setting.strategy.path(), "{page}");
            app.stop().await;
        });
    });
}

#[test]
fn the_migrations_of_a_host_are_left_alone() {
    for_both(|_, database| {
        wait(async {
            execute(database.url(), OF_A_HOST).await;
            migrate(database.url()).await;
            let left = texts(database.url(), "SELECT description FROM _sqlx_migrations").await;
            assert_eq!(left, ["shop"]);
        });
    });
    // Migrations of somebody else with numbers like ours, and a table named like one of ours.
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = migrated(engine) else { return };
        let Some(other) = old(engine) else { return };
        wait(async {
            let url = other.url();
            execute(url, "UPDATE _sqlx_migrations SET checksum = 'x'").await;
            let theirs = dump(url).await;
            migrate(url).await;
            let now = dump(url).await;
            let lost: Vec<_> = theirs.iter().filter(|line| !now.contains(line)).collect();
            assert!(lost.is_empty(), "{lost:?}");
            let ours = names(url).await;
            let missing: Vec<_> =
                names(database.url()).await.into_iter().filter(|it| !ours.contains(it)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        });
    }
}

#[test]
fn a_database_before_the_last_of_the_first_versions_is_not_taken_for_an_empty_one() {
    for_both(|_, database| {
        wait(async {
            execute(database.url(), "DELETE FROM _sqlx_migrations WHERE version = 10").await;
            let settings = DatabaseSettings { url: database.url().to_owned(), ..DatabaseSettings::default() };
            let refused = Pool::connect(&settings).await.err().map(|error| error.to_string());
            assert!(refused.as_ref().is_some_and(|told| told.contains("9 of its 10")), "{refused:?}");
            let ours = dump(database.url()).await;
            assert!(ours.iter().all(|line| !line.starts_with("latchkey_")), "{ours:?}");
        });
    });
}

/// Rights of a role that only serves.
const SERVING: &str = "REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO NAME;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO NAME";

#[test]
fn a_role_that_may_create_nothing_serves_a_database_that_lacks_nothing() {
    let Some(database) = migrated(Engine::Postgres) else { return };
    let Ok(empty) = Database::create(Engine::Postgres) else { return };
    let name = format!("serving_{}", std::process::id());
    let as_role = |url: &str| url.replace("//postgres:", &format!("//{name}:"));
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        execute(database.url(), &format!("CREATE ROLE {name} LOGIN PASSWORD 'the-database-password'")).await;
        for url in [database.url(), empty.url()] {
            execute(url, &SERVING.replace("NAME", &name)).await;
        }
        let setting = Setting {
            strategy: Strategy::SetThenLogin,
            engine: Engine::Postgres,
            database: as_role(database.url()),
            folder: database.folder(),
        };
        let app = setting.app().await;
        let ann = app.account("ann@example.com").await;
        app.key(&ann).await;
        app.stop().await;
        let settings = DatabaseSettings { url: as_role(empty.url()), ..DatabaseSettings::default() };
        let refused = Pool::connect(&settings).await.err().map(|error| error.to_string());
        assert!(refused.as_ref().is_some_and(|told| told.contains("latchkey migrate")), "{refused:?}");
        execute(database.url(), &format!("DROP OWNED BY {name}")).await;
        execute(empty.url(), &format!("DROP OWNED BY {name}; DROP ROLE {name}")).await;
    });
}

/// A migration recorded by a newer version.
fn of_a_newer(description: &str) -> String {
    format!(
        "INSERT INTO latchkey_migrations (version, description, success, checksum, execution_time)
            VALUES (9000, '{description}', TRUE, 'x', 1)"
    )
}

#[test]
fn two_versions_serve_one_database_side_by_side() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Ok(database) = Database::create(engine) else { return };
        let setting = Setting {
            strategy: Strategy::SetThenLogin,
            engine,
            database: database.url().to_owned(),
            folder: database.folder(),
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let older = setting.app().await;
            let ready = async || older.browser().ask(reqwest::Method::GET, "/readyz").await;
            execute(database.url(), &of_a_newer("something more")).await;
            execute(database.url(), "CREATE TABLE latchkey_something_more (id BIGINT PRIMARY KEY)").await;
            assert_eq!(ready().await.status, 200);
            // The site starts again.
            let again = setting.app().await;
            again.account("ann@example.com").await;
            again.stop().await;
            execute(database.url(), "DELETE FROM latchkey_migrations WHERE version = 9000").await;
            execute(database.url(), &of_a_newer("something else (older versions cannot work with it)")).await;
            let answer = ready().await;
            assert_eq!(answer.status, 503);
            assert!(answer.text().contains("newer version"), "{}", answer.text());
            let settings = DatabaseSettings { url: database.url().to_owned(), ..DatabaseSettings::default() };
            let refused = Pool::connect(&settings).await.err().map(|error| error.to_string());
            assert!(refused.as_ref().is_some_and(|told| told.contains("newer version")), "{refused:?}");
            older.stop().await;
        });
    }
}

#[test]
fn a_migration_says_whether_older_versions_can_go_on() {
    for engine in ["sqlite", "postgres"] {
        let folder = common::root().join("migrations").join(engine);
        for file in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).expect("a migration");
            let first = text.lines().next().unwrap_or_default();
            let says = first == "-- adds only" || first.starts_with("-- breaks older versions: ");
            assert!(
                says || *name < *"0011",
                "{engine}/{name} begins with neither `-- adds only` nor `-- breaks older versions: WHY`"
            );
        }
    }
}

#[test]
fn a_migration_has_one_checksum_on_every_system() {
    let attributes = common::root().join(".gitattributes");
    let text = std::fs::read_to_string(attributes).expect("a file");
    assert!(text.lines().any(|line| line == "*.sql text eol=lf"), "{text}");
}

#[test]
fn what_the_first_versions_had_is_known_byte_by_byte() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = old(engine) else { return };
        let sums = match engine {
            Engine::Sqlite => include_str!("../../migrations/adoption/sqlite.sums"),
            Engine::Postgres => include_str!("../../migrations/adoption/postgres.sums"),
        };
        let stored = "SELECT CAST(checksum AS TEXT) FROM _sqlx_migrations ORDER BY version";
        let hexadecimal = "SELECT lower(hex(checksum)) FROM _sqlx_migrations ORDER BY version";
        let query = if engine == Engine::Sqlite { hexadecimal } else { stored };
        let stored = wait(texts(database.url(), query));
        let stored: Vec<_> = stored.iter().map(|sum| sum.trim_start_matches("\\x")).collect();
        assert_eq!(stored, sums.lines().collect::<Vec<_>>());
    }
}
