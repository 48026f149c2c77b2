//! Fresh secrets: a whole `Rocket.toml` for production, or what a debug build keeps for itself.

use std::{
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Error, random::Random};

/// Every key with its unit and default: the file that this project ships.
const ALL_KEYS: &str = include_str!("../Rocket.toml");

fn secret(random: Random) -> Result<String, Error> {
    Ok(STANDARD.encode(random.bytes::<64>()?))
}

/// A complete, commented `Rocket.toml` for production, with fresh secrets.
///
/// # Errors
/// As [`Random::bytes`].
pub fn rocket_toml(random: Random) -> Result<String, Error> {
    let values = [
        ("secret_key", format!("\"{}\"", secret(random)?)),
        ("pepper", format!("[\"{}\"]", secret(random)?)),
        ("public_url", "\"https://id.example.com\"".to_owned()),
        ("trusted_proxies", "[\"127.0.0.1\"]".to_owned()),
    ];
    let mut text = String::new();
    for line in ALL_KEYS.lines() {
        let fresh = values.iter().find(|(key, _)| {
            line.strip_prefix("# ")
                .is_some_and(|rest| rest.split_once('=').is_some_and(|(name, _)| name.trim() == *key))
        });
        match fresh {
            Some((key, value)) => {
                let comment =
                    line.split_once("  # ").map_or(String::new(), |(_, comment)| format!("  # {comment}"));
                text.push_str(&format!("{key} = {value}{comment}\n"));
            }
            None if line.starts_with("# url = \"smtp") || line.starts_with("# from = ") => {
                text.push_str(&format!("{}\n", line.trim_start_matches("# ")));
            }
            None => text.push_str(&format!("{line}\n")),
        }
    }
    Ok(text)
}

/// Makes a secret key once and keeps it in a file that only its owner reads.
///
/// # Errors
/// What the system says.
pub(crate) fn keep_secrets(path: &Path) -> io::Result<()> {
    let (secret, pepper) =
        (secret(Random).map_err(io::Error::other)?, secret(Random).map_err(io::Error::other)?);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => writeln!(
            file,
            "# made for development; `latchkey init` prints what production needs\nsecret_key = \"{secret}\"\n[latchkey]\npepper = [\"{pepper}\"]"
        ),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
