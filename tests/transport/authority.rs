//! A certificate authority of the tests' own, and processes that trust no other.

use std::{any::type_name, env, fs, path::PathBuf, process::Command};

use crate::run;

/// Where a process that trusts an authority finds it.
const FOLDER: &str = "LATCHKEY_TESTS_AUTHORITY";

/// Signs certificates; each is a file that holds the certificate and its private key.
pub struct Authority(PathBuf);

impl Authority {
    /// A certificate for `name` (`DNS:…` or `IP:…`) that this authority signed.
    pub fn signs(&self, name: &str) -> String {
        let ca = self.path("ca.pem");
        let of = format!("subjectAltName={name}");
        let ours =
            ["-CA", &ca, "-CAkey", &ca, "-addext", "basicConstraints=critical,CA:FALSE", "-addext", &of];
        self.certificate("signed", &ours)
    }

    /// A certificate for `name` for which nobody vouches but itself.
    pub fn forges(&self, name: &str) -> String {
        self.certificate("forged", &["-addext", &format!("subjectAltName={name}")])
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).to_str().unwrap().to_owned()
    }

    fn certificate(&self, name: &str, args: &[&str]) -> String {
        let (key, certificate) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.pem")));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-subj", &format!("/CN=latchkey tests, {name}"), "-keyout", &key, "-out", &certificate])
            .args(args)
            .output()
            .expect("openssl is missing: apt-get install openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let both = fs::read_to_string(&certificate).unwrap() + &fs::read_to_string(key).unwrap();
        fs::write(&certificate, both).unwrap();
        certificate
    }
}

/// Runs the calling test's law in a process of its own that trusts a fresh authority and no other: only the
/// environment can say so, and it may not change while other tests run.
pub fn trusting<Law: AsyncFnOnce(&Authority)>(law: Law) {
    if let Some(folder) = env::var_os(FOLDER) {
        return run(async || law(&Authority(folder.into())).await);
    }
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority(folder.path().to_owned());
    let trusted = authority.certificate("ca", &[]);
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
