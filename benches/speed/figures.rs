//! The figures in the table printed by `cargo bench --bench speed`.
//!
//! Each round of the site is followed by one of its yardstick, so that other load on the machine slows both.

use std::{
    hint,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use latchkey_testing::Postgres;
use rocket::tokio::{self, time::sleep};
use sqlx::{Connection, PgConnection};

use super::{
    bare::Bare,
    factors::Holders,
    host::Host,
    lanes,
    load::{Load, Until},
    messages,
    passkeys::Holder,
    process::{family, postmaster},
    raw::{self, Writer},
    resets,
    sink::Sink,
    site::{PEOPLE, SQLITE, Site, person, stranger},
    table::{Rounds, Table, median},
};

/// Length and number of measurements.
pub struct Plan {
    pub rounds: usize,
    pub round: Duration,
    /// Hashes in a round, per core.
    pub hashes: usize,
    /// Sign-ins by passkey in a round.
    pub passkeys: usize,
    /// People whose resets make up a flood.
    pub flood: usize,
    /// Starts of the server while busy loops run.
    pub starts: usize,
}

const STARTS: usize = 5;
/// Signatures verified in a round.
const SIGNATURES: usize = 20_000;

/// Creates a small site and measures everything.
pub async fn measure(plan: &Plan, folder: &Path) {
    let (sink, mut table) = (Sink::start().await, Table::default());
    let home = folder.join("site");
    let mut site = Site::small(&home, &sink, SQLITE, 1).await;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        drop(site);
        site = Site::start(&home, &sink, SQLITE, 1).await;
        starts.push(site.processes[0].ready.as_secs_f64() * 1e3);
    }
    sleep(Duration::from_secs(1)).await;
    let at_rest = site.processes[0].memory();
    site.settle(&sink).await;
    let bare = Bare::start(&folder.join("bare"), &site).await;
    println!(
        "{} cores, which the load shares; {} rounds of {:?}; a page of {} bytes\n",
        raw::cores(),
        plan.rounds,
        plan.round,
        bare.html.len(),
    );

    passwords(plan, &site, &sink, &mut table).await;
    let mut writer = Writer::open(folder).await;
    with_apps(plan, &site, &sink, &mut table).await;
    by_passkey(plan, &site, &sink, &mut writer, &mut table).await;
    floods(plan, &site, &mut table).await;
    requests(plan, &site, &mut writer, &mut table).await;
    sending(plan, &site, &sink, &mut table).await;
    pages(plan, &site, &bare, &mut table).await;
    let host = Host::start(&home, &bare).await;
    hosted(plan, &site, &bare, &host, &mut table).await;
    drop(host);
    flood(plan, &folder.join("flood"), &sink, &mut table).await;
    beside_loops(plan, &home, &sink, &mut table).await;
    table.most("memory at rest", at_rest, 25.0, "MB", "resident, a second after start".into());
    let peak = site.sum(|process| process.peak());
    table.most("memory at the peak", peak, 60.0, "MB", "resident, after all of the above".into());
    let slowest = starts.iter().copied().fold(0.0, f64::max);
    let detail = format!("the slowest of {STARTS}; median {:.1} ms", median(starts.into_iter()));
    table.most("ready after start", slowest, 100.0, "ms", detail);
    table.print();
}

/// Creates a small site and measures sign-ins alone.
pub async fn sign_ins(plan: &Plan, folder: &Path) {
    let (sink, mut table) = (Sink::start().await, Table::default());
    let site = Site::settled(&folder.join("site"), &sink).await;
    passwords(plan, &site, &sink, &mut table).await;
    with_apps(plan, &site, &sink, &mut table).await;
    by_passkey(plan, &site, &sink, &mut Writer::open(folder).await, &mut table).await;
    floods(plan, &site, &mut table).await;
    table.print();
}

/// Measures a flood of resets alone, on each database.
pub async fn mails(plan: &Plan, folder: &Path) {
    let (sink, mut table) = (Sink::start().await, Table::default());
    flood(plan, &folder.join("flood"), &sink, &mut table).await;
    match Postgres::start() {
        Ok(server) => {
            let url = format!("{}/postgres", server.url());
            let mut database = PgConnection::connect(&url).await.expect("a connection");
            let postmaster = postmaster(&mut database).await;
            let site = flooded(plan, &folder.join("flood_on_postgres"), &sink, &url).await;
            // As PostgreSQL comes, and as it is after a day.
            for statement in ["ALTER SYSTEM SET autovacuum = on", "SELECT pg_reload_conf()", "VACUUM ANALYZE"]
            {
                sqlx::raw_sql(statement).execute(&mut database).await.expect("statistics");
            }
            let before = family(postmaster);
            flood_on(plan, &site, &sink, (", PostgreSQL", 800.0), &mut table).await;
            let each = (family(postmaster) - before) / plan.flood as f64 * 1e6;
            let detail = "CPU of a request, its work and its mail, in that flood".into();
            table.most("a reset's share of PostgreSQL", each, 465.0, "µs", detail);
        }
        Err(why) => println!("PostgreSQL skipped: {why}"),
    }
    table.print();
}

