//! Signing in and out, lockout, tokens, and what ends them.

use axum::http::StatusCode;
use domain::Role;
use serde_json::json;

use super::{Client, Transcript, sign_in};
use crate::fixture::{Company, PASSWORD, other_tenant};

const MINUTE_MS: i64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_from_its_first_word_to_its_last() {
    let company = Company::new().await;
    let mut told = Transcript::default();
    let signed_in = sign_in(&company, "Operator", PASSWORD).await;
    let session = told.add("POST /v1/sessions", &signed_in);
    let client = Client::with(&company, session["token"].as_str().expect("a token"));
    told.add("GET /v1/me", &client.get("/v1/me").await);
    told.add("DELETE /v1/sessions/current", &client.delete("/v1/sessions/current").await);
    told.add("GET /v1/me", &client.get("/v1/me").await);
    insta::assert_snapshot!("session", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_its_making_to_its_end() {
    let company = Company::new().await;
    let admin = Client::with(&company, &company.session("admin").await);
    let mut told = Transcript::default();
    let new =
        json!({ "name": "ci", "role": "operator", "user": "operator", "expires": "2026-12-01T00:00:00Z" });
    let made = told.add("POST /v1/tokens", &admin.post("/v1/tokens", new).await);
    let client = Client::with(&company, made["token"].as_str().expect("a token"));
    told.add("GET /v1/tokens", &admin.get("/v1/tokens").await);
    assert_eq!(client.get("/v1/me").await.json()["credential"], "token");
    told.add("DELETE /v1/sessions/current", &client.delete("/v1/sessions/current").await);
    let path = format!("/v1/tokens/{}", made["id"]);
    told.add("DELETE /v1/tokens/{id}", &admin.delete(&path).await);
    told.add("DELETE /v1/tokens/{id}", &admin.delete(&path).await);
    told.add("GET /v1/me", &client.get("/v1/me").await);
    insta::assert_snapshot!("token", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_they_are_not_used() {
    let company = Company::new().await;
    let client = Client::with(&company, &company.session("operator").await);
    for _ in 0..3 {
        company.clock.advance(29 * MINUTE_MS);
        assert_eq!(client.get("/v1/me").await.status, StatusCode::OK, "it is used again and again");
    }
    company.clock.advance(30 * MINUTE_MS);
    assert_eq!(client.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_at_their_hour() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let new = json!({ "name": "brief", "role": "auditor", "expires": "2026-11-22T01:00:00+00:30" });
    let made = admin.post("/v1/tokens", new).await.json();
    assert_eq!(made["expires"], "2026-11-22T00:30:00Z");
    let brief = Client::with(&company, made["token"].as_str().expect("a token"));
    company.clock.advance(30 * MINUTE_MS - 1);
    assert_eq!(brief.get("/v1/me").await.status, StatusCode::OK);
    company.clock.advance(1);
    assert_eq!(brief.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);
    let past = json!({ "name": "late", "role": "auditor", "expires": "2026-11-22T00:00:00Z" });
    assert_eq!(admin.post("/v1/tokens", past).await.json()["field"], "expires");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_never_do_more_than_its_user() {
    let company = Company::new().await;
    let admin = Client::new(&company, "admin").await;
    let new = json!({ "name": "grand", "role": "admin", "user": "auditor" });
    let made = admin.post("/v1/tokens", new).await.json();
    let grand = Client::with(&company, made["token"].as_str().expect("a token"));
    assert_eq!(grand.get("/v1/me").await.json()["role"], "auditor");
    assert_eq!(grand.get("/v1/tokens").await.status, StatusCode::FORBIDDEN);
    let new = json!({ "name": "modest", "role": "auditor", "user": "admin" });
    let made = admin.post("/v1/tokens", new).await.json();
    let modest = Client::with(&company, made["token"].as_str().expect("a token"));
    assert_eq!(
        modest.get("/v1/tokens").await.status,
        StatusCode::FORBIDDEN,
        "and never more than its own role"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_session_and_token() {
    let company = Company::new().await;
    let session = Client::with(&company, &company.session("auditor").await);
    let token = Client::new(&company, "auditor").await;
    let other = Client::new(&company, "operator").await;
    let path = "/v1/users/auditor/password";
    let new = json!({ "password": "battery staple" });
    assert_eq!(
        other.put(path, new.clone()).await.status,
        StatusCode::FORBIDDEN,
        "others need an administrator"
    );
    assert_eq!(
        token.put(path, new.clone()).await.status,
        StatusCode::FORBIDDEN,
        "a token must not become a sign-in with the user's whole role"
    );
    let answer = session.put(path, new).await;
    assert_eq!((answer.status, &*answer.body), (StatusCode::NO_CONTENT, ""));
    for client in [session, token] {
        assert_eq!(client.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(sign_in(&company, "auditor", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&company, "auditor", "battery staple").await.status, StatusCode::CREATED);
    assert_eq!(other.get("/v1/me").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_lock_a_name_and_each_more_for_longer() {
    let company = Company::new().await;
    for _ in 0..5 {
        let answer = sign_in(&company, "operator", "wrong password").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    for wait_s in [30, 60, 120] {
        let locked = sign_in(&company, "OPERATOR", PASSWORD).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "the right password as well");
        assert_eq!(locked.header("retry-after"), Some(&*wait_s.to_string()));
        company.clock.advance(wait_s * 1_000 - 1);
        assert_eq!(sign_in(&company, "operator", PASSWORD).await.header("retry-after"), Some("1"));
        company.clock.advance(1);
        assert_eq!(sign_in(&company, "operator", "wrong password").await.status, StatusCode::UNAUTHORIZED);
    }
    company.clock.advance(240_000);
    assert_eq!(sign_in(&company, "operator", PASSWORD).await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_lock_an_address_whatever_the_names() {
    let company = Company::new().await;
    for n in 0..5 {
        let answer = sign_in(&company, &format!("nobody{n}"), "wrong password").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "an unknown name looks like a wrong password");
    }
    assert_eq!(sign_in(&company, "operator", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let elsewhere = company.app.sign_in(Company::attempt("operator", PASSWORD)).await;
    assert!(elsewhere.is_ok(), "another address may");
    company.clock.advance(30_000);
    assert_eq!(sign_in(&company, "operator", PASSWORD).await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_names_the_tenant_at_sign_in() {
    let company = Company::new().await;
    other_tenant(&company, "other.example").await;
    company.user("jsmith", Role::None).await;
    let body = json!({ "userName": "jsmith", "password": PASSWORD }).to_string();
    let there = [("content-type", "application/json"), ("host", "OTHER.example:8080")];
    let answer = company.call("POST", "/v1/sessions", &there, &body).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "jsmith is of the default tenant");
    let body = json!({ "userName": "admin", "password": PASSWORD }).to_string();
    let answer = company.call("POST", "/v1/sessions", &there, &body).await;
    let stranger = Client::with(&company, answer.json()["token"].as_str().expect("a token"));
    let users = stranger.get("/v1/users").await.json();
    assert_eq!(users["items"].as_array().expect("a list").len(), 1, "its own administrator only");
}
