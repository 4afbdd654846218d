//! `Idempotency-Key`.

use axum::http::StatusCode;
use domain::Role;
use serde_json::json;

use super::Client;
use crate::fixture::Company;

const PATH: &str = "/v1/offboardings";

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_answers_the_same_offboarding() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let operator = Client::new(&company, "operator").await;
    let key = [("idempotency-key", "k-1")];
    let first = operator.send("POST", PATH, &key, json!({ "goal": "deactivate", "user": "jsmith" })).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (StatusCode::CREATED, None));
    let before = company.log_head().await;
    let second = operator.send("POST", PATH, &key, json!({ "user": "jsmith", "goal": "deactivate" })).await;
    assert_eq!(
        (second.status, second.header("idempotency-replayed"), second.json()),
        (StatusCode::OK, Some("true"), first.json()),
        "the order of fields does not matter"
    );
    assert_eq!(second.header("location"), first.header("location"));
    let other = operator.send("POST", PATH, &key, json!({ "goal": "restore", "user": "jsmith" })).await;
    assert_eq!(
        (other.status, &other.json()["type"]),
        (StatusCode::CONFLICT, &json!("urn:exeunt:problem:conflict"))
    );
    assert_eq!(company.log_head().await, before, "nothing was changed");
    let unkeyed = operator.post(PATH, json!({ "goal": "deactivate", "user": "jsmith" })).await;
    assert_ne!(unkeyed.json()["id"], first.json()["id"], "without a key it is a new request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_its_callers_own() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let key = [("idempotency-key", "k-1")];
    let operator = Client::new(&company, "operator").await;
    let admin = Client::new(&company, "admin").await;
    let wish = json!({ "goal": "deactivate", "user": "jsmith" });
    let first = operator.send("POST", PATH, &key, wish.clone()).await.json();
    let second = admin.send("POST", PATH, &key, wish).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (StatusCode::CREATED, None));
    assert_ne!(first["id"], second.json()["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_one() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let operator = Client::new(&company, "operator").await;
    let key = [("idempotency-key", "k-1")];
    let wish = json!({ "goal": "deactivate", "user": "jsmith" });
    let send = || operator.send("POST", PATH, &key, wish.clone());
    let (a, b, c) = tokio::join!(send(), send(), send());
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::OK, StatusCode::CREATED]);
    assert!(a.json() == b.json() && b.json() == c.json());
    let list = operator.get(PATH).await.json();
    assert_eq!(list["items"].as_array().expect("items").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_remembered() {
    let company = Company::new().await;
    let operator = Client::new(&company, "operator").await;
    let key = [("idempotency-key", "k-1")];
    let wish = json!({ "goal": "deactivate", "user": "jsmith" });
    assert_eq!(operator.send("POST", PATH, &key, wish.clone()).await.status, StatusCode::CONFLICT);
    company.user("jsmith", Role::None).await;
    assert_eq!(operator.send("POST", PATH, &key, wish).await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_have_a_length() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let operator = Client::new(&company, "operator").await;
    let wish = json!({ "goal": "deactivate", "user": "jsmith" });
    for bad in ["", &*"k".repeat(256), "é"] {
        let answer = operator.send("POST", PATH, &[("idempotency-key", bad)], wish.clone()).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::BAD_REQUEST, &json!("Idempotency-Key")),
            "{bad}"
        );
    }
    let longest = "k".repeat(255);
    let answer = operator.send("POST", PATH, &[("idempotency-key", &longest)], wish).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}
