use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::{Goal, Role, UserState};
use exeunt::app::{App, Start, UserChange, UserRef};
use exeunt::faces;
use exeunt::jwt::{Claims, SigningKey};
use serde_json::{Value, json};

use super::{REMOVED, is, payload, post, refused};
use crate::fixture::{Answer, Company, NOW_MS, PASSWORD, ask, other_tenant};
use crate::home::both;

const ENDPOINT: &str = "acctmgmt-get-service-token";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const GRANT: &str = "grant_type=client_credentials";
const SEARCH: &str = r#"{"payload":{"filterValue":"o"}}"#;
const BAD_TOKEN: &str = "Unauthorized access, reason - Invalid Token";
const INVALID: &str = "Invalid Request::[Invalid client Id or secret]";
const NO_ACCOUNT: &str = "Service account is invalid/not found::[Service account not found in the database]";
const WRONG_SECRET: &str = "Client Password is incorrect::[Invalid Client credential]";
const MINUTE_MS: i64 = 60_000;

/// A user's OAuth client, and what it shows.
struct OAuth {
    id: String,
    secret: String,
}

impl OAuth {
    async fn of(company: &Company, user: &str) -> Self {
        let user = UserRef::Name(user.to_owned());
        let made = company.app.create_client(&company.console, &user).await.expect("a client");
        Self { id: made.0.id, secret: made.1 }
    }

    async fn with_new_secret(company: &Company, user: &str) -> Self {
        let user = UserRef::Name(user.to_owned());
        let made = company.app.renew_client_secret(&company.console, &user).await.expect("a secret");
        Self { id: made.0.id, secret: made.1 }
    }

    fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.id, self.secret)))
    }

    /// As Terraform asks.
    async fn ask(&self, company: &Company) -> Answer {
        post(company, ENDPOINT, &[("Authorization", &self.basic()), FORM], GRANT).await
    }

    async fn token(&self, company: &Company) -> String {
        let answer = self.ask(company).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["response"].as_str().expect("a string").to_owned()
    }
}

/// The status of a harmless call with this token.
async fn status(company: &Company, token: &str) -> u16 {
    post(company, "user-search", &[("Token", token)], SEARCH).await.status.as_u16()
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("Base64")).expect("JSON")
}

/// Contract section 3.3.
#[test]
fn a_client_is_issued_a_signed_token_that_it_acts_by() {
    both(|company| async move {
        let client = OAuth::of(&company, "operator").await;
        let before = company.log_head().await;
        let answer = client.ask(&company).await;
        let token = answer.json()["response"].as_str().expect("a string").to_owned();
        let body = format!(
            r#"{{"response":"{token}","message":null,"appStatusCode":null,"tags":{{}},"headers":null}}"#
        );
        is(&answer, 200, &body);
        assert_eq!(part(&token, 0), json!({ "typ": "JWT", "alg": "HS256" }));
        let (claims, now_s) = (part(&token, 1), NOW_MS / 1_000);
        assert_eq!(
            claims,
            json!({
                "sub": "operator", "aud": "avx", "clientId": client.id, "iss": "avx", "iat": now_s,
                "exp": now_s + 1_800, "grant type": "client_credentials", "jti": claims["jti"],
            })
        );
        for (header, leaver) in [("token", "user_01"), ("Token", "user_02")] {
            company.person(leaver).await;
            let answer =
                post(&company, "acctmgmt-remove-user", &[(header, &token)], &payload(&[leaver])).await;
            is(&answer, 200, REMOVED);
        }
        let kinds = company.log_kinds(before).await;
        assert_eq!(kinds.first().map(String::as_str), Some("token.created"), "{kinds:?}");
        company.clock.advance(30 * MINUTE_MS - 1);
        assert_eq!(status(&company, &token).await, 200);
        company.clock.advance(1);
        let late = post(&company, "user-search", &[("Token", &token)], "{}").await;
        refused(&late, 401, "AVX_GW_012", BAD_TOKEN);
    });
}

