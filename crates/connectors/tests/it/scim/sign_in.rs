//! How requests are signed, and what a refusal ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use connectors::conformance::{Backend, Message, opened};
use connectors::{Connector, Failure};
use domain::PlatformKind;
use domain::correlation::Theirs;
use serde_json::{Value, json};

use super::vendors::{at, connected, list, user};

const SECRET: &str = "s3cret+&=";

/// Tokens are `token-1`, `token-2` and so on; the first `ended` of them are not taken.
async fn platform(ended: usize, refusing: bool) -> Backend {
    let issued = AtomicUsize::new(0);
    Backend::answering(move |request: &Message| {
        let (_, place, _) = at(request);
        if place == "/token" {
            if refusing {
                let body = format!(r#"{{"error":"invalid_client","error_description":"{SECRET}"}}"#);
                return Message::status(401, &[], body);
            }
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            let token = json!({ "access_token": format!("token-{number}"), "token_type": "Bearer" });
            return Message::status(200, &[], token.to_string());
        }
        let number = request.header("authorization").and_then(|told| told.strip_prefix("Bearer token-"));
        match number.and_then(|number| number.parse::<usize>().ok()) {
            Some(number) if number > ended => {
                Message::status(200, &[], list(vec![user(7, true)], Some(1)).to_string())
            }
            _ => Message::status(401, &[], ""),
        }
    })
    .await
}

fn connector(backend: &Backend, more: &Value) -> Arc<dyn Connector> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("secret"), SECRET).expect("a secret");
    let mut authentication = json!({
        "kind": "oauth2",
        "token_url": format!("{}/token", backend.url()),
        "client_id": "exeunt",
        "client_secret": "file:secret",
        "scope": "scim:write",
    });
    for (name, value) in more.as_object().expect("an object") {
        authentication[name] = value.clone();
    }
    let settings = json!({
        "base_url": backend.url(),
        "authentication": authentication,
        "connection": { "timeout_ms": 900 },
    });
    opened(PlatformKind::Scim, &settings.to_string(), Some(folder.path())).expect("a connector")
}

fn asked(backend: &Backend, place: &str) -> Vec<Message> {
    backend.asked().into_iter().filter(|request| at(request).1 == place).collect()
}

#[tokio::test]
async fn a_token_is_fetched_once_and_renewed_once() {
    let backend = platform(0, false).await;
    let connector = connector(&backend, &json!({}));
    for _ in 0..2 {
        assert_eq!(connector.find(Theirs::UserName, "user_7").await.expect("an answer").len(), 1);
    }
    let fetched = asked(&backend, "/token");
    assert_eq!(fetched.len(), 1);
    assert_eq!(fetched[0].body, b"grant_type=client_credentials&scope=scim%3Awrite");
    assert!(fetched[0].header("authorization").is_some_and(|told| told.starts_with("Basic ")));

    let backend = platform(1, false).await;
    let connector = self::connector(&backend, &json!({ "in_form": true }));
    assert_eq!(connector.find(Theirs::UserName, "user_7").await.expect("an answer").len(), 1);
    let fetched = asked(&backend, "/token");
    assert_eq!(fetched.len(), 2, "the first had ended");
    let body = String::from_utf8_lossy(&fetched[0].body);
    assert!(body.ends_with("&client_id=exeunt&client_secret=s3cret%2B%26%3D"), "{body}");
    assert_eq!(fetched[0].header("authorization"), None);
}

#[tokio::test]
async fn refused_credentials_are_not_shown_again() {
    for (ended, refusing, fetched) in [(99, false, 2), (0, true, 1)] {
        let backend = platform(ended, refusing).await;
        let connector = connector(&backend, &json!({}));
        for _ in 0..3 {
            let found = connector.find(Theirs::UserName, "user_7").await;
            let Err(Failure::Credentials(reason)) = found else { panic!("{found:?}") };
            assert!(!reason.contains(SECRET), "{reason}");
        }
        assert_eq!(asked(&backend, "/token").len(), fetched, "refusing: {refusing}");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_is_not_there_is_no_refusal() {
    let backend = platform(0, false).await;
    let elsewhere = json!({ "token_url": "http://127.0.0.1:9/token" });
    let found = connector(&backend, &elsewhere).find(Theirs::UserName, "user_7").await;
    assert!(matches!(found, Err(Failure::Unreached(_))), "{found:?}");
    assert!(backend.asked().is_empty());
}

#[tokio::test]
async fn a_platform_that_repeats_our_token_is_not_quoted() {
    let backend = Backend::answering(|request| {
        let told = request.header("authorization").unwrap_or_default();
        Message::status(403, &[], format!("you said {told}"))
    });
    let backend = backend.await;
    let found = connected(&backend, &json!({})).find(Theirs::UserName, "user_7").await;
    let Err(Failure::Refused(reason)) = found else { panic!("{found:?}") };
    assert!(reason.ends_with("was answered 403: you said Bearer …"), "{reason}");
}
