//! Roots, login, renewal, logout, tokens.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connectors::conformance::{Backend, order};
use connectors::{Failure, check_settings};
use domain::{Action, PlatformKind};
use serde_json::{Value, json};

use super::{asked, connector, connector_with, ok, said};

const USERS: &str = r#"{"users":[{"userEntity":{"userId":5,"userName":"jsmith"},"enableUser":true}]}"#;

/// A CommCell that takes `token` only, whoever asks for what.
async fn taking(token: &'static str, login: &'static str) -> Backend {
    Backend::answering(move |request| match request.word(1) {
        "/commandcenter/api/" => said(200, "<html/>"),
        path if path.ends_with("/Login") => ok(login),
        _ if request.header("authtoken") == Some(token) => ok(USERS),
        _ => said(401, "Invalid authorization token provided."),
    })
    .await
}

fn count(backend: &Backend, end: &str) -> usize {
    backend.asked().iter().filter(|request| request.word(1).ends_with(end)).count()
}

#[tokio::test]
async fn a_host_alone_is_asked_for_its_root_without_credentials() {
    for (there, expected) in [
        ("/commandcenter/api/", &["GET /commandcenter/api/", "GET /commandcenter/api/User?level=10"][..]),
        (
            "/webconsole/api/",
            &["GET /commandcenter/api/", "GET /webconsole/api/", "GET /webconsole/api/User?level=10"],
        ),
    ] {
        let backend = Backend::answering(move |request| match request.word(1) {
            path if path == there => said(200, "<html><body>Welcome</body></html>"),
            path if !path.starts_with(there) => said(302, "Moved"),
            path if path.ends_with("/Login") => ok(r#"{"userName":"svc","token":"QSDK 1"}"#),
            _ => ok(USERS),
        })
        .await;
        let accounts = connector(&backend.url()).accounts(None).await.expect("accounts").accounts;
        assert_eq!(accounts.len(), 1);
        assert_eq!(asked(&backend, "//"), expected);
        let first = &backend.asked()[0];
        assert!(first.header("authtoken").is_none() && first.body.is_empty(), "{first:?}");
    }
    let backend = Backend::answering(|_| said(404, "Not Found")).await;
    let nothing = connector(&backend.url()).accounts(None).await;
    assert!(matches!(nothing, Err(Failure::Broken(_))), "{nothing:?}");
}

#[tokio::test]
async fn a_refused_login_is_remembered() {
    for login in [
        r#"{"errList":[{"errLogMessage":"User name or password is wrong.","errorCode":2}]}"#,
        r#"<DM2ContentIndexing_CheckCredentialResp isAccountLocked="true" remainingLockTime="300"><errList errLogMessage="User name or password is wrong." errorCode="2"/></DM2ContentIndexing_CheckCredentialResp>"#,
    ] {
        let backend = taking("QSDK 1", login).await;
        let connector = connector(&backend.url());
        for _ in 0..3 {
            let refused = connector.accounts(None).await.expect_err("no session");
            let Failure::Credentials(reason) = refused else { panic!("{refused:?}") };
            assert!(reason.contains("User name or password is wrong."), "{reason}");
            assert_eq!(reason.contains("(locked for 300 s)"), login.contains("Locked=\"true\""), "{reason}");
        }
        assert_eq!(count(&backend, "/Login"), 1);
        let refused = connector.apply(&order(Action::Disable, "5")).await;
        assert!(matches!(refused, Err(Failure::Credentials(_))), "{refused:?}");
        assert_eq!(backend.asked().len(), 2, "the root and one login");
    }
}

#[tokio::test]
async fn a_login_that_is_no_answer_may_be_tried_again_and_changes_nothing() {
    for (status, body) in [(200, "<html>Sign in</html>"), (404, "Not Found"), (500, "no"), (200, "")] {
        let backend = Backend::answering(move |_| said(status, body)).await;
        let connector = connector(&format!("{}/api", backend.url()));
        for _ in 0..2 {
            let failed = connector.apply(&order(Action::Disable, "5")).await;
            assert!(matches!(failed, Err(Failure::Broken(_))), "{status} {body}: {failed:?}");
        }
        assert_eq!(count(&backend, "/Login"), 2);
    }
}

#[tokio::test]
async fn one_login_serves_everybody_who_asks_at_once() {
    let backend = taking("QSDK 1", r#"{"userName":"svc","token":"QSDK 1"}"#).await;
    let connector = connector(&backend.url());
    let (a, b, c) =
        tokio::join!(connector.accounts(None), connector.accounts(None), connector.accounts(None));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(count(&backend, "/Login"), 1);
}

/// Its first token is not taken any more from the second call on.
async fn forgetful(renewal: &'static str) -> (Backend, Arc<Mutex<&'static str>>) {
    let current = Arc::new(Mutex::new("QSDK 1"));
    let (shared, calls) = (current.clone(), AtomicUsize::new(0));
    let backend = Backend::answering(move |request| {
        let mut current = shared.lock().expect("no panic");
        match request.word(1).rsplit('/').next() {
            Some("Login") => {
                let token = *current;
                ok(json!({ "userName": "svc", "token": token }).to_string())
            }
            Some("RenewLoginToken") => {
                let body: Value = serde_json::from_slice(&request.body).expect("JSON");
                assert_eq!(body, json!({ "sessionId": "QSDK 1", "deviceId": "exeunt-backup" }));
                assert_eq!(request.header("authtoken"), Some("QSDK 1"));
                ok(renewal)
            }
            _ if calls.fetch_add(1, Ordering::SeqCst) == 1 => {
                *current = "QSDK 2";
                said(401, "Invalid authorization token provided.")
            }
            _ if request.header("authtoken") == Some(*current) => ok(USERS),
            _ => said(401, r#"{"errorMessage":"Access denied","errorCode":5}"#),
        }
    });
    (backend.await, current)
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_else_logged_in_once() {
    for (renewal, logins) in [
        (r#"{"token":"QSDK 2"}"#, 1),
        (r#"{"error":{"errLogMessage":"Session expired","errorCode":2}}"#, 2),
        ("<html/>", 2),
    ] {
        let (backend, _) = forgetful(renewal).await;
        let connector = connector(&format!("{}/webconsole/api", backend.url()));
        for _ in 0..3 {
            connector.accounts(None).await.expect("accounts");
        }
        assert_eq!(
            (count(&backend, "/Login"), count(&backend, "/RenewLoginToken")),
            (logins, 1),
            "{renewal}"
        );
    }
}

#[tokio::test]
async fn a_new_session_that_is_not_taken_either_is_the_end() {
    let backend = taking("QSDK never", r#"{"userName":"svc","token":"QSDK 1"}"#).await;
    let connector = connector(&backend.url());
    for _ in 0..2 {
        let refused = connector.accounts(None).await;
        assert!(matches!(refused, Err(Failure::Credentials(_))), "{refused:?}");
    }
    assert_eq!(count(&backend, "/Login"), 2);
    assert_eq!(count(&backend, "User?level=10"), 2);
}

#[tokio::test]
async fn the_gateways_token_goes_out_as_bearer() {
    let backend = Backend::answering(|request| match request.word(1) {
        "/api/Login" => ok(r#"{"data":{"authToken":"abc"}}"#),
        _ if request.header("authorization") == Some("Bearer abc") => ok(USERS),
        _ => said(401, ""),
    });
    let backend = backend.await;
    let connector = connector(&format!("{}/api/", backend.url()));
    assert!(connector.accounts(None).await.is_ok());
}

#[tokio::test]
async fn a_configured_token_is_sent_as_it_is_and_never_renewed() {
    let backend = taking(super::TOKEN, "{}").await;
    let settings = json!({ "url": backend.url(), "token": "file:token" });
    connector_with(settings.clone()).accounts(None).await.expect("accounts");
    assert_eq!(count(&backend, "/Login"), 0);

    let backend = taking("QSDK another", "{}").await;
    let connector = connector_with(json!({ "url": backend.url(), "token": "file:token" }));
    for _ in 0..2 {
        let refused = connector.accounts(None).await;
        assert!(matches!(refused, Err(Failure::Credentials(_))), "{refused:?}");
    }
    assert_eq!(asked(&backend, "/commandcenter/api/"), ["GET /", "GET /User?level=10"]);
}

#[tokio::test]
async fn a_session_ends_with_its_connector() {
    let backend = taking("QSDK 1", r#"{"userName":"svc","token":"QSDK 1"}"#).await;
    let connector = connector(&backend.url());
    connector.accounts(None).await.expect("accounts");
    drop(connector);
    for _ in 0..100 {
        if count(&backend, "/Logout") == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody logged out: {:?}", backend.asked());
}

#[test]
fn settings_are_held_to_their_limits() {
    let check = |settings: Value| {
        check_settings(PlatformKind::Commvault, &settings.to_string()).map_err(|error| error.field)
    };
    let url = "https://cc.example.com";
    let good = json!({ "url": url, "user_name": "svc", "password": "file:password" });
    assert!(check(good.clone()).is_ok());
    assert!(check(json!({ "url": url, "token": "env:EXEUNT_SECRET_CV" })).is_ok());
    for (field, value, blamed) in [
        ("url", json!(""), "url"),
        ("url", json!("cc.example.com"), "url"),
        ("url", json!("ftp://cc.example.com"), "url"),
        ("url", json!("https://svc:hunter2@cc.example.com"), "url"),
        ("url", json!("https://cc.example.com/api?x=1"), "url"),
        ("user_name", json!(" "), "user_name"),
        ("password", json!("hunter2"), "password"),
        ("password", Value::Null, "password"),
        ("token", json!("file:token"), "token"),
        ("connection", json!({ "timeout_ms": 0 }), "connection.timeout_ms"),
        ("domain", json!("x"), "domain"),
    ] {
        let mut settings = good.clone();
        settings[field] = value;
        assert_eq!(check(settings).err().as_deref(), Some(blamed), "{field}");
    }
}
