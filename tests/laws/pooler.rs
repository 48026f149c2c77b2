//! A pooler between the site and PostgreSQL makes no difference: PgBouncer in either mode, without settings.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::Method;
use rocket::tokio::{net::TcpStream, runtime::Builder, time::sleep};

use crate::common::{Database, Engine, NEW, OLD, Setting, Strategy, free_port, skip};

/// Path in Debian.
const PGBOUNCER: &str = "/usr/sbin/pgbouncer";

/// PgBouncer in front of a server, until dropped.
struct Pooler(Child);

impl Pooler {
    /// Starts PgBouncer in `folder`, and returns the URL of the database at `url` through it.
    async fn start(folder: &Path, url: &str, mode: &str) -> (Self, String) {
        let address = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).expect("a host");
        let server = address.split(':').nth(1).expect("a port");
        let port = free_port();
        let config = format!(
            "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}
auth_type = any\nunix_socket_dir =\npool_mode = {mode}\ndefault_pool_size = 20\n[databases]\n* = host=127.0.0.1 port={server} user=postgres\n"
        );
        let file = folder.join("pgbouncer.ini");
        std::fs::write(&file, config).expect("written");
        // PgBouncer refuses to run as root.
        let mut command =
            match std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)) {
                Ok(0) => {
                    let open = |path: &Path| {
                        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                            .expect("ours");
                    };
                    open(folder);
                    let mut command = Command::new("setpriv");
                    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", PGBOUNCER]);
                    command
                }
                _ => Command::new(PGBOUNCER),
            };
        let pooler =
            Self(command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs"));
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return (pooler, url.replace(address, &format!("127.0.0.1:{port}")));
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("PgBouncer does not start");
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn behind(mode: &'static str) {
    if !Path::new(PGBOUNCER).exists() {
        return skip("PgBouncer is not installed");
    }
    let database = match Database::create(Engine::Postgres) {
        Ok(database) => database,
        Err(reason) => return skip(&reason),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (_pooler, url) = Pooler::start(&database.folder(), database.url(), mode).await;
        let setting = Setting {
            strategy: Strategy::SetThenLogin,
            engine: Engine::Postgres,
            database: url,
            folder: database.folder(),
        };
        let app = setting.app().await;
        let ann = app.person("ann").await;
        // Many at once, so that each statement may use another connection than the one before.
        let signed_in = app.signed_in(&ann).await;
        let asks = (0..8).map(|_| async {
            for _ in 0..10 {
                assert_eq!(signed_in.copy().ask(Method::GET, "/account").await.status, 200);
                assert_eq!(app.browser().ask(Method::GET, "/healthz").await.status, 200);
            }
        });
        rocket::futures::future::join_all(asks).await;
        assert!(app.opens(&ann.email, OLD).await);
        let link = app.key(&ann).await.link();
        let browser = app.browser();
        let ready = app.prepare(&browser, &link, &ann).await;
        browser.post(&app.spending(&browser, &ready, NEW)).await;
        assert!(app.opens(&ann.email, NEW).await);
        // Migrated once, and recognised as such.
        let app = app.restart(&[]).await;
        assert!(app.opens(&ann.email, NEW).await);
        app.stop().await;
    });
}

#[test]
fn a_pooler_of_sessions_changes_nothing() {
    behind("session");
}

#[test]
fn a_pooler_of_transactions_changes_nothing() {
    behind("transaction");
}

#[test]
fn a_role_with_few_connections_serves_many_at_once() {
    let database = match Database::create(Engine::Postgres) {
        Ok(database) => database,
        Err(reason) => return skip(&reason),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let name = format!("few_{}", std::process::id());
        let role = format!("CREATE ROLE {name} LOGIN CONNECTION LIMIT 3 PASSWORD 'the-database-password'");
        crate::common::execute(database.url(), &role).await;
        crate::common::execute(database.url(), &format!("GRANT CREATE ON SCHEMA public TO {name}")).await;
        let setting = Setting {
            strategy: Strategy::SetThenLogin,
            engine: Engine::Postgres,
            database: database.url().replace("//postgres:", &format!("//{name}:")),
            folder: database.folder(),
        };
        let app = setting.app().await;
        let asks = (0..24).map(|_| async { app.browser().ask(Method::GET, "/readyz").await.status });
        let answers = rocket::futures::future::join_all(asks).await;
        assert_eq!(answers, [200; 24]);
        app.stop().await;
        crate::common::execute(database.url(), &format!("DROP OWNED BY {name}; DROP ROLE {name}")).await;
    });
}
