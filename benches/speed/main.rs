//! Speed of the site compared with the limits of this machine: `cargo bench --bench speed`, with `-- quick` for a short
//! run. Words measure a part: `pages`, `sign-ins`, `mails` a flood of resets, `starts` starting beside busy cores,
//! `programs` JSON and tokens. Others measure more: `console` its pages over a million accounts and three million events, `growth` the
//! slowdown of a large site against a small one, `replicas` the cost of three servers on one PostgreSQL, `plot` latency
//! over load.
//!
//! The site is the release binary in its own processes, without limits. This process generates the load and runs the
//! site's mail server, over the loopback interface, and so uses a share of the same cores.

mod bare;
mod between;
mod console;
mod factors;
mod figures;
mod growth;
mod host;
mod lanes;
mod load;
mod messages;
mod passkeys;
mod plot;
mod process;
mod programs;
mod raw;
mod replicas;
mod resets;
mod sink;
mod site;
mod table;
mod visitor;

use std::time::Duration;

use rocket::tokio::runtime;

use self::figures::Plan;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    if let [bare::SERVE, port, title] = words[..] {
        return rocket::execute(bare::serve(port.parse().expect("a port"), title.to_owned()));
    }
    if let [host::SERVE, port, title, templates] = words[..] {
        let port = port.parse().expect("a port");
        return rocket::execute(host::serve(port, title.to_owned(), templates.into()));
    }
    let folder =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk of the target");
    let (folder, glance) = (folder.path(), Duration::from_millis(300));
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let round = Duration::from_secs(1);
    let whole = Plan { rounds: 5, round, hashes: 36, passkeys: 2_000, flood: 20_000, starts: 50 };
    match words[..] {
        [] => runtime.block_on(figures::measure(&whole, folder)),
        ["mails"] => runtime.block_on(figures::mails(&whole, folder)),
        ["starts"] => runtime.block_on(figures::starts(&whole, folder)),
        ["pages"] => runtime.block_on(figures::all_pages(&whole, folder)),
        ["sign-ins"] => runtime.block_on(figures::sign_ins(&whole, folder)),
        ["quick"] => {
            let plan = Plan { rounds: 1, round: glance, hashes: 12, passkeys: 200, flood: 1_000, starts: 3 };
            runtime.block_on(figures::measure(&plan, folder));
        }
        ["console"] => runtime.block_on(console::measure(folder)),
        ["growth"] => runtime.block_on(growth::measure(folder)),
        ["replicas"] => runtime.block_on(replicas::measure(folder)),
        ["programs"] => runtime.block_on(programs::measure(&whole, folder)),
        ["plot"] => runtime.block_on(plot::measure(folder)),
        _ => {
            eprintln!(
                "one of: quick, pages, sign-ins, mails, starts, programs, console, growth, replicas, plot"
            );
            std::process::exit(2);
        }
    }
}
