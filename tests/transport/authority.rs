//! A certificate authority of the tests' own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Signs certificates; each is a file that holds the certificate and its private key.
pub struct Authority(PathBuf);

impl Authority {
    /// A new one, whose files are in `folder`; with its own certificate, for those who are to trust it.
    pub fn new(folder: &Path) -> (Self, String) {
        let authority = Self::of(folder);
        let own = authority.certificate("ca", &[]);
        (authority, own)
    }

    /// The one whose files are in `folder`.
    pub fn of(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

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
