use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::Role;
use exeunt::app::{AppOptions, NewUser};
use exeunt::mail::Mailer;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};

use super::{Netex, refused};
use crate::cli::binary::{Console, Server};
use crate::fixture::{Answer, Company};
use crate::home::{Home, both_homes};
use crate::mail_sink::{Sink, mailer};

/// Contract section 3.1: `management` alone says 202, and the message is not empty.
const SENT: &str = r#"{"location":null,"message":"Welcome mail sent to user","responsePlatforms":{"management":{"location":null,"message":null,"status":202}},"status":204}"#;
const MAIL: &str = "users/oliver.twist/welcomeMail";

/// Of `localhost`, signed by an authority made for this.
struct Certificate {
    authority: PathBuf,
    chain: PathBuf,
    key: PathBuf,
}

impl Certificate {
    fn files(&self) -> [&Path; 2] {
        [&self.chain, &self.key]
    }

    fn write(folder: &Path) -> Self {
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "Mail test authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let own_key = || KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(authority, own_key()).expect("an authority");
        let key = own_key();
        let server = CertificateParams::new(["localhost".into()]).expect("a name");
        let server = server.signed_by(&key, &authority).expect("a certificate");
        let file = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        Self {
            authority: file("mail-ca.pem", authority.pem()),
            chain: file("mail.pem", server.pem()),
            key: file("mail.key", key.serialize_pem()),
        }
    }
}

/// A company that sends mail, with `oliver.twist`, and its administrator as the client.
async fn over(home: Home, mailer: Option<Mailer>) -> Netex {
    let company = Company::with(home, AppOptions { mailer, ..AppOptions::default() }).await;
    let leaver = company.person("oliver.twist").await;
    Netex { token: company.token("admin").await, leaver, company }
}

impl Netex {
    async fn welcome(&self, user: &str) -> Answer {
        self.send("POST", &format!("users/{user}/welcomeMail"), &[], "").await
    }

    async fn reachable_at(&self, user_name: &str, email: &str) {
        let new =
            NewUser { email: email.to_owned(), password: None, ..Company::new_user(user_name, Role::None) };
        self.company.add(new).await;
    }
}

