//! File, environment, flags, and what `serve --check` says of them.

use super::binary::{Console, Ran};

#[test]
fn the_defaults_are_complete() {
    let checked = Console::empty().run(&["serve", "--check", "--node", "n1"]).done();
    let expected = "\
store = \"sqlite:exeunt.db\" # default
store_connections = 16 # default
# store_ca_file is not set
# secrets is not set
listen = \"127.0.0.1:8080\" # default
# proxies is not set
# tls_cert is not set
# tls_key is not set
# admin_password is not set
# admin_password_file is not set
# smtp is not set
# smtp_password_file is not set
# smtp_ca_file is not set
# mail_from is not set
mail_ms = 10000 # default
node = \"n1\" # --node
session_idle_ms = 1800000 # default
scim_rate = 500 # default
max_in_flight = 64 # default
attempt_ms = 30000 # default
lease_ms = 60000 # default
poll_ms = 250 # default
stop_ms = 15000 # default
log_format = \"text\" # default
log = \"info\" # default
";
    assert_eq!(checked, expected);
}

#[test]
fn flags_go_before_the_environment_before_the_file() {
    let console = Console::empty();
    console
        .write("exeunt.toml", "poll_ms = 100\nstop_ms = 100\n\nlease_ms = 90000\nnode = \"of the file\"\n");
    let mut command = console.command(&["serve", "--check", "--stop-ms", "300"]);
    command.env("EXEUNT_POLL_MS", "200").env("EXEUNT_STOP_MS", "200");
    let checked = Ran::of(command, "").done();
    for line in [
        "poll_ms = 200 # EXEUNT_POLL_MS",
        "stop_ms = 300 # --stop-ms",
        "lease_ms = 90000 # exeunt.toml:4",
        "node = \"of the file\" # exeunt.toml:5",
        "attempt_ms = 30000 # default",
    ] {
        assert!(checked.lines().any(|l| l == line), "{line} is not in\n{checked}");
    }
}

#[test]
fn what_is_checked_can_be_read_back() {
    let console = Console::empty();
    let checked = console.run(&["serve", "--check", "--listen", "127.0.0.1:1234", "--log", "a=\"b\",warn"]);
    console.write("copy.toml", &checked.out);
    let again = console.run(&["serve", "--check", "--config", "copy.toml"]);
    assert!(again.out.contains("listen = \"127.0.0.1:1234\" # copy.toml:5"), "{again:#?}");
}

#[test]
fn the_file_is_named_by_flag_or_environment_and_must_then_exist() {
    let console = Console::empty();
    console.write("other.toml", "store = \"sqlite:other.db\"");
    let mut command = console.command(&["serve", "--check"]);
    command.env("EXEUNT_CONFIG", "other.toml");
    assert!(Ran::of(command, "").done().contains("store = \"sqlite:other.db\" # other.toml:1\n"));
    // The store of the file is the store of every command.
    let ran = console.run(&["status", "--config", "other.toml"]);
    assert_eq!(ran.err, "exeunt: there is no store at other.db: exeunt serve makes one\n");
    let ran = console.run(&["status", "--config", "nowhere.toml"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("exeunt: nowhere.toml: "), "{}", ran.err);
}

#[test]
fn secrets_are_hidden() {
    let console = Console::empty();
    let url = "postgres://me:pw123@localhost/db";
    let ran = console.run(&["serve", "--check", "--store", url, "--admin-password", "pw12345678"]);
    assert!(!ran.out.contains("pw123"), "{}", ran.out);
    assert!(ran.out.contains("store = \"postgres://me@localhost/db\" # --store\n"), "{}", ran.out);
    assert!(ran.out.contains("admin_password = \"(hidden)\" # --admin-password\n"), "{}", ran.out);
}

#[test]
fn the_mail_servers_password_is_hidden_and_its_mistakes_are_named() {
    let console = Console::empty();
    console.write("secret", "pw123\nand no more\n");
    let check = |smtp: &str, more: &[&str]| {
        let arguments = [&["serve", "--check", "--smtp", smtp], more].concat();
        console.run(&arguments)
    };
    let from = ["--mail-from", "Exeunt <exeunt@example.com>"];
    let ran = check("smtps://me:pw123@mail.example.com", &from);
    assert!(!ran.out.contains("pw123"), "{}", ran.out);
    let shown = ran.done();
    assert!(shown.contains("smtp = \"smtps://me@mail.example.com\" # --smtp\n"), "{shown}");
    check("smtps://me@mail.example.com", &[&from[..], &["--smtp-password-file", "secret"]].concat()).done();
    for (smtp, more, complaint) in [
        ("smtps://mail.example.com", &[][..], "smtp and mail_from go together"),
        ("smtp://me:pw123@mail.example.com", &from, "smtp: a password needs TLS: "),
        ("smtps://me:pw123@[mail", &from, "smtp: is no URL: "),
        ("smtps://me:pw123@mail", &[&from[..], &["--smtp-ca-file", "none"]].concat(), "smtp: none: "),
        (
            "smtps://me:pw123@mail",
            &["--mail-from", "nobody"],
            "error: invalid value 'nobody' for '--mail-from",
        ),
    ] {
        let ran = check(smtp, more);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.err.trim_start_matches("exeunt: ").starts_with(complaint), "{}", ran.err);
        assert!(!format!("{}{}", ran.out, ran.err).contains("pw123"), "{ran:#?}");
    }
}

#[track_caller]
fn refused(file: &str, complaint: &str) {
    let console = Console::empty();
    console.write("exeunt.toml", file);
    let ran = console.run(&["serve", "--check"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.err.starts_with(&format!("exeunt: {complaint}")), "{}", ran.err);
}

#[test]
fn mistakes_are_named_with_their_line() {
    refused(
        "\nlisten = \"127.0.0.1:0\"\n  lissten = 1\n",
        "exeunt.toml:3: lissten: unknown key; there are store, ",
    );
    refused("config = \"x\"\n", "exeunt.toml:1: config: unknown key; there are ");
    refused(
        "poll_ms = 1\nlisten = \"here\"\n",
        "exeunt.toml:1: poll_ms: invalid value '1' for '--poll-ms <MS>'",
    );
    refused("\n\nlisten = \"here\"\n", "exeunt.toml:3: listen: invalid value 'here' for '--listen <ADDR>'");
    refused("listen = [1]\n", "exeunt.toml:1: listen: must be a text or a number");
    refused("a = 1\nb =\n", "exeunt.toml:2: ");
    refused("node = \"a\"\nnode = \"b\"\n", "exeunt.toml:2: ");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let console = Console::empty();
    let ran = console.run(&["serve", "--lease-ms", "10000"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), "exeunt: lease_ms must exceed attempt_ms\n"));
    let ran = console.run(&["serve", "--check", "--tls-cert", "cert.pem"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), "exeunt: tls_cert and tls_key go together\n"));
    let ran = console.run(&["serve", "--log", "a=b=c"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("exeunt: log: "), "{}", ran.err);
    assert!(!console.path("exeunt.db").exists(), "nothing was begun");
}
