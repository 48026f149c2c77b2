//! The real binary from start to stop: errors are reported in one line, and signals end it cleanly.

#[macro_use]
extern crate latchkey_testing as common;

use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use common::{Binary, Capabilities, Setting, command, refused, release, run, said};

for_both_databases! {
    a_server_ends_cleanly_when_told,
    two_servers_start_at_once_on_an_empty_database,
    a_message_of_before_the_end_is_there_afterwards,
    the_command_line_speaks_to_programs,
    what_a_command_finds_and_does_is_its_exit_status,
}

fn folder() -> TempDir {
    TempDir::with_prefix("latchkey-").expect("a folder")
}

/// A configuration that starts in debug, with `lines` under `[default.latchkey]`.
fn with(lines: &str) -> String {
    let port = common::free_port();
    format!(
        "[default]\nport = {port}\n[default.databases.latchkey]\nurl = \"sqlite://latchkey.db\"\n[default.latchkey]\n{lines}\n"
    )
}

#[test]
fn an_unknown_key_is_refused() {
    refused("debug", &with("colour = \"red\""), &["Rocket.toml", "colour"]);
    refused(
        "debug",
        &with("[default.latchkey.reset]\nstrategie = \"second_key\""),
        &["Rocket.toml", "strategie"],
    );
    refused("debug", &with("[default.latchkey.mail]\nurll = \"smtp://localhost\""), &["Rocket.toml", "urll"]);
    refused(
        "debug",
        &with("[default.latchkey.reset.role.admin]\nchanel = \"sms\""),
        &["Rocket.toml", "chanel"],
    );
}

#[test]
fn an_unknown_strategy_is_refused() {
    refused(
        "debug",
        &with("[default.latchkey.reset]\nstrategy = \"carrier_pigeon\""),
        &["Rocket.toml", "strategy", "carrier_pigeon"],
    );
    refused(
        "debug",
        &with("[default.latchkey.reset]\nchannel = \"fax\""),
        &["Rocket.toml", "channel", "fax"],
    );
}

#[test]
fn a_wrong_type_is_refused() {
    refused("debug", &with("site_name = 7"), &["Rocket.toml", "site_name"]);
    refused("debug", &with("[default.latchkey.reset]\nkey_ttl = 30"), &["Rocket.toml", "key_ttl"]);
    refused(
        "debug",
        &with("[default.latchkey.reset]\nkey_ttl = \"half an hour\""),
        &["Rocket.toml", "key_ttl"],
    );
}

#[test]
fn a_lifetime_out_of_range_is_refused() {
    refused("debug", &with("[default.latchkey.reset]\nkey_ttl = \"3h\""), &["key_ttl", "3h"]);
    refused("debug", &with("[default.latchkey.reset]\nkey_ttl = \"1s\""), &["key_ttl", "1s"]);
    let hot = "[default.latchkey.reset]\nstrategy = \"one_time_login\"\nkey_ttl = \"30m\"";
    refused("debug", &with(hot), &["key_ttl", "30m"]);
}

#[test]
fn one_phone_alone_is_refused() {
    let both = "[default.latchkey.reset]\nstrategy = \"sms_approved\"\nchannel = \"sms\"";
    refused("debug", &with(both), &["sms_approved", "channel"]);
    let role = "[default.latchkey.reset]\nchannel = \"sms\"\n[default.latchkey.reset.role.admin]\nstrategy = \"sms_approved\"";
    refused("debug", &with(role), &["role.admin", "channel"]);
}

#[test]
fn a_file_that_is_no_toml_is_refused() {
    refused("debug", "[default\nport = ", &["Rocket.toml"]);
}

#[test]
fn a_database_out_of_reach_is_refused() {
    let port = common::free_port();
    let with =
        |url: &str| format!("[default]\nport = {port}\n[default.databases.latchkey]\nurl = \"{url}\"\n");
    refused("debug", &with("postgres://nobody@127.0.0.1:9/none"), &["databases.latchkey"]);
    refused("debug", &with("sqlite:///nowhere/at/all/latchkey.db"), &["databases.latchkey"]);
    refused("debug", &with("mysql://localhost/latchkey"), &["databases.latchkey.url"]);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = folder();
    std::fs::write(folder.path().join("latchkey.db"), "this is not a database, and long enough to be none")
        .expect("written");
    let output = run(folder.path(), "debug", &with(""), &[]);
    let text = said(&output);
    assert!(!output.status.success() && !text.contains("panicked"), "{text}");
    assert!(text.contains("database"), "{text}");
}

