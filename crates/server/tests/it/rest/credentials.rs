//! Cloud tokens and OAuth clients, from their making to their end.

use domain::{Goal, Role};
use exeunt::app::{NewToken, Start, UserRef};
use serde_json::{Value, json};

use super::{Client, Transcript};
use crate::fixture::{Answer, Company, NOW_MS, PASSWORD};
use crate::home::both;

fn secret_of(answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{}", answer.body);
    answer.json()["token"].as_str().expect("a token").to_owned()
}

async fn status(company: &Company, secret: &str) -> u16 {
    Client::with(company, secret).get("/v1/me").await.status.as_u16()
}

const OPERATORS: &str = "/v1/users/operator/cloud-token";

#[test]
fn a_new_cloud_token_ends_the_old_one() {
    both(|company| async move {
        let session = company.session("operator").await;
        let operator = Client::with(&company, &session);
        let before = company.log_head().await;
        let first = secret_of(&operator.post(OPERATORS, Value::Null).await);
        assert_eq!(status(&company, &first).await, 200);
        let admin = Client::new(&company, "admin").await;
        let second = secret_of(&admin.post(OPERATORS, Value::Null).await);
        assert_eq!((status(&company, &first).await, status(&company, &second).await), (401, 200));
        // It has no end of its own.
        company.clock.advance(10 * 365 * 24 * 3_600_000);
        company.app.sweep(1_000).await.expect("sweeps");
        assert_eq!(status(&company, &second).await, 200);
        assert_eq!(operator_again(&company).await.delete(OPERATORS).await.status, 204);
        assert_eq!(status(&company, &second).await, 401);
        assert_eq!(operator_again(&company).await.delete(OPERATORS).await.status, 404);
        let kinds = [
            "token.created",
            "token.created",
            "token.revoked",
            "token.created",
            "session.started",
            "token.revoked",
            "session.started",
        ];
        assert_eq!(company.log_kinds(before).await, kinds);
    });
}

async fn operator_again(company: &Company) -> Client<'_> {
    let session = company.session("operator").await;
    Client::with(company, &session)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_token_from_its_making_to_its_end() {
    let company = Company::new().await;
    let (admin, mut told) = (Client::new(&company, "admin").await, Transcript::default());
    told.add("POST operator's cloud token", &admin.post(OPERATORS, Value::Null).await);
    told.add("POST auditor's", &admin.post("/v1/users/auditor/cloud-token", Value::Null).await);
    told.add("POST nobody's", &admin.post("/v1/users/nobody/cloud-token", Value::Null).await);
    told.add("DELETE operator's", &admin.delete(OPERATORS).await);
    told.add("DELETE operator's again", &admin.delete(OPERATORS).await);
    insta::assert_snapshot!("cloud_token", told.text());
}

/// The account needs the role, and a token makes nothing that may do more or lives longer than itself.
#[tokio::test(flavor = "multi_thread")]
async fn who_makes_a_cloud_token_and_of_what_it_is_capable() {
    let company = Company::new().await;
    let day_ms = 24 * 3_600_000;
    let auditor = Client::new(&company, "auditor").await;
    assert_eq!(auditor.post("/v1/users/auditor/cloud-token", Value::Null).await.status, 403);
    assert_eq!(auditor.post(OPERATORS, Value::Null).await.status, 403);
    let operator = company.session("operator").await;
    let operator = Client::with(&company, &operator);
    assert_eq!(operator.post("/v1/users/admin/cloud-token", Value::Null).await.status, 403);

    let own = Some(UserRef::Name("admin".to_owned()));
    let new = NewToken {
        name: "ci".to_owned(),
        role: Role::Operator,
        user: own,
        expires_ms: Some(NOW_MS + day_ms),
    };
    let (_, lesser) = company.app.create_token(&company.console, new).await.expect("a token");
    let lesser = Client::with(&company, &lesser);
    let cloud = secret_of(&lesser.post("/v1/users/admin/cloud-token", Value::Null).await);
    let cloud = Client::with(&company, &cloud);
    assert_eq!(cloud.get("/v1/me").await.json()["role"], "operator", "no more than it was made with");
    assert_eq!(cloud.post("/v1/users/admin/cloud-token", Value::Null).await.status, 403, "it makes no other");
    company.clock.advance(day_ms);
    assert_eq!(cloud.get("/v1/me").await.status, 401, "no longer than it was made with");
}

/// What OAuth clients hold is tested where they are issued it; here they come and go.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_from_its_making_to_its_end() {
    let company = Company::new().await;
    let (admin, mut told) = (Client::new(&company, "admin").await, Transcript::default());
    let path = "/v1/users/operator/client";
    let made = told.add("POST operator's client", &admin.post(path, Value::Null).await);
    told.add("POST it again", &admin.post(path, Value::Null).await);
    let renewed = told.add("POST a new secret", &admin.post(&format!("{path}/secret"), Value::Null).await);
    assert_eq!(made["clientId"], renewed["clientId"]);
    assert_ne!(made["clientSecret"], renewed["clientSecret"]);
    told.add("GET all clients", &admin.get("/v1/clients").await);
    told.add("DELETE operator's client", &admin.delete(path).await);
    told.add("DELETE it again", &admin.delete(path).await);
    told.add("POST a new secret", &admin.post(&format!("{path}/secret"), Value::Null).await);
    told.add("GET all clients", &admin.get("/v1/clients").await);
    insta::assert_snapshot!("client", told.text());
    company.log_head().await;
    let page = company.app.log(&company.console, &store::log::Filter::All, 0, 500).await.expect("the log");
    let log = format!("{:?}", page.rows);
    for answer in [&made, &renewed] {
        assert!(!log.contains(answer["clientSecret"].as_str().expect("a secret")), "{log}");
    }
}

