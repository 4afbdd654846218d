use exeunt::faces::netex;

use super::{ADMIN, AUDITOR, ActsAtHome, Body, Face, FindsNobody, OPERATOR, Refusal, Row, Why, hold, row};
use crate::fixture::Answer;

const NEW: &str = r#"{"username":"new","name":"N","surname":"N","email":"n@example.com","language":"en","timezone":"Europe/London","roles":{"management":["user"]}}"#;

const ROWS: &[Row] = &[
    row("GET", "users", "", AUDITOR, 200, ActsAtHome),
    row("POST", "users", NEW, ADMIN, 200, ActsAtHome),
    row("GET", "users/{}", "", AUDITOR, 200, FindsNobody),
    row("PUT", "users/{}", r#"{"name":"Other"}"#, ADMIN, 200, FindsNobody),
    row("DELETE", "users/{}", "", OPERATOR, 200, FindsNobody),
    row("PUT", "users/{}/deactivate", r#"{"message":"Bye"}"#, OPERATOR, 200, FindsNobody),
    row("PUT", "users/{}/activate", "", OPERATOR, 200, FindsNobody),
    // There is no mail server to hand it to.
    row("POST", "users/{}/welcomeMail", "", ADMIN, 503, FindsNobody),
    row("PUT", "users/{}/changePassword", r#"{"newPassword":"long enough"}"#, ADMIN, 200, FindsNobody),
    row("GET", "users/{}/groups", "", AUDITOR, 200, FindsNobody),
    row("POST", "groups/{}/users.add", r#"{"userIds":["leaver"]}"#, ADMIN, 200, FindsNobody),
    row("POST", "groups/{}/users.remove", r#"{"userIds":["leaver"]}"#, ADMIN, 200, FindsNobody),
    row("GET", "groups/{}/admins", "", AUDITOR, 200, FindsNobody),
    row("POST", "groups/{}/admins.add", r#"{"adminIds":["leaver"]}"#, ADMIN, 200, FindsNobody),
    row("POST", "groups/{}/admins.remove", r#"{"adminIds":["leaver"]}"#, ADMIN, 200, FindsNobody),
];

pub(super) const FACE: Face = Face {
    root: "/integration/ws/management/rest/",
    rows: ROWS,
    credential: |secret| ("X-Cloud-Auth-Token", secret.to_owned()),
    headers: &[("Content-Type", "application/json")],
    stand_ins: |_| vec![("users/{}", "users/leaver".to_owned()), ("groups/{}", "groups/Ops".to_owned())],
    refusal,
    succeeded: |_| true,
    is_error: |answer: &Answer| {
        let body = answer.json();
        let keys: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        keys == ["location", "message", "responsePlatforms", "status"]
            && body["status"] == answer.status.as_u16()
    },
    finds_nobody: |answer: &Answer| answer.status == 404 && answer.json()["status"] == 404,
};

fn refusal(_: &Row, why: Why) -> Refusal {
    let (status, message) = match why {
        Why::NoCredential => (401, "X-Cloud-Auth-Token is missing"),
        Why::BadCredential => (401, "X-Cloud-Auth-Token is unknown"),
        Why::Forbidden => (403, "The token's account lacks the management role admin"),
    };
    let body =
        format!(r#"{{"location":null,"message":"{message}","responsePlatforms":{{}},"status":{status}}}"#);
    Refusal { status, body: Body::Is(body) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    hold(&FACE).await;
}

#[test]
fn every_route_is_in_the_table() {
    FACE.is_complete(netex::endpoints().map(|(method, path)| (method.to_string(), path.to_owned())));
}
