//! Health and metrics.

use axum::http::StatusCode;
use domain::Role;
use serde_json::json;

use super::departures::blocked;
use super::{Client, without_tables};
use crate::fixture::{Company, ask};

#[tokio::test(flavor = "multi_thread")]
async fn probes_are_open_to_everybody() {
    let company = Company::new().await;
    for (path, body) in [("/livez", "ok"), ("/readyz", "ready")] {
        let answer = company.call("GET", path, &[], "").await;
        assert_eq!((answer.status, &*answer.body), (StatusCode::OK, body));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_store_is_not_ready_but_alive() {
    let (router, _folder) = without_tables();
    let answer = ask(&router, "GET", "/readyz", &[], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.json()["detail"], "the store cannot be read");
    assert!(!answer.body.contains("tenants"), "the reason inside stays inside");
    assert_eq!(ask(&router, "GET", "/livez", &[], "").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_every_face_with_bounded_labels() {
    let company = Company::new().await;
    blocked(&company).await;
    company.user("jsmith", Role::None).await;
    let operator = Client::new(&company, "operator").await;
    operator
        .post(
            "/v1/offboardings",
            json!({ "goal": "leave", "user": "jsmith", "startAt": "2027-01-01T00:00:00Z" }),
        )
        .await;
    company.call("BREW", "/nothing/secret-path", &[], "").await;
    let answer = company.call("GET", "/metrics", &[], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").is_some_and(|value| value.starts_with("text/plain")));
    for line in [
        "# TYPE exeunt_requests_total counter",
        "exeunt_requests_total{face=\"rest\",method=\"POST\",status=\"202\"}",
        "exeunt_requests_total{face=\"none\",method=\"other\",status=\"404\"}",
        "exeunt_request_seconds_bucket{face=\"rest\",method=\"POST\",le=\"0.1\"}",
        "exeunt_offboardings_open{state=\"scheduled\"}",
        "exeunt_offboardings_open{state=\"blocked\"}",
        "exeunt_offboardings_open{state=\"running\"}",
        "exeunt_steps_total{action=\"disable\",verdict=\"refused\"}",
    ] {
        assert!(
            answer.body.lines().any(|found| found.starts_with(line)),
            "{line} is not in\n{}",
            answer.body
        );
    }
    for secret in ["secret-path", "jsmith", "stuck"] {
        assert!(!answer.body.contains(secret), "{secret}");
    }
}
