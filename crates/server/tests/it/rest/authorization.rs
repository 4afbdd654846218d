//! Every operation, asked by everybody.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Role;
use exeunt::app::{Caller, NewToken, UserRef};
use exeunt::faces::rest;
use serde_json::Value;
use tower::ServiceExt;

use super::departures::blocked;
use crate::fixture::{Company, other_tenant};

/// Who asks, in the order of the columns.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// Without a credential.
    Nobody,
    /// With a token that has expired.
    Late,
    /// A user without a role.
    Plain,
    Auditor,
    Operator,
    Admin,
    /// The administrator of another tenant.
    Stranger,
}

const EVERYBODY: [Who; 7] =
    [Who::Nobody, Who::Late, Who::Plain, Who::Auditor, Who::Operator, Who::Admin, Who::Stranger];

struct Row {
    method: &'static str,
    /// As in the document.
    path: &'static str,
    body: &'static str,
    /// By column of [`EVERYBODY`].
    statuses: [u16; 7],
}

const fn row(method: &'static str, path: &'static str, body: &'static str, statuses: [u16; 7]) -> Row {
    Row { method, path, body, statuses }
}

const DEACTIVATE: &str = r#"{"goal":"deactivate","user":"leaver"}"#;
const REASON: &str = r#"{"reason":"By phone"}"#;

