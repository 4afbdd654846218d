use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Role;
use serde_json::{Value, json};

use super::{call, is, post, refused, refused_for};
use crate::fixture::{Answer, Company};
use crate::home::both;

const ADDED: &str = r#"{"response":"User added successfully","message":"User added successfully","appStatusCode":null,"tags":null,"headers":null}"#;
const REGROUPED: &str = r#"{"response":"Successfully modified user-usergroup association.","message":"Successfully modified user-usergroup association.","appStatusCode":null,"tags":null,"headers":null}"#;

async fn add(company: &Company, session: &str, payload: &Value) -> Answer {
    let body = json!({ "payload": payload }).to_string();
    call(company, session, "POST", "user?gwsource=external", &body).await
}

async fn regroup(company: &Company, session: &str, payload: Value) -> Answer {
    let body = json!({ "payload": payload }).to_string();
    call(company, session, "PUT", "user-updateUsergroups?gwsource=web", &body).await
}

/// The payload of the vendor's page.
fn sample() -> Value {
    json!({
        "loginName": "appviewx", "password": "QWRtaW5AMTIz", "confirmPassword": "QWRtaW5AMTIz",
        "isExternalAuth": "N", "comment": "This is a test user", "preferredContactMode": "E",
        "email": "a@example.com",
    })
}

/// Contract section 3.5.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_and_its_repetition() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    is(&add(&company, &session, &sample()).await, 201, ADDED);
    let added = company.detail("appviewx").await.user;
    assert_eq!((added.email.as_str(), added.description.as_str()), ("a@example.com", "This is a test user"));
    assert_eq!(added.role, Role::None);
    let headers = [("username", "appviewx"), ("password", "Admin@123")];
    assert_eq!(post(&company, "login", &headers, "{}").await.status, 200);
    for name in ["appviewx", "AppViewX"] {
        let again = json!({ "loginName": name });
        let mut payload = sample();
        payload["loginName"] = again["loginName"].clone();
        refused(&add(&company, &session, &payload).await, 409, "ACCT_US_904", "User name already exist.");
    }
}

#[test]
fn of_concurrent_identical_additions_exactly_one_wins() {
    both(|company| async move {
        let session = company.session("admin").await;
        let payload = sample();
        let answers = (0..8).map(|_| add(&company, &session, &payload));
        let mut statuses: Vec<u16> = futures_util::future::join_all(answers)
            .await
            .iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    });
}

/// Somebody who signs in elsewhere gets no password here, whatever is sent.
#[tokio::test(flavor = "multi_thread")]
async fn external_users_have_no_password_here() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    let mut payload = sample();
    payload["isExternalAuth"] = json!("y");
    payload["confirmPassword"] = json!("another");
    is(&add(&company, &session, &payload).await, 201, ADDED);
    let headers = [("username", "appviewx"), ("password", "Admin@123")];
    assert_eq!(post(&company, "login", &headers, "{}").await.status, 401);
    let body = r#"{"payload":{"filterValue":"appviewx"}}"#;
    let found = post(&company, "user-search", &[("sessionId", &session)], body).await;
    assert_eq!(found.json()["response"]["objects"][0]["isExternalAuth"], "Y");
    for field in ["password", "confirmPassword", "comment"] {
        payload.as_object_mut().expect("fields").remove(field);
    }
    payload["loginName"] = json!("second");
    is(&add(&company, &session, &payload).await, 201, ADDED);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_field_is_named() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    let before = company.log_head().await;
    for field in
        ["loginName", "password", "confirmPassword", "isExternalAuth", "preferredContactMode", "email"]
    {
        for empty in [json!(null), json!(""), json!("  ")] {
            let mut payload = sample();
            payload[field] = empty;
            let answer = add(&company, &session, &payload).await;
            let message = format!("Mandatory Field '{field}' is missing or empty");
            refused(&answer, 400, "ACCT_US_015", &message);
        }
    }
    for body in ["", "{}", "[]", r#"{"payload":[]}"#, r#"{"loginName":"x"}"#] {
        let answer = call(&company, &session, "POST", "user?gwsource=web", body).await;
        refused(&answer, 400, "ACCT_US_015", "Mandatory Field 'loginName' is missing or empty");
    }
    assert_eq!(company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    let before = company.log_head().await;
    let (long, base64) = ("x".repeat(1_001), |text: &[u8]| STANDARD.encode(text));
    for (field, value, why) in [
        ("loginName", json!(1), "must be a string"),
        ("loginName", json!(" padded"), "must not begin or end with a space"),
        ("loginName", json!("x".repeat(256)), "must not exceed 255 characters"),
        ("loginName", json!("nul\0"), "must not hold control characters"),
        ("loginName", json!("console"), "is reserved: the log would take it for something else"),
        ("password", json!("not Base64!"), "must be Base64 of UTF-8"),
        ("password", json!(base64(b"\xff\xfe\xfd")), "must be Base64 of UTF-8"),
        ("confirmPassword", json!("QWRtaW5AMTI0"), "is not the same as password"),
        ("confirmPassword", json!(["QWRtaW5AMTIz"]), "must be a string"),
        ("isExternalAuth", json!("maybe"), "must be N or Y"),
        ("isExternalAuth", json!(true), "must be a string"),
        ("preferredContactMode", json!("P"), "must be E"),
        ("email", json!("a\0b"), "must be plain text"),
        ("email", json!(long), "must not exceed 1000 characters"),
        ("comment", json!(long), "must not exceed 1000 characters"),
        ("comment", json!({}), "must be a string"),
    ] {
        let mut payload = sample();
        payload[field] = value;
        let answer = add(&company, &session, &payload).await;
        refused(&answer, 400, "INVALID_REQUEST", &format!("{field}: {why}"));
    }
    for (password, why) in
        [("short", "must have at least 8 characters"), (&long, "must not exceed 1024 bytes")]
    {
        let password = if password.len() > 10 {
            base64(password.repeat(2).as_bytes())
        } else {
            base64(password.as_bytes())
        };
        let mut payload = sample();
        payload["password"] = json!(password);
        payload["confirmPassword"] = json!(password);
        let answer = add(&company, &session, &payload).await;
        refused(&answer, 400, "VALIDATION_ERROR_0004", &format!("password: {why}"));
    }
    assert_eq!(company.log_head().await, before);
}

