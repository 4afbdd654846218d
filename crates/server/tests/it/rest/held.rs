//! Departures that wait for an administrator, and what an identity provider's token is good for here.

use axum::http::StatusCode;
use domain::policy::{Guard, Provisioning};
use domain::{Error, Policy};
use exeunt::app::{PersonTold, Provisioned};
use serde_json::json;

use super::Client;
use crate::fixture::Company;

/// The users `p0` to `p2` are to be removed by a token that may ask for nothing.
async fn hold(company: &Company, admin: &Client<'_>) -> String {
    let guard = Guard { users: 0, ..Guard::default() };
    let policy = Policy { scim: Provisioning { guard, ..Provisioning::default() }, ..Policy::default() };
    company.app.set_policy(&company.console, policy).await.expect("a policy");
    let made = admin.post("/v1/tokens", json!({ "name": "idp", "role": "scim" })).await;
    assert_eq!((made.status, &made.json()["role"]), (StatusCode::CREATED, &json!("scim")));
    let secret = made.json()["token"].as_str().expect("a token").to_owned();
    let by = company.app.authenticate_provider(&secret).await.expect("a provider");
    for name in ["p0", "p1", "p2"] {
        let told = PersonTold { user_name: name.to_owned(), ..PersonTold::default() };
        let person = company.app.create_person(&by, told, None).await.expect("a person");
        let removed = company.app.remove_person(&by, &person.user.guid, |_| Ok::<_, Error>(())).await;
        assert!(matches!(removed, Ok(Provisioned::Held(_))), "{removed:?}");
    }
    secret
}

#[tokio::test(flavor = "multi_thread")]
async fn departures_are_listed_and_decided() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    hold(&company, &admin).await;
    let page = admin.get("/v1/held-departures?limit=2").await.json();
    let first = &page["items"][0];
    assert_eq!(first["user"]["userName"], "p0");
    assert_eq!((&first["deletes"], &first["requester"]), (&json!(true), &json!("admin (token idp)")));
    let next = page["next"].as_str().expect("another page");
    let rest = admin.get(&format!("/v1/held-departures?limit=2&after={next}")).await.json();
    assert_eq!((&rest["items"][0]["user"]["userName"], &rest["next"]), (&json!("p2"), &json!(null)));
    let of_token = format!("/v1/held-departures?token={}", first["token"]);
    assert_eq!(admin.get(&of_token).await.json()["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(admin.get("/v1/held-departures?token=99").await.json()["items"], json!([]));

    let decide = async |body| admin.post("/v1/held-departures/decision", body).await;
    let rejected = decide(json!({ "decision": "reject", "users": ["p0"] })).await;
    assert_eq!(rejected.json(), json!({ "departures": 1, "refused": [] }));
    let approved = decide(json!({ "decision": "approve", "token": first["token"] })).await;
    assert_eq!(approved.json(), json!({ "departures": 2, "refused": [] }));
    assert_eq!(admin.get("/v1/held-departures").await.json()["items"], json!([]));
    assert_eq!(admin.get("/v1/users/p0").await.json()["state"], "active");
    assert_eq!(admin.get("/v1/users/p1").await.json()["state"], "removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_says_whom_it_is_about() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    hold(&company, &admin).await;
    for bad in [
        json!({ "decision": "approve" }),
        json!({ "decision": "approve", "users": ["p0"], "all": true }),
        json!({ "decision": "approve", "users": ["p0"], "token": 1 }),
        json!({ "decision": "perhaps", "all": true }),
        json!({ "all": true }),
    ] {
        let answer = admin.post("/v1/held-departures/decision", bad.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    let unknown = json!({ "decision": "approve", "users": ["p0", "nobody"] });
    let answer = admin.post("/v1/held-departures/decision", unknown).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.get("/v1/held-departures").await.json()["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_provisioning_is_refused_here() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let provider = hold(&company, &admin).await;
    let provider = Client::with(&company, &provider);
    for path in ["/v1/me", "/v1/users", "/v1/held-departures", "/v1/policy"] {
        assert_eq!(provider.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let user = json!({ "userName": "new", "role": "scim" });
    let refused = admin.post("/v1/users", user).await;
    assert_eq!((refused.status, &refused.json()["field"]), (StatusCode::BAD_REQUEST, &json!("role")));
}
