//! The real binary in its own process: one command, or a server whose whole output is kept.

use std::{
    io::{BufRead, BufReader, Read},
    ops::Deref,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use latchkey::base::clock::Clock;
use rocket::tokio::time::sleep;

use super::{Config, Mailbox, Setting, app::Site};

/// The binary that cargo has built for this test, whose own is in `deps` beside it.
fn latchkey() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile = test.ancestors().nth(2).expect("tests are in the folder `deps` of their profile");
    profile.join("latchkey").with_extension(std::env::consts::EXE_EXTENSION)
}

/// `latchkey` with `arguments`, in `folder`, without this process's configuration.
pub fn command(folder: &Path, profile: &str, arguments: &[&str]) -> Command {
    prepared(Command::new(latchkey()), folder, profile, arguments)
}

/// The server. A file that cannot grow is an error to it instead of a signal, as on a full disk.
fn server(folder: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\""]).arg(latchkey());
    prepared(shell, folder, "debug", &[])
}

fn prepared(mut command: Command, folder: &Path, profile: &str, arguments: &[&str]) -> Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ROCKET_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder).env("ROCKET_PROFILE", profile);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Writes a file that nobody else can read.
pub fn write_secret(file: &Path, text: &str) {
    std::fs::write(file, text).expect("a file is written");
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("ours");
}

/// Runs `latchkey` with `arguments` to its end, with `toml` as its `Rocket.toml`.
pub fn run(folder: &Path, profile: &str, toml: &str, arguments: &[&str]) -> Output {
    write_secret(&folder.join("Rocket.toml"), toml);
    command(folder, profile, arguments).output().expect("latchkey runs")
}

/// A server in its own process.
pub struct Binary {
    site: Site,
    child: Child,
    output: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Deref for Binary {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Binary {
    /// Starts the server that `config` describes and waits until it answers.
    pub async fn start(setting: &Setting, config: Config) -> Binary {
        Binary::start_with(setting, config, &[]).await
    }

    /// The same with additional environment variables.
    pub async fn start_with(setting: &Setting, config: Config, environment: &[(&str, &str)]) -> Binary {
        let site = Site::new(setting, config.for_a_process(), Clock::system());
        write_secret(&setting.folder.join("Rocket.toml"), &site.config.toml());
        let mut server = server(&setting.folder);
        let mut child = server.envs(environment.iter().copied()).spawn().expect("latchkey runs");
        let output = Arc::new(Mutex::new(String::new()));
        let readers = vec![
            keep(child.stdout.take().expect("piped"), output.clone()),
            keep(child.stderr.take().expect("piped"), output.clone()),
        ];
        let mut binary = Binary { site, child, output, readers };
        for _ in 0..1000 {
            if let Some(status) = binary.child.try_wait().expect("a child of ours") {
                panic!("latchkey ended with {status}: {}", binary.output());
            }
            if binary.site.answers().await {
                return binary;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("latchkey did not answer in ten seconds: {}", binary.output());
    }

    /// Reads its messages at their destination instead of in the development mailbox.
    pub fn reading(mut self, mailbox: Mailbox) -> Binary {
        self.site.mailbox = mailbox.telling(&self.site.trouble);
        self
    }

    /// Everything printed so far.
    pub fn output(&self) -> String {
        self.output.lock().expect("unpoisoned").clone()
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Changes its `Rocket.toml`, by a new file in place of the old one or by overwriting it.
    pub fn edit(&self, toml: &str, in_place_of: bool) {
        let (file, new) =
            (self.site.setting.folder.join("Rocket.toml"), self.site.setting.folder.join("Rocket.toml.new"));
        std::fs::write(if in_place_of { &new } else { &file }, toml).expect("a file is written");
        if in_place_of {
            std::fs::rename(new, file).expect("a file is renamed");
        }
    }

    /// Sends `signal`, such as `HUP`.
    pub fn signal(&self, signal: &str) {
        let told = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status();
        assert!(told.expect("kill runs").success());
    }

    /// Sends `signal` (such as `TERM`), waits for the end, and returns the exit code with all output.
    pub async fn end(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        for _ in 0..2000 {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                for reader in self.readers.drain(..) {
                    reader.join().expect("the reader reads");
                }
                return (status.code(), self.output());
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("latchkey did not end in twenty seconds: {}", self.output());
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(from: impl Read + Send + 'static, into: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            into.lock().expect("unpoisoned").push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}
