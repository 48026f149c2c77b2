//! Latchkey resolves beside every driver in the table of `docs/guide/database.md`, with the features that the table says.
//!
//! For each row, `tests/drivers` has a host's manifest and its lock file, which holds without a registry.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// What cargo says of a host's manifest.
enum Resolved {
    /// Its lock file holds.
    Yes,
    /// Two crates link the same library.
    Clash,
    /// The lock file is of another manifest, of the host's or of ours.
    Stale,
    /// The registry cannot be reached.
    Unreachable(String),
}

/// A row of the table: the lines of a host's dependencies, Latchkey's features beside them, and the line of the crate that
/// lends it the host's connections.
#[derive(Default)]
struct Row {
    dependencies: Vec<String>,
    features: BTreeSet<String>,
    adapters: Vec<String>,
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
        let adapters = code(cells[2]).into_iter();
        let adapter = |name: String| {
            let folder = name.trim_start_matches("latchkey-");
            format!("{name} = {{ path = \"../../../crates/{folder}\" }}")
        };
        Row {
            dependencies: code(cells[0]),
            features: code(cells[1]).into_iter().collect(),
            adapters: adapters.map(adapter).collect(),
        }
    })
    .collect()
}

/// Hosts without a driver of their own, and Latchkey without SQLite.
fn alone() -> [Row; 2] {
    let postgres = Row { features: [ALL[1].to_owned()].into(), ..Row::default() };
    [postgres, Row::default()]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Row {
    /// Folder of its manifest, like `rusqlite-0.39`: the driver, and what its line says in quotes.
    fn folder(&self) -> PathBuf {
        let driver = self.dependencies.first().map_or("latchkey", String::as_str);
        let name = driver.split(' ').next().into_iter();
        let said = driver.split('"').skip(1).step_by(2).map(|said| said.trim_start_matches('~'));
        let own = self.features.iter().map(String::as_str).filter(|_| self.dependencies.is_empty());
        root().join("tests/drivers").join(name.chain(said).chain(own).collect::<Vec<_>>().join("-"))
    }

    fn manifest(&self) -> String {
        format!(
            "[package]\nname = \"host\"\nedition = \"2024\"\n\n[lib]\npath = \"../lib.rs\"\n\n[workspace]\n\n[dependencies]\n\
             latchkey = {{ path = \"../../..\", default-features = false, features = {:?} }}\n{}\n",
            Vec::from_iter(&self.features),
            [&self.dependencies[..], &self.adapters].concat().join("\n")
        )
    }

    /// Asks cargo whether the lock file in its folder holds; if it is `wanted`, writes manifest and lock file first.
    fn resolve(&self, wanted: bool) -> Resolved {
        let folder = self.folder();
        if wanted {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("Cargo.toml"), self.manifest()).expect("a manifest");
        }
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if manifest != self.manifest() {
            return Resolved::Stale;
        }
        resolve(&folder, if wanted { &[] } else { &["--locked"] })
    }
}

/// Asks cargo whether a manifest resolves.
fn resolve(folder: &Path, how: &[&str]) -> Resolved {
    let mut told = String::new();
    // What the registry has said before is enough to resolve. It is not for a clash: then cargo sees only what it has.
    for offline in [&["--offline"][..], &[]] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["update", "--workspace", "--quiet"]).args(how).args(offline);
        let output = cargo.current_dir(folder).output().expect("cargo runs");
        if output.status.success() {
            return Resolved::Yes;
        }
        told = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    match () {
        () if told.contains("links to the native library") => Resolved::Clash,
        () if told.contains("--locked") => Resolved::Stale,
        () => Resolved::Unreachable(told),
    }
}

/// True if the features of a row are all that fit beside its driver: with all, two crates link the same library.
fn others_clash(row: &Row) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let (features, dependencies) = (ALL.map(str::to_owned).into(), row.dependencies.clone());
    let everything = Row { features, dependencies, ..Row::default() };
    let manifest = everything.manifest().replace("../../..", &root().display().to_string());
    fs::write(folder.path().join("Cargo.toml"), manifest.replace("../lib.rs", "lib.rs")).expect("a manifest");
    fs::write(folder.path().join("lib.rs"), "").expect("a library");
    match resolve(folder.path(), &[]) {
        Resolved::Unreachable(told) => {
            skip(&told);
            true
        }
        resolved => matches!(resolved, Resolved::Clash),
    }
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
    let wanted = std::env::var_os("LATCHKEY_WRITE_LIST").is_some();
    for row in rows.into_iter().chain(alone()) {
        let Row { dependencies, features, .. } = &row;
        match row.resolve(wanted) {
            Resolved::Yes => {}
            Resolved::Clash => panic!("{dependencies:?} clashes with {features:?}"),
            Resolved::Stale => {
                panic!(
                    "{}: if this is meant, run the test with LATCHKEY_WRITE_LIST=1",
                    row.folder().display()
                )
            }
            Resolved::Unreachable(told) => return skip(&told),
        }
    }
}

#[test]
fn a_feature_is_left_out_only_where_two_drivers_clash() {
    for row in rows() {
        if row.features != ALL.map(str::to_owned).into() {
            assert!(others_clash(&row), "{:?} does not clash: nothing need be left out", row.dependencies);
        }
    }
}

#[test]
fn a_lock_file_without_sqlite_names_no_sqlite() {
    for row in alone() {
        let lock = fs::read_to_string(row.folder().join("Cargo.lock")).expect("a lock file");
        assert!(!lock.contains("libsqlite3-sys"), "{:?}", row.features);
    }
}
