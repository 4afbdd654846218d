use exeunt::faces::rest::{self, ProblemKind};
use serde_json::{Value, json};

use super::{
    ADMIN, AUDITOR, ActsAtHome, Body, Face, FindsNobody, OPEN, OPERATOR, Refusal, Row, SIGNED_IN, Why, hold,
    row,
};
use crate::fixture::Answer;

const SIGN_IN: &str = r#"{"userName":"leaver","password":"correct horse"}"#;
const DEACTIVATE: &str = r#"{"goal":"deactivate","user":"leaver"}"#;
const EVIDENCE: &str = r#"{"evidence":"Seen on site"}"#;
const REJECT: &str = r#"{"decision":"reject","users":["leaver"]}"#;
const REASON: &str = r#"{"reason":"By phone"}"#;

const ROWS: &[Row] = &[
    row("GET", "/livez", "", OPEN, 200, ActsAtHome),
    row("GET", "/readyz", "", OPEN, 200, ActsAtHome),
    row("GET", "/metrics", "", OPEN, 200, ActsAtHome),
    row("GET", "/v1/openapi.json", "", OPEN, 200, ActsAtHome),
    row("POST", "/v1/sessions", SIGN_IN, OPEN, 201, ActsAtHome),
    row("DELETE", "/v1/sessions/current", "", SIGNED_IN, 204, ActsAtHome),
    row("GET", "/v1/me", "", SIGNED_IN, 200, ActsAtHome),
    row("GET", "/v1/tokens", "", ADMIN, 200, ActsAtHome),
    row("POST", "/v1/tokens", r#"{"name":"ci","role":"none"}"#, ADMIN, 201, ActsAtHome),
    row("DELETE", "/v1/tokens/{id}", "", ADMIN, 204, FindsNobody),
    row("GET", "/v1/users", "", AUDITOR, 200, ActsAtHome),
    row("POST", "/v1/users", r#"{"userName":"new"}"#, ADMIN, 201, ActsAtHome),
    row("GET", "/v1/users/{user}", "", AUDITOR, 200, FindsNobody),
    row("PATCH", "/v1/users/{user}", r#"{"email":"x"}"#, ADMIN, 200, FindsNobody),
    row("PUT", "/v1/users/{user}/password", r#"{"password":"long enough"}"#, ADMIN, 204, FindsNobody),
    row("GET", "/v1/users/{user}/assets", "", AUDITOR, 200, FindsNobody),
    row("GET", "/v1/clients", "", ADMIN, 200, ActsAtHome),
    row("POST", "/v1/users/{user}/client", "", ADMIN, 201, FindsNobody),
    row("POST", "/v1/users/{user}/client/secret", "", ADMIN, 200, FindsNobody).of("operator"),
    row("DELETE", "/v1/users/{user}/client", "", ADMIN, 204, FindsNobody).of("operator"),
    row("POST", "/v1/users/{user}/cloud-token", "", OPERATOR, 201, FindsNobody).of("operator"),
    row("DELETE", "/v1/users/{user}/cloud-token", "", OPERATOR, 204, FindsNobody).of("operator"),
    row("GET", "/v1/groups", "", AUDITOR, 200, ActsAtHome),
    row("POST", "/v1/groups", r#"{"name":"New"}"#, ADMIN, 201, ActsAtHome),
    row("GET", "/v1/groups/{group}", "", AUDITOR, 200, FindsNobody),
    row("GET", "/v1/groups/{group}/members", "", AUDITOR, 200, FindsNobody),
    row("PUT", "/v1/groups/{group}/members/{user}", "", ADMIN, 204, FindsNobody),
    row("DELETE", "/v1/groups/{group}/members/{user}", "", ADMIN, 204, FindsNobody),
    row("GET", "/v1/assets", "", AUDITOR, 200, ActsAtHome),
    row("GET", "/v1/platforms", "", AUDITOR, 200, ActsAtHome),
    row("GET", "/v1/platforms/{name}", "", AUDITOR, 200, FindsNobody),
    row("POST", "/v1/platforms/{name}/check", "", OPERATOR, 200, FindsNobody),
    row("GET", "/v1/platforms/{name}/inventory", "", OPERATOR, 200, FindsNobody),
    row("PUT", "/v1/platforms/{name}", r#"{"kind":"simulated"}"#, ADMIN, 200, ActsAtHome),
    row("GET", "/v1/policy", "", AUDITOR, 200, ActsAtHome),
    row("PUT", "/v1/policy", "{}", ADMIN, 200, ActsAtHome),
    row("POST", "/v1/offboardings/plan", DEACTIVATE, AUDITOR, 200, FindsNobody),
    row("POST", "/v1/offboardings", DEACTIVATE, OPERATOR, 201, FindsNobody),
    row("GET", "/v1/offboardings", "", AUDITOR, 200, ActsAtHome),
    row("GET", "/v1/offboardings/{id}", "", AUDITOR, 200, FindsNobody),
    row("POST", "/v1/offboardings/{id}/cancel", REASON, OPERATOR, 200, FindsNobody),
    row("POST", "/v1/offboardings/{id}/steps/{no}/retry", "", OPERATOR, 200, FindsNobody),
    row("POST", "/v1/offboardings/{id}/steps/{no}/confirm", EVIDENCE, OPERATOR, 200, FindsNobody),
    row("POST", "/v1/offboardings/{id}/steps/{no}/skip", REASON, OPERATOR, 200, FindsNobody),
    row("GET", "/v1/steps?by=hand", "", AUDITOR, 200, ActsAtHome),
    row("GET", "/v1/held-departures", "", AUDITOR, 200, ActsAtHome),
    row("POST", "/v1/held-departures/decision", REJECT, ADMIN, 200, FindsNobody),
    row("GET", "/v1/log", "", AUDITOR, 200, ActsAtHome),
    row("GET", "/v1/log/feed", "", AUDITOR, 200, ActsAtHome),
];

pub(super) const FACE: Face = Face {
    root: "",
    rows: ROWS,
    credential: |secret| ("Authorization", format!("Bearer {secret}")),
    headers: &[("Content-Type", "application/json")],
    stand_ins: |things| {
        vec![
            ("tokens/{id}", format!("tokens/{}", things.token)),
            ("{id}", things.offboarding.clone()),
            ("{no}", things.step.to_string()),
            ("{group}", "Ops".to_owned()),
            ("{name}", "training".to_owned()),
        ]
    },
    refusal,
    succeeded: |_| true,
    is_error: |answer: &Answer| {
        let is_problem = answer.header("content-type") == Some("application/problem+json");
        is_problem && answer.json()["status"] == answer.status.as_u16()
    },
    // A plan for somebody who is not there is a refusal.
    finds_nobody: |answer: &Answer| {
        answer.status == 404 || answer.status == 409 && answer.json()["refusals"][0]["code"] == "unknown-user"
    },
};

fn refusal(_: &Row, why: Why) -> Refusal {
    let (kind, detail) = match why {
        Why::NoCredential => (ProblemKind::NoCredential, "no credential was sent"),
        Why::BadCredential => (ProblemKind::BadCredential, "the credential is unknown or has expired"),
        Why::Forbidden => (ProblemKind::Forbidden, "not allowed"),
    };
    let (code, status, title) = kind.row();
    let body = json!({
        "type": format!("urn:exeunt:problem:{code}"), "title": title, "status": status.as_u16(), "detail": detail,
    });
    Refusal { status: status.as_u16(), body: Body::Is(body.to_string()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    hold(&FACE).await;
}

/// A route is registered by its description only, so the document has them all.
#[test]
fn every_route_is_in_the_table() {
    let document: Value = serde_json::from_str(&rest::document()).expect("JSON");
    let operations = |(path, methods): (&String, &Value)| -> Vec<(String, String)> {
        methods
            .as_object()
            .expect("methods")
            .keys()
            .map(|method| (method.to_uppercase(), path.clone()))
            .collect()
    };
    FACE.is_complete(document["paths"].as_object().expect("paths").iter().flat_map(operations));
}
