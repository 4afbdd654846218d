use exeunt::faces::appviewx;

use super::{
    ADMIN, AUDITOR, ActsAtHome, Body, Face, FindsNobody, OPEN, OPERATOR, Refusal, Row, SIGNED_IN, Why, hold,
    row,
};
use crate::fixture::{Answer, PASSWORD};

const PAIR: &[(&str, &str)] = &[("username", "leaver"), ("password", PASSWORD)];
const CLIENT: &[(&str, &str)] =
    &[("client_id", "{client}"), ("client_secret", "{client_secret}"), ("Content-Type", "application/json")];
const GRANT: &str = r#"{"grant_type":"client_credentials"}"#;
const SERVICE: &str = r#"{"payload":{"loginName":"svc","email":"svc@example.com"}}"#;
const NEW_USER: &str =
    r#"{"payload":{"loginName":"new","isExternalAuth":"Y","preferredContactMode":"E","email":"e"}}"#;
const NEW_GROUP: &str = r#"{"payload":{"name":"New"}}"#;
const ASSIGN: &str = r#"{"payload":{"loginName":"leaver","assignedUserGroup":["Ops"]}}"#;
const REGROUP: &str = r#"{"payload":{"loginName":"leaver","assignUserGroups":["Ops"]}}"#;

const ROWS: &[Row] = &[
    row("POST", "login?gwsource=web", "{}", OPEN, 200, ActsAtHome).with(PAIR),
    row("POST", "acctmgmt-perform-login?gwsource=web", "{}", OPEN, 200, ActsAtHome).with(PAIR),
    row("POST", "acctmgmt-perform-logout?gwsource=web", "{}", SIGNED_IN, 200, ActsAtHome),
    row(
        "POST",
        "acctmgmt-remove-user?gwsource=web",
        r#"{"payload":{"userNames":["leaver"]}}"#,
        OPERATOR,
        200,
        FindsNobody,
    ),
    row(
        "POST",
        "user-search?gwsource=web",
        r#"{"payload":{"filterValue":"leaver"}}"#,
        AUDITOR,
        200,
        FindsNobody,
    ),
    row("POST", "acctmgmt-get-service-token?gwsource=web", GRANT, OPEN, 200, ActsAtHome).with(CLIENT),
    row("POST", "acctmgmt-add-service-account?gwsource=web", SERVICE, ADMIN, 200, ActsAtHome),
    row("POST", "user?gwsource=web", NEW_USER, ADMIN, 201, ActsAtHome),
    row("PUT", "user-updateUsergroups?gwsource=web", REGROUP, ADMIN, 200, FindsNobody),
    row("PUT", "platform-assign-usergroup-to-service-account?gwsource=web", ASSIGN, ADMIN, 200, FindsNobody),
    row("POST", "usergroup?gwsource=web", NEW_GROUP, ADMIN, 201, ActsAtHome),
    row("DELETE", "userGroup?gwsource=web&userGroupName=Ops", "", ADMIN, 200, FindsNobody),
];

pub(super) const FACE: Face = Face {
    root: "/avxapi/",
    rows: ROWS,
    credential: |secret| ("sessionId", secret.to_owned()),
    headers: &[],
    stand_ins: |things| {
        vec![("{client}", things.client.clone()), ("{client_secret}", things.client_secret.clone())]
    },
    refusal,
    succeeded: |answer: &Answer| answer.json()["appStatusCode"].is_null(),
    is_error: |answer: &Answer| {
        let body = answer.json();
        let keys: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        keys == ["response", "message", "appStatusCode", "tags", "headers"] && body["message"].is_string()
    },
    finds_nobody: |answer: &Answer| answer.status == 404 && answer.json()["appStatusCode"].is_string(),
};

fn refusal(_: &Row, why: Why) -> Refusal {
    let (status, code, message) = match why {
        Why::NoCredential => {
            (407, "AVX_GW_011", "Session validation failed, reason - Session information is missing.")
        }
        Why::BadCredential => (401, "AVX_GW_012", "Unauthorized access, reason - Invalid Token"),
        Why::Forbidden => (403, "AVX_GW_005", "User does not have access to the targeted API"),
    };
    let body = format!(
        r#"{{"response":null,"message":"{message}","appStatusCode":"{code}","tags":null,"headers":null}}"#
    );
    Refusal { status, body: Body::Is(body) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    hold(&FACE).await;
}

#[test]
fn every_route_is_in_the_table() {
    FACE.is_complete(appviewx::endpoints().map(|(method, path)| (method.to_string(), path.to_owned())));
}