async fn groups_of(company: &Company, user_name: &str) -> Vec<String> {
    company.detail(user_name).await.groups.into_iter().map(|group| group.name).collect()
}

/// Contract section 3.5, with the vendor's sample: group names that are not there are passed over.
#[test]
fn groups_are_assigned_and_unassigned() {
    both(regrouping);
}

async fn regrouping(company: Company) {
    company.person("appviewx").await;
    for n in 1..=4 {
        company.group(&format!("usergroup_{n}")).await;
    }
    let session = company.session("admin").await;
    for (payload, left) in [
        (
            json!({ "assignUserGroups": ["usergroup_3", "USERGROUP_4", "nobody's", "nul\0"] }),
            &["usergroup_3", "usergroup_4"][..],
        ),
        (
            json!({ "assignUserGroups": ["usergroup_1", "usergroup_2"], "unassignUserGroups": ["usergroup_3", "no"] }),
            &["usergroup_1", "usergroup_2", "usergroup_4"],
        ),
        (json!({ "unAssignUserGroups": ["usergroup_4"] }), &["usergroup_1", "usergroup_2"]),
        (
            json!({ "assignUserGroups": ["usergroup_1"], "unassignUserGroups": ["usergroup_1"] }),
            &["usergroup_1", "usergroup_2"],
        ),
        (json!({ "assignUserGroups": null, "unassignUserGroups": [] }), &["usergroup_1", "usergroup_2"]),
        (json!({ "unassignUserGroups": ["usergroup_2", "usergroup_1"] }), &[]),
    ] {
        let mut payload = payload;
        payload["loginName"] = json!("appviewx");
        is(&regroup(&company, &session, payload).await, 200, REGROUPED);
        assert_eq!(groups_of(&company, "appviewx").await, left);
    }
}

/// The same for the account of a program, in the words of that call.
#[tokio::test(flavor = "multi_thread")]
async fn a_programs_account_has_groups_too() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    for name in ["admin usergroup", "usergroup_1"] {
        company.group(name).await;
    }
    let assign = async |payload: Value| {
        let body = json!({ "payload": payload }).to_string();
        let target = "platform-assign-usergroup-to-service-account?gwsource=web";
        call(&company, &session, "PUT", target, &body).await
    };
    let account = r#"{"payload":{"loginName":"internal90","email":"i@example.com"}}"#;
    call(&company, &session, "POST", "acctmgmt-add-service-account?gwsource=web", account).await;
    for (join, leave, left) in [
        (json!(["admin usergroup", "none"]), json!([]), &["admin usergroup"][..]),
        (json!(["usergroup_1"]), json!(["admin usergroup"]), &["usergroup_1"]),
    ] {
        let payload =
            json!({ "loginName": "internal90", "assignedUserGroup": join, "unassignedUserGroup": leave });
        is(
            &assign(payload).await,
            200,
            r#"{"response":"success","message":null,"appStatusCode":null,"tags":null,"headers":null}"#,
        );
        assert_eq!(groups_of(&company, "internal90").await, left);
    }
    let missing = "Mandatory Field 'loginName' is missing or empty";
    refused(&assign(json!({})).await, 400, "ACCT_US_015", missing);
    let unknown = assign(json!({ "loginName": "nobody" })).await;
    refused_for(&unknown, 404, "ACCT_US_001", "User Not Found.", &["nobody"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_nobody_and_no_groups() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    let before = company.log_head().await;
    let missing = "Mandatory Field 'loginName' is missing or empty";
    refused(&regroup(&company, &session, json!({})).await, 400, "ACCT_US_015", missing);
    for name in ["nobody", "AUDITOR", "nul\0"] {
        let answer = regroup(&company, &session, json!({ "loginName": name })).await;
        assert_eq!(answer.json()["tags"]["userNames"], json!([name]));
        if name != "nul\0" {
            refused_for(&answer, 404, "ACCT_US_001", "User Not Found.", &[name]);
        }
    }
    for (field, value) in [
        ("assignUserGroups", json!("usergroup_1")),
        ("assignUserGroups", json!([""])),
        ("unassignUserGroups", json!([1])),
        ("unAssignUserGroups", json!({})),
    ] {
        let answer = regroup(&company, &session, json!({ "loginName": "auditor", field: value })).await;
        refused(&answer, 400, "INVALID_REQUEST", &format!("{field}: must be an array of names"));
    }
    let many: Vec<String> = (0..501).map(|n| format!("group {n}")).collect();
    let answer =
        regroup(&company, &session, json!({ "loginName": "auditor", "assignUserGroups": many })).await;
    refused(&answer, 400, "INVALID_REQUEST", "groups must not exceed 500");
    assert_eq!(company.log_head().await, before);
}
