//! Everything that is said no to, and how.

use axum::http::StatusCode;
use domain::Role;
use exeunt::faces::MAX_BODY_BYTES;
use serde_json::json;

use super::{Client, sign_in, without_tables};
use crate::fixture::{Answer, Company, PASSWORD, ask};
use crate::home::both;

/// Holds an answer against RFC 9457; answers the code at the end of its type.
fn code(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["status"], answer.status.as_u16());
    for text in ["title", "detail"] {
        assert!(body[text].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    }
    let code = body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:exeunt:problem:"));
    code.expect("one of our types").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials() {
    let company = Company::new().await;
    for (headers, wanted, challenge) in [
        (&[][..], "no-credential", "Bearer"),
        (&[("authorization", "Basic YTpi")][..], "bad-credential", "Bearer error=\"invalid_token\""),
        (&[("authorization", "Bearer")][..], "bad-credential", "Bearer error=\"invalid_token\""),
        (&[("authorization", "Bearer nonsense")][..], "bad-credential", "Bearer error=\"invalid_token\""),
        (&[("authorization", "Bearer ext_nonsense")][..], "bad-credential", "Bearer error=\"invalid_token\""),
    ] {
        let answer = company.call("GET", "/v1/me", headers, "").await;
        assert_eq!((answer.status, &*code(&answer)), (StatusCode::UNAUTHORIZED, wanted), "{headers:?}");
        assert_eq!(answer.header("www-authenticate"), Some(challenge));
    }
    let scheme = format!("bEARER {}", company.session("auditor").await);
    let answer = company.call("GET", "/v1/me", &[("authorization", &scheme)], "").await;
    assert_eq!(answer.status, StatusCode::OK, "the scheme's case does not matter");
    let wrong = sign_in(&company, "auditor", "wrong password").await;
    assert_eq!((wrong.status, &*code(&wrong)), (StatusCode::UNAUTHORIZED, "bad-password"));
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_is_for_the_leaver_only() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let operator = Client::new(&company, "operator").await;
    let wish = json!({ "goal": "deactivate", "user": "jsmith", "message": "Your laptop, please." });
    operator.post("/v1/offboardings", wish).await;
    let right = sign_in(&company, "jsmith", PASSWORD).await;
    assert_eq!((right.status, &*code(&right)), (StatusCode::FORBIDDEN, "deactivated"));
    assert_eq!(right.json()["notice"], "Your laptop, please.");
    let wrong = sign_in(&company, "jsmith", "wrong password").await;
    assert_eq!(code(&wrong), "bad-password");
    assert!(!wrong.body.contains("laptop"));
    for _ in 0..5 {
        sign_in(&company, "jsmith", "wrong password").await;
    }
    let locked = sign_in(&company, "jsmith", PASSWORD).await;
    assert_eq!((locked.status, &*code(&locked)), (StatusCode::TOO_MANY_REQUESTS, "locked"));
    assert!(locked.header("retry-after").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_methods() {
    let company = Company::new().await;
    let auditor = Client::new(&company, "auditor").await;
    for path in ["/v1/nothing", "/v1", "/v2/users", "/nothing"] {
        let answer = company.call("GET", path, &[], "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.json()["detail"].as_str().expect("detail").contains(path));
    }
    let answer = company.call("PATCH", "/v1/users", &[], "").await;
    assert_eq!((answer.status, &*code(&answer)), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
    assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
    assert!(answer.json()["detail"].as_str().expect("detail").contains("PATCH"));
    let answer = auditor.get("/v1/users/ghost").await;
    assert_eq!((answer.status, &*code(&answer)), (StatusCode::NOT_FOUND, "not-found"));
    let answer = auditor.get("/v1/users/%FF").await;
    assert_eq!((answer.status, &answer.json()["field"]), (StatusCode::BAD_REQUEST, &json!("path")));
    let answer = auditor.get("/v1/tokens").await;
    assert_eq!((answer.status, &*code(&answer)), (StatusCode::FORBIDDEN, "forbidden"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_not_taken_change_nothing() {
    let company = Company::new().await;
    let bearer = format!("Bearer {}", company.token("admin").await);
    let before = company.log_head().await;
    let fits = r#"{"name":"Ops","description":"#;
    let too_large = format!("{fits}\"{}\"}}", "x".repeat(MAX_BODY_BYTES + 1 - fits.len() - 3));
    assert_eq!(too_large.len(), MAX_BODY_BYTES + 1);
    let json = "application/json";
    for (content_type, body, status, wanted) in [
        (json, &*too_large, StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        (json, "", StatusCode::BAD_REQUEST, "malformed"),
        (json, "{\"name\":", StatusCode::BAD_REQUEST, "malformed"),
        (json, "{\"name\":\"Ops\"}}", StatusCode::BAD_REQUEST, "malformed"),
        (json, "{\"name\":\"\u{0}\"}", StatusCode::BAD_REQUEST, "malformed"),
        (json, "[]", StatusCode::BAD_REQUEST, "invalid"),
        (json, "{\"name\":\"Ops\",\"name\":\"Ops\"}", StatusCode::BAD_REQUEST, "invalid"),
        (json, &*format!("{{\"name\":{}", "[".repeat(100_000)), StatusCode::BAD_REQUEST, "invalid"),
        ("text/plain", "{\"name\":\"Ops\"}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
        ("", "{\"name\":\"Ops\"}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
    ] {
        let headers = [("authorization", &*bearer), ("content-type", content_type)];
        let answer = company.call("POST", "/v1/groups", &headers, body).await;
        assert_eq!((answer.status, &*code(&answer)), (status, wanted), "{content_type} {body:.40}");
    }
    assert_eq!(company.log_head().await, before);
    let body = "{\"name\":\"Ops\"}";
    let largest = &format!("{body}{}", " ".repeat(MAX_BODY_BYTES - body.len()));
    let headers = [("authorization", &*bearer), ("content-type", "Application/JSON; charset=utf-8")];
    let answer = company.call("POST", "/v1/groups", &headers, largest).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:.200}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_who_and_why() {
    let company = Company::new().await;
    let (operator, admin) = (Client::new(&company, "operator").await, Client::new(&company, "admin").await);
    let owner = company.user("owner", Role::None).await;
    company.asset(owner, "alert", "nightly").await;
    company.user("gone", Role::None).await;
    operator.post("/v1/offboardings", json!({ "goal": "deactivate", "user": "gone" })).await;
    let before = company.log_head().await;
    let cases = [
        (json!({ "goal": "remove", "user": "ghost" }), "unknown-user", json!("ghost")),
        (json!({ "goal": "remove", "user": "operator" }), "yourself", json!("operator")),
        (json!({ "goal": "remove", "user": "admin" }), "last-administrator", json!("admin")),
        (json!({ "goal": "remove", "user": "owner" }), "no-successor", json!("owner")),
        (json!({ "goal": "transfer", "user": "owner" }), "no-successor-named", json!(null)),
        (
            json!({ "goal": "remove", "user": "owner", "newUser": "owner" }),
            "successor-is-leaver",
            json!(null),
        ),
        (json!({ "goal": "remove", "user": "owner", "newUser": "gone" }), "successor-inactive", json!(null)),
        (json!({ "goal": "remove", "user": "owner", "newUser": "ghost" }), "successor-unknown", json!(null)),
        (
            json!({ "goal": "remove", "user": "owner", "newGroup": "ghosts" }),
            "successor-unknown",
            json!(null),
        ),
        (
            json!({ "goal": "remove", "user": "owner", "newUser": 1, "newGroup": 1 }),
            "two-successors",
            json!(null),
        ),
    ];
    for (wish, wanted, user) in cases {
        for path in ["/v1/offboardings/plan", "/v1/offboardings"] {
            let answer = operator.post(path, wish.clone()).await;
            assert_eq!((answer.status, &*code(&answer)), (StatusCode::CONFLICT, "refused"), "{wish}");
            let refusal = &answer.json()["refusals"][0];
            assert_eq!((&refusal["code"], &refusal["user"]), (&json!(wanted), &user), "{wish}");
        }
    }
    let both = json!({ "goal": "remove", "user": "owner", "newUser": 1, "orphan": true });
    assert_eq!(admin.post("/v1/offboardings", both).await.json()["field"], "orphan");
    let long = json!({ "goal": "deactivate", "user": "owner", "message": "x".repeat(1_001) });
    assert_eq!(admin.post("/v1/offboardings", long).await.json()["field"], "message");
    let when = json!({ "goal": "leave", "user": "owner", "startAt": "tomorrow" });
    let answer = admin.post("/v1/offboardings", when).await.json();
    assert_eq!(answer["field"], "startAt");
    assert!(answer["detail"].as_str().expect("detail").contains("RFC 3339"), "{answer}");
    assert_eq!(company.log_head().await, before, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_inside_stays_inside() {
    let (router, _folder) = without_tables();
    let headers = [("content-type", "application/json")];
    let answer = ask(&router, "POST", "/v1/sessions", &headers, r#"{"userName":"a","password":"b"}"#).await;
    assert_eq!((answer.status, &*code(&answer)), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    assert_eq!(answer.json()["detail"], "internal error");
}

#[test]
fn what_no_database_should_keep_is_refused_alike() {
    both(|company| async move {
        let company = &company;
        let admin = Client::new(company, "admin").await;
        let (long, endless) = ("x".repeat(256), "x".repeat(1_001));
        for (field, text) in [
            ("userName", "j\0smith"),
            ("userName", &long),
            ("email", "j\0@example.com"),
            ("fullName", &endless),
            ("description", "\u{1b}[2J"),
            ("externalId", "x\0"),
            ("externalId", &long),
        ] {
            let mut user = json!({ "userName": "jsmith" });
            user[field] = json!(text);
            let answer = admin.post("/v1/users", user).await;
            assert_eq!((&*code(&answer), &answer.json()["field"]), ("invalid", &json!(field)));
        }
        let group = admin.post("/v1/groups", json!({ "name": "Ops", "description": "\0" })).await;
        assert_eq!((&*code(&group), &group.json()["field"]), ("invalid", &json!("description")));
        for path in ["/v1/users/a%00b", "/v1/groups/a%00b"] {
            assert_eq!(code(&admin.get(path).await), "not-found", "{path}");
        }
        assert_eq!(code(&admin.post("/v1/platforms/a%00b/check", json!({})).await), "invalid");
    });
}
