//! Slowdown of a large site against a small one: both run, and are asked in turn, one request at a time.

use std::{path::Path, time::Duration};

use super::{
    load::{Load, Pace, Until},
    sink::Sink,
    site::{SQLITE, Site},
    table::{Table, median},
};

const ROUNDS: usize = 7;
/// Data of a large site in addition to a million accounts: ten million old rows.
const OLD: [&str; 6] = ["--events", "5000000", "--messages", "3000000", "--keys", "2000000"];

/// Creates both sites and measures them.
pub async fn measure(folder: &Path) {
    let sink = Sink::start().await;
    let (few, many) = (folder.join("few"), folder.join("many"));
    let mut small = Site::small(&few, &sink, SQLITE, 1).await;
    Site::configure(&many, &sink, SQLITE);
    println!("seeded in {:.0} s\n", Site::seed(&many, 1_000_000, &OLD).as_secs_f64());
    let mut large = Site::start(&many, &sink, SQLITE, 1).await;
    let mut table = Table::default();
    table.most("ready, large site", large.processes[0].ready.as_secs_f64() * 1e3, 100.0, "ms", String::new());
    for site in [&mut small, &mut large] {
        site.settle(&sink).await;
    }
    for ((name, few), (_, many)) in small.hot().into_iter().zip(large.hot()) {
        let (mut ratios, mut paces) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (few, many) = (ask(&small, &few, name).await, ask(&large, &many, name).await);
            ratios.push(many.p50.as_secs_f64() / few.p50.as_secs_f64());
            paces.push((few, many));
        }
        let millis =
            |of: fn(&(Pace, Pace)) -> &Pace| median(paces.iter().map(|it| of(it).p50.as_secs_f64() * 1e3));
        let detail =
            format!("p50 {:.2} ms; {:.2} ms at the small site", millis(|it| &it.1), millis(|it| &it.0));
        table.most(&format!("{name}, large to small"), median(ratios.into_iter()), 1.3, "×", detail);
    }
    table.print();
}

async fn ask(site: &Site, load: &Load, name: &str) -> Pace {
    let until = if name == "sign-in" { Until::Answered(4) } else { Until::Past(Duration::from_secs(1)) };
    let pace = Load { connections: 1, ..load.clone() }.run(until).await;
    site.drained().await;
    pace
}