#[test]
fn the_mail_server_gets_the_mail_and_the_log_tells_of_it() {
    both_homes(|home| async move {
        let mut sink = Sink::start("plain", None);
        let url = format!("smtp://127.0.0.1:{}/exeunt.example.com", sink.port);
        let netex = over(home, Some(mailer(&url, None, 10_000))).await;
        let before = netex.company.log_head().await;
        super::is(&netex.welcome("oliver.twist").await, 200, SENT);
        let mail = sink.mail();
        assert_eq!((&mail["hello"], &mail["tls"]), (&"exeunt.example.com".into(), &false.into()));
        assert_eq!(mail["sender"], "exeunt@example.com");
        assert_eq!(mail["recipients"], serde_json::json!(["oliver.twist@example.com"]));
        let headers = &mail["headers"];
        assert_eq!(headers["From"], "Exeunt <exeunt@example.com>");
        assert_eq!(headers["To"], "\"Full oliver.twist\" <oliver.twist@example.com>");
        assert_eq!(headers["Subject"], "Your new account");
        assert_eq!(headers["Date"], "Sun, 22 Nov 2026 00:00:00 +0000");
        let id = headers["Message-ID"].as_str().expect("an id");
        assert!(id.starts_with('<') && id.ends_with("@example.com>"), "{id}");
        let text = mail["text"].as_str().expect("a text").replace("\r\n", "\n");
        assert_eq!(
            text.trim_end(),
            "Hello Full oliver.twist,\n\nan account was made for you.\n\nUser name: oliver.twist\n\nYour \
             administrator tells you how to sign in for the first time."
        );
        assert_eq!(netex.company.log_kinds(before).await, ["user.welcomed"]);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_every_kind_arrive_and_stay_on_their_line() {
    let mut sink = Sink::start("plain", None);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let netex = over(Home::sqlite(), Some(mailer(&url, None, 10_000))).await;
    for (user_name, full_name, shown) in [
        ("zoe", "Zoë Ünal", "Zoë Ünal <zoe@example.com>"),
        ("eve", "Eve\r\nBcc: all@example.com", "\"Eve Bcc: all@example.com\" <eve@example.com>"),
        ("quo", "\"Q\", <q@example.org>", "\"\\\"Q\\\", <q@example.org>\" <quo@example.com>"),
    ] {
        let new = NewUser {
            full_name: full_name.to_owned(),
            password: None,
            ..Company::new_user(user_name, Role::None)
        };
        netex.company.add(new).await;
        super::is(&netex.welcome(user_name).await, 200, SENT);
        let mail = sink.mail();
        assert_eq!(mail["headers"]["To"], shown);
        assert_eq!(mail["headers"]["Bcc"], serde_json::Value::Null);
        assert_eq!(mail["recipients"], serde_json::json!([format!("{user_name}@example.com")]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_goes_over_tls_to_a_server_that_is_known() {
    for (mode, scheme, parameter) in [("starttls", "smtp", "?tls=required"), ("tls", "smtps", "")] {
        let home = Home::sqlite();
        let ours = Certificate::write(home.folder());
        let mut sink = Sink::start(mode, Some(ours.files()));
        let at = |host: &str, password: &str| {
            format!("{scheme}://exeunt:{password}@{host}:{}{parameter}", sink.port)
        };
        let well = mailer(&at("localhost", "s3cret"), Some(&ours.authority), 10_000);
        // A wrong password, an unknown authority, another host than the certificate's.
        let others = [
            (mailer(&at("localhost", "wr0ng"), Some(&ours.authority), 10_000), "refused: 535 "),
            (mailer(&at("localhost", "s3cret"), None, 10_000), "could not be used: "),
            (mailer(&at("127.0.0.1", "s3cret"), Some(&ours.authority), 10_000), "could not be used: "),
        ];
        let netex = over(home, Some(well)).await;
        super::is(&netex.welcome("oliver.twist").await, 200, SENT);
        let mail = sink.mail();
        assert_eq!((&mail["tls"], &mail["login"]), (&true.into(), &true.into()), "{mode}");
        for (mailer, why) in others {
            let netex = over(Home::sqlite(), Some(mailer)).await;
            let answer = netex.welcome("oliver.twist").await;
            assert_eq!(answer.status, 500, "{mode}: {}", answer.body);
            let message = answer.json()["message"].as_str().expect("a message").to_owned();
            assert!(
                message.starts_with(&format!("Welcome mail not sent: the mail server {why}")),
                "{message}"
            );
            assert!(!message.contains("s3cret") && !message.contains("wr0ng"), "{message}");
        }
    }
}

/// A server that offers no TLS gets no letter, because its line may be somebody else's.
#[tokio::test(flavor = "multi_thread")]
async fn required_tls_is_required() {
    let sink = Sink::start("plain", None);
    let url = format!("smtp://localhost:{}?tls=required", sink.port);
    let netex = over(Home::sqlite(), Some(mailer(&url, None, 10_000))).await;
    let answer = netex.welcome("oliver.twist").await;
    assert_eq!(answer.status, 500, "{}", answer.body);
    assert!(answer.body.contains("STARTTLS is not supported"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mail_server_does_not_take_was_not_sent() {
    let sink = Sink::start("plain", None);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let netex = over(Home::sqlite(), Some(mailer(&url, None, 1_000))).await;
    let users = [
        ("unknown", "the mail server refused: 550 5.1.1 no such mailbox"),
        ("later", "the mail server refused: 451 4.3.0 not now"),
        ("silent", "no answer within 1000 ms; whether it was sent is not known"),
    ];
    for (user, _) in users {
        netex.reachable_at(user, &format!("{user}@example.com")).await;
    }
    let before = netex.company.log_head().await;
    for (user, why) in users {
        refused(&netex.welcome(user).await, 500, &format!("Welcome mail not sent: {why}"));
    }
    drop(sink);
    let answer = netex.welcome("oliver.twist").await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("the mail server could not be used: Connection error"), "{}", answer.body);
    assert_eq!(netex.company.log_head().await, before, "nothing was sent and nothing is told");
}

/// The mail server has the letter but has not said so yet: what it then takes is told, with nobody left to answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_told_of_though_its_client_has_gone() {
    let mut sink = Sink::start("plain", None);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let netex = over(Home::sqlite(), Some(mailer(&url, None, 10_000))).await;
    netex.reachable_at("slow", "slow@example.com").await;
    let before = netex.company.log_head().await;
    let arrived = tokio::task::spawn_blocking(move || {
        sink.mail();
        sink
    });
    let _sink = tokio::select! {
        answer = netex.welcome("slow") => panic!("answered before the mail server: {}", answer.body),
        sink = arrived => sink.expect("a mail"),
    };
    let told = async {
        while netex.company.log_kinds(before).await != ["user.welcomed"] {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), told).await.expect("the log tells of the mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_nothing_is_pretended() {
    let netex = over(Home::sqlite(), None).await;
    let before = netex.company.log_head().await;
    let why = "Welcome mail not sent: this server has no mail server configured";
    refused(&netex.welcome("oliver.twist").await, 503, why);
    assert_eq!(netex.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_no_welcome_mail() {
    let nobody = mailer("smtp://127.0.0.1:9", None, 1_000);
    let mut netex = over(Home::sqlite(), Some(nobody)).await;
    netex.reachable_at("nowhere", "").await;
    netex.reachable_at("garbled", "a@b@c").await;
    netex.put("users/oliver.twist/deactivate", &[], "").await;
    for (user, status, message) in [
        ("nobody", 404, "User not found: nobody"),
        ("nowhere", 409, "User nowhere has no email address"),
        ("garbled", 409, "User garbled has an email address that no mail can reach"),
        ("oliver.twist", 409, "User oliver.twist is not active"),
    ] {
        refused(&netex.welcome(user).await, status, message);
    }
    let answer = netex.put(MAIL, &[], "").await;
    refused(&answer, 405, "Method not allowed");
    netex.token = netex.company.token("operator").await;
    let forbidden = "The token's account lacks the management role admin";
    refused(&netex.welcome("nowhere").await, 403, forbidden);
}

/// Contract section 2: neither synchronization nor a body means anything here.
#[tokio::test(flavor = "multi_thread")]
async fn synchronization_and_body_are_ignored() {
    let sink = Sink::start("plain", None);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let netex = over(Home::sqlite(), Some(mailer(&url, None, 10_000))).await;
    for (value, body) in [("synchronous", ""), ("asynchronous", "{"), ("sometimes", "")] {
        let answer = netex.send("POST", MAIL, &[("X-Cloud-Synchronization", value)], body).await;
        super::is(&answer, 200, SENT);
    }
}

/// The real binary, told of its mail server by file, environment and flag.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_sends_through_the_mail_server_that_it_is_told_of() {
    let console = Console::new();
    let ours = Certificate::write(&console.path(""));
    let mut sink = Sink::start("tls", Some(ours.files()));
    console.write(
        "exeunt.toml",
        "mail_from = \"Exeunt <exeunt@example.com>\"\nsmtp_password_file = \"secret\"\n",
    );
    console.write("secret", "s3cret\n");
    console.run(&["user", "add", "oliver.twist", "--email", "oliver@example.com"]).done();
    let token = console.run(&["token", "create", "netex", "--role", "admin"]).done();
    let mut command = console.command(&["serve", "--listen", "127.0.0.1:0", "--smtp-ca-file", "mail-ca.pem"]);
    command.env("EXEUNT_SMTP", format!("smtps://exeunt@localhost:{}", sink.port));
    let server = Server::start(command);
    let base = server.announced.strip_prefix("listening on ").expect("an address");
    let target = format!("{base}/integration/ws/management/rest/{MAIL}");
    let client = exeunt::outbound::client(Duration::from_secs(20)).expect("a client");
    let answer = client.post(target).header("X-Cloud-Auth-Token", token.trim()).send().await;
    assert_eq!(answer.expect("an answer").text().await.expect("a body"), SENT);
    let mail = sink.mail();
    assert_eq!((&mail["tls"], &mail["login"]), (&true.into(), &true.into()));
    assert_eq!(mail["headers"]["To"], "oliver@example.com");
    let told = server.stop();
    assert!(!told.contains("s3cret"), "{told}");
}
