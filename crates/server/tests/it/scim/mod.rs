//! See the module list in `main.rs`.

mod bulk; // many operations in one request
mod errors; // what is wrong, and how it is said
mod harm; // what would hurt somebody who is not meant, or the server
mod properties; // random operations and filters, against the pure crate
mod providers; // what Entra ID, Okta and others send
mod queries; // filters, orders and pages
mod resources; // one user or group: made, read, replaced, patched, removed

use exeunt::app::{NewToken, UserRef};
use serde_json::{Value, json};

use crate::fixture::{Answer, Company};

pub(crate) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A company, and an identity provider with its token.
struct Provider {
    company: Company,
    token: String,
}

impl Provider {
    async fn new() -> Self {
        Self::at(Company::new().await).await
    }

    async fn at(company: Company) -> Self {
        let user = Some(UserRef::Name("auditor".to_owned()));
        let role = domain::Role::Scim;
        let new = NewToken { name: "provider".to_owned(), role, user, expires_ms: None };
        let token = company.app.create_token(&company.console, new).await.expect("a token").1;
        Self { company, token }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", bearer.as_str()), ("Host", "idp.example")];
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "Content-Type") {
            all.push(("Content-Type", "application/scim+json"));
        }
        all.extend(headers);
        self.company.call(method, &format!("/scim/v2{path}"), &all, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], &body.to_string()).await
    }

    async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, &[], &body.to_string()).await
    }

    async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({"schemas": [PATCH], "Operations": operations});
        self.send("PATCH", path, &[], &body.to_string()).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], "").await
    }

    /// Makes a user of the core schema; answers its id.
    async fn user(&self, user_name: &str) -> String {
        self.made("/Users", &json!({"schemas": [CORE], "userName": user_name})).await
    }

    async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        self.made("/Groups", &json!({"schemas": [GROUP], "displayName": name, "members": members})).await
    }

    async fn made(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }
}

/// An answer that says what is wrong, in SCIM's own form.
#[track_caller]
fn refused(answer: &Answer, status: u16, scim_type: Option<&str>, detail: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], status.to_string());
    assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{}", answer.body);
    let told = body["detail"].as_str().expect("a detail");
    assert!(told.contains(detail), "{told:?} does not hold {detail:?}");
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
}
