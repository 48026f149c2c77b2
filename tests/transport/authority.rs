//! A certificate authority for the tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Signs certificates; each is a file with the certificate and its private key.
pub struct Authority(PathBuf);

impl Authority {
    /// Creates an authority with its files in `folder`; returns its own certificate as well, to be trusted.
    pub fn new(folder: &Path) -> (Self, String) {
        let authority = Self::of(folder);
        let own = authority.certificate("ca", &[]);
        (authority, own)
    }

    /// The authority with its files in `folder`.
    pub fn of(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// A certificate for `name` (`DNS:…` or `IP:…`) signed by this authority.
    pub fn signs(&self, name: &str) -> String {
        let ca = self.path("ca.pem");
        let of = format!("subjectAltName={name}");
        let ours =
            ["-CA", &ca, "-CAkey", &ca, "-addext", "basicConstraints=critical,CA:FALSE", "-addext", &of];
        self.certificate("signed", &ours)
    }

    /// A self-signed certificate for `name`.
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
