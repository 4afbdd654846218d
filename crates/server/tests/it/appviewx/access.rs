use domain::{Role, UserState};

use super::{REMOVED, is, payload, post, refused, refused_for, remove};
use crate::fixture::{Company, PASSWORD, other_tenant};

const MISSING: &str = "Session validation failed, reason - Session information is missing.";
const BAD_TOKEN: &str = "Unauthorized access, reason - Invalid Token";
const BAD_PASSWORD: &str = "Authentication failed, reason - Invalid Credentials.";

type Headers<'a> = &'a [(&'a str, &'a str)];

/// Contract section 2.1: the first credential sent decides, and nothing falls through.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_credential_decides() {
    let company = Company::new().await;
    let (session, token) = (company.session("operator").await, company.token("operator").await);
    let (session, token) = (session.as_str(), token.as_str());
    let good: &[Headers<'_>] = &[
        &[("sessionId", session)],
        &[("Sessionid", session), ("Token", "bad")],
        &[("SESSIONID", ""), ("Token", token)],
        &[("token", token), ("username", "operator"), ("password", "wrong")],
        &[("Token", session)],
        &[("Username", "operator"), ("Password", PASSWORD)],
    ];
    for headers in good {
        company.user("leaver", Role::None).await;
        is(&post(&company, "acctmgmt-remove-user", headers, &payload(&["leaver"])).await, 200, REMOVED);
    }
    company.user("leaver", Role::None).await;
    let bad: &[(Headers<'_>, u16, &str, &str)] = &[
        (&[("sessionId", "bad"), ("Token", token)], 401, "AVX_GW_012", BAD_TOKEN),
        (&[("Token", "bad"), ("username", "operator"), ("password", PASSWORD)], 401, "AVX_GW_012", BAD_TOKEN),
        (&[("username", "operator"), ("password", "wrong")], 401, "AVX_GW_003", BAD_PASSWORD),
        (&[("username", "nobody"), ("password", PASSWORD)], 401, "AVX_GW_003", BAD_PASSWORD),
        (&[], 407, "AVX_GW_011", MISSING),
        (&[("username", "operator")], 407, "AVX_GW_011", MISSING),
        (&[("sessionId", ""), ("Token", ""), ("username", ""), ("password", "")], 407, "AVX_GW_011", MISSING),
    ];
    for (headers, status, code, message) in bad {
        let answer = post(&company, "acctmgmt-remove-user", headers, &payload(&["leaver"])).await;
        refused(&answer, *status, code, message);
        assert_eq!(answer.header("proxy-authenticate"), None, "407 comes from the origin");
    }
    assert_eq!(company.detail("leaver").await.user.state, UserState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_and_administrators_may_remove_others_may_not() {
    let company = Company::new().await;
    company.user("nobody", Role::None).await;
    for (user, allowed) in [("admin", true), ("operator", true), ("auditor", false), ("nobody", false)] {
        let (session, token) = (company.session(user).await, company.token(user).await);
        let credentials: [Headers<'_>; 3] =
            [&[("sessionId", &session)], &[("Token", &token)], &[("username", user), ("password", PASSWORD)]];
        for headers in credentials {
            let leaver = format!("leaver of {user} {}", headers[0].0);
            company.user(&leaver, Role::None).await;
            let answer = post(&company, "acctmgmt-remove-user", headers, &payload(&[&leaver])).await;
            if allowed {
                is(&answer, 200, REMOVED);
            } else {
                refused(&answer, 403, "AVX_GW_005", "User does not have access to the targeted API");
                assert_eq!(company.detail(&leaver).await.user.state, UserState::Active);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_tokens_of_the_removed_are_dead_at_once_on_every_face() {
    let company = Company::new().await;
    company.user("second", Role::Operator).await;
    let (session, token) = (company.session("second").await, company.token("second").await);
    let caller = company.session("operator").await;
    is(&remove(&company, &caller, &payload(&["second"])).await, 200, REMOVED);
    for secret in [&session, &token] {
        for header in ["sessionId", "Token"] {
            let answer =
                post(&company, "acctmgmt-remove-user", &[(header, secret)], &payload(&["auditor"])).await;
            refused(&answer, 401, "AVX_GW_012", BAD_TOKEN);
        }
        let target = "/integration/ws/management/rest/users/auditor/deactivate";
        let answer = company.call("PUT", target, &[("X-Cloud-Auth-Token", secret)], "").await;
        assert_eq!(answer.status, 401);
    }
    let headers = [("username", "second"), ("password", PASSWORD)];
    let answer = post(&company, "acctmgmt-remove-user", &headers, &payload(&["auditor"])).await;
    refused(&answer, 401, "AVX_GW_003", BAD_PASSWORD);
    assert_eq!(company.detail("auditor").await.user.state, UserState::Active);
}

/// At sign-in the tenant comes from the host, afterwards from the session alone.
#[tokio::test(flavor = "multi_thread")]
async fn tenants_do_not_meet() {
    let company = Company::new().await;
    other_tenant(&company, "other.example.com").await;
    company.user("jsmith", Role::None).await;
    let host = ("Host", "Other.Example.com:31443");
    let headers = [host, ("username", "admin"), ("password", PASSWORD)];
    let answer = post(&company, "login", &headers, "{}").await;
    let session = answer.json()["response"]["sessionId"].as_str().expect("a session").to_owned();
    for headers in [
        &[("sessionId", session.as_str())][..],
        &[("sessionId", session.as_str()), ("Host", "localhost")],
        &headers,
    ] {
        let answer = post(&company, "acctmgmt-remove-user", headers, &payload(&["jsmith"])).await;
        refused_for(&answer, 404, "ACCT_US_001", "User Not Found.", &["jsmith"]);
    }
    let unknown_there = [host, ("username", "operator"), ("password", PASSWORD)];
    assert_eq!(post(&company, "login", &unknown_there, "{}").await.status, 401);
    assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
}

/// Credentials travel in plain headers: they are kept out of the log.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_logged() {
    let company = Company::new().await;
    let headers = [("username", "operator"), ("password", "S3cret!wrong")];
    post(&company, "login", &headers, "{}").await;
    let headers = [("username", "operator"), ("password", PASSWORD)];
    let answer = post(&company, "login", &headers, "{}").await;
    let session = answer.json()["response"]["sessionId"].as_str().expect("a session").to_owned();
    company.log_head().await;
    let page = company.app.log(&company.console, &store::log::Filter::All, 0, 500).await.expect("the log");
    let log = format!("{:?}", page.rows);
    for secret in ["S3cret!wrong", PASSWORD, &session] {
        assert!(!log.contains(secret), "{secret}");
    }
}
