//! Each file in `tests/configs` is a configuration that begins with the expected output of `latchkey check`.
//!
//! `# expect: LINE` is an expected line, or `nothing`; `# profile: NAME`, `# env: NAME=VALUE` and `# run:
//! ARGUMENTS` set the conditions; `{strategies}` in a line stands for their names. An unexpected finding is an error as
//! well.

use latchkey_testing as common;

use std::{collections::BTreeSet, ffi::OsString, fs, path::Path};

use common::{Strategy, command};

/// Values of `# name: …` at the head of a configuration.
fn head<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = text.lines().map_while(|line| line.strip_prefix("# "));
    lines.filter_map(move |line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Names of all strategies, as a message lists them.
fn strategies() -> String {
    let names: Vec<_> = Strategy::all().iter().map(|strategy| strategy.name()).collect();
    let (last, others) = names.split_last().expect("strategies");
    format!("{} or {last}", others.join(", "))
}

/// Names of the entries of a folder.
fn files(folder: &Path) -> BTreeSet<OsString> {
    fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name()).collect()
}

/// Output of `check` for the configuration in `text`, and whether it would start.
fn check(text: &str) -> (BTreeSet<String>, bool) {
    let folder = tempfile::tempdir().expect("a folder");
    common::write_secret(&folder.path().join("Rocket.toml"), text);
    let profile = head(text, "profile").next().unwrap_or("debug");
    let latchkey = |arguments: &str| {
        let arguments: Vec<_> = arguments.split(' ').collect();
        let mut command = command(folder.path(), profile, &arguments);
        command.envs(head(text, "env").filter_map(|variable| variable.split_once('=')));
        command.output().expect("latchkey runs")
    };
    for arguments in head(text, "run") {
        let output = latchkey(arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let before = files(folder.path());
    let output = latchkey("check");
    assert_eq!(before, files(folder.path()), "check leaves everything as it is");
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = told.lines().filter(|line| {
        ["error: ", "warning: ", "advice: "].iter().any(|severity| line.starts_with(severity))
    });
    (found.map(str::to_owned).collect(), output.status.success())
}

#[test]
fn every_configuration_is_told_what_is_wrong_with_it() {
    let folder = common::root().join("tests/configs");
    let files: BTreeSet<_> =
        fs::read_dir(folder).expect("the configurations").map(|file| file.expect("a file").path()).collect();
    let mut bad = 0;
    for file in &files {
        let text = fs::read_to_string(file).expect("text");
        let expected = head(&text, "expect").filter(|line| *line != "nothing");
        let expected: BTreeSet<_> =
            expected.map(|line| line.replace("{strategies}", &strategies())).collect();
        let (found, starts) = check(&text);
        assert_eq!(found, expected, "{}", file.display());
        assert_eq!(starts, !found.iter().any(|line| line.starts_with("error")), "{}", file.display());
        assert!(head(&text, "expect").next().is_some(), "{} expects something", file.display());
        bad += usize::from(!expected.is_empty());
    }
    assert!(bad >= 25 && files.len() > bad, "{bad} bad of {}", files.len());
}

#[test]
fn strict_fails_for_warnings() {
    let folder = tempfile::tempdir().expect("a folder");
    let status = |toml: &str, arguments: &[&str]| {
        common::run(folder.path(), "debug", toml, arguments).status.code().expect("an exit")
    };
    let risky = "[default.latchkey.reset]\nstrategy = \"generated_password\"\n";
    assert_eq!((status(risky, &["check"]), status(risky, &["check", "--strict"])), (0, 1));
    let advised = "[default.latchkey.reset]\nstrategy = \"one_time_login\"\n";
    assert_eq!(status(advised, &["check", "--strict"]), 0);
}

#[cfg(unix)]
#[test]
fn files_that_others_can_read_are_told() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let toml = fs::read_to_string(common::root().join("tests/configs/47-good-release.toml")).expect("text");
    let check = || {
        let output =
            command(folder.path(), "release", &["check", "--strict"]).output().expect("latchkey runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let chmod = |name: &str, mode: u32| {
        fs::set_permissions(folder.path().join(name), PermissionsExt::from_mode(mode)).expect("ours");
    };
    common::write_secret(&folder.path().join("Rocket.toml"), &toml);
    assert!(command(folder.path(), "release", &["migrate"]).status().expect("latchkey runs").success());
    assert_eq!(check().0, Some(0), "{}", check().1);
    for (name, mode) in [("Rocket.toml", 0o644), ("latchkey.db", 0o640)] {
        chmod(name, mode);
        let (status, told) = check();
        let warning = told.lines().find(|line| line.starts_with("warning: ") && line.contains(name));
        assert!(
            status == Some(1) && warning.is_some_and(|line| line.contains(&format!("{mode:o}"))),
            "{told}"
        );
        chmod(name, 0o600);
    }
    chmod("Rocket.toml", 0o640);
    assert_eq!(check().0, Some(0), "the server's group may read it");
}

#[test]
fn a_program_reads_one_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let toml = "[default.latchkey.reset]\nkey_ttl = \"3h\"\n";
    let output = common::run(folder.path(), "debug", toml, &["check", "--json"]);
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&read["starts"], output.status.code()), (&serde_json::json!(false), Some(1)));
    assert_eq!(read["findings"][0]["place"], "Rocket.toml:2");
    assert_eq!(read["findings"][0]["key"], "latchkey.reset.key_ttl");
}

#[test]
fn a_difference_is_told_as_diff_tells_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, toml: &str| fs::write(folder.path().join(name), toml).expect("written");
    write("old.toml", "[default.latchkey.reset]\nkey_ttl = \"20m\"\n");
    let new = "strategy = \"second_key\"\nlogin_after = false\n[default.latchkey.reset.role.guest]\nlogin_after = true\n";
    write("new.toml", &format!("[default.latchkey.reset]\n{new}"));
    let diff = |old: &str, new: &str| {
        let output =
            command(folder.path(), "debug", &["policy", "diff", old, new]).output().expect("latchkey runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    assert_eq!(diff("old.toml", "old.toml"), (Some(0), "no difference\n".into()));
    assert_eq!(diff("old.toml", "none.toml").0, Some(2));
    let (status, told) = diff("old.toml", "new.toml");
    assert_eq!(status, Some(1));
    let lines = [
        "everybody",
        "  strategy    set_then_login -> second_key  stricter",
        "  key_ttl     20m -> 30m  laxer",
        "  login_after true -> false  stricter",
        "role guest",
    ];
    for line in lines {
        assert!(told.lines().any(|told| told == line), "{line:?} in {told}");
    }
}
