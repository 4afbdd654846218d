//! The one HTTP client: what it sends, where to, whom it trusts, and what it makes of what comes back.

use std::process::Command;
use std::sync::Arc;

use connectors::conformance::{Backend, Message};
use connectors::outbound::{Answer, Connection, HttpClient};
use connectors::{Failure, Pace, Vault};
use domain::TenantId;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::Method;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;

async fn get(connection: &Connection, vault: &Vault, url: &str) -> Result<Answer, Failure> {
    let client = HttpClient::new(connection, vault, Pace::default()).expect("a client");
    client.ask(client.request(Method::GET, url.parse().expect("a URL"))).await
}

async fn get_plain(url: &str) -> Result<Answer, Failure> {
    let connection = Connection { proxy: Some(false), ..Connection::default() };
    get(&connection, &nothing_secret(), url).await
}

fn nothing_secret() -> Vault {
    Vault::new(None, TenantId(1))
}

/// What the headers of a 503 without a body come to.
async fn after_ms(headers: &'static [(&str, &str)]) -> Result<Option<i64>, Failure> {
    let backend = Backend::answering(|_| Message::status(503, headers, "")).await;
    match get_plain(&backend.url()).await?.failure() {
        Failure::Busy { after_ms, .. } => Ok(after_ms),
        other => Err(other),
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let location = [("location", "http://elsewhere.example.com/login?ticket=hidden")];
    let backend = Backend::answering(move |_| Message::status(302, &location, "")).await;
    let answer = get_plain(&format!("{}/users", backend.url())).await.expect("an answer");
    let expected = "GET /users was answered 302; redirects are not followed (to elsewhere.example.com)";
    assert_eq!(answer.judged().err(), Some(Failure::Refused(expected.to_owned())));
    assert_eq!(backend.asked().len(), 1);
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    const LIMIT: usize = 8 * 1024 * 1024;
    let backend = Backend::answering(|request| {
        let length = if request.word(1) == "/longer" { LIMIT + 1 } else { LIMIT };
        Message::status(200, &[], vec![b' '; length])
    });
    let backend = backend.await;
    let answer = get_plain(&format!("{}/longest", backend.url())).await.expect("an answer");
    assert_eq!(answer.body.len(), LIMIT);
    let longer = get_plain(&format!("{}/longer", backend.url())).await;
    let expected = "GET /longer: the answer is longer than 8388608 bytes";
    assert_eq!(longer.err(), Some(Failure::Unheard(expected.to_owned())));
}

#[tokio::test]
async fn nothing_listening_is_nothing_reached_and_shows_no_query() {
    let backend = Backend::answering(|_| Message::status(200, &[], "")).await;
    let url = format!("{}/users?token=hidden", backend.url());
    drop(backend);
    match get_plain(&url).await {
        Err(Failure::Unreached(text)) => {
            assert!(text.starts_with("GET /users: ") && !text.contains("hidden"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_more_of_an_answer_is_shown_than_a_line() {
    let words = format!("no\r\n\tway \u{1b}[31m{}", "x".repeat(1_000));
    let backend = Backend::answering(move |_| Message::status(400, &[], words.clone())).await;
    let failure = get_plain(&backend.url()).await.expect("an answer").judged().expect_err("a no");
    let text = failure.to_string();
    assert!(text.starts_with("GET / was answered 400: no way [31mxxx"), "{text}");
    assert!(text.len() < 400 && !text.contains(char::is_control), "{text}");
}

#[tokio::test]
async fn patience_is_asked_for_in_seconds_or_by_a_date() {
    assert_eq!(after_ms(&[("retry-after", "7")]).await, Ok(Some(7_000)));
    let (date, later) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:07 GMT");
    let headers: &[_] = Box::leak(Box::new([("date", date), ("retry-after", later)]));
    assert_eq!(after_ms(headers).await, Ok(Some(30_000)), "by the platform's own clock");
    let past: &[_] = Box::leak(Box::new([("date", later), ("retry-after", date)]));
    assert_eq!(after_ms(past).await, Ok(Some(0)));
    assert_eq!(after_ms(&[("retry-after", "soon")]).await, Ok(None));
    let backend = Backend::answering(move |_| Message::status(200, &[("date", date)], "")).await;
    let answer = get_plain(&backend.url()).await.expect("an answer");
    assert_eq!(answer.clock_ms(), Some(784_111_777_000));
}

#[tokio::test]
async fn addresses_of_metadata_services_are_not_called() {
    // The second is the same as the first, written as one number.
    for url in ["http://169.254.169.254/latest", "http://2852039166/latest", "http://[fe80::1]/"] {
        let refused = get_plain(url).await;
        assert!(matches!(refused, Err(Failure::Refused(_))), "{url}: {refused:?}");
    }
    // An address that is named is called; there is nobody.
    let connection = Connection {
        allow_addresses: vec!["169.254.169.254".parse().expect("an address")],
        timeout_ms: Some(100),
        proxy: Some(false),
        ..Connection::default()
    };
    let failure = get(&connection, &nothing_secret(), "http://169.254.169.254/").await;
    assert!(!matches!(failure, Err(Failure::Refused(_))), "{failure:?}");
}

/// An authority, and the TLS of a server that it has signed; `ask_client` for a certificate by it.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(parameters, key).expect("an authority"))
    }

    fn sign(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new([name.to_owned()]).expect("a name");
        (parameters.signed_by(&key, &self.0).expect("a certificate"), key)
    }

    fn server(&self, ask_client: bool) -> rustls::ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .expect("protocols");
        let builder = if ask_client {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(self.0.der().clone()).expect("an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let (certificate, key) = self.sign("127.0.0.1");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        builder.with_single_cert(vec![certificate.der().clone()], key).expect("a pair")
    }

    async fn backend(&self, ask_client: bool) -> Backend {
        Backend::with_tls(Some(self.server(ask_client)), |_| Message::status(200, &[], "")).await
    }
}

#[tokio::test]
async fn a_certificate_is_trusted_by_the_platforms_own_authority_only() {
    let (authority, another) = (Authority::new(), Authority::new());
    let backend = authority.backend(false).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ca.pem"), authority.0.pem()).expect("a file");
    let vault = Vault::new(Some(folder.path()), TenantId(1));
    for (ca, trusted) in [
        (None, false),
        (Some(another.0.pem()), false),
        (Some(authority.0.pem()), true),
        (Some("file:ca.pem".to_owned()), true),
    ] {
        let connection = Connection { ca, proxy: Some(false), ..Connection::default() };
        connection.check().expect("settings");
        let answer = get(&connection, &vault, &backend.url()).await;
        match answer {
            Ok(answer) => assert!(trusted && answer.status == 200, "{connection:?}"),
            Err(Failure::Unreached(text)) => {
                assert!(!trusted && text.contains("certificate"), "{connection:?}: {text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_certificate_of_ours_is_shown_where_it_is_asked_for() {
    let authority = Authority::new();
    let backend = authority.backend(true).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = authority.sign("exeunt.example.com");
    std::fs::write(folder.path().join("own.pem"), certificate.pem()).expect("a file");
    std::fs::write(folder.path().join("own.key"), key.serialize_pem()).expect("a file");
    let vault = Vault::new(Some(folder.path()), TenantId(1));
    let without = Connection { ca: Some(authority.0.pem()), proxy: Some(false), ..Connection::default() };
    assert!(get(&without, &vault, &backend.url()).await.is_err(), "no certificate");
    let with = Connection {
        client_certificate: Some("file:own.pem".to_owned()),
        client_key: Some("file:own.key".to_owned()),
        ..without
    };
    with.check().expect("settings");
    assert_eq!(get(&with, &vault, &backend.url()).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn the_proxy_is_the_environments() {
    const MARK: &str = "EXEUNT_TEST_BEHIND_A_PROXY";
    let url = "http://platform.invalid/users";
    // The environment is the process's: this test calls itself with another one.
    if let Ok(proxy) = std::env::var(MARK) {
        let connection = Connection { proxy: proxy.parse().ok(), ..Connection::default() };
        let answer = get(&connection, &nothing_secret(), url).await;
        assert_eq!(answer.is_ok(), connection.proxy != Some(false), "{answer:?}");
        return;
    }
    let proxy = Backend::answering(|_| Message::status(200, &[], "")).await;
    for (setting, asked) in [("", 1), ("false", 1)] {
        let mut child = Command::new(std::env::current_exe().expect("this test"));
        child.args(["--exact", "outbound::the_proxy_is_the_environments"]);
        for variable in ["http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"] {
            child.env_remove(variable);
        }
        child.env("HTTP_PROXY", proxy.url()).env(MARK, setting);
        let output = tokio::task::spawn_blocking(move || child.output()).await.expect("a thread");
        let output = output.expect("a child");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(proxy.asked().len(), asked, "{setting:?}");
    }
    assert_eq!(proxy.asked()[0].word(1), url);
}
