//! Attributes of shapes that the protocol knows and none of our schemas has: lists of texts, required sub-attributes,
//! immutable attributes.

use scim::schema::USER;
use scim::{Attribute, Document, Filter, Mutability, Patch, ResourceType, Schema, ScimType};
use serde_json::{Value, json};

static DEVICE: ResourceType = ResourceType {
    name: "Device",
    endpoint: "/Devices",
    description: "",
    schema: &SCHEMA,
    extensions: &[],
    common: &[],
};
static SCHEMA: Schema =
    Schema { id: "urn:x:Device", name: "Device", description: "", attributes: &ATTRIBUTES };
static ATTRIBUTES: [Attribute; 4] = [
    Attribute::text("serial", "").mutability(Mutability::Immutable),
    Attribute::text("tags", "").multi_valued(),
    Attribute::text("codes", "").multi_valued().case_exact(),
    Attribute::complex("owner", &OWNER, ""),
];
static OWNER: [Attribute; 2] = [Attribute::text("value", "").required(), Attribute::text("since", "")];

fn patch(before: &Value, operation: &Value) -> Result<Value, ScimType> {
    let mut document: Document = before.as_object().unwrap().clone();
    let patch = Patch::parse(&json!({"Operations": [operation]})).unwrap();
    patch.apply(&DEVICE, &mut document).map_err(|error| error.scim_type)?;
    document.remove("schemas");
    Ok(Value::Object(document))
}

#[test]
fn lists_of_texts() {
    let before = json!({"tags": ["a", "b"], "codes": ["a"]});
    for (operation, after) in [
        (
            json!({"op": "add", "path": "tags", "value": ["c", "A"]}),
            json!({"tags": ["a", "b", "c"], "codes": ["a"]}),
        ),
        (
            json!({"op": "add", "path": "codes", "value": "A"}),
            json!({"tags": ["a", "b"], "codes": ["a", "A"]}),
        ),
        (json!({"op": "remove", "path": "tags", "value": ["A"]}), json!({"tags": ["b"], "codes": ["a"]})),
        (json!({"op": "remove", "path": "tags[value sw \"B\"]"}), json!({"tags": ["a"], "codes": ["a"]})),
        (
            json!({"op": "replace", "path": "tags[value eq \"a\"]", "value": "c"}),
            json!({"tags": ["c", "b"], "codes": ["a"]}),
        ),
        (
            json!({"op": "replace", "path": "tags[value eq \"a\"]", "value": "b"}),
            json!({"tags": ["b"], "codes": ["a"]}),
        ),
        (json!({"op": "remove", "path": "codes"}), json!({"tags": ["a", "b"]})),
    ] {
        assert_eq!(patch(&before, &operation), Ok(after), "{operation}");
    }
    for (operation, why) in [
        (json!({"op": "replace", "path": "tags[value eq \"x\"]", "value": "c"}), ScimType::NoTarget),
        (json!({"op": "add", "path": "tags[value eq \"x\"]", "value": "c"}), ScimType::NoTarget),
        (json!({"op": "add", "path": "tags[value eq \"a\"]", "value": "c"}), ScimType::InvalidPath),
        (json!({"op": "add", "path": "tags[type eq \"a\"]", "value": "c"}), ScimType::InvalidFilter),
    ] {
        assert_eq!(patch(&before, &operation), Err(why), "{operation}");
    }
}

#[test]
fn immutable_and_required_values() {
    let set = json!({"serial": "1", "owner": {"value": "7", "since": "May"}});
    for (before, operation, after) in [
        (json!({}), json!({"op": "add", "path": "serial", "value": "1"}), Ok(json!({"serial": "1"}))),
        (set.clone(), json!({"op": "replace", "path": "serial", "value": "1"}), Ok(set.clone())),
        (set.clone(), json!({"op": "replace", "path": "serial", "value": "2"}), Err(ScimType::Mutability)),
        (set.clone(), json!({"op": "replace", "value": {"serial": "2"}}), Err(ScimType::Mutability)),
        (set.clone(), json!({"op": "remove", "path": "serial"}), Err(ScimType::Mutability)),
        (set.clone(), json!({"op": "remove", "path": "owner.value"}), Err(ScimType::Mutability)),
        (set.clone(), json!({"op": "remove", "path": "owner"}), Ok(json!({"serial": "1"}))),
        (
            set.clone(),
            json!({"op": "remove", "path": "owner.since"}),
            Ok(json!({"serial": "1", "owner": {"value": "7"}})),
        ),
        (json!({}), json!({"op": "add", "path": "owner.since", "value": "May"}), Err(ScimType::InvalidValue)),
        (
            json!({}),
            json!({"op": "add", "path": "owner", "value": {"since": "May"}}),
            Err(ScimType::InvalidValue),
        ),
    ] {
        assert_eq!(patch(&before, &operation), after, "{operation}");
    }
}

#[test]
fn texts_of_a_list_are_filtered_by_value() {
    let device = json!({"tags": ["Red", "Blue"]}).as_object().unwrap().clone();
    for (text, matches) in [
        ("tags eq \"red\"", true),
        ("tags[value eq \"red\"]", true),
        ("tags[value sw \"r\" and value ew \"e\"]", false),
        ("tags sw \"r\" and tags ew \"e\"", true),
        ("codes pr", false),
    ] {
        let filter = Filter::parse(text).unwrap();
        assert_eq!((filter.check(&DEVICE), filter.matches(&DEVICE, &device)), (Ok(()), matches), "{text}");
    }
}

#[test]
fn a_name_in_two_spellings_is_given_twice() {
    let urn = USER.schema.id;
    for value in [
        json!({"value": {"active": true, "Active": false}}),
        json!({"value": {urn: {"title": "a", "TITLE": "b"}}}),
        json!({"path": urn, "value": {"title": "a", "TITLE": "b"}}),
        json!({"path": "name", "value": {"givenName": "a", "givenname": "b"}}),
    ] {
        let mut operation = value;
        operation["op"] = json!("replace");
        let error = Patch::parse(&json!({"Operations": [operation]})).expect_err("twice");
        assert_eq!(error.scim_type, ScimType::InvalidSyntax, "{operation}");
        assert!(error.detail.ends_with("is given twice"), "{}", error.detail);
    }
}
