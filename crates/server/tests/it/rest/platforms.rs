//! Platforms and policy.

use axum::http::StatusCode;
use domain::{Error, PlatformKind};
use exeunt::app::NewPlatform;
use serde_json::json;

use super::{Client, Transcript};
use crate::fixture::Company;

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_declared_looked_at_and_checked() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let mut told = Transcript::default();
    let path = "/v1/platforms/training";
    let first = json!({ "kind": "simulated", "settings": { "unsupported": ["release"] } });
    told.add("PUT /v1/platforms/training", &admin.put(path, first.clone()).await);
    told.add("PUT /v1/platforms/training", &admin.put(path, first).await);
    let second = json!({ "kind": "simulated", "settings": { "down": true }, "maxInFlight": 2 });
    told.add("PUT /v1/platforms/training", &admin.put(path, second).await);
    told.add("GET /v1/platforms/training", &admin.get(path).await);
    let checked = admin.post(&format!("{path}/check"), json!({})).await;
    assert_eq!(checked.status, StatusCode::OK);
    let mut check = checked.json();
    assert!(check["tookMs"].take().is_u64(), "how long it takes differs: {check}");
    let able = json!("able");
    let expected = json!({
        "platform": "training", "kind": "simulated", "well": false, "reachable": false, "credentials": null,
        "failure": "simulated platform training: connection refused", "server": null, "signedInAs": null,
        "permissions": [], "clock": null, "clockAheadMs": null, "tookMs": null,
        "capabilities": {
            "disable": able, "enable": able, "end_sessions": able, "transfer": able, "release": able, "delete": able,
        },
    });
    assert_eq!(check, expected);
    told.add("GET /v1/platforms", &admin.get("/v1/platforms").await);
    insta::assert_snapshot!("platform", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_that_does_not_fit_changes_nothing() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let before = company.log_head().await;
    let cases = [
        (json!({ "kind": "simulated", "maxInFlight": 0 }), StatusCode::BAD_REQUEST, json!("maxInFlight")),
        (json!({ "kind": "simulated", "settings": { "x": 1 } }), StatusCode::BAD_REQUEST, json!("settings")),
        (json!({ "kind": "teapot" }), StatusCode::BAD_REQUEST, json!("kind")),
        (json!({ "kind": "simulated", "settings": [] }), StatusCode::BAD_REQUEST, json!("settings")),
    ];
    for (body, status, field) in cases {
        let answer = admin.put("/v1/platforms/training", body.clone()).await;
        assert_eq!((answer.status, &answer.json()["field"]), (status, &field), "{body}: {}", answer.body);
    }
    let other_kind = admin.put("/v1/platforms/local", json!({ "kind": "simulated" })).await;
    assert_eq!(other_kind.status, StatusCode::CONFLICT);
    assert_eq!(admin.get("/v1/platforms/ghost").await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post("/v1/platforms/ghost/check", json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_no_more_platforms_than_a_list_reads() {
    let company = Company::new().await;
    let declare = |numbers: std::ops::Range<usize>| {
        let platform = |n| NewPlatform {
            name: format!("platform {n}"),
            kind: PlatformKind::Simulated,
            settings: "{}".to_owned(),
            max_in_flight: None,
            terms: domain::Terms::default(),
        };
        company.app.apply_platforms(&company.console, numbers.map(platform).collect())
    };
    // Beside its own directory.
    let most = 1_000 - 1;
    declare(0..most).await.expect("as many as there may be");
    let before = company.log_head().await;
    let refused = declare(most - 1..most + 1).await.map(|_| ());
    assert_eq!(refused, Err(Error::TooMany { what: "platforms", limit: 1_000 }));
    assert_eq!(company.log_head().await, before);
    let again = declare(0..most).await.expect("what is there may be declared again");
    assert!(again.iter().all(|(_, verdict)| *verdict == "unchanged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_replaced_whole() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let before = company.log_head().await;
    let guard = json!({ "users": 100, "percent": 50, "windowS": 3_600 });
    let scim = json!({ "onDelete": "remove", "guard": guard });
    let default =
        json!({ "graceMs": 0, "heir": "nobody", "requireDeactivatedBeforeRemove": false, "scim": scim });
    assert_eq!(admin.get("/v1/policy").await.json(), default);
    company.group("Ops").await;
    let group = company.group_named("ops").await.id;
    let strict = json!({
        "graceMs": 86_400_000, "heir": { "group": group }, "requireDeactivatedBeforeRemove": true,
        "scim": {
            "onDelete": { "deactivate": { "keepDays": 30 } }, "guard": { "users": 7, "percent": 100, "windowS": 60 },
        },
    });
    let answer = admin.put("/v1/policy", strict.clone()).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, strict.clone()));
    assert_eq!(admin.get("/v1/policy").await.json(), strict);
    for (bad, status) in [
        (json!({ "graceMs": -1 }), StatusCode::BAD_REQUEST),
        (json!({ "grace_ms": 1 }), StatusCode::BAD_REQUEST),
        (json!({ "heir": { "group": 9999 } }), StatusCode::NOT_FOUND),
        (json!({ "scim": { "onDelete": { "deactivate": { "keepDays": 0 } } } }), StatusCode::BAD_REQUEST),
        (json!({ "scim": { "guard": { "windowS": 0 } } }), StatusCode::BAD_REQUEST),
        (json!({ "scim": { "guard": { "percent": 101 } } }), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(admin.put("/v1/policy", bad.clone()).await.status, status, "{bad}");
    }
    assert_eq!(admin.get("/v1/policy").await.json(), strict, "what was refused changed nothing");
    let manager = admin.put("/v1/policy", json!({ "heir": "manager" })).await.json();
    assert_eq!(
        manager,
        json!({ "graceMs": 0, "heir": "manager", "requireDeactivatedBeforeRemove": false, "scim": default["scim"] })
    );
    assert_eq!(company.log_kinds(before).await, ["group.created", "policy.changed", "policy.changed"]);
}
