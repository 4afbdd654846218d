//! Start, first start, stop.

use exeunt::app::{App, AppOptions, SecretForm, SignIn};
use exeunt::clock::{Clock, instant};
use exeunt::random::Random;
use secrecy::SecretString;
use store::{Store, StoreOptions, StoreUrl};

use super::binary::{Console, Server};

const SLOW: &str =
    "[[platform]]\nname = \"training\"\nkind = \"simulated\"\nsettings = { latency_ms = 1500 }\n";
const STUCK: &str = "[[platform]]\nname = \"training\"\nkind = \"simulated\"\nsettings = { hang = true }\n";

async fn sign_in(console: &Console, password: &str) -> Result<(), domain::Error> {
    let url = StoreUrl::Sqlite(console.path("exeunt.db"));
    let store = Store::open(&url, &StoreOptions { connections: 1, ca_file: None }).expect("a store");
    let app = App::new(store, Clock::System, Random::system(), AppOptions::default()).expect("an app");
    let attempt = SignIn {
        host: None,
        user_name: "admin".to_owned(),
        password: SecretString::from(password),
        address: None,
        face: "rest",
        device: None,
        idle_ms: None,
        form: SecretForm::Hex,
    };
    app.sign_in(attempt).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_makes_up_a_password_and_tells_it_once() {
    let console = Console::empty();
    let server = console.serve(&[]);
    assert!(server.announced.starts_with("listening on http://127.0.0.1:"), "{}", server.announced);
    let told = server.stop();
    let password = told.lines().next().expect("a line");
    let password = password.strip_prefix("first start: sign in as admin with password ").expect("a password");
    let password = password.strip_suffix(" (shown once)").expect("a remark");
    sign_in(&console, password).await.expect("the password is right");
    let again = console.serve(&["--admin-password", "another one"]).stop();
    assert!(!again.contains("password"), "{again}");
    sign_in(&console, password).await.expect("and stays so");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_password_comes_from_where_one_says() {
    let console = Console::empty();
    console.write("secret", "out of a file\nand no more\n");
    console.serve(&["--admin-password-file", "secret"]).stop();
    sign_in(&console, "out of a file").await.expect("the first line of the file");
    let console = Console::empty();
    let mut command = console.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("EXEUNT_ADMIN_PASSWORD", "by environment");
    let told = Server::start(command).stop();
    assert!(!told.contains("password"), "{told}");
    sign_in(&console, "by environment").await.expect("the variable");
}

#[test]
fn a_signal_lets_steps_under_way_finish() {
    let console = Console::company(SLOW);
    let server = console.serve(&["--poll-ms", "20"]);
    console.run(&["deactivate", "jsmith"]).done();
    console.until_a_step_runs();
    server.signal("INT");
    let (code, err) = server.end();
    assert_eq!(code, Some(0), "{err}");
    let status = console.run(&["status", "jsmith", "--json"]).json();
    let steps = status["steps"].as_array().expect("steps");
    let disable =
        steps.iter().find(|s| s["platform"] == "training" && s["action"] == "disable").expect("a step");
    assert_eq!(disable["state"], "done", "{status:#}");
}

#[test]
fn waiting_for_steps_is_bounded() {
    let console = Console::company(STUCK);
    let server = console.serve(&["--stop-ms", "200", "--poll-ms", "20"]);
    console.run(&["deactivate", "jsmith"]).done();
    console.until_a_step_runs();
    let begun = instant();
    let err = server.stop();
    assert!(err.contains("stopped with steps under way"), "{err}");
    assert!(begun.elapsed().as_secs() < 5, "it took {:?}", begun.elapsed());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let console = Console::company(STUCK);
    let server = console.serve(&["--stop-ms", "20000", "--poll-ms", "20"]);
    console.run(&["deactivate", "jsmith"]).done();
    console.until_a_step_runs();
    server.signal("TERM");
    std::thread::park_timeout(std::time::Duration::from_millis(500));
    server.signal("TERM");
    assert_eq!(server.end().0, Some(130));
}

/// As if the disk failed: the process may not write beyond what its files hold already.
#[test]
fn a_server_without_its_store_ends_and_says_why() {
    let console = Console::company(STUCK);
    // Or the first write beyond the limit would kill it.
    let server = Server::start(console.through_shell("trap '' XFSZ; exec \"$0\" serve --listen 127.0.0.1:0"));
    server.limit_files_to(4_096);
    console.run(&["deactivate", "jsmith"]).done();
    let (code, err) = server.end();
    assert_eq!(code, Some(1), "{err}");
    assert!(err.lines().any(|line| line.starts_with("exeunt: the store is out of service: ")), "{err}");
}

#[test]
fn an_address_in_use_is_said() {
    let console = Console::new();
    let server = console.serve(&[]);
    let address = server.announced.strip_prefix("listening on http://").expect("an address").to_owned();
    let ran = console.run(&["serve", "--listen", &address]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.starts_with(&format!("exeunt: {address}: ")), "{}", ran.err);
    server.stop();
}

#[test]
fn a_certificate_makes_it_speak_tls() {
    let console = Console::empty();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    console.write("cert.pem", &made.cert.pem());
    console.write("key.pem", &made.signing_key.serialize_pem());
    let server = console.serve(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    assert!(server.announced.starts_with("listening on https://127.0.0.1:"), "{}", server.announced);
    server.stop();
    let ran = console.run(&["serve", "--check", "--tls-cert", "nowhere.pem", "--tls-key", "key.pem"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.starts_with("exeunt: nowhere.pem: "), "{}", ran.err);
}

#[test]
fn a_newer_schema_is_refused() {
    let console = Console::new();
    let raw = rusqlite::Connection::open(console.path("exeunt.db")).expect("the file");
    raw.execute("REPLACE INTO schema_versions VALUES (99)", []).expect("a newer schema");
    drop(raw);
    let known = store::migrate::known();
    let refusal =
        format!("exeunt: the store has schema 99, this program knows {known}: use a newer exeunt\n");
    for command in [&["serve"][..], &["migrate"], &["status"], &["user", "list"]] {
        let ran = console.run(command);
        assert_eq!((ran.code, ran.err.as_str()), (Some(1), refusal.as_str()), "{command:?}");
    }
}

#[test]
fn whoever_follows_everything_is_told_how_each_ended() {
    let console = Console::company(SLOW);
    let server = console.serve(&["--poll-ms", "20"]);
    console.run(&["deactivate", "jsmith"]).done();
    let told = console.run(&["status", "--follow"]).done();
    assert!(told.starts_with("deactivate of jsmith is completed: "), "{told}");
    assert!(told.contains("\nno offboarding is open\n"), "{told}");
    server.stop();
}