#[test]
fn a_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let folder = folder();
    let output = run(folder.path(), "debug", &format!("[default]\nport = {port}\n"), &[]);
    let text = said(&output);
    assert!(!output.status.success() && !text.contains("panicked"), "{text}");
    assert!(text.contains(&port.to_string()), "{text}");
}

#[test]
fn release_requires_its_secrets_and_addresses() {
    for key in ["secret_key", "pepper", "public_url", "trusted_proxies", "mail.url"] {
        refused("release", &release("sqlite://latchkey.db", key), &[key]);
    }
    let folder = folder();
    let output = run(folder.path(), "release", &release("sqlite://latchkey.db", ""), &["check"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn release_names_all_that_is_missing_at_once() {
    let folder = folder();
    let output = run(folder.path(), "release", "[release]\n", &["check"]);
    let text = said(&output);
    assert!(!output.status.success());
    for key in ["secret_key", "pepper", "mail.url", "public_url"] {
        assert_eq!(text.lines().filter(|line| line.contains(key)).count(), 1, "{key}: {text}");
    }
}

#[test]
fn a_fault_never_prints_a_secret() {
    let folder = folder();
    let toml = release("sqlite://latchkey.db", "").replace("?tls=required", "");
    let output = run(folder.path(), "release", &toml, &["check"]);
    let text = said(&output);
    for secret in ["user:word", "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk", "a pepper that is long"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_environment_configures_too() {
    let folder = folder();
    let mut check = command(folder.path(), "debug", &["check"]);
    check.env("ROCKET_LATCHKEY", "{reset={strategy=\"second_key\"}}");
    let output = check.output().expect("latchkey runs");
    assert!(output.status.success() && said(&output).contains("second_key"), "{}", said(&output));
    let mut check = command(folder.path(), "debug", &["check"]);
    check.env("ROCKET_LATCHKEY", "{reset={strategy=\"pigeon\"}}");
    let output = check.output().expect("latchkey runs");
    assert!(!output.status.success() && said(&output).contains("pigeon"), "{}", said(&output));
}

#[test]
fn what_init_prints_starts() {
    let folder = folder();
    let output = command(folder.path(), "debug", &["init"]).output().expect("latchkey runs");
    assert!(output.status.success(), "{}", said(&output));
    let printed = String::from_utf8(output.stdout).expect("text");
    assert!(
        printed.contains("secret_key") && printed.contains("pepper") && printed.contains('#'),
        "{printed}"
    );
    let again = command(folder.path(), "debug", &["init"]).output().expect("latchkey runs");
    assert_ne!(printed.as_bytes(), again.stdout, "the secrets are fresh each time");
    let output = run(folder.path(), "release", &printed, &["check"]);
    let text = said(&output);
    assert!(output.status.success() || !text.contains("unknown") && !text.contains("panicked"), "{text}");
}

#[test]
fn init_writes_over_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("Made.toml");
    let init = || {
        command(folder.path(), "debug", &["init", "--output", "Made.toml"]).output().expect("latchkey runs")
    };
    let output = init();
    assert!(output.status.success(), "{}", said(&output));
    let written = std::fs::read_to_string(&path).expect("a file");
    assert!(written.contains("secret_key = ") && written.contains("pepper = "), "{written}");
    let mode = path.metadata().expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode & !0o640, 0, "{mode:o}");
    let output = init();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("Made.toml"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), written);
}

#[test]
fn eject_copies_a_page_once_and_says_what_to_set() {
    let (folder, toml) = (folder(), with("site_name = \"Notes\""));
    let eject = |toml: &str, name: &[&str]| {
        let output = run(folder.path(), "debug", toml, &[&["eject"], name].concat());
        (output.status.code(), said(&output))
    };
    let (code, list) = eject(&toml, &[]);
    assert_eq!(code, Some(0), "{list}");
    for name in ["layout", "account/login", "email/message.txt.tera", "assets/latchkey.css"] {
        assert!(list.lines().any(|line| line == name), "{name}: {list}");
    }
    let (code, text) = eject(&toml, &["account/login"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("templates/account/login.html.tera has been written"), "{text}");
    assert!(text.contains("templates = \"templates\" below [default.latchkey], at Rocket.toml:5"), "{text}");
    let path = folder.path().join("templates/account/login.html.tera");
    assert!(std::fs::read_to_string(&path).expect("a file").contains("login-title"));

    std::fs::write(&path, "mine").expect("written");
    let (code, text) = eject(&toml, &["account/login"]);
    assert!(code == Some(1) && text.contains("is not overwritten"), "{text}");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "mine");
    assert_eq!(eject(&toml, &["account/logon"]).0, Some(3));
    let (code, text) = eject(&with("templates = \"accounts\""), &["error"]);
    assert!(code == Some(0) && text.lines().count() == 1, "{text}");
    assert!(folder.path().join("accounts/error.html.tera").is_file());
}

#[test]
fn a_server_has_no_layout_of_another() {
    let folder = folder();
    let output = run(folder.path(), "debug", &with("layout = \"frame\""), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("latchkey eject layout"), "{}", said(&output));
}

#[test]
fn help_completions_and_manual_name_every_command() {
    let folder = folder();
    let told = |arguments: &[&str]| {
        let output = command(folder.path(), "debug", arguments).output().expect("latchkey runs");
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).expect("text")
    };
    let (help, user) = (told(&["--help"]), told(&["user", "--help"]));
    let (bash, manual) = (told(&["completions", "bash"]), told(&["man"]));
    for name in
        ["serve", "init", "check", "eject", "policy", "user", "outbox", "events", "completions", "man"]
    {
        for text in [&help, &bash, &manual] {
            assert!(text.contains(name), "{name}: {text}");
        }
    }
    for name in [
        "let-in",
        "remove-phone",
        "lift-hold",
        "give-back",
        "end-sessions",
        "show",
        "reset",
        "delete",
        "withdraw",
    ] {
        assert!(user.contains(name) && bash.contains(name), "{name}: {user}");
        assert!(manual.contains(&name.replace('-', "\\-")), "{name}: {manual}");
    }
    assert!(help.find("serve") < help.find("init"), "{help}");
}

#[test]
fn what_cannot_be_printed_is_a_fault() {
    let folder = folder();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    for arguments in [&["init"][..], &["check"], &["check", "--json"], &["policy", "explain", "--role", "x"]]
    {
        let mut latchkey = command(folder.path(), "debug", arguments);
        let status = latchkey.stdout(full()).status().expect("latchkey runs");
        assert_ne!(status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn with_no_configuration_it_serves() {
    let folder = folder();
    let port = common::free_port();
    let mut server = command(folder.path(), "debug", &[]);
    let mut server = server.env("ROCKET_PORT", port.to_string()).spawn().expect("latchkey runs");
    let browser =
        common::Browser::new(&format!("http://127.0.0.1:{port}"), &format!("http://127.0.0.1:{port}"));
    let runtime =
        rocket::tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let page = runtime.block_on(async {
        for _ in 0..500 {
            if rocket::tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            rocket::tokio::time::sleep(Duration::from_millis(20)).await;
        }
        browser.get("/reset").await
    });
    assert_eq!(page.status, 200);
    assert!(folder.path().join("latchkey.db").exists());
    let _ = std::process::Command::new("kill").arg(server.id().to_string()).status();
    let mut printed = String::new();
    std::io::Read::read_to_string(&mut server.stdout.take().expect("piped"), &mut printed).expect("text");
    std::io::Read::read_to_string(&mut server.stderr.take().expect("piped"), &mut printed).expect("text");
    assert!(server.wait().expect("an end").success(), "{printed}");
    assert!(
        printed.contains(&format!("http://127.0.0.1:{port}")) && printed.contains("/dev/mailbox"),
        "{printed}"
    );
    #[cfg(unix)]
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("its mode").permissions().mode() & 0o077;
        assert!(entry.file_name() != "latchkey.secrets" || mode == 0, "the secrets can be read by others");
    }
}

async fn a_server_ends_cleanly_when_told(setting: Setting) {
    for signal in ["TERM", "INT"] {
        let config = setting.config(&[("log_level", json!("normal"))]);
        let server = Binary::start(&setting, config).await;
        let browser = server.browser();
        let form = browser.get("/login").await;
        let sent = browser
            .fill(&form, &[("username", "nobody@example.com"), ("password", "not a password of anybody")]);
        let (answer, (code, printed)) = {
            let answer = browser.post_only(&sent);
            let end = async {
                rocket::tokio::time::sleep(Duration::from_millis(30)).await;
                server.end(signal).await
            };
            rocket::tokio::join!(answer, end)
        };
        assert!(answer.status < 500 || answer.status == 503, "a request under way got {}", answer.status);
        assert_eq!(code, Some(0), "{signal}: {printed}");
        assert!(!printed.contains("panicked"), "{printed}");
    }
}

async fn two_servers_start_at_once_on_an_empty_database(setting: Setting) {
    let (first, second) = (setting.config(&[]), setting.config(&[]));
    let other = Setting { folder: folder().keep(), ..setting.clone() };
    let (first, second) = rocket::tokio::join!(Binary::start(&setting, first), Binary::start(&other, second));
    first.account("ann@example.com").await;
    second.account("bob@example.com").await;
    assert!(second.opens("ann@example.com", common::OLD).await);
    for server in [first, second] {
        let (_, printed) = server.end("TERM").await;
        assert!(!printed.contains("panicked"), "{printed}");
    }
    let _ = std::fs::remove_dir_all(other.folder);
}

async fn a_message_of_before_the_end_is_there_afterwards(setting: Setting) {
    let server = Binary::start(&setting, setting.config(&[])).await;
    server.account("ann@example.com").await;
    server.end("TERM").await;
    let nobody = format!("smtp://127.0.0.1:{}", common::free_port());
    let server = Binary::start(&setting, setting.config(&[("latchkey.mail.url", json!(nobody))])).await;
    server.ask_reset("ann@example.com").await;
    let (code, printed) = server.end("TERM").await;
    assert_eq!(code, Some(0), "{printed}");
    let server = Binary::start(&setting, setting.config(&[])).await;
    let message = server.mailbox.next_key("ann@example.com").await;
    let key = message.link().rsplit('/').next().expect("a key").to_owned();
    let page = server.browser().get(&format!("/reset/{key}")).await;
    assert_eq!(page.path(), setting.strategy.path(), "{page}");
}

/// Runs a command in the folder of `setting`; returns its exit status and its output.
fn latchkey(setting: &Setting, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(&setting.folder, "debug", arguments).output().expect("latchkey runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Objects printed by a command with `--json`.
fn objects(setting: &Setting, arguments: &[&str]) -> Vec<serde_json::Value> {
    let (code, printed, said) = latchkey(setting, &[arguments, &["--json"]].concat());
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    printed.lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect()
}

async fn the_command_line_speaks_to_programs(setting: Setting) {
    let nobody = format!("smtp://127.0.0.1:{}", common::free_port());
    let server = Binary::start(&setting, setting.config(&[])).await;
    server.account("ann@example.com").await;
    server.end("TERM").await;
    let server = Binary::start(&setting, setting.config(&[("latchkey.mail.url", json!(nobody))])).await;
    server.ask_reset("ann@example.com").await;
    assert_eq!(latchkey(&setting, &["user", "role", "ann@example.com", "--add", "editor"]).0, Some(0));
    let people = objects(&setting, &["user", "list"]);
    let ann = json!({ "email": "ann@example.com", "state": "enabled", "phone": false, "roles": ["editor"] });
    assert_eq!(people, [ann]);
    let events = objects(&setting, &["events", "--kind", "account.roles_changed"]);
    assert_eq!(events.len(), 1, "{events:?}");
    for (key, value) in [("by", "command line"), ("address", "ann@example.com"), ("detail", "+editor")] {
        assert_eq!(events[0][key], value, "{events:?}");
    }
    server.ask_reset("ann@example.com").await;
    let mut failing = Vec::new();
    for _ in 0..200 {
        failing = objects(&setting, &["outbox", "list", "--state", "failing"]);
        if !failing.is_empty() {
            break;
        }
        rocket::tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(failing.len(), 1, "{failing:?}");
    assert_eq!((&failing[0]["state"], &failing[0]["kind"]), (&json!("waiting"), &json!("email")));
    let id = failing[0]["id"].as_str().expect("an id");
    assert_eq!(latchkey(&setting, &["outbox", "retry", id]).0, Some(3), "it is tried again anyhow");
    assert_eq!(latchkey(&setting, &["outbox", "drop", id]).0, Some(0));
    assert_eq!(latchkey(&setting, &["outbox", "drop", id]).0, Some(3));
    assert_eq!(objects(&setting, &["events", "--kind", "message.dropped"]).len(), 1);
    server.end("TERM").await;
}

async fn what_a_command_finds_and_does_is_its_exit_status(setting: Setting) {
    let server = Binary::start(&setting, setting.config(&[])).await;
    server.account("ann@example.com").await;
    for (status, arguments) in [
        (0, &["user", "disable", "ann@example.com"][..]),
        (3, &["user", "disable", "ann@example.com"]),
        (0, &["user", "enable", "ANN@example.com"]),
        (3, &["user", "role", "ann@example.com", "--remove", "editor"]),
        (3, &["user", "disable", "nobody@example.com"]),
        (2, &["user", "role", "ann@example.com", "--add", "two words"]),
        (2, &["user", "show", "no address"]),
        (0, &["user", "list", "--role", "editor", "--state", "disabled"]),
        (2, &["user", "list", "--state", "asleep"]),
        (0, &["events"]),
        (0, &["events", "--account", "ann@example.com", "--since", "2020-01-01", "--limit", "1"]),
        (3, &["events", "--account", "nobody@example.com"]),
        (0, &["events", "--until", "2020-01-01"]),
        (2, &["events", "--since", "yesterday"]),
        (2, &["events", "--kind", "nonsense"]),
        (2, &["events", "--limit", "0"]),
        (0, &["outbox", "list", "--state", "sent"]),
        (0, &["outbox", "list", "--state", "given-up"]),
        (3, &["outbox", "retry", "01890a5d-ac96-774b-bcce-b302099a8057"]),
        (2, &["outbox", "drop", "7"]),
    ] {
        let (code, printed, said) = latchkey(&setting, arguments);
        assert_eq!(code, Some(status), "{arguments:?}: {printed}{said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
    server.end("TERM").await;
}

#[test]
fn nothing_ignored_is_tracked() {
    let git = |arguments: &[&str]| {
        std::process::Command::new("git").current_dir(common::root()).args(arguments).output()
    };
    // The sources may come without their history.
    match git(&["ls-files", "-ci", "--exclude-standard"]) {
        Ok(listed) if listed.status.success() => {
            assert_eq!(String::from_utf8_lossy(&listed.stdout), "", "tracked although .gitignore has them");
        }
        _ => common::skip("this is no git repository"),
    }
    let tracked = git(&["ls-files"]).map(|listed| listed.stdout).unwrap_or_default();
    let secret =
        |name: &&str| [".secrets", ".pem", ".key", ".env", ".db"].iter().any(|end| name.ends_with(end));
    let tracked = String::from_utf8_lossy(&tracked).into_owned();
    assert_eq!(tracked.lines().filter(secret).collect::<Vec<_>>(), [""; 0], "tracked, and likely secret");
}

/// Waits for `what` to become true for a process that must not end meanwhile.
#[cfg(unix)]
fn until(process: &mut std::process::Child, what: impl Fn(u32) -> bool) {
    for _ in 0..2000 {
        if what(process.id()) {
            return;
        }
        assert!(process.try_wait().expect("a child of ours").is_none(), "it has ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("not within ten seconds");
}

#[cfg(unix)]
fn kill(process: &std::process::Child, signal: &str) {
    let sent = std::process::Command::new("kill").args([signal, &process.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// True if a process handles SIGHUP, SIGINT and SIGTERM itself.
#[cfg(target_os = "linux")]
fn heeds(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let caught =
        status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0").trim().to_owned();
    let caught = u64::from_str_radix(&caught, 16).unwrap_or(0);
    [1, 2, 15].iter().all(|signal| caught & 1 << (signal - 1) != 0)
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_during_the_wait_for_a_database_is_heeded() {
    for signal in ["-TERM", "-INT"] {
        let folder = folder();
        // Accepts connections, and never answers.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let database = format!("postgres://nobody@{}/none", silent.local_addr().expect("bound"));
        let toml = format!("[default.databases.latchkey]\nurl = \"{database}\"\nconnect_timeout = 60\n");
        common::write_secret(&folder.path().join("Rocket.toml"), &toml);
        let mut server = command(folder.path(), "debug", &[]).spawn().expect("latchkey runs");
        until(&mut server, heeds);
        kill(&server, "-HUP");
        let mut lines =
            std::io::BufRead::lines(std::io::BufReader::new(server.stderr.take().expect("piped")));
        let waits = lines
            .by_ref()
            .map(|line| line.expect("text"))
            .find(|line| line.contains("waiting for the database"));
        assert!(waits.is_some(), "it says what it waits for");
        kill(&server, signal);
        assert!(server.wait().expect("an end").success(), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_before_the_server_is_ready_is_remembered() {
    for signal in ["-HUP", "-TERM"] {
        let folder = folder();
        let port = common::free_port();
        let toml = format!("[default]\nport = {port}\nlog_level = \"normal\"\n");
        common::write_secret(&folder.path().join("Rocket.toml"), &toml);
        let mut server = command(folder.path(), "debug", &[]).spawn().expect("latchkey runs");
        until(&mut server, heeds);
        kill(&server, signal);
        if signal == "-HUP" {
            until(&mut server, |_| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
            kill(&server, "-TERM");
        }
        assert!(server.wait().expect("an end").success(), "{signal}");
    }
}

#[test]
fn what_is_in_a_url_of_sqlite_is_read_as_sqlite_reads_it() {
    for written in ["my data", "my%20data"] {
        let folder = folder();
        std::fs::create_dir(folder.path().join("my data")).expect("a folder");
        let toml = format!("[default.databases.latchkey]\nurl = \"sqlite://{written}/latchkey.db\"\n");
        let output = run(folder.path(), "debug", &toml, &["user", "list"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let found: Vec<_> = std::fs::read_dir(folder.path())
            .expect("a folder")
            .map(|it| it.expect("an entry").file_name())
            .collect();
        assert!(found.iter().all(|name| name != "my%20data"), "{found:?}");
        for file in ["latchkey.db", "latchkey.secrets"] {
            assert!(folder.path().join("my data").join(file).exists(), "{file}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_database_is_nobody_elses_to_read() {
    use std::os::unix::fs::{MetadataExt, chown};

    let folder = folder();
    let list = || run(folder.path(), "debug", "", &["user", "list"]);
    let files = || {
        let all = std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("an entry"));
        all.map(|file| (file.file_name(), file.metadata().expect("a file"))).collect::<Vec<_>>()
    };
    assert_eq!(list().status.code(), Some(0));
    for (name, file) in files() {
        assert_eq!(file.mode() & 0o077, 0, "{name:?}");
    }
    // Root runs a command first after a copy was restored, but the server runs as another user.
    const OTHER: u32 = 65534;
    let whose = |file: &str| chown(folder.path().join(file), Some(OTHER), Some(OTHER));
    if whose("latchkey.db").is_err() {
        return common::skip("only root gives files away");
    }
    whose("latchkey.secrets").expect("root may");
    assert_eq!(list().status.code(), Some(0));
    for (name, file) in files() {
        assert!(name == "Rocket.toml" || file.uid() == OTHER, "{name:?} belongs to {}", file.uid());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_on_a_full_disk_is_not_ready() {
    common::prove(common::Strategy::SetThenLogin, common::Engine::Sqlite, full_disk);
}

#[cfg(target_os = "linux")]
async fn full_disk(setting: Setting) {
    let server = Binary::start(&setting, setting.config(&[])).await;
    server.account("ann@example.com").await;
    let limit = |bytes: &str| {
        let arguments = ["--pid", &server.id().to_string(), &format!("--fsize={bytes}:unlimited")];
        assert!(
            std::process::Command::new("prlimit").args(arguments).status().expect("prlimit runs").success()
        );
    };
    let ready = async || server.browser().ask(reqwest::Method::GET, "/readyz").await;
    assert_eq!(ready().await.status, 200);
    limit("4096");
    let browser = server.browser();
    let reset = browser.fill(&browser.get("/reset").await, &[("email", "ann@example.com")]);
    assert_eq!(browser.copy().post_only(&reset).await.status, 503);
    let answer = ready().await;
    assert!(answer.status == 503 && answer.text().contains("takes no writes"), "{}", answer.text());
    limit("unlimited");
    let again = rocket::tokio::time::timeout(Duration::from_secs(20), async {
        while ready().await.status != 200 {
            rocket::tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    again.await.expect("it is found out without anybody's request");
    assert!(browser.copy().post_only(&reset).await.status < 400);
    let (code, printed) = server.end("TERM").await;
    assert_eq!(code, Some(0), "{printed}");
}
