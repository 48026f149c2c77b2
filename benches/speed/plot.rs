//! Latency over load: the most frequent requests at fixed rates, up to the maximum, drawn as
//! `docs/latency.svg`.

mod drawing;

use std::{path::Path, time::Duration};

use rocket::tokio::time::sleep;

use self::drawing::Curve;
use super::{
    load::{Load, Until},
    sink::Sink,
    site::Site,
};

/// Rates, as parts of the maximum reached.
const PARTS: [f64; 8] = [0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 1.0];
/// Enough to saturate the server.
const CONNECTIONS: usize = 64;
/// More would be refused, because too many would wait.
const SIGNING_IN: usize = 32;
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/latency.svg");

/// Measures and draws the plot.
pub async fn measure(folder: &Path) {
    let sink = Sink::start().await;
    let site = Site::settled(folder, &sink).await;
    let mut curves = Vec::new();
    for (name, load) in site.hot() {
        let (connections, seconds) = if name == "sign-in" { (SIGNING_IN, 8) } else { (CONNECTIONS, 3) };
        let load = Load { connections, ..load };
        let most = load.run(Until::Past(Duration::from_secs(seconds))).await.per_second;
        site.drained().await;
        println!("{name}: {most:.1}/s at most");
        let mut points = Vec::new();
        for part in PARTS {
            let pace = load.run(Until::Paced(part * most, Duration::from_secs(seconds))).await;
            println!("  {:.1}/s asked: {pace}", part * most);
            points.push((part * most, [pace.p50, pace.p99].map(|span| span.as_secs_f64() * 1e3)));
            site.drained().await;
            sleep(Duration::from_millis(300)).await;
        }
        curves.push(Curve { name, points });
    }
    std::fs::write(FILE, drawing::svg(&curves)).expect("the plot is written");
    println!("drawn in {FILE}");
}