/// Columns: nobody, late, plain, auditor, operator, admin, stranger. What a stranger names is not there: 404; what
/// they make is made in their own tenant.
const TABLE: [Row; 44] = [
    row("GET", "/livez", "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/readyz", "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/metrics", "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/v1/openapi.json", "", [200, 200, 200, 200, 200, 200, 200]),
    row("POST", "/v1/sessions", r#"{"userName":"leaver","password":"correct horse"}"#, [201; 7]),
    row("DELETE", "/v1/sessions/current", "", [401, 401, 409, 409, 409, 409, 409]),
    row("GET", "/v1/me", "", [401, 401, 200, 200, 200, 200, 200]),
    row("GET", "/v1/tokens", "", [401, 401, 403, 403, 403, 200, 200]),
    row("POST", "/v1/tokens", r#"{"name":"ci","role":"none"}"#, [401, 401, 403, 403, 403, 201, 201]),
    row("DELETE", "/v1/tokens/{id}", "", [401, 401, 403, 403, 403, 204, 404]),
    row("POST", "/v1/users/{user}/cloud-token", "", [401, 401, 403, 403, 403, 409, 404]),
    row("DELETE", "/v1/users/{user}/cloud-token", "", [401, 401, 403, 403, 403, 404, 404]),
    row("POST", "/v1/users/{user}/client", "", [401, 401, 403, 403, 403, 201, 404]),
    row("POST", "/v1/users/{user}/client/secret", "", [401, 401, 403, 403, 403, 200, 404]),
    row("GET", "/v1/clients", "", [401, 401, 403, 403, 403, 200, 200]),
    row("DELETE", "/v1/users/{user}/client", "", [401, 401, 403, 403, 403, 204, 404]),
    row("GET", "/v1/users", "", [401, 401, 403, 200, 200, 200, 200]),
    row("POST", "/v1/users", r#"{"userName":"new"}"#, [401, 401, 403, 403, 403, 201, 201]),
    row("GET", "/v1/users/{user}", "", [401, 401, 403, 200, 200, 200, 404]),
    row("PATCH", "/v1/users/{user}", r#"{"email":"x"}"#, [401, 401, 403, 403, 403, 200, 404]),
    row(
        "PUT",
        "/v1/users/{user}/password",
        r#"{"password":"long enough"}"#,
        [401, 401, 403, 403, 403, 204, 404],
    ),
    row("GET", "/v1/users/{user}/assets", "", [401, 401, 403, 200, 200, 200, 404]),
    row("GET", "/v1/groups", "", [401, 401, 403, 200, 200, 200, 200]),
    row("POST", "/v1/groups", r#"{"name":"New"}"#, [401, 401, 403, 403, 403, 201, 201]),
    row("GET", "/v1/groups/{group}", "", [401, 401, 403, 200, 200, 200, 404]),
    row("GET", "/v1/groups/{group}/members", "", [401, 401, 403, 200, 200, 200, 404]),
    row("PUT", "/v1/groups/{group}/members/{user}", "", [401, 401, 403, 403, 403, 204, 404]),
    row("DELETE", "/v1/groups/{group}/members/{user}", "", [401, 401, 403, 403, 403, 204, 404]),
    row("GET", "/v1/assets", "", [401, 401, 403, 200, 200, 200, 200]),
    row("GET", "/v1/platforms", "", [401, 401, 403, 200, 200, 200, 200]),
    row("GET", "/v1/platforms/{name}", "", [401, 401, 403, 200, 200, 200, 404]),
    row("POST", "/v1/platforms/{name}/check", "", [401, 401, 403, 403, 200, 200, 404]),
    row("PUT", "/v1/platforms/{name}", r#"{"kind":"simulated"}"#, [401, 401, 403, 403, 403, 200, 201]),
    row("GET", "/v1/policy", "", [401, 401, 403, 200, 200, 200, 200]),
    row("PUT", "/v1/policy", "{}", [401, 401, 403, 403, 403, 200, 200]),
    row("POST", "/v1/offboardings/plan", DEACTIVATE, [401, 401, 403, 200, 200, 200, 409]),
    row("POST", "/v1/offboardings", DEACTIVATE, [401, 401, 403, 403, 201, 201, 409]),
    row("GET", "/v1/offboardings", "", [401, 401, 403, 200, 200, 200, 200]),
    row("GET", "/v1/offboardings/{id}", "", [401, 401, 403, 200, 200, 200, 404]),
    row("POST", "/v1/offboardings/{id}/cancel", REASON, [401, 401, 403, 403, 200, 200, 404]),
    row("POST", "/v1/offboardings/{id}/steps/{no}/retry", "", [401, 401, 403, 403, 200, 200, 404]),
    row("POST", "/v1/offboardings/{id}/steps/{no}/skip", REASON, [401, 401, 403, 403, 200, 200, 404]),
    row("GET", "/v1/log", "", [401, 401, 403, 200, 200, 200, 200]),
    row("GET", "/v1/log/feed", "", [401, 401, 403, 200, 200, 200, 200]),
];

/// A company in which everything that the table names is there.
struct Stage {
    company: Company,
    offboarding: String,
    failed: i64,
    /// The leaver's.
    token: i64,
    /// By column of [`EVERYBODY`].
    secrets: Vec<Option<String>>,
}

impl Stage {
    async fn set() -> Self {
        let company = Company::new().await;
        other_tenant(&company, "other.example").await;
        company.user("plain", Role::None).await;
        company.user("leaver", Role::None).await;
        company.group("Ops").await;
        let offboarding = blocked(&company).await;
        let id = domain::OffboardingId(offboarding.clone());
        let detail = company.app.offboarding(&company.console, &id).await.expect("the offboarding");
        let failed = detail.steps.iter().find(|step| step.state == domain::StepState::Failed);
        let failed = failed.expect("a failed step").no.0;
        let mut secrets = Vec::new();
        for who in EVERYBODY {
            secrets.push(secret(&company, who).await);
        }
        company.token("leaver").await;
        let tokens = company.app.tokens(&company.console, 0, 500).await.expect("tokens");
        let token = tokens.rows.last().expect("the leaver's").id;
        Self { company, offboarding, failed, token, secrets }
    }

    /// The path with what is there in this company.
    fn path(&self, row: &Row) -> String {
        let token = self.token.to_string();
        let id = if row.path.starts_with("/v1/tokens") { &token } else { &self.offboarding };
        let path = row.path.replace("{id}", id).replace("{no}", &self.failed.to_string());
        path.replace("{user}", "leaver").replace("{group}", "Ops").replace("{name}", "training")
    }

    /// The status only: a feed has no end.
    async fn ask(&self, row: &Row, who: Who) -> StatusCode {
        let mut request = Request::builder().method(row.method).uri(self.path(row));
        if let Some(secret) = &self.secrets[who as usize] {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        if !row.body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Body::from(row.body)).expect("a request");
        self.company.router.clone().oneshot(request).await.expect("an answer").status()
    }
}

async fn secret(company: &Company, who: Who) -> Option<String> {
    match who {
        Who::Nobody => None,
        Who::Late => {
            let secret = token(company, &company.console, "late", Some(company.clock.now_ms() + 1)).await;
            company.clock.advance(1);
            Some(secret)
        }
        Who::Plain => Some(company.token("plain").await),
        Who::Auditor => Some(company.token("auditor").await),
        Who::Operator => Some(company.token("operator").await),
        Who::Admin => Some(company.token("admin").await),
        Who::Stranger => {
            let console = company.app.console(Some("other")).await.expect("a console");
            Some(token(company, &console, "stranger", None).await)
        }
    }
}

/// A token of the administrator in the tenant of `console`.
async fn token(company: &Company, console: &Caller, name: &str, expires_ms: Option<i64>) -> String {
    let user = Some(UserRef::Name("admin".to_owned()));
    let new = NewToken { name: name.to_owned(), role: Role::Admin, user, expires_ms };
    company.app.create_token(console, new).await.expect("a token").1
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_everybody_as_the_table_says() {
    let mut wrong = Vec::new();
    let mut stage = Stage::set().await;
    for row in &TABLE {
        for (who, wanted) in EVERYBODY.into_iter().zip(row.statuses) {
            let status = stage.ask(row, who).await;
            if status.as_u16() != wanted {
                wrong.push(format!("{} {} by {who:?}: {status}, not {wanted}", row.method, row.path));
            }
            // A decision can be made once: the next one needs another offboarding.
            if status.is_success() && row.path.starts_with("/v1/offboardings/{id}/") {
                stage = Stage::set().await;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operation_is_in_the_table() {
    let document: Value = serde_json::from_str(&rest::document()).expect("JSON");
    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let takes_body = operation["requestBody"].is_object();
            documented.insert((method.to_uppercase(), path.clone(), takes_body));
        }
    }
    let tabled = TABLE.iter().map(|row| (row.method.to_owned(), row.path.to_owned(), !row.body.is_empty()));
    assert_eq!(tabled.collect::<BTreeSet<_>>(), documented);
}
