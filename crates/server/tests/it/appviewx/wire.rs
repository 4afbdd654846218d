use domain::Role;

use super::{REMOVED, is, payload, refused};
use crate::fixture::{Company, PASSWORD};

const NOT_KNOWN: &str = r#"{"response":null,"message":"The endpoint does not exist.","appStatusCode":null,"tags":null,"headers":null}"#;
const NOT_ALLOWED: &str = r#"{"response":null,"message":"The method is not allowed.","appStatusCode":null,"tags":null,"headers":null}"#;

#[tokio::test(flavor = "multi_thread")]
async fn paths_with_and_without_prefix_in_any_case() {
    let company = Company::new().await;
    let session = company.session("operator").await;
    for path in ["/acctmgmt-remove-user", "/avxapi/acctmgmt-remove-user", "/AVXAPI/acctmgmt-Remove-User"] {
        company.user("user_01", Role::None).await;
        let target = format!("{path}?gwsource=external");
        let answer = company.call("POST", &target, &[("sessionId", &session)], &payload(&["user_01"])).await;
        is(&answer, 200, REMOVED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_mandatory_and_any_will_do() {
    let company = Company::new().await;
    let session = company.session("operator").await;
    for query in [
        "gwsource=external",
        "gwsource=WEB",
        "GwSource=anything",
        "&gwsource=web",
        "gwkey=f000ca01&gwsource=external",
        "userGroupName=group_1;gwsource=external",
    ] {
        company.user("user_01", Role::None).await;
        let target = format!("/acctmgmt-remove-user?{query}");
        let answer = company.call("POST", &target, &[("sessionId", &session)], &payload(&["user_01"])).await;
        is(&answer, 200, REMOVED);
    }
    company.user("user_01", Role::None).await;
    for target in
        ["acctmgmt-remove-user", "acctmgmt-remove-user?gwsource=", "acctmgmt-perform-logout?gwkey=x"]
    {
        let target = format!("/avxapi/{target}");
        let answer = company.call("POST", &target, &[("sessionId", &session)], &payload(&["user_01"])).await;
        let message = "Mandatory Field 'gwsource' is missing or empty";
        refused(&answer, 400, "MANDATORY_FIELD_MISSING", message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_endpoints_and_other_methods() {
    let company = Company::new().await;
    let session = company.session("operator").await;
    let headers = [("sessionId", session.as_str())];
    is(&company.call("POST", "/avxapi/nothing?gwsource=web", &headers, "{}").await, 404, NOT_KNOWN);
    for method in ["GET", "PUT", "DELETE"] {
        for path in ["/login", "/avxapi/acctmgmt-remove-user"] {
            let answer = company.call(method, &format!("{path}?gwsource=web"), &headers, "").await;
            is(&answer, 405, NOT_ALLOWED);
            assert_eq!(answer.header("allow"), Some("POST"));
        }
    }
    let elsewhere = company.call("POST", "/nothing?gwsource=web", &headers, "{}").await;
    assert_ne!(elsewhere.body, NOT_KNOWN, "without the prefix only known endpoints are this face's");
}

/// Clients send names as raw UTF-8 in a header.
#[tokio::test(flavor = "multi_thread")]
async fn names_beyond_ascii() {
    let company = Company::new().await;
    company.user("Zoë O'Ünal", Role::Operator).await;
    company.user("日本/田中", Role::None).await;
    let headers = [("username", "Zoë O'Ünal"), ("password", PASSWORD)];
    let target = "/acctmgmt-remove-user?gwsource=web";
    is(&company.call("POST", target, &headers, &payload(&["日本/田中"])).await, 200, REMOVED);
}
