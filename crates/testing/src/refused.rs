//! Configurations that the binary refuses, and one for release that it accepts.

use std::process::Output;

use tempfile::TempDir;

use super::{free_port, run};

/// Both outputs of a command.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Panics unless `toml` is refused with a line that has all of `words`, by `check` and by the server.
pub fn refused(profile: &str, toml: &str, words: &[&str]) {
    for arguments in [&["check"][..], &[]] {
        let folder = TempDir::with_prefix("latchkey-").expect("a folder");
        let output = run(folder.path(), profile, toml, arguments);
        let text = said(&output);
        let place = format!("{arguments:?} of {toml}: {text}");
        assert_eq!(output.status.code().map(|code| code != 0), Some(true), "exit status of {place}");
        assert!(
            !text.contains("panicked")
                && !text.contains("stack backtrace")
                && !text.contains("RUST_BACKTRACE"),
            "{place}"
        );
        let line = text.lines().find(|line| words.iter().all(|word| line.contains(word)));
        assert!(line.is_some(), "no line with {words:?} for {place}");
        assert!(text.lines().count() <= 6, "more than a few lines for {place}");
    }
}

/// A complete configuration for release, on `database`, from which one line may be left out.
pub fn release(database: &str, without: &str) -> String {
    let table = format!("[release.databases.latchkey]\nurl = {database:?}\n[release.latchkey]");
    let lines = [
        ("secret_key", "secret_key = \"hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=\""),
        ("table", &*table),
        ("pepper", "pepper = [\"a pepper that is long enough for a test\"]"),
        ("public_url", "public_url = \"https://id.northwind.test\""),
        ("trusted_proxies", "trusted_proxies = \"none\""),
        (
            "mail.url",
            "mail = { url = \"smtp://user:word@mail.northwind.test:587?tls=required\", from = \"Latchkey <no-reply@northwind.test>\" }",
        ),
    ];
    let kept = lines.iter().filter(|(name, _)| *name != without).map(|(_, line)| *line);
    format!("[release]\nport = {}\n{}\n", free_port(), kept.collect::<Vec<_>>().join("\n"))
}