/// Measures pages alone, those of the site and of an application.
pub async fn all_pages(plan: &Plan, folder: &Path) {
    let (sink, mut table) = (Sink::start().await, Table::default());
    let home = folder.join("site");
    let site = Site::settled(&home, &sink).await;
    let bare = Bare::start(&folder.join("bare"), &site).await;
    pages(plan, &site, &bare, &mut table).await;
    let host = Host::start(&home, &bare).await;
    hosted(plan, &site, &bare, &host, &mut table).await;
    table.print();
}

/// Measures sign-ins after starts beside busy cores alone.
pub async fn starts(plan: &Plan, folder: &Path) {
    let (sink, mut table) = (Sink::start().await, Table::default());
    let home = folder.join("site");
    Site::settled(&home, &sink).await;
    beside_loops(plan, &home, &sink, &mut table).await;
    table.print();
}

async fn passwords(plan: &Plan, site: &Site, sink: &Sink, table: &mut Table) {
    let (mut sign_ins, mut resets) = (Rounds::default(), Rounds::default());
    let count = plan.hashes * raw::cores();
    for _ in 0..plan.rounds {
        let yardstick = raw::hashes(count / 2);
        sign_ins.note(site.sign_ins().run(Until::Answered(count)).await, yardstick);
        resets.note(resets::run(site, sink, count).await, yardstick);
    }
    table.ratio("sign-ins, saturated", &sign_ins, "bcrypts", 1.9);
    table.ratio("whole resets, saturated", &resets, "bcrypts", 1.8);
    let (alone, full) = lanes::times(plan.rounds);
    table.most("a hash alone", alone, 1.05, "×", "beside the crate's".into());
    table.most("a hash in a full set", full, 2.0, "×", "beside one alone".into());
}

/// Sign-ins that end with the code of an authenticator app, beside those that end with the password.
async fn with_apps(plan: &Plan, site: &Site, sink: &Sink, table: &mut Table) {
    let (mut rounds, count) = (Rounds::default(), plan.hashes * raw::cores());
    let mut holders = Holders::of(site, sink, count).await;
    for _ in 0..plan.rounds {
        let alone = site.sign_ins().run(Until::Answered(count)).await.per_second;
        rounds.note(holders.sign_in(site, sink).await, alone);
    }
    table.ratio("sign-ins with an app's code", &rounds, "without", 0.95);
}

/// Sign-ins by passkey, beside their signatures alone and beside transactions.
async fn by_passkey(plan: &Plan, site: &Site, sink: &Sink, writer: &mut Writer, table: &mut Table) {
    let (mut verified, mut written) = (Rounds::default(), Rounds::default());
    let mut holder = Holder::of(site, sink, &person(PEOPLE / 2)).await;
    for _ in 0..plan.rounds {
        let [signatures, transactions] = [raw::signatures(SIGNATURES), writer.pace(plan.round).await];
        let pace = holder.sign_in(site, sink, plan.passkeys).await;
        verified.note(pace, signatures);
        written.note(pace, transactions);
    }
    table.ratio("passkey sign-ins, SQLite", &verified, "signatures", 0.5);
    table.ratio("the same to what SQLite writes", &written, "transactions", 0.5);
}

/// Pages during sign-ins, and sign-ins during requests for pages.
async fn floods(plan: &Plan, site: &Site, table: &mut Table) {
    let (mut pages, mut sign_ins) = (Rounds::default(), Rounds::default());
    let (round, count) = (Until::Past(2 * plan.round), plan.hashes * raw::cores() / 2);
    for _ in 0..plan.rounds.min(3) {
        let flood = Load { connections: 64, ..site.flood() };
        let flood = tokio::spawn(async move { flood.run(Until::Past(Duration::MAX)).await });
        sleep(plan.round / 2).await;
        pages.note(site.reset_page().run(round).await, 1.0);
        flood.abort();
        site.drained().await;

        let alone = site.sign_ins().run(Until::Answered(count)).await.per_second;
        let flood = Load { connections: 32, ..site.reset_page() };
        let flood = tokio::spawn(async move { flood.run(Until::Past(Duration::MAX)).await });
        sign_ins.note(site.sign_ins().run(Until::Answered(count)).await, alone);
        flood.abort();
    }
    let pace = pages.pace();
    table.most(
        "p99 of the reset page, 64 sign in",
        pace.p99.as_secs_f64() * 1e3,
        5.0,
        "ms",
        pace.to_string(),
    );
    table.ratio("sign-ins, 32 fetch the reset page", &sign_ins, "alone", 0.5);
}

async fn requests(plan: &Plan, site: &Site, writer: &mut Writer, table: &mut Table) {
    let (mut all, mut known) = (Rounds::default(), Rounds::default());
    let somebody = site.reset_requests((0..PEOPLE).map(person));
    let nobody = site.reset_requests((0..PEOPLE).map(stranger));
    let [somebody, nobody] = [somebody, nobody].map(|load| Load { connections: 32, ..load });
    let round = Until::Past(plan.round);
    for _ in 0..plan.rounds {
        let yardstick = writer.pace(plan.round).await;
        let unknown = nobody.run(round).await;
        site.drained().await;
        let pace = somebody.run(round).await;
        site.drained().await;
        all.note(unknown, yardstick);
        all.note(pace, yardstick);
        known.note(pace, unknown.per_second);
    }
    table.ratio("reset POST, 32 connections", &all, "transactions", 1.0);
    table.even("known to unknown", known.ratio(), 0.05, known.beside("unknown"));
}

