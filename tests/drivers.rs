//! Latchkey resolves beside every driver in the table of `docs/guide/database.md`, with the features that the table says.

use std::{collections::BTreeSet, fs, io::Write, path::Path, process::Command};

/// What cargo says of a host's manifest.
enum Resolved {
    /// The lock file.
    To(String),
    /// Two crates link the same library.
    Clash,
    /// The registry cannot be reached.
    Unreachable(String),
}

/// A row of the table: the lines of a host's dependencies, and Latchkey's features beside them.
struct Row {
    dependencies: Vec<String>,
    features: BTreeSet<String>,
}

const ALL: [&str; 2] = ["sqlite", "postgres"];

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/guide/database.md")).expect("the documentation");
    let table = text.split("\n## Beside your driver\n").nth(1).expect("the section");
    let table = table.split("\n#").next().unwrap_or_default();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        Row { dependencies: code(cells[0]), features: code(cells[1]).into_iter().collect() }
    })
    .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Resolves a host with these dependencies and Latchkey with these features.
fn resolve<'a>(dependencies: &[String], features: impl IntoIterator<Item = &'a str>) -> Resolved {
    let folder = tempfile::tempdir().expect("a folder");
    let features: Vec<_> = features.into_iter().collect();
    let manifest = format!(
        "[package]\nname = \"host\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n[dependencies]\n\
         latchkey = {{ path = {:?}, default-features = false, features = {features:?} }}\n{}\n",
        root(),
        dependencies.join("\n")
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.path().join("lib.rs"), "").expect("a library");
    // What the registry has said before is enough to resolve. It is not for a clash: then cargo sees only what it has.
    let mut told = String::new();
    for offline in [&["--offline"][..], &[]] {
        let mut cargo = Command::new(env!("CARGO"));
        let output = cargo.arg("generate-lockfile").args(offline).current_dir(folder.path()).output();
        let output = output.expect("cargo runs");
        if output.status.success() {
            return Resolved::To(fs::read_to_string(folder.path().join("Cargo.lock")).expect("a lock file"));
        }
        told = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    if told.contains("links to the native library") { Resolved::Clash } else { Resolved::Unreachable(told) }
}

/// Reports a skipped test, bypassing libtest's capture, so that `scripts/test` counts it.
fn skip(told: &str) {
    let told = told.lines().next().unwrap_or_default();
    let _ = writeln!(std::io::stderr(), "SKIP drivers: the registry cannot be reached: {told}");
}

#[test]
fn latchkey_resolves_beside_every_driver_with_the_features_of_the_table() {
    let rows = rows();
    assert!(rows.len() >= 10, "{} rows", rows.len());
    for Row { dependencies, features } in rows {
        match resolve(&dependencies, features.iter().map(String::as_str)) {
            Resolved::To(_) => {}
            Resolved::Clash => panic!("{dependencies:?} clashes with {features:?}"),
            Resolved::Unreachable(told) => return skip(&told),
        }
        if features != ALL.map(str::to_owned).into() {
            let clashes = matches!(resolve(&dependencies, ALL), Resolved::Clash);
            assert!(clashes, "{dependencies:?} does not clash: nothing need be left out");
        }
    }
}

#[test]
fn a_lock_file_without_sqlite_names_no_sqlite() {
    for features in [&["postgres"][..], &[]] {
        match resolve(&[], features.iter().copied()) {
            Resolved::To(lock) => assert!(!lock.contains("libsqlite3-sys"), "{features:?}"),
            Resolved::Clash => panic!("Latchkey clashes with itself"),
            Resolved::Unreachable(told) => return skip(&told),
        }
    }
}
