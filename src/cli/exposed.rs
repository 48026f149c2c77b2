//! Files that other users of this machine can read, or that do not belong to the server.

use std::path::Path;

use figment::Figment;

use crate::{
    findings::{Finding, Severity, place::Place},
    store::{DatabaseSettings, files},
};

/// Keys whose values are secret.
const SECRET: [&str; 5] = [
    "secret_key",
    "latchkey.pepper",
    "latchkey.old_secret_keys",
    "latchkey.metrics_token",
    "latchkey.sms.headers",
];
/// Keys whose values may contain a password.
const URLS: [&str; 2] = ["latchkey.mail.url", "latchkey.sms.url"];

/// Returns a warning for each file with a wrong mode or owner.
#[cfg(unix)]
pub(super) fn exposed(figment: &Figment, settings: &DatabaseSettings) -> Vec<Finding> {
    use std::os::unix::fs::MetadataExt;

    let warn = |key: &str, why: String, remedy: String| Finding::new(Severity::Warning, key, why, remedy);
    let url_key = settings.url_key();
    let mut found = Vec::new();
    if let Some(file) = settings.sqlite_file() {
        // The expected owner is the user running this, as for the server; for root, the owner of the
        // database.
        let own = std::fs::metadata("/proc/self").map(|own| own.uid()).ok().filter(|own| *own != 0);
        let owner = own.or(std::fs::metadata(&file).map(|file| file.uid()).ok());
        let secrets = files::folder(&file).join("latchkey.secrets");
        let beside = files::BESIDE.map(|end| files::beside(&file, end));
        for file in [file].into_iter().chain(beside).chain([secrets]) {
            let Ok(metadata) = std::fs::metadata(&file) else { continue };
            let (name, key) = (file.display(), &*url_key);
            let mode = metadata.mode() & 0o777;
            if mode & 0o077 != 0 {
                found.push(warn(
                    key,
                    format!("{name} is open to others (mode {mode:o})"),
                    format!("chmod 600 {name}"),
                ));
            }
            if owner.is_some_and(|owner| owner != metadata.uid()) {
                let why = format!("{name} belongs to another user than the server (uid {})", metadata.uid());
                found.push(warn(key, why, format!("chown it to uid {}", owner.unwrap_or_default())));
            }
        }
    }
    let holds_password =
        |key: &&&str| figment.extract_inner::<String>(key).is_ok_and(|url| url.contains('@'));
    let mut told: Vec<String> = Vec::new();
    for key in SECRET.iter().chain([&&*url_key].into_iter().chain(&URLS).filter(holds_password)) {
        let Place::File { name, .. } = Place::of(figment, key) else { continue };
        let mode = std::fs::metadata(Path::new(&name)).map_or(0, |file| file.mode() & 0o777);
        if mode & 0o007 != 0 && !told.contains(&name) {
            let why = format!("stands in {name}, which everybody on this machine can read (mode {mode:o})");
            found.push(warn(key, why, format!("chmod 640 {name}")));
            told.push(name);
        }
    }
    found
}

/// Returns nothing: other systems have no file modes.
#[cfg(not(unix))]
pub(super) fn exposed(_: &Figment, _: &DatabaseSettings) -> Vec<Finding> {
    Vec::new()
}
