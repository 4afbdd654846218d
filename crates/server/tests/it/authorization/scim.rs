use exeunt::faces::scim;
use serde_json::json;

use super::{ADMIN, ActsAtHome, Body, Face, FindsNobody, OPEN, Refusal, Row, Why, hold, row};
use crate::fixture::Answer;

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"leaver"}"#;
const NEW: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new"}"#;
const ADMINISTRATOR: &str =
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"admin"}"#;
const GROUP: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Other"}"#;
const PATCH: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"Other"}]}"#;
const SEARCH: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"count":500}"#;
const BULK: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/{leaver}"}]}"#;

const ROWS: &[Row] = &[
    row("GET", "", "", ADMIN, 200, ActsAtHome),
    row("POST", ".search", SEARCH, ADMIN, 200, ActsAtHome),
    row("GET", "Users", "", ADMIN, 200, ActsAtHome),
    row("POST", "Users", NEW, ADMIN, 201, ActsAtHome),
    row("POST", "Users/.search", SEARCH, ADMIN, 200, ActsAtHome),
    row("GET", "Users/{}", "", ADMIN, 200, FindsNobody),
    row("PUT", "Users/{}", USER, ADMIN, 200, FindsNobody),
    row("PATCH", "Users/{}", PATCH, ADMIN, 200, FindsNobody),
    row("DELETE", "Users/{}", "", ADMIN, 204, FindsNobody),
    row("GET", "Groups", "", ADMIN, 200, ActsAtHome),
    row("POST", "Groups", GROUP, ADMIN, 201, ActsAtHome),
    row("POST", "Groups/.search", SEARCH, ADMIN, 200, ActsAtHome),
    row("GET", "Groups/{}", "", ADMIN, 200, FindsNobody),
    row("PUT", "Groups/{}", GROUP, ADMIN, 200, FindsNobody),
    row("PATCH", "Groups/{}", PATCH, ADMIN, 200, FindsNobody),
    row("DELETE", "Groups/{}", "", ADMIN, 204, FindsNobody),
    row("GET", "Me", "", ADMIN, 200, ActsAtHome),
    // Whoever asks is there already, and nobody removes itself.
    row("POST", "Me", ADMINISTRATOR, ADMIN, 409, FindsNobody),
    row("PUT", "Me", ADMINISTRATOR, ADMIN, 200, ActsAtHome),
    row("PATCH", "Me", PATCH, ADMIN, 200, ActsAtHome),
    row("DELETE", "Me", "", ADMIN, 403, FindsNobody),
    row("POST", "Bulk", BULK, ADMIN, 200, ActsAtHome),
    row("GET", "ServiceProviderConfig", "", OPEN, 200, ActsAtHome),
    row("GET", "ResourceTypes", "", ADMIN, 200, ActsAtHome),
    row("GET", "ResourceTypes/{}", "", ADMIN, 200, ActsAtHome),
    row("GET", "Schemas", "", ADMIN, 200, ActsAtHome),
    row("GET", "Schemas/{}", "", ADMIN, 200, ActsAtHome),
];

pub(super) const FACE: Face = Face {
    root: "/scim/v2/",
    rows: ROWS,
    credential: |secret| ("Authorization", format!("Bearer {secret}")),
    headers: &[("Content-Type", "application/scim+json")],
    stand_ins: |things| {
        vec![
            ("Users/{}", format!("Users/{}", things.leaver_guid)),
            ("Groups/{}", format!("Groups/{}", things.group_guid)),
            ("ResourceTypes/{}", "ResourceTypes/User".to_owned()),
            ("Schemas/{}", "Schemas/urn:ietf:params:scim:schemas:core:2.0:User".to_owned()),
            ("{leaver}", things.leaver_guid.clone()),
        ]
    },
    refusal,
    succeeded: |_| true,
    is_error: |answer: &Answer| {
        let body = answer.json();
        body["schemas"] == json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
            && body["status"] == answer.status.as_str()
            && answer.header("content-type") == Some("application/scim+json")
    },
    finds_nobody: |answer: &Answer| {
        let own = ["Whoever asks is a user already", "your own account"];
        answer.status == 404 || own.iter().any(|own| answer.body.contains(own))
    },
};

fn refusal(_: &Row, why: Why) -> Refusal {
    let (status, detail) = match why {
        Why::NoCredential => (401, "no credential was sent"),
        Why::BadCredential => (401, "the credential is unknown or has expired"),
        Why::Forbidden => (403, "Not allowed: this takes a token with the role scim"),
    };
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
    let body = json!({"schemas": schemas, "status": status.to_string(), "detail": detail});
    Refusal { status, body: Body::Is(body.to_string()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    hold(&FACE).await;
}

#[test]
fn every_route_is_in_the_table() {
    FACE.is_complete(scim::endpoints().map(|(method, path)| (method.to_string(), path.to_owned())));
}