#[test]
fn clients_are_listed_page_by_page() {
    both(|company| async move {
        let admin = Client::new(&company, "admin").await;
        for user in ["auditor", "operator", "admin"] {
            assert_eq!(admin.post(&format!("/v1/users/{user}/client"), Value::Null).await.status, 201);
        }
        let users = |page: &Value| {
            let items = page["items"].as_array().expect("items").iter();
            items.map(|item| item["userId"].as_i64().expect("an id")).collect::<Vec<_>>()
        };
        let first = admin.get("/v1/clients?limit=2").await.json();
        assert_eq!(users(&first), [1, 2]);
        let next = first["next"].as_str().expect("a next page");
        let rest = admin.get(&format!("/v1/clients?limit=2&after={next}")).await.json();
        assert_eq!((users(&rest), &rest["next"]), (vec![3], &Value::Null));
    });
}

/// Deactivating, removing and a new password end cloud tokens and clients; restoring brings nothing back.
#[test]
fn cloud_tokens_and_clients_end_with_their_user() {
    both(|company| async move {
        company.user("second", Role::Operator).await;
        let admin = Client::new(&company, "admin").await;
        let second = || vec![UserRef::Name("second".to_owned())];
        let cut = async |goal: Goal| {
            company.app.start(&company.console, Start::new(goal, second())).await.expect("accepted");
        };
        let make = async || {
            assert_eq!(admin.post("/v1/users/second/client", Value::Null).await.status, 201);
            secret_of(&admin.post("/v1/users/second/cloud-token", Value::Null).await)
        };
        let clients =
            async || admin.get("/v1/clients").await.json()["items"].as_array().expect("items").len();

        let cloud = make().await;
        cut(Goal::Deactivate).await;
        assert_eq!((status(&company, &cloud).await, clients().await), (401, 0));
        assert_eq!(
            admin.post("/v1/users/second/client", Value::Null).await.status,
            404,
            "not while inactive"
        );
        assert_eq!(admin.post("/v1/users/second/cloud-token", Value::Null).await.status, 404);
        cut(Goal::Restore).await;
        assert_eq!((status(&company, &cloud).await, clients().await), (401, 0));

        let cloud = make().await;
        let body = json!({ "password": PASSWORD });
        assert_eq!(admin.put("/v1/users/second/password", body).await.status, 204);
        assert_eq!((status(&company, &cloud).await, clients().await), (401, 0));

        let cloud = make().await;
        let before = company.log_head().await;
        cut(Goal::Remove).await;
        assert_eq!((status(&company, &cloud).await, clients().await), (401, 0));
        company.log_head().await;
        let page =
            company.app.log(&company.console, &store::log::Filter::All, before, 9).await.expect("the log");
        let told = page.rows[0].detail.to_string();
        assert!(told.contains("0 sessions, 1 token and 1 OAuth client ended"), "{told}");
    });
}

/// One credential is good on every face: what differs is the header that carries it.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_credential_opens_every_face() {
    let company = Company::new().await;
    let operator = UserRef::Name("operator".to_owned());
    let app = &company.app;
    let (_, cloud) = app.create_cloud_token(&company.console, &operator).await.expect("a cloud token");
    let (client, secret) = app.create_client(&company.console, &operator).await.expect("a client");
    let session = company.session("operator").await;
    let headers = [("Authtoken", session.as_str()), ("Accept", "application/json")];
    let made = company.call("POST", "/webconsole/api/ApiToken/User", &headers, "{}").await.json();
    let headers = [("client_id", client.id.as_str()), ("client_secret", secret.as_str())];
    let target = "/acctmgmt-get-service-token?gwsource=web";
    let issued = company.call("POST", target, &headers, "").await.json();
    let text = |value: &Value| value.as_str().expect("a token").to_owned();
    let named = company.token("operator").await;
    let issued = text(&issued["response"]);
    let kinds = [
        ("service", issued, 403, 403),
        ("access", text(&made["token"]), 403, 403),
        ("cloud", cloud, 403, 403),
        ("named", named, 201, 403),
        ("session", session, 201, 204),
    ];
    for (kind, secret, makes_tokens, sets_password) in kinds {
        let me = Client::with(&company, &secret).get("/v1/me").await;
        let told = me.json();
        let credential = if kind == "session" { "session" } else { "token" };
        assert_eq!((&told["role"], &told["credential"]), (&json!("operator"), &json!(credential)), "{kind}");
        for (method, target, header, answer) in [
            ("POST", "/webconsole/api/WhoAmI", "Authtoken", 200),
            ("PUT", "/integration/ws/management/rest/users/nobody/activate", "X-Cloud-Auth-Token", 404),
            ("POST", "/avxapi/acctmgmt-remove-user?gwsource=web", "Token", 404),
        ] {
            let body = if header == "Token" { r#"{"payload":{"userNames":["nobody"]}}"# } else { "" };
            let answered = company.call(method, target, &[(header, &secret)], body).await;
            assert_eq!(answered.status, answer, "{kind} on {target}: {}", answered.body);
        }
        let by = Client::with(&company, &secret);
        assert_eq!(by.post(OPERATORS, Value::Null).await.status, makes_tokens, "{kind}");
        let password = json!({ "password": PASSWORD });
        let password = by.put("/v1/users/operator/password", password).await.status;
        assert_eq!(password, sets_password, "{kind}");
    }
}
