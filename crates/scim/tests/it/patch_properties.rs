//! What holds of every patch.

use proptest::prelude::*;
use scim::resource::{check, read};
use scim::schema::USER;
use scim::{Document, Patch};
use serde_json::{Value, json};

use crate::documents;

const PATHS: &[&str] = &[
    "title",
    "USERNAME",
    "active",
    "name",
    "name.givenName",
    "emails",
    "emails.value",
    "emails.primary",
    "emails[type eq \"work\"]",
    "emails[type eq \"work\"].value",
    "emails[primary eq true].type",
    "emails[not (value pr)]",
    "emails[value eq \"new\" and type eq \"other\"].primary",
    "addresses[type eq \"home\"]",
    "roles",
    "groups",
    "meta.version",
    "unknown",
    "schemas",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
];

fn barbara() -> Document {
    read(&USER, &documents::barbara()).unwrap()
}

fn values() -> impl Strategy<Value = Value> {
    let likely = [
        json!("x"),
        json!(true),
        json!({"value": "new", "type": "work", "primary": true}),
        json!([{"value": "a", "type": "work"}, {"value": "b", "primary": "True"}]),
        json!({"givenName": "Ann", "familyName": null}),
        json!({"department": "Tours", "manager": "7"}),
        json!({"emails[type eq \"work\"].value": "new", "title": null}),
    ];
    prop_oneof![3 => prop::sample::select(likely.to_vec()), 1 => documents::json()]
}

fn operations(ops: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let path = prop_oneof![8 => prop::sample::select(PATHS).prop_map(Some), 1 => Just(None)];
    let operation = (prop::sample::select(ops), path, values())
        .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value}));
    prop::collection::vec(operation, 1..4).prop_map(Value::Array)
}

fn apply(document: &mut Document, operations: &Value) -> bool {
    let patch = Patch::parse(&json!({"Operations": operations}));
    patch.is_ok_and(|patch| patch.apply(&USER, document).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_patch_is_done_whole_and_leaves_a_valid_document_or_not_at_all(
        operations in operations(&["add", "Remove", "replace"])
    ) {
        let before = barbara();
        let mut document = before.clone();
        if apply(&mut document, &operations) {
            prop_assert_eq!(check(&USER, &document), Ok(()));
            let again = read(&USER, &Value::Object(document.clone()));
            prop_assert_eq!(again, Ok(document), "not canonical");
        } else {
            prop_assert_eq!(document, before);
        }
    }

    /// A chosen value that is replaced may no longer be what the filter chooses, so those are left out.
    #[test]
    fn to_replace_twice_is_to_replace_once(operations in operations(&["replace"])) {
        let chooses = |operation: &Value| operation["path"].as_str().is_some_and(|path| path.contains('['));
        let operations: Value =
            operations.as_array().unwrap().iter().filter(|operation| !chooses(operation)).cloned().collect();
        let mut once = barbara();
        if apply(&mut once, &operations) {
            let mut twice = once.clone();
            prop_assert!(apply(&mut twice, &operations));
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn what_is_added_and_removed_is_as_before(value in "[a-z]{1,8}", kind in prop::option::of("[a-z]{1,8}")) {
        let before = barbara();
        let mut item = json!({"value": format!("new-{value}")});
        if let Some(kind) = kind {
            item["type"] = json!(kind);
        }
        let filter = format!("emails[value eq \"new-{value}\"]");
        for removal in [json!({"op": "remove", "path": "emails", "value": [item]}), json!({"op": "remove", "path": filter})] {
            let mut document = before.clone();
            let add = json!([{"op": "add", "path": "emails", "value": [item]}]);
            prop_assert!(apply(&mut document, &add));
            prop_assert_ne!(&document, &before);
            let added = document.clone();
            prop_assert!(apply(&mut document, &add));
            prop_assert_eq!(&document, &added);
            prop_assert!(apply(&mut document, &json!([removal])));
            prop_assert_eq!(&document, &before);
        }
    }
}
