//! CPU time per request of three servers on one PostgreSQL, compared with one server under the same load.

use std::{path::Path, time::Duration};

use latchkey_testing::Postgres;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{
    load::{Load, Until},
    process::{family, postmaster},
    sink::Sink,
    site::Site,
    table::{Table, median},
};

const ROUNDS: usize = 3;
/// Requests of each kind per second and server, and the duration in seconds: three servers use a third to a
/// half of the cores' capacity.
const RATES: [(f64, u64); 4] = [(2700.0, 3), (500.0, 6), (60.0, 3), (2.0, 8)];

/// Starts one server, and three, each group on its own database, and measures them in turn.
pub async fn measure(folder: &Path) {
    let server = match Postgres::start() {
        Ok(server) => server,
        Err(why) => return println!("skipped: {why}"),
    };
    let sink = Sink::start().await;
    let mut sites = Vec::new();
    let mut database = PgConnection::connect(&format!("{}/postgres", server.url())).await.expect("a server");
    for replicas in [1, 3] {
        let name = format!("replicas_{replicas}");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut database).await.expect("a new database");
        let url = format!("{}/{name}", server.url());
        let mut site = Site::small(&folder.join(name), &sink, &url, replicas).await;
        site.settle(&sink).await;
        sites.push(site);
    }
    let postmaster = postmaster(&mut database).await;

    let mut table = Table::default();
    let [one, three] = [sites[0].hot(), sites[1].hot()];
    for (((name, one), (_, three)), (rate, seconds)) in one.iter().zip(&three).zip(RATES) {
        let until = |servers: f64| Until::Paced(servers * rate, Duration::from_secs(seconds));
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push([
                cost(&sites[0], one, until(1.0), postmaster).await,
                cost(&sites[1], three, until(3.0), postmaster).await,
            ]);
        }
        let ratio = median(rounds.iter().map(|[one, three]| three.site / one.site));
        let millis = |of: fn(&[Cost; 2]) -> f64| format!("{:.2}", median(rounds.iter().map(of)) * 1e3);
        let detail = format!(
            "{rate}/s each: {} ms against {}; PostgreSQL {} ms against {}; p50 {} ms against {}",
            millis(|it| it[1].site),
            millis(|it| it[0].site),
            millis(|it| it[1].postgres),
            millis(|it| it[0].postgres),
            millis(|it| it[1].p50),
            millis(|it| it[0].p50),
        );
        table.most(&format!("{name}, CPU of 3 to that of 1"), ratio, 1.05, "×", detail);
    }
    table.print();
}

/// CPU seconds per request of the site and of PostgreSQL, and the median time to the answer.
struct Cost {
    site: f64,
    postgres: f64,
    p50: f64,
}

async fn cost(site: &Site, load: &Load, until: Until, postmaster: u32) -> Cost {
    let spent = || [site.sum(|process| process.cpu()), family(postmaster)];
    let before = spent();
    let pace = load.run(until).await;
    site.drained().await;
    let after = spent();
    let each = |at: usize| (after[at] - before[at]) / pace.answered as f64;
    Cost { site: each(0), postgres: each(1), p50: pace.p50.as_secs_f64() }
}
