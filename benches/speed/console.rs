//! The pages of the console over a large site.

use std::path::Path;

use super::{
    between::between,
    load::Until,
    sink::Sink,
    site::{SQLITE, Site},
    table::Table,
};

/// Requests for each page, one after another.
const TIMES: usize = 40;

/// Creates the site and requests each page.
pub async fn measure(folder: &Path) {
    let sink = Sink::start().await;
    Site::configure(folder, &sink, SQLITE);
    println!("seeded in {:.1} s\n", Site::seed(folder, 1_000_000, &[]).as_secs_f64());
    let mut site = Site::start(folder, &sink, SQLITE, 1).await;
    site.settle(&sink).await;
    site.promote(folder).await;

    let people = site.read("/admin/people?q=person77").await;
    let person =
        between(&people, "/admin/people/", |c| !c.is_ascii_hexdigit() && c != '-').expect("somebody");
    let (person, of_one) = (format!("/admin/people/{person}"), "/admin/events?account=person771@example.com");
    let mut table = Table::default();
    for path in [
        "/admin",
        "/admin?days=90",
        "/admin/people",
        "/admin/people?q=person77",
        "/admin/people?role=editor",
        "/admin/people?from=person9",
        &person,
        "/admin/policy",
        "/admin/messages",
        "/admin/messages?state=sent",
        "/admin/messages?state=given_up",
        "/admin/events",
        "/admin/events?kind=reset.completed",
        "/admin/events?kind=policy.switched",
        of_one,
        "/admin/events?since=2026-09-01&until=2026-09-02",
    ] {
        let pace = site.page(path).run(Until::Answered(TIMES)).await;
        table.most(path, pace.p50.as_secs_f64() * 1e3, 100.0, "ms", pace.to_string());
    }
    table.print();
}
