//! Logins, their fallbacks, sessions, tokens, logout.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connectors::conformance::{Backend, Message, order};
use connectors::{Failure, check_settings};
use domain::correlation::Theirs;
use domain::{Action, PlatformKind};
use serde_json::{Value, json};

use super::{PASSWORD, SESSION, connector, failed, logged_in, ok, said};

fn count(backend: &Backend, endpoint: &str) -> usize {
    backend.asked().iter().filter(|request| endpoint_of(request) == endpoint).count()
}

fn endpoint_of(request: &Message) -> &str {
    let path = request.word(1).split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

fn nobody() -> Message {
    ok(&json!({ "objects": [{ "loginName": "svc_exeunt" }], "totalRecords": "1" }))
}

#[tokio::test]
async fn a_login_that_nobody_listens_to_is_tried_at_the_other_addresses() {
    for (there, logins) in [
        ("/avxapi/login", 1),
        ("/avxapi/acctmgmt-perform-login", 2),
        ("/login", 3),
        ("/acctmgmt-perform-login", 4),
    ] {
        let backend = Backend::answering(move |request| match endpoint_of(request) {
            "login" | "acctmgmt-perform-login" if request.word(1).starts_with(&format!("{there}?")) => {
                assert_eq!(request.word(1), format!("{there}?gwsource=external&gwkey=f000ca01"));
                assert_eq!(
                    (request.header("username"), request.header("password")),
                    (Some("svc_exeunt"), Some(PASSWORD))
                );
                assert_eq!(request.body, b"{}");
                logged_in()
            }
            "login" => said(404, "<html>Not Found</html>"),
            "acctmgmt-perform-login" => failed(405, None, "Method not allowed"),
            _ => nobody(),
        });
        let backend = backend.await;
        let connector = connector(&backend.url(), &json!({ "gwkey": "f000ca01" }));
        connector.check().await.expect("signed in");
        let asked = backend.asked();
        assert_eq!(asked.iter().filter(|request| endpoint_of(request).ends_with("login")).count(), logins);
    }
}

#[tokio::test]
async fn where_nobody_listens_nobody_is_absent() {
    for answer in [said(404, ""), said(404, "<html/>"), failed(404, None, "no"), said(405, "no")] {
        let backend = Backend::answering(move |_| answer.clone()).await;
        let connector = connector(&backend.url(), &json!({}));
        for _ in 0..2 {
            let failure = connector.observe(&order(Action::Delete, "user_01")).await;
            let Err(Failure::Broken(reason)) = failure else { panic!("{failure:?}") };
            assert!(
                reason.contains("nobody listens at POST /avxapi/login, POST /avxapi/acctmgmt"),
                "{reason}"
            );
        }
    }
}

#[tokio::test]
async fn a_refused_login_is_remembered() {
    let text = "Login failed. Invalid credentials";
    let inner = json!({ "status": "FAILED", "statusDescription": text, "sessionId": null });
    for answer in [
        failed(401, Some("AVX_GW_003"), text),
        failed(400, None, text),
        failed(403, Some("AVX_GW_005"), text),
        ok(&inner),
        failed(200, Some("AVX_GW_003"), text),
    ] {
        let backend = Backend::answering(move |_| answer.clone()).await;
        let connector = connector(&backend.url(), &json!({}));
        for _ in 0..3 {
            let failure = connector.apply(&order(Action::Delete, "user_01")).await;
            let Err(Failure::Credentials(reason)) = failure else { panic!("{failure:?}") };
            assert!(reason.contains(text) && !reason.contains(PASSWORD), "{reason}");
        }
        assert_eq!(backend.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_login_that_is_no_answer_may_be_tried_again() {
    for answer in [said(200, "<html/>"), said(200, ""), said(500, "no"), said(503, "")] {
        let backend = Backend::answering(move |_| answer.clone()).await;
        let connector = connector(&backend.url(), &json!({}));
        for _ in 0..2 {
            let failure = connector.apply(&order(Action::Delete, "user_01")).await;
            assert!(matches!(failure, Err(Failure::Broken(_))), "{failure:?}");
        }
        assert_eq!(count(&backend, "login"), 2);
    }
}

#[tokio::test]
async fn an_expired_session_is_followed_by_one_login_and_one_repetition() {
    for expired in
        [failed(401, Some("AVX_GW_012"), "Invalid Token"), failed(407, Some("AVX_GW_011"), "missing")]
    {
        let (logins, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let backend = Backend::answering(move |request| match endpoint_of(request) {
            "login" => {
                let number = logins.fetch_add(1, Ordering::SeqCst);
                ok(&json!({ "SessionId": format!("{SESSION}-{number}"), "availableLoginAttemptCount": 10 }))
            }
            _ if calls.fetch_add(1, Ordering::SeqCst) == 1 => expired.clone(),
            _ => nobody(),
        });
        let backend = backend.await;
        let connector = connector(&backend.url(), &json!({}));
        for _ in 0..3 {
            let found = connector.find(Theirs::UserName, "svc_exeunt").await;
            assert!(found.is_ok(), "{found:?}");
        }
        assert_eq!((count(&backend, "login"), count(&backend, "user-search")), (2, 4));
    }
}

#[tokio::test]
async fn a_new_session_that_is_not_taken_either_is_the_end() {
    let backend = Backend::answering(|request| match endpoint_of(request) {
        "login" => logged_in(),
        _ => failed(401, Some("AVX_GW_012"), "Invalid Token"),
    });
    let backend = backend.await;
    let connector = connector(&backend.url(), &json!({}));
    for _ in 0..2 {
        let failure = connector.accounts(None).await;
        assert!(matches!(failure, Err(Failure::Credentials(_))), "{failure:?}");
    }
    assert_eq!((count(&backend, "login"), count(&backend, "user-search")), (2, 2));
}

#[tokio::test]
async fn a_client_gets_a_token_and_another_when_it_expires() {
    let tokens = AtomicUsize::new(0);
    let backend = Backend::answering(move |request| match endpoint_of(request) {
        "acctmgmt-get-service-token" => {
            // `c09ae1e9:AppViewX@hunter2`
            assert_eq!(request.header("authorization"), Some("Basic YzA5YWUxZTk6QXBwVmlld1hAaHVudGVyMg=="));
            assert_eq!(request.body, b"grant_type=client_credentials");
            ok(&json!(format!("token-{}", tokens.fetch_add(1, Ordering::SeqCst))))
        }
        _ if request.header("token") == Some("token-1") && request.header("sessionid").is_none() => nobody(),
        _ => failed(401, Some("AVX_GW_012"), "Invalid Token"),
    });
    let backend = backend.await;
    let client = json!({
        "user_name": null, "password": null, "client_id": "c09ae1e9", "client_secret": "file:password",
        "witness": "svc_exeunt",
    });
    let connector = connector(&backend.url(), &client);
    let checked = connector.check().await.expect("signed in");
    assert_eq!(checked.signed_in_as, "c09ae1e9");
    assert_eq!(count(&backend, "acctmgmt-get-service-token"), 2);
}

#[tokio::test]
async fn a_session_ends_with_its_connector() {
    let backend = Backend::answering(|request| match endpoint_of(request) {
        "login" => logged_in(),
        _ => nobody(),
    });
    let backend = backend.await;
    let connector = connector(&backend.url(), &json!({}));
    connector.check().await.expect("signed in");
    drop(connector);
    for _ in 0..100 {
        if count(&backend, "acctmgmt-perform-logout") == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody logged out: {:?}", backend.asked());
}

#[test]
fn settings_are_held_to_their_limits() {
    let check = |settings: Value| {
        check_settings(PlatformKind::Appviewx, &settings.to_string()).map_err(|error| error.field)
    };
    let url = "https://avx.example.com:31443";
    let good = json!({ "url": url, "user_name": "svc", "password": "file:password" });
    assert!(check(good.clone()).is_ok());
    let client =
        json!({ "url": url, "client_id": "c", "client_secret": "file:s", "witness": "svc", "prefix": "" });
    assert!(check(client.clone()).is_ok());
    for (settings, field, value, blamed) in [
        (&good, "url", json!("avx.example.com:31443"), "url"),
        (&good, "prefix", json!("avxapi"), "prefix"),
        (&good, "gwsource", json!(""), "gwsource"),
        (&good, "user_name", Value::Null, "user_name"),
        (&good, "password", json!("hunter2"), "password"),
        (&good, "client_id", json!("c"), "client_id"),
        (&good, "disable", json!("lock"), "disable"),
        (&good, "witness", json!(""), "witness"),
        (&client, "client_secret", json!("hunter2"), "client_secret"),
        (&client, "client_secret", Value::Null, "client_secret"),
        (&client, "client_id", Value::Null, "client_id"),
        (&client, "witness", Value::Null, "witness"),
    ] {
        let mut settings = settings.clone();
        settings[field] = value;
        assert_eq!(check(settings).err().as_deref(), Some(blamed), "{field}");
    }
}
