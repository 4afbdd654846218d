use exeunt::faces::netex;

use super::{ADMIN, Body, Face, FindsNobody, OPERATOR, Refusal, Row, Why, hold, row};
use crate::fixture::Answer;

const ROWS: &[Row] = &[
    row("PUT", "users/{}/deactivate", r#"{"message":"Bye"}"#, OPERATOR, 200, FindsNobody),
    row("PUT", "users/{}/activate", "", OPERATOR, 200, FindsNobody),
    // There is no mail server to hand it to.
    row("POST", "users/{}/welcomeMail", "", ADMIN, 503, FindsNobody),
];

const FACE: Face = Face {
    root: "/integration/ws/management/rest/",
    rows: ROWS,
    credential: |secret| ("X-Cloud-Auth-Token", secret.to_owned()),
    headers: &[("Content-Type", "application/json")],
    stand_ins: |_| vec![("users/{}", "users/leaver".to_owned()), ("groups/{}", "groups/Ops".to_owned())],
    refusal,
    succeeded: |_| true,
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
