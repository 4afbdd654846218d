use domain::{Goal, Role};
use exeunt::app::{Start, UserRef};

use super::{is, post, refused};
use crate::fixture::{Answer, Company, PASSWORD};

const ENDPOINTS: [&str; 4] =
    ["login", "acctmgmt-perform-login", "avxapi/login", "avxapi/acctmgmt-perform-login"];
const LOGGED_OUT: &str = r#"{"response":{"status":"SUCCESS","appStatusCode":null,"statusDescription":null,"sessionId":null,"availableLoginAttemptCount":null},"message":null,"appStatusCode":null,"tags":null,"headers":null}"#;

async fn login(company: &Company, user_name: &str, password: &str) -> Answer {
    post(company, "avxapi/login", &[("username", user_name), ("password", password)], "{}").await
}

#[track_caller]
fn failed(answer: &Answer, status: u16, code: &str, text: &str) {
    let body = format!(
        r#"{{"response":{{"status":"FAILED","appStatusCode":"{code}","statusDescription":"{text}","sessionId":null,"availableLoginAttemptCount":null}},"message":"{text}","appStatusCode":"{code}","tags":null,"headers":null}}"#
    );
    is(answer, status, &body);
}

/// Contract section 3.1, with a session id of our own in the sample's place; both names, both path forms.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample() {
    let company = Company::new().await;
    for endpoint in ENDPOINTS {
        for body in ["{}", "", "not read"] {
            let headers = [("username", "operator"), ("password", PASSWORD)];
            let answer = post(&company, endpoint, &headers, body).await;
            let id = answer.json()["response"]["sessionId"].as_str().expect("a session").to_owned();
            let sample = r#"{"response":{"status":"SUCCESS","appStatusCode":null,"statusDescription":null,"sessionId":"ID","availableLoginAttemptCount":null},"message":null,"appStatusCode":null,"tags":null,"headers":null}"#;
            is(&answer, 200, &sample.replace("ID", &id));
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "a dashed UUID: clients slice it");
            company.app.authenticate(&id).await.expect("a session");
        }
    }
}

/// Contract section 3.1: an object in `response`, the same code and text inside and outside.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_login_carries_an_object() {
    let company = Company::new().await;
    for (user_name, password) in [("operator", "wrong"), ("nobody", PASSWORD), ("operator", "pässword")] {
        failed(
            &login(&company, user_name, password).await,
            401,
            "AVX_GW_003",
            "Login failed. Invalid credentials",
        );
    }
    let name_alone = post(&company, "login", &[("username", "operator")], "{}").await;
    failed(&name_alone, 400, "ACCT_US_015", "Mandatory Field 'password' is missing or empty");
    for headers in [&[][..], &[("password", PASSWORD)], &[("username", ""), ("password", PASSWORD)]] {
        let answer = post(&company, "login", headers, "{}").await;
        failed(&answer, 400, "ACCT_US_015", "Mandatory Field 'username' is missing or empty");
    }
    let headers = [("username", "operator"), ("password", PASSWORD)];
    let answer = company.call("POST", "/avxapi/login", &headers, "{}").await;
    failed(&answer, 400, "MANDATORY_FIELD_MISSING", "Mandatory Field 'gwsource' is missing or empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_is_for_the_right_password_only() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let start = Start {
        message: Some("Please contact HR.".to_owned()),
        ..Start::new(Goal::Deactivate, vec![UserRef::Name("jsmith".to_owned())])
    };
    company.app.start(&company.console, start).await.expect("deactivated");
    failed(&login(&company, "jsmith", PASSWORD).await, 401, "AVX_GW_003", "Please contact HR.");
    failed(&login(&company, "jsmith", "wrong").await, 401, "AVX_GW_003", "Login failed. Invalid credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failures_lock_the_account_for_a_while() {
    let company = Company::new().await;
    for _ in 0..5 {
        failed(
            &login(&company, "operator", "wrong").await,
            401,
            "AVX_GW_003",
            "Login failed. Invalid credentials",
        );
    }
    let text = "Login failed. Too many failed attempts; try again in 30 seconds.";
    failed(&login(&company, "operator", PASSWORD).await, 401, "AVX_GW_003", text);
    let headers = [("username", "operator"), ("password", PASSWORD)];
    let on_a_call = post(&company, "acctmgmt-remove-user", &headers, &super::payload(&["auditor"])).await;
    refused(&on_a_call, 401, "AVX_GW_003", text);
    company.clock.advance(30_000);
    assert_eq!(login(&company, "operator", PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_idle_for_fifteen_minutes_at_most() {
    let company = Company::new().await;
    let session = login(&company, "operator", PASSWORD).await.json()["response"]["sessionId"].clone();
    let session = session.as_str().expect("a session");
    let probe = super::payload(&["nobody at all"]);
    for (wait_minutes, code) in [(14, "ACCT_US_001"), (14, "ACCT_US_001"), (15, "AVX_GW_012")] {
        company.clock.advance(wait_minutes * 60_000);
        let answer = super::remove(&company, session, &probe).await;
        assert_eq!(answer.json()["appStatusCode"], code, "after {wait_minutes} minutes");
    }
}

/// Contract section 3.4.
#[tokio::test(flavor = "multi_thread")]
async fn logout_ends_the_session_once() {
    let company = Company::new().await;
    for endpoint in ["acctmgmt-perform-logout", "avxapi/acctmgmt-perform-logout"] {
        let session = company.session("operator").await;
        is(&post(&company, endpoint, &[("sessionId", &session)], "").await, 200, LOGGED_OUT);
        let again = post(&company, endpoint, &[("sessionId", &session)], "{}").await;
        refused(&again, 401, "AVX_GW_012", "Unauthorized access, reason - Invalid Token");
        assert!(company.app.authenticate(&session).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_takes_a_session_and_nothing_else() {
    let company = Company::new().await;
    let token = company.token("operator").await;
    let missing = "Session validation failed, reason - Session information is missing.";
    for headers in [
        &[][..],
        &[("sessionId", "")],
        &[("Token", token.as_str())],
        &[("username", "operator"), ("password", PASSWORD)],
    ] {
        let answer = post(&company, "acctmgmt-perform-logout", headers, "").await;
        refused(&answer, 407, "AVX_GW_011", missing);
    }
    let answer = post(&company, "acctmgmt-perform-logout", &[("sessionId", &token)], "").await;
    refused(&answer, 401, "AVX_GW_012", "Unauthorized access, reason - Invalid Token");
    company.app.authenticate(&token).await.expect("the token lives on");
}
