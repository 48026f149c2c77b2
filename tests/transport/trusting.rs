//! Processes that trust only a certificate authority of the tests.

use std::{any::type_name, env, process::Command};

use crate::{authority::Authority, run};

/// Variable for the authority's folder in such a process.
const FOLDER: &str = "LATCHKEY_TESTS_AUTHORITY";

/// Runs the calling test's law in its own process, which trusts only a new authority: that can only be set in
/// the environment, which must not change while other tests run.
pub fn trusting<Law: AsyncFnOnce(&Authority)>(law: Law) {
    if let Some(folder) = env::var_os(FOLDER) {
        return run(async || law(&Authority::of(folder.as_ref())).await);
    }
    let folder = tempfile::tempdir().unwrap();
    let (_, trusted) = Authority::new(folder.path());
    let path = type_name::<Law>().split("::").skip(1).take_while(|part| !part.starts_with('{'));
    let test = path.collect::<Vec<_>>().join("::");
    let ran = Command::new(env::current_exe().unwrap())
        .args([&test, "--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(said.contains("1 passed"), "{test}: {said}{}", String::from_utf8_lossy(&ran.stderr));
}