async fn sending(plan: &Plan, site: &Site, sink: &Sink, table: &mut Table) {
    let mut paces = Vec::new();
    for _ in 0..plan.rounds {
        paces.push(messages::pace(site, sink).await);
        site.drained().await;
    }
    let detail = format!("{PEOPLE} at once, from the first request on");
    table.least("messages made and sent", median(paces.into_iter()), 300.0, "/s", detail);
    let delay = messages::delay(site, sink, 10 * plan.rounds).await;
    table.most("from answer to sent, p50", delay * 1e3, 100.0, "ms", "one after another".into());
}

/// A flood of resets, during which bystanders request their own.
async fn flood(plan: &Plan, folder: &Path, sink: &Sink, table: &mut Table) {
    let site = flooded(plan, folder, sink, SQLITE).await;
    flood_on(plan, &site, sink, ("", 1_200.0), table).await;
}

/// A site for a flood. The last people are bystanders; one in fifty may not sign in.
async fn flooded(plan: &Plan, folder: &Path, sink: &Sink, database: &str) -> Site {
    let people = plan.flood * 21 / 20 + 2_000;
    Site::behind_a_proxy(folder, sink, database, people * 50 / 49 + 50).await
}

async fn flood_on(plan: &Plan, site: &Site, sink: &Sink, (name, wanted): (&str, f64), table: &mut Table) {
    let flood = messages::flood(site, sink, plan.flood).await;
    let p99 = flood.bystanders.p99.as_secs_f64();
    let detail = format!("{} of them, beside 32 connections for {}", flood.bystanders.answered, plan.flood);
    table.most(&format!("a bystander's mail, p99{name}"), p99, 2.0, "s", detail);
    let detail = format!("{} people, each once; {:.0} answers/s owed them", plan.flood, flood.answered);
    table.least(&format!("mails until the last one{name}"), flood.delivered, wanted, "/s", detail);
}

/// Sign-ins of servers that start while other programs keep the cores busy.
async fn beside_loops(plan: &Plan, home: &Path, sink: &Sink, table: &mut Table) {
    let mut paces = Vec::new();
    for _ in 0..plan.starts {
        let busy = Arc::new(AtomicBool::new(true));
        let loops = [busy.clone(), busy.clone()].map(|busy| {
            thread::spawn(move || {
                while busy.load(Ordering::Relaxed) {
                    hint::spin_loop()
                }
            })
        });
        let site = Site::start(home, sink, SQLITE, 1).await;
        paces.push(site.sign_ins().run(Until::Past(4 * plan.round)).await.per_second);
        busy.store(false, Ordering::Relaxed);
        for it in loops {
            it.join().expect("a loop ends");
        }
    }
    let worst = paces.iter().copied().fold(f64::INFINITY, f64::min);
    let median = median(paces.into_iter());
    let detail =
        format!("beside the median of {} starts, two busy loops beside each: {median:.1}/s", plan.starts);
    table.least("sign-ins after the worst start", worst / median, 0.9, "×", detail);
}

async fn pages(plan: &Plan, site: &Site, bare: &Bare, table: &mut Table) {
    let (mut reset, mut account) = (Rounds::default(), Rounds::default());
    let (yardstick, round) = (bare.page(), Until::Past(plan.round));
    for load in [&yardstick, &site.reset_page(), &site.account_page()] {
        load.run(Until::Past(plan.round / 2)).await;
    }
    for _ in 0..plan.rounds {
        let before = yardstick.run(round).await.per_second;
        reset.note(site.reset_page().run(round).await, before);
        account.note(site.account_page().run(round).await, before);
    }
    table.ratio("reset page", &reset, "bare pages", 0.9);
    table.ratio("signed-in page", &account, "bare pages", 0.35);
}

/// An application's routes beside the same page without Latchkey, and beside the site's own page for the same people.
async fn hosted(plan: &Plan, site: &Site, bare: &Bare, host: &Host, table: &mut Table) {
    let (mut open, mut guarded) = (Rounds::default(), Rounds::default());
    let (yardstick, round) = (bare.page(), Until::Past(plan.round));
    let (page, mine) = (host.page(), site.signed_in_at(&host.process, "/mine"));
    for load in [&page, &mine] {
        load.run(Until::Past(plan.round / 2)).await;
    }
    for _ in 0..plan.rounds {
        let before = yardstick.run(round).await.per_second;
        open.note(page.run(round).await, before);
        let before = site.account_page().run(round).await.per_second;
        guarded.note(mine.run(round).await, before);
    }
    table.ratio("a host's page, Latchkey attached", &open, "bare pages", 0.97);
    table.ratio("the same behind &Account", &guarded, "signed-in pages", 1.0);
}