/// Contract sections 1 and 2.3, and what the vendor's own scripts and pages send.
#[tokio::test(flavor = "multi_thread")]
async fn clients_ask_in_many_forms() {
    let company = Company::new().await;
    let client = OAuth::of(&company, "operator").await;
    let basic = client.basic();
    let (by_basic, id, secret) =
        (("Authorization", basic.as_str()), ("client_id", &*client.id), ("client_secret", &*client.secret));
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[by_basic, FORM], GRANT),
        (&[by_basic, FORM], "grant_type=Client_Credentials"),
        (&[by_basic, FORM], ""),
        (&[by_basic, JSON], r#"{"grant_type":"CLIENT_CREDENTIALS"}"#),
        (&[by_basic, JSON], r#"{ "payload": { "grant_type":"client_credentials" } }"#),
        (&[id, secret, FORM], GRANT),
        (&[id, secret, FORM], "{}"),
        (&[by_basic, ("client_id", "other"), ("client_secret", "other")], GRANT),
    ];
    for (headers, body) in cases {
        for target in
            ["/avxapi/acctmgmt-get-service-token?gwsource=WEB", "/Acctmgmt-Get-Service-Token?gwsource=web"]
        {
            let answer = company.call("POST", &format!("{target}&gwkey=f000ca01"), headers, body).await;
            assert!(answer.status == 200 && answer.json()["response"].is_string(), "{body}: {}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_issued_nothing_is_told_why() {
    let company = Company::new().await;
    let client = OAuth::of(&company, "operator").await;
    let before = company.log_head().await;
    let basic = client.basic();
    for headers in [
        &[][..],
        &[("Authorization", "Basic !")],
        &[("Authorization", "Bearer x"), ("client_id", &client.id), ("client_secret", &client.secret)],
        &[("client_id", &client.id)],
        &[("client_id", &client.id), ("client_secret", "")],
        &[("username", "operator"), ("password", PASSWORD)],
    ] {
        refused(&post(&company, ENDPOINT, headers, GRANT).await, 400, "ACCT_SA_001", INVALID);
    }
    let granted = [("Authorization", basic.as_str()), FORM];
    let text = "grant_type: must be client_credentials";
    for body in ["grant_type=password", r#"{"grant_type":"password"}"#] {
        refused(&post(&company, ENDPOINT, &granted, body).await, 400, "INVALID_REQUEST", text);
    }
    let answer = post(&company, ENDPOINT, &granted, "{").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["appStatusCode"]), (400, &json!("avx-common-028")));
    let answer = company.call("POST", "/avxapi/acctmgmt-get-service-token", &granted, GRANT).await;
    assert_eq!(answer.json()["appStatusCode"], "MANDATORY_FIELD_MISSING");
    let answer = company.call("GET", &format!("/avxapi/{ENDPOINT}?gwsource=web"), &granted, "").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")));
    assert_eq!(company.log_head().await, before, "nobody was suspected of anything");

    let unknown = OAuth { id: "0f34e848-f069-4cfb-820e-3dc53b3019fc".to_owned(), secret: "x".to_owned() };
    refused(&unknown.ask(&company).await, 400, "ACCT_SA_003", NO_ACCOUNT);
    let wrong = OAuth { id: client.id.clone(), secret: "x".to_owned() };
    refused(&wrong.ask(&company).await, 400, "OAUTH_CLNT_015", WRONG_SECRET);
    assert_eq!(company.log_kinds(before).await, ["session.refused", "session.refused"]);

    // A client is no user, and a user is no client.
    let headers = [("username", client.id.as_str()), ("password", client.secret.as_str())];
    assert_eq!(post(&company, "login", &headers, "{}").await.status, 401);
    let user = OAuth { id: "operator".to_owned(), secret: PASSWORD.to_owned() };
    refused(&user.ask(&company).await, 400, "ACCT_SA_003", NO_ACCOUNT);
}

#[test]
fn wrong_secrets_lock_the_client_and_the_address() {
    both(|company| async move {
        let (client, other) = (OAuth::of(&company, "operator").await, OAuth::of(&company, "auditor").await);
        let wrong = OAuth { id: client.id.clone(), secret: "guess".to_owned() };
        for _ in 0..4 {
            refused(&wrong.ask(&company).await, 400, "OAUTH_CLNT_015", WRONG_SECRET);
        }
        assert_eq!(client.ask(&company).await.status, 200, "the right one clears the client's count");
        company.clock.advance(61 * MINUTE_MS);
        for _ in 0..5 {
            refused(&wrong.ask(&company).await, 400, "OAUTH_CLNT_015", WRONG_SECRET);
        }
        let text = "Login failed. Too many failed attempts; try again in 30 seconds.";
        refused(&client.ask(&company).await, 401, "AVX_GW_003", text);
        refused(&other.ask(&company).await, 401, "AVX_GW_003", text);
        company.clock.advance(30_000);
        assert_eq!(client.ask(&company).await.status, 200);
    });
}

/// Contract section 2.3: a new secret ends the old one and every token that was issued on it, at once.
#[test]
fn a_new_secret_ends_what_was_issued_on_the_old_one() {
    both(|company| async move {
        let old = OAuth::of(&company, "operator").await;
        let others = OAuth::of(&company, "auditor").await;
        let (first, second) = (old.token(&company).await, old.token(&company).await);
        let untouched = others.token(&company).await;
        assert_ne!(first, second, "issued in the same second");
        let new = OAuth::with_new_secret(&company, "operator").await;
        assert_eq!(new.id, old.id);
        assert_eq!((status(&company, &first).await, status(&company, &second).await), (401, 401));
        refused(&old.ask(&company).await, 400, "OAUTH_CLNT_015", WRONG_SECRET);
        let third = new.token(&company).await;
        assert_eq!((status(&company, &third).await, status(&company, &untouched).await), (200, 200));
        let operator = UserRef::Name("operator".to_owned());
        company.app.delete_client(&company.console, &operator).await.expect("deleted");
        assert_eq!(status(&company, &third).await, 401);
        refused(&new.ask(&company).await, 400, "ACCT_SA_003", NO_ACCOUNT);
    });
}

#[test]
fn tokens_and_clients_of_leavers_are_dead_at_once() {
    both(|company| async move {
        for goal in [Goal::Deactivate, Goal::Remove] {
            let user = format!("svc {goal}");
            company.user(&user, Role::Operator).await;
            let client = OAuth::of(&company, &user).await;
            let token = client.token(&company).await;
            let start = |goal| Start::new(goal, vec![UserRef::Name(user.clone())]);
            company.app.start(&company.console, start(goal)).await.expect("accepted");
            assert_eq!(status(&company, &token).await, 401);
            refused(&client.ask(&company).await, 400, "ACCT_SA_003", NO_ACCOUNT);
            if goal == Goal::Deactivate {
                company.app.start(&company.console, start(Goal::Restore)).await.expect("accepted");
                assert_eq!(status(&company, &token).await, 401, "what was ended stays ended");
                refused(&client.ask(&company).await, 400, "ACCT_SA_003", NO_ACCOUNT);
            }
        }
    });
}

/// Of a token in the hands of whoever has read the store, nothing is missing but its hash in there.
#[test]
fn what_is_not_registered_does_not_count_however_well_it_is_signed() {
    both(|company| async move {
        let client = OAuth::of(&company, "admin").await;
        let token = client.token(&company).await;
        let key = |tx: &mut store::Tx<'_>| store::keys::find(tx, "service tokens");
        let key = company.app.store.read(key).await.expect("the store").expect("a key");
        let now_s = NOW_MS / 1_000;
        let claims = Claims::new("admin", &client.id, "1".to_owned(), (now_s, now_s + 9_999_999));
        let forged = SigningKey::new(&key).sign(&claims).expect("a token");
        assert!(SigningKey::new(&key).open(&forged, NOW_MS).is_some(), "as good as any");
        let elsewhere = SigningKey::new("another key").sign(&claims).expect("a token");
        let (message, signature) = token.rsplit_once('.').expect("a signature");
        let turned: String = signature.chars().rev().collect();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let unsigned = format!("{none}.{}.", token.split('.').nth(1).expect("claims"));
        for bad in [&forged, &elsewhere, &format!("{message}.{turned}"), &unsigned, &format!("{message}.")] {
            for header in ["Token", "sessionId"] {
                let answer = post(&company, "user-search", &[(header, bad)], "{}").await;
                refused(&answer, 401, "AVX_GW_012", BAD_TOKEN);
            }
        }
        assert_eq!(status(&company, &token).await, 200);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_token_there_is_no_key_and_nothing_opens() {
    let company = Company::new().await;
    let claims = Claims::new("admin", "x", "1".to_owned(), (0, i64::MAX / 1_000));
    let forged = SigningKey::new("").sign(&claims).expect("a token");
    let answer = post(&company, "user-search", &[("Token", &forged)], "{}").await;
    refused(&answer, 401, "AVX_GW_012", BAD_TOKEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_a_hundred_live_tokens_and_the_oldest_goes() {
    let company = Company::new().await;
    let client = OAuth::of(&company, "operator").await;
    let first = client.token(&company).await;
    let second = client.token(&company).await;
    for _ in 0..98 {
        client.token(&company).await;
    }
    assert_eq!((status(&company, &first).await, status(&company, &second).await), (200, 200));
    let last = client.token(&company).await;
    let statuses =
        (status(&company, &first).await, status(&company, &second).await, status(&company, &last).await);
    assert_eq!(statuses, (401, 200, 200));
    let rows = company.app.tokens(&company.console, 0, 500).await.expect("tokens").rows;
    assert_eq!(rows.len(), 100);
    company.clock.advance(30 * MINUTE_MS);
    company.app.sweep(60).await.expect("sweeps");
    company.app.sweep(60).await.expect("sweeps");
    let rows = company.app.tokens(&company.console, 0, 500).await.expect("tokens").rows;
    assert!(rows.is_empty(), "what has expired is swept out in bounds: {}", rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_do_what_its_user_may_then_and_now() {
    let company = Company::new().await;
    company.user("svc", Role::Operator).await;
    company.person("leaver").await;
    let client = OAuth::of(&company, "svc").await;
    let token = client.token(&company).await;
    let become_role = async |role: Role| {
        let change = UserChange { role: Some(role), ..UserChange::default() };
        let svc = UserRef::Name("svc".to_owned());
        company.app.update_user(&company.console, &svc, change).await.expect("changed");
    };
    let remove = async |token: &str| {
        post(&company, "acctmgmt-remove-user", &[("Token", token)], &payload(&["leaver"])).await
    };
    become_role(Role::Auditor).await;
    refused(&remove(&token).await, 403, "AVX_GW_005", "User does not have access to the targeted API");
    let lesser = client.token(&company).await;
    become_role(Role::Admin).await;
    refused(&remove(&lesser).await, 403, "AVX_GW_005", "User does not have access to the targeted API");
    assert_eq!(company.detail("leaver").await.user.state, UserState::Active);
    is(&remove(&token).await, 200, REMOVED);
}

#[test]
fn every_node_knows_the_tokens_of_the_others() {
    both(|company| async move {
        let other: std::sync::Arc<App> = company.second_node();
        let client = OAuth::of(&company, "operator").await;
        let router = faces::router(&other);
        let headers = [("Authorization", &*client.basic()), FORM];
        let target = "/avxapi/acctmgmt-get-service-token?gwsource=web";
        let there = ask(&router, "POST", target, &headers, GRANT).await.json()["response"].clone();
        let there = there.as_str().expect("a token").to_owned();
        let here = client.token(&company).await;
        assert_eq!(status(&company, &there).await, 200);
        let target = "/avxapi/user-search?gwsource=web";
        assert_eq!(ask(&router, "POST", target, &[("Token", &here)], SEARCH).await.status, 200);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_acts_in_its_own_tenant_whatever_the_host() {
    let company = Company::new().await;
    other_tenant(&company, "other.example.com").await;
    company.person("jsmith").await;
    let console = company.app.console(Some("other")).await.expect("a console");
    let admin = UserRef::Name("admin".to_owned());
    let (client, secret) = company.app.create_client(&console, &admin).await.expect("a client");
    let client = OAuth { id: client.id, secret };
    for host in ["localhost", "other.example.com"] {
        let headers = [("Authorization", &*client.basic()), FORM, ("Host", host)];
        let token = post(&company, ENDPOINT, &headers, GRANT).await.json()["response"].clone();
        let headers = [("Token", token.as_str().expect("a token")), ("Host", "localhost")];
        let answer = post(&company, "acctmgmt-remove-user", &headers, &payload(&["jsmith"])).await;
        assert_eq!(answer.json()["appStatusCode"], "ACCT_US_001");
    }
    assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_secret_nor_token_is_logged() {
    let company = Company::new().await;
    let client = OAuth::of(&company, "operator").await;
    let token = client.token(&company).await;
    let wrong = OAuth { id: client.id.clone(), secret: "S3cret!wrong".to_owned() };
    wrong.ask(&company).await;
    company.log_head().await;
    let page = company.app.log(&company.console, &store::log::Filter::All, 0, 500).await.expect("the log");
    let log = format!("{:?}", page.rows);
    for secret in ["S3cret!wrong", &client.secret, &token, token.rsplit('.').next().expect("a signature")] {
        assert!(!log.contains(secret), "{log}");
    }
    assert!(log.contains(&client.id), "whose secret was wrong is: {log}");
}

/// Contract section 3.5: the account of a program, to which an administrator makes the client.
#[test]
fn the_account_of_a_program_is_added_and_asks_by_its_client() {
    both(|company| async move {
        let admin = company.session("admin").await;
        let body =
            json!({ "payload": { "loginName": "svc", "email": "svc@example.com", "description": "CI" } });
        let add = async |session: &str, body: &Value| {
            post(&company, "acctmgmt-add-service-account", &[("sessionId", session)], &body.to_string()).await
        };
        let done = r#"{"response":null,"message":null,"appStatusCode":null,"tags":null,"headers":null}"#;
        is(&add(&admin, &body).await, 200, done);
        let added = company.detail("svc").await.user;
        let told = (added.email.as_str(), added.description.as_str(), added.role);
        assert_eq!(told, ("svc@example.com", "CI", Role::None));
        refused(&add(&admin, &body).await, 409, "ACCT_SA_008", "a user named svc exists");
        let operator = company.session("operator").await;
        let no_access = "User does not have access to the targeted API";
        refused(&add(&operator, &body).await, 403, "AVX_GW_005", no_access);
        for (field, body) in [
            ("email", json!({ "payload": { "loginName": "x" } })),
            ("email", json!({ "payload": { "loginName": "x", "email": " " } })),
            ("loginName", json!({ "payload": { "loginName": "", "email": "e" } })),
        ] {
            let text = format!("Mandatory Field '{field}' is missing or empty");
            refused(&add(&admin, &body).await, 400, "ACCT_US_015", &text);
        }
        let reserved = json!({ "payload": { "loginName": "engine", "email": "e" } });
        let text = "loginName: is reserved: the log would take it for something else";
        refused(&add(&admin, &reserved).await, 400, "INVALID_REQUEST", text);

        let client = OAuth::of(&company, "svc").await;
        let token = client.token(&company).await;
        let answer = post(&company, "user-search", &[("Token", &token)], SEARCH).await;
        refused(&answer, 403, "AVX_GW_005", no_access);
        assert_eq!(part(&token, 1)["sub"], "svc");
        let headers = [("username", "svc"), ("password", PASSWORD)];
        assert_eq!(post(&company, "login", &headers, "{}").await.status, 401, "it has no password");
    });
}
