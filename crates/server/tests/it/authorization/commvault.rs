use exeunt::faces::commvault::route;
use serde_json::Value;

use super::stage::VM;
use super::{
    ADMIN, AUDITOR, ActsAtHome, Body, Face, FindsNobody, OPEN, OPERATOR, Refusal, Row, SIGNED_IN, Why, hold,
    row,
};
use crate::fixture::Answer;

const LOGIN: &str = r#"{"username":"leaver","password":"Y29ycmVjdCBob3JzZQ=="}"#;
const LEAVER: &str = r#"{"userName":"leaver"}"#;
const PAIR: &str = r#"{"accessToken":"{access}","refreshToken":"{refresh}"}"#;
const SESSION: &str = r#"{"sessionId":"{session}","deviceId":"pc"}"#;
const LOCKED: &str = r#"{"lockedAccounts":[{"user":{"userId":{user}}}]}"#;
const NEWCOMER: &str = r#"{"users":[{"userEntity":{"userName":"newcomer"}}]}"#;
const NEWCOMERS: &str = r#"{"users":[{"name":"newcomer"}]}"#;
const RENAMED: &str = r#"{"users":[{"fullName":"Another Name"}]}"#;
const LEAVERS: &str = r#"{"users":[{"user":{"id":{user}},"newUserGroup":{"id":{group}}}]}"#;
const GROUPS: &str = r#"{"userGroups":[{"userGroup":{"id":{group}},"newUser":{"id":1}}]}"#;
const TENANT: &str = r#"{"tenantId":1}"#;

