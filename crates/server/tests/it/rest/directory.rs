//! Users, groups and assets, page by page.

use axum::http::StatusCode;
use domain::Role;
use serde_json::{Value, json};

use super::{Client, Transcript};
use crate::fixture::Company;

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_filled_and_read() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let mut told = Transcript::default();
    let group = json!({ "name": "Ops", "description": "Operations" });
    told.add("POST /v1/groups", &admin.post("/v1/groups", group).await);
    let user = json!({
        "userName": "corp\\jsmith", "email": "j@example.com", "fullName": "Jo Smith", "role": "none",
        "manager": "operator", "externalId": "x-1", "password": "correct horse", "groups": ["Ops", 3],
    });
    told.add("POST /v1/users", &admin.post("/v1/users", user).await);
    let jsmith = company.detail("corp/jsmith").await.user;
    let training = company.platform("training", "{}").await;
    company.account(jsmith.id, training, "j.smith").await;
    company.asset(jsmith.id, "alert", "nightly").await;
    told.add("GET /v1/users/{id}", &admin.get(&format!("/v1/users/{}", jsmith.id)).await);
    told.add("GET /v1/users/{user}/assets", &admin.get("/v1/users/name:CORP%2Fjsmith/assets").await);
    told.add("GET /v1/assets", &admin.get("/v1/assets").await);
    told.add("GET /v1/groups", &admin.get("/v1/groups").await);
    told.add("GET /v1/groups/ops", &admin.get("/v1/groups/ops").await);
    insta::assert_snapshot!("directory", told.text());
    let by_guid = admin.get(&format!("/v1/users/{}", jsmith.guid.to_uppercase())).await;
    let by_name = admin.get("/v1/users/corp%5CJSMITH").await;
    assert_eq!(by_guid.json(), by_name.json());
    assert_eq!(by_guid.json()["id"], jsmith.id.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_see_themselves_and_nobody_else() {
    let company = Company::new().await;
    let id = company.user("jsmith", Role::None).await;
    let jsmith = Client::new(&company, "jsmith").await;
    for own in [format!("/v1/users/{id}"), "/v1/users/JSmith".to_owned()] {
        assert_eq!(jsmith.get(&own).await.status, StatusCode::OK);
    }
    for other in ["/v1/users/1", "/v1/users/9999", "/v1/users"] {
        assert_eq!(
            jsmith.get(other).await.status,
            StatusCode::FORBIDDEN,
            "{other} tells nothing, not even that it is missing"
        );
    }
}

/// Follows a list to its end. Answers the ids of each page.
async fn pages(client: &Client<'_>, path: &str, limit: usize) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut after = String::new();
    loop {
        let answer = client.get(&format!("{path}?limit={limit}{after}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let page = answer.json();
        let ids =
            page["items"].as_array().expect("items").iter().map(|item| item["id"].as_i64().expect("id"));
        pages.push(ids.collect());
        match &page["next"] {
            Value::String(next) => after = format!("&after={next}"),
            next => {
                assert!(next.is_null());
                return pages;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_no_gap_and_no_duplicate() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let operator = company.detail("operator").await.user.id;
    for n in 0..7 {
        company.group(&format!("group {n}")).await;
        company.asset(operator, "alert", &format!("alert {n}")).await;
        let new = json!({ "name": format!("token {n}"), "role": "none" });
        assert_eq!(admin.post("/v1/tokens", new).await.status, StatusCode::CREATED);
        let new = json!({ "userName": format!("user {n}") });
        assert_eq!(admin.post("/v1/users", new).await.status, StatusCode::CREATED);
    }
    for path in ["/v1/users", "/v1/groups", "/v1/assets", "/v1/tokens"] {
        let whole = pages(&admin, path, 500).await.concat();
        assert!(whole.len() >= 7 && whole.is_sorted_by(|a, b| a < b), "{path}: {whole:?}");
        for limit in [1, 2, 3, whole.len() - 1, whole.len()] {
            let pages = pages(&admin, path, limit).await;
            assert_eq!(pages.concat(), whole, "{path} by {limit}");
            assert_eq!(
                pages.len(),
                whole.len().div_ceil(limit),
                "{path} by {limit}: no empty page at the end"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_limits() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    for bad in ["limit=0", "limit=501", "limit=-1", "limit=many", "limit=1&limit=2"] {
        let answer = admin.get(&format!("/v1/users?{bad}")).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::BAD_REQUEST, &json!("limit")),
            "{bad}"
        );
    }
    let next = admin.get("/v1/groups?limit=1").await.json()["next"].clone();
    for bad in [next.as_str().expect("a cursor"), "17", "%00"] {
        let answer = admin.get(&format!("/v1/users?after={bad}")).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::BAD_REQUEST, &json!("after")),
            "{bad}"
        );
    }
    assert_eq!(admin.get("/v1/users?page=2").await.json()["field"], "page");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_that_cannot_be_made_are_not_made() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let before = company.log_head().await;
    let cases = [
        (json!({ "userName": "OPERATOR" }), StatusCode::CONFLICT, json!(null)),
        (json!({ "userName": "" }), StatusCode::BAD_REQUEST, json!("userName")),
        (json!({ "userName": "x", "password": "short" }), StatusCode::BAD_REQUEST, json!("password")),
        (json!({ "userName": "x", "role": "king" }), StatusCode::BAD_REQUEST, json!("role")),
        (json!({ "userName": "x", "manager": "ghost" }), StatusCode::NOT_FOUND, json!(null)),
        (json!({ "userName": "x", "groups": ["ghosts"] }), StatusCode::NOT_FOUND, json!(null)),
        (json!({ "userName": "x", "groups": [true] }), StatusCode::BAD_REQUEST, json!("groups[0]")),
        (json!({ "name": "x" }), StatusCode::BAD_REQUEST, json!("name")),
        (json!({}), StatusCode::BAD_REQUEST, json!("userName")),
    ];
    for (body, status, field) in cases {
        let answer = admin.post("/v1/users", body.clone()).await;
        assert_eq!((answer.status, &answer.json()["field"]), (status, &field), "{body}");
    }
    assert_eq!(admin.post("/v1/groups", json!({ "name": "MASTER" })).await.status, StatusCode::CONFLICT);
    assert_eq!(company.log_head().await, before, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_changed_and_seated() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    company.group("Ops").await;
    company.person("jsmith").await;
    company.person("kjones").await;
    let change =
        json!({ "userName": "j.smith", "email": "j@example.com", "externalId": "hr-1", "role": "auditor" });
    let changed = admin.send("PATCH", "/v1/users/jsmith", &[], change).await.json();
    let named = [&changed["userName"], &changed["email"], &changed["externalId"], &changed["role"]];
    assert_eq!(named, ["j.smith", "j@example.com", "hr-1", "auditor"]);
    // What is absent stays, and `null` takes the external id away.
    let cleared = admin.send("PATCH", "/v1/users/j.smith", &[], json!({ "externalId": null })).await.json();
    assert_eq!((&cleared["externalId"], &cleared["email"]), (&Value::Null, &changed["email"]));
    for (change, status) in [
        (json!({ "userName": "KJones" }), StatusCode::CONFLICT),
        (json!({ "userName": "" }), StatusCode::BAD_REQUEST),
        (json!({ "state": "removed" }), StatusCode::BAD_REQUEST),
    ] {
        let answer = admin.send("PATCH", "/v1/users/j.smith", &[], change).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    for _ in 0..2 {
        for who in ["j.smith", "kjones"] {
            let path = format!("/v1/groups/ops/members/{who}");
            assert_eq!(admin.put(&path, Value::Null).await.status, StatusCode::NO_CONTENT);
        }
    }
    let members = async || {
        let items = admin.get("/v1/groups/ops/members").await.json()["items"].clone();
        items.as_array().expect("items").iter().map(|item| item["userName"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(members().await, ["j.smith", "kjones"]);
    let gone = admin.delete("/v1/groups/Ops/members/kjones").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(members().await, ["j.smith"]);
}
