//! Documents for the other tests.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// After RFC 7643 section 8.3: a full user with the enterprise extension.
pub(crate) fn barbara() -> Value {
    serde_json::from_str(include_str!("barbara.json")).unwrap()
}

/// Any JSON.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof!["[a-z]{0,4}", "\\PC{0,8}", Just("bulkId:a".to_owned()), Just("True".to_owned())]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A body that is nearly one of a user.
pub(crate) fn user() -> impl Strategy<Value = Value> {
    prop::collection::vec((key(), json()), 0..8).prop_map(|fields| {
        let mut body: Map<String, Value> = fields.into_iter().collect();
        body.insert("schemas".to_owned(), json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
        body.insert("userName".to_owned(), json!("ann"));
        Value::Object(body)
    })
}

const NAMES: [&str; 29] = [
    "userName",
    "USERNAME",
    "schemas",
    "name",
    "name.givenName",
    "givenName",
    "emails",
    "Emails",
    "value",
    "primary",
    "type",
    "active",
    "password",
    "groups",
    "id",
    "meta",
    "manager",
    "department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department",
    "Operations",
    "method",
    "path",
    "data",
    "bulkId",
    "filter",
    "count",
    "startIndex",
    "attributes",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}
