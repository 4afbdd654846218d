//! A SCIM client and a compliance tester from PyPI, on a server behind a real port.

use std::io::Write;
use std::process::Stdio;

use domain::policy::{Guard, Provisioning};
use domain::{Policy, Role, UserState};
use exeunt::app::{NewToken, UserRef};
use serde_json::{Value, json};

use crate::fixture::Company;
use crate::home::both;
use crate::python::python;
use crate::served::Served;

const ENVIRONMENT: &str = "scim2-cli";
const TESTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients/scim2/tester.py");

/// An identity provider with a token of its own.
struct Provider {
    served: Served,
    token: String,
}

impl Provider {
    async fn of(company: Company) -> Self {
        company.person("directory-sync").await;
        // The tester makes people and deletes them again, more than the guard lets pass in so small a company.
        let scim =
            Provisioning { guard: Guard { users: 1_000, percent: 100, window_s: 60 }, ..Default::default() };
        let policy = Policy { scim, ..Policy::default() };
        company.app.set_policy(&company.console, policy).await.expect("a policy");
        let user = Some(UserRef::Name("directory-sync".to_owned()));
        let new = NewToken { name: "provider".to_owned(), role: Role::Scim, user, expires_ms: None };
        let token = company.app.create_token(&company.console, new).await.expect("a token").1;
        Self { served: Served::on_a_port(company).await, token }
    }

    fn base(&self) -> String {
        format!("http://{}/scim/v2", self.served.address)
    }

    /// Every result of the tester: status, title, resource type and reason.
    fn tested(&self) -> Vec<[String; 4]> {
        let mut tester = python(ENVIRONMENT);
        tester.args([TESTER, &self.base(), &self.token]).env("NO_PROXY", "127.0.0.1");
        let output = tokio::task::block_in_place(|| tester.output()).expect("the tester");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        text.lines().map(|line| serde_json::from_str(line).expect("a result")).collect()
    }

    /// One command of the client, with `input` as what is piped into it.
    fn scim(&self, arguments: &[&str], input: &Value) -> Value {
        let run = "import sys; from scim2_cli import cli; sys.argv[0] = 'scim'; cli()";
        let mut command = python(ENVIRONMENT);
        command.args(["-c", run, "--url", &self.base()]).args(arguments);
        command.env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {}", self.token));
        command
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = tokio::task::block_in_place(|| {
            let mut child = command.spawn().expect("the client");
            let mut stdin = child.stdin.take().expect("piped");
            if !input.is_null() {
                stdin.write_all(input.to_string().as_bytes()).expect("it listens");
            }
            drop(stdin);
            child.wait_with_output().expect("the client")
        });
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}\n{complaint}");
        if text.trim().is_empty() { Value::Null } else { serde_json::from_str(&text).expect(&text) }
    }
}

#[test]
fn the_compliance_tester_finds_nothing() {
    both(|company| async move {
        let provider = Provider::of(company).await;
        let results = provider.tested();
        let found: Vec<_> = results.iter().filter(|result| result[0] != "SUCCESS").collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(results.len() > 100, "only {} checks: {results:#?}", results.len());
        let seen = |word: &str| results.iter().any(|result| result[2] == word);
        assert!(seen("User") && seen("Group"), "both kinds of resource were tested");
    });
}

#[test]
fn a_person_comes_and_goes_by_the_client() {
    both(|company| async move {
        let provider = Provider::of(company).await;
        let nothing = Value::Null;
        let new = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bjensen@example.com",
            "externalId": "701984", "name": {"givenName": "Barbara", "familyName": "Jensen"},
            "emails": [{"value": "bjensen@example.com", "type": "work", "primary": true}],
        });
        let made = provider.scim(&["create", "user"], &new);
        let id = made["id"].as_str().expect("an id");
        assert_eq!(made["active"], true);

        let team = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tour Guides",
            "members": [{"value": id}],
        });
        let team = provider.scim(&["create", "group"], &team);
        assert_eq!(team["members"][0]["value"], id);

        let found =
            provider.scim(&["query", "user", "--filter", "userName eq \"BJENSEN@example.com\""], &nothing);
        assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &made["id"]));
        let found = provider.scim(&["search", "user", "--filter", "emails.value sw \"bjensen\""], &nothing);
        assert_eq!(found["Resources"][0]["groups"][0]["value"], team["id"]);

        let changed = provider.scim(&["modify", "user", id, "replace", "title", "Guide"], &nothing);
        assert_eq!((&changed["title"], &changed["name"]["familyName"]), (&json!("Guide"), &json!("Jensen")));
        let cut = provider.scim(&["modify", "user", id, "replace", "active", "false"], &nothing);
        assert_eq!(cut["active"], false);
        let user = provider.served.company.detail("bjensen@example.com").await.user;
        assert_eq!(user.state, UserState::Deactivated);

        let bulk = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [{"method": "PATCH", "path": format!("/Users/{id}"), "data": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "active", "value": true}],
            }}],
        });
        let done = provider.scim(&["bulk"], &bulk);
        assert_eq!(done["Operations"][0]["status"], "200");
        let user = provider.served.company.detail("bjensen@example.com").await.user;
        assert_eq!(user.state, UserState::Active);

        provider.scim(&["delete", "user", id], &nothing);
        let left = provider.scim(&["query", "user", "--filter", "externalId eq \"701984\""], &nothing);
        assert_eq!(left["totalResults"], 0);
    });
}
