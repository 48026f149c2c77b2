//! How fast the site is beside what this machine can do at all: `cargo bench --bench speed`, with `-- quick` for a glance;
//! `-- console` measures the console over a million accounts and three million events.
//!
//! The site is the release binary in a process of its own, on SQLite, with its limits off. The load comes from this
//! process, over the loopback: it takes its share of the same cores from the site and from the bare page alike. Each
//! round of the site is followed by one of its yardstick, so that what else the machine does slows both.

mod bare;
mod between;
mod console;
mod lanes;
mod load;
mod process;
mod raw;
mod sink;
mod site;
mod table;

use std::{path::Path, time::Duration};

use rocket::tokio::{self, runtime, time::sleep};

use self::{
    bare::Bare,
    load::Until,
    raw::Writer,
    sink::Sink,
    site::{CONNECTIONS, Site, text},
    table::{Rounds, Table},
};

/// How long and how often is measured.
struct Plan {
    rounds: usize,
    round: Duration,
    /// Sign-ins a round, for each core.
    sign_ins: usize,
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [serve, port, title] = &arguments[..]
        && serve == bare::SERVE
    {
        return rocket::execute(bare::serve(port.parse().expect("a port"), title.clone()));
    }
    let plan = match arguments.iter().any(|argument| argument == "quick") {
        true => Plan { rounds: 1, round: Duration::from_millis(300), sign_ins: 4 },
        false => Plan { rounds: 5, round: Duration::from_secs(1), sign_ins: 16 },
    };
    let folder =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk of the target");
    let console = arguments.iter().any(|argument| argument == "console");
    let one_thread = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    match console {
        true => one_thread.block_on(console::measure(folder.path())),
        false => one_thread.block_on(measure(&plan, folder.path())),
    }
}

async fn measure(plan: &Plan, folder: &Path) {
    let sink = Sink::start().await;
    let mut table = Table::default();

    let mut starts = Vec::new();
    for start in 0..3 {
        starts.push(Site::start(&folder.join(start.to_string()), &sink).await.process.ready);
    }
    let mut site = Site::start(&folder.join("site"), &sink).await;
    starts.push(site.process.ready);
    let slowest = starts.iter().max().expect("there were some");
    site.settle(&sink).await;
    let html = text(
        reqwest::Client::builder().no_proxy().build().expect("a client").get(site.url.clone() + "/reset"),
    );
    let html = html.await;
    sleep(Duration::from_secs(1)).await;
    let at_rest = site.process.memory();
    let bare = Bare::start(&folder.join("bare"), &html).await;
    println!(
        "{} cores, which the load shares; {CONNECTIONS} connections; {} rounds of {:?}; a page of {} bytes; ready and rest \
        are of a new database, the slowest of {} starts\n",
        raw::cores(),
        plan.rounds,
        plan.round,
        html.len(),
        starts.len()
    );

    let (reset, account) = pages(plan, &site, &bare).await;
    table.ratio("reset page", &reset, "bare pages", 0.8);
    table.ratio("account page, signed in", &account, "bare pages", 0.3);

    let (requests, longest) = requests(plan, &site, &mut Writer::open(folder).await).await;
    table.ratio("reset POST", &requests, "SQLite transactions", 0.6);

    table.ratio("sign-in", &sign_ins(plan, &site).await, "bcrypts, all cores", 1.9);
    let (alone, full) = lanes::times(plan.rounds);
    table.times("hash alone", alone, "bcrypt's time", 1.05);
    table.times("hash in a full set", full, "a lone hash's time", 2.0);

    let flooded = flooded(plan, &site).await.pace();
    let p99 = flooded.p99.as_secs_f64() * 1e3;
    table.most("reset page, sign-in flooded", Some(flooded), p99, 10.0, "ms");
    table.most("ready", None, slowest.as_secs_f64() * 1e3, 200.0, "ms");
    table.most("memory at rest", None, at_rest, 40.0, "MB");
    table.print();
    println!(
        "\nafter all this: {:.1} MB in use; a round's last message left {:.2} s after its last request at most",
        site.process.memory(),
        longest.as_secs_f64()
    );
}

async fn pages(plan: &Plan, site: &Site, bare: &Bare) -> (Rounds, Rounds) {
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
    (reset, account)
}

/// With the longest time that the worker needed for the messages of a round after its end.
async fn requests(plan: &Plan, site: &Site, writer: &mut Writer) -> (Rounds, Duration) {
    let (mut rounds, mut longest) = (Rounds::default(), Duration::ZERO);
    for _ in 0..plan.rounds {
        let yardstick = writer.pace(plan.round).await;
        rounds.note(site.reset_requests().run(Until::Past(plan.round)).await, yardstick);
        longest = longest.max(site.drained().await);
    }
    (rounds, longest)
}

async fn sign_ins(plan: &Plan, site: &Site) -> Rounds {
    let (mut rounds, count) = (Rounds::default(), plan.sign_ins * raw::cores());
    for _ in 0..plan.rounds {
        let yardstick = raw::hashes(count);
        rounds.note(site.sign_ins().run(Until::Answered(count)).await, yardstick);
    }
    rounds
}

async fn flooded(plan: &Plan, site: &Site) -> Rounds {
    let (mut rounds, flood) = (Rounds::default(), site.flood());
    for _ in 0..plan.rounds.min(3) {
        let lasting = Until::Past(plan.round * 2);
        let flood = flood.clone();
        let flooding = tokio::spawn(async move { flood.run(lasting).await });
        sleep(plan.round / 2).await;
        let pace = site.reset_page().run(Until::Past(plan.round)).await;
        rounds.note(pace, flooding.await.expect("the flood ends").per_second);
    }
    rounds
}