const ROWS: &[Row] = &[
    row("GET", "", "", OPEN, 200, ActsAtHome),
    row("POST", "Login", LOGIN, OPEN, 200, ActsAtHome),
    row("POST", "RenewLoginToken", SESSION, OPEN, 200, ActsAtHome),
    row("POST", "Logout", "", SIGNED_IN, 200, ActsAtHome),
    row("POST", "WhoAmI", "", SIGNED_IN, 200, ActsAtHome),
    row("GET", "v2/whoami", "", SIGNED_IN, 200, ActsAtHome),
    row("GET", "CommServ", "", SIGNED_IN, 200, ActsAtHome),
    row("GET", "Security/TwoFactorAuth/Status?username=leaver", "", AUDITOR, 200, FindsNobody),
    row("GET", "Session?userId={user}", "", AUDITOR, 200, FindsNobody),
    row("POST", "User/Unlock", LOCKED, ADMIN, 200, FindsNobody),
    row("GET", "UsersAndGroups", "", AUDITOR, 200, ActsAtHome),
    row("POST", "User/Offboard", LEAVER, OPERATOR, 200, FindsNobody),
    row("POST", "Subclient/{subclient}/Offboard", "", OPERATOR, 200, FindsNobody),
    row("POST", "VM/{guid}/Offboard", "", OPERATOR, 200, FindsNobody),
    row("POST", "Tenant/Offboard", TENANT, OPERATOR, 200, FindsNobody),
    row("GET", "User", "", AUDITOR, 200, ActsAtHome),
    row("POST", "User", NEWCOMER, ADMIN, 200, ActsAtHome),
    row("POST", "User/{user}", r#"{"users":[{"enableUser":false}]}"#, OPERATOR, 200, FindsNobody),
    row("GET", "User/{user}", "", AUDITOR, 200, FindsNobody),
    row("POST", "User/{user}", RENAMED, ADMIN, 200, FindsNobody),
    row("DELETE", "User/{user}?newUserGroupId={group}", "", OPERATOR, 200, FindsNobody),
    row("PUT", "User/{user}/Disable", "", OPERATOR, 200, FindsNobody),
    row("PUT", "User/{user}/Enable", "", OPERATOR, 200, FindsNobody),
    row("GET", "User/{user}/Security", "", AUDITOR, 200, FindsNobody),
    row("GET", "UserGroup", "", AUDITOR, 200, ActsAtHome),
    row("GET", "UserGroup/{group}", "", AUDITOR, 200, FindsNobody),
    row("DELETE", "UserGroup/{group}?newUserId=1", "", ADMIN, 200, FindsNobody),
    row("GET", "UserGroup/{group}/Security", "", AUDITOR, 200, FindsNobody),
    row("POST", "ApiToken/User", "{}", SIGNED_IN, 200, ActsAtHome),
    row("GET", "V4/user", "", AUDITOR, 200, ActsAtHome),
    row("POST", "V4/user", NEWCOMERS, ADMIN, 200, ActsAtHome),
    row("GET", "V4/user/{user}", "", AUDITOR, 200, FindsNobody),
    row("PUT", "V4/user/{user}", r#"{"enabled":false}"#, OPERATOR, 200, FindsNobody),
    row("PUT", "V4/user/{user}", r#"{"fullName":"Other"}"#, ADMIN, 200, FindsNobody),
    row("DELETE", "V4/user/{user}?transfertoUserGroup={group}", "", OPERATOR, 200, FindsNobody),
    row("PUT", "V4/user/action/delete", LEAVERS, OPERATOR, 200, FindsNobody),
    row("GET", "V4/UserGroup", "", AUDITOR, 200, ActsAtHome),
    row("GET", "V4/UserGroup/{group}", "", AUDITOR, 200, FindsNobody),
    row("DELETE", "V4/UserGroup/{group}?transferToUser=1", "", ADMIN, 200, FindsNobody),
    row("PUT", "V4/UserGroup/action/delete", GROUPS, ADMIN, 200, FindsNobody),
    row("POST", "V4/AccessToken", "{}", SIGNED_IN, 200, ActsAtHome),
    row("POST", "V4/AccessToken/Renew", PAIR, OPEN, 200, ActsAtHome),
    row("DELETE", "V4/AccessToken/{token}", "", ADMIN, 200, FindsNobody),
];

pub(super) const FACE: Face = Face {
    root: "/webconsole/api/",
    rows: ROWS,
    credential: |secret| ("Authtoken", format!("QSDK {secret}")),
    headers: &[("Accept", "application/json")],
    stand_ins: |things| {
        vec![
            ("{user}", things.leaver.to_string()),
            ("{group}", things.group.to_string()),
            ("{subclient}", things.subclient.to_string()),
            ("{guid}", VM.to_owned()),
            ("{session}", things.session.clone()),
            ("{token}", things.token.to_string()),
            ("{access}", things.access.clone()),
            ("{refresh}", things.refresh.clone()),
        ]
    },
    refusal,
    succeeded: |answer: &Answer| codes(answer).iter().all(|code| *code == 0),
    is_error: |answer: &Answer| {
        let refused_login = !answer.json()["errList"].as_array().is_none_or(Vec::is_empty);
        refused_login || codes(answer).iter().any(|code| *code != 0)
    },
    finds_nobody: |answer: &Answer| {
        let codes = codes(answer);
        answer.status == 404 || codes.contains(&2) && codes.iter().all(|code| *code == 2)
    },
};

const DENIED: &str = r#"{"errorMessage":"Access denied","errorCode":5}"#;
const NOT_ALLOWED: &str = "You are not allowed to do this";

/// Whoever has no good token is told so by the status, others by a code in the operation's own shape.
fn refusal(row: &Row, why: Why) -> Refusal {
    if why != Why::Forbidden {
        return Refusal { status: 401, body: Body::Is(DENIED.to_owned()) };
    }
    let status = if row.path.starts_with("V4/") { 403 } else { 200 };
    Refusal { status, body: Body::Holds(vec![r#""errorCode":5"#.to_owned(), NOT_ALLOWED.to_owned()]) }
}

/// Every `errorCode` of an answer, wherever it stands.
fn codes(answer: &Answer) -> Vec<i64> {
    fn collect(value: &Value, codes: &mut Vec<i64>) {
        match value {
            Value::Object(fields) => {
                let code = fields.get("errorCode").or_else(|| fields.get("statusCode"));
                codes.extend(code.and_then(Value::as_i64));
                fields.values().for_each(|value| collect(value, codes));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, codes)),
            _ => {}
        }
    }
    let mut codes = Vec::new();
    // Logout answers plain text.
    if let Ok(value) = serde_json::from_str(&answer.body) {
        collect(&value, &mut codes);
    }
    codes
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    hold(&FACE).await;
}

#[test]
fn every_route_is_in_the_table() {
    FACE.is_complete(
        route::endpoints().map(|endpoint| (endpoint.method.to_string(), endpoint.path.to_owned())),
    );
}
