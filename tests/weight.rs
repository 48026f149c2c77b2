//! An application compiles as many crates of others as `docs/guide/features.md` says, and no more.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// Most crates of [`PLAIN`], its own among them.
const MOST: usize = 264;
/// An application with one database, and nothing else that is a feature.
const PLAIN: &str = "example-plain";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the crates that a package of this workspace needs on this system, each as name and version.
fn crates(package: &str, features: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none"]);
    let output = cargo.args(["--package", package]).args(features).current_dir(root()).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    lines.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// A row of the table of features.
struct Row<'a> {
    feature: &'a str,
    is_default: bool,
    crates: &'a str,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        Row { feature: cells[0].trim_matches('`'), is_default: cells[1] == "yes", crates: cells[3] }
    })
    .collect()
}

#[test]
fn an_application_compiles_no_more_crates_than_it_did() {
    let found = crates(PLAIN, &[]);
    assert!(found.len() <= MOST, "{} crates instead of {MOST}: {found:#?}", found.len());
}

#[test]
fn the_table_of_features_is_true() {
    let text = fs::read_to_string(root().join("docs/guide/features.md")).expect("the documentation");
    let rows = rows(&text);
    let none = crates("latchkey", &["--no-default-features"]);
    let lacking = |features: &[&str]| crates("latchkey", features).difference(&none).count();
    let mut wrong = Vec::new();
    for row in &rows {
        let more = lacking(&["--no-default-features", "--features", row.feature]);
        if row.crates != more.to_string() {
            wrong.push(format!("{} adds {more}, not {}", row.feature, row.crates));
        }
    }
    let default: Vec<_> = rows.iter().filter(|row| row.is_default).map(|row| row.feature).collect();
    let listed = lacking(&["--no-default-features", "--features", &default.join(",")]);
    assert_eq!(listed, lacking(&[]), "these are not the defaults: {default:?}");
    let all = none.len();
    for said in [format!(" {all} crates with no feature"), format!(" {} with the defaults", all + listed)] {
        if !text.replace('\n', " ").contains(&said) {
            wrong.push(format!("the text lacks \"{said}\""));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
