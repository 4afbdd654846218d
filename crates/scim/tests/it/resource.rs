//! Whole bodies: the RFC's examples, what providers send, what is refused.

use proptest::prelude::*;
use scim::resource::{MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES, MAX_VALUES, check, read};
use scim::schema::{GROUP, USER};
use scim::{Error, ScimType};
use serde_json::{Map, Value, json};

use crate::documents;

const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A user's body: the least, and these fields.
fn body(fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("{fields} is no object") };
    let mut body =
        Map::from_iter([("schemas".to_owned(), json!([USER_URN])), ("userName".to_owned(), json!("ann"))]);
    body.extend(fields);
    Value::Object(body)
}

fn user(fields: Value) -> Result<Value, Error> {
    read(&USER, &body(fields)).map(Value::Object)
}

#[test]
fn the_full_user_of_the_rfc_is_read_without_loss() {
    let given = documents::barbara();
    let read = Value::Object(read(&USER, &given).unwrap());
    let mut kept = given;
    for read_only in ["id", "groups", "meta"] {
        kept.as_object_mut().unwrap().remove(read_only);
    }
    kept[ENTERPRISE]["manager"].as_object_mut().unwrap().remove("displayName");
    assert_eq!(read, kept);
}

#[test]
fn the_group_of_the_rfc_is_read() {
    let given = json!({
        "schemas": [GROUP_URN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "id": "e9e30dba-f08f-4109-8486-d5c6a331660a",
        "displayName": "Tour Guides",
        "members": [{
            "value": "2819c223-7f76-453a-919d-413861904646",
            "$ref": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
            "display": "Babs Jensen"
        }]
    });
    let kept = json!({
        "schemas": [GROUP_URN],
        "displayName": "Tour Guides",
        "members": [{
            "value": "2819c223-7f76-453a-919d-413861904646",
            "$ref": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"
        }]
    });
    assert_eq!(read(&GROUP, &given).map(Value::Object), Ok(kept));
}

#[test]
fn what_providers_write_becomes_canonical() {
    let sales = json!({ENTERPRISE: {"department": "Sales"}});
    for (given, kept) in [
        (json!({"DISPLAYNAME": "Ann"}), json!({"displayName": "Ann"})),
        (
            json!({"name.givenName": "Ann", "name": {"familyName": "Lee"}}),
            json!({"name": {"familyName": "Lee", "givenName": "Ann"}}),
        ),
        (json!({"active": "False"}), json!({"active": false})),
        (
            json!({"groups": [], "password": null, "title": "", "roles": [], "costumes": {"size": 4}}),
            json!({}),
        ),
        (json!({format!("{USER_URN}:title"): "Boss"}), json!({"title": "Boss"})),
        (json!({ENTERPRISE.to_uppercase(): {"DEPARTMENT": "Sales", "x": 1}}), sales.clone()),
        (json!({format!("{ENTERPRISE}:department"): "Sales"}), sales.clone()),
        (
            json!({format!("{ENTERPRISE}:manager.value"): "7"}),
            json!({ENTERPRISE: {"manager": {"value": "7"}}}),
        ),
        (json!({ENTERPRISE: {"manager": "7"}}), json!({ENTERPRISE: {"manager": {"value": "7"}}})),
        (json!({ENTERPRISE: null, "urn:example:Extension": {"a": 1}}), json!({})),
        (json!({ENTERPRISE: {"manager": {"displayName": "Eve"}, "division": null}}), json!({})),
        (json!({"schemas": ["urn:x", ENTERPRISE, USER_URN.to_lowercase()]}), json!({})),
        (json!({"schemas": ["urn:scim:schemas:core:2.0"]}), json!({})),
    ] {
        let mut kept = body(kept);
        if kept.get(ENTERPRISE).is_some() {
            kept["schemas"] = json!([USER_URN, ENTERPRISE]);
        }
        assert_eq!(user(given.clone()), Ok(kept), "{given}");
    }
}

#[test]
fn names_come_in_the_order_of_the_schema() {
    let read =
        read(&USER, &json!({"title": "Boss", "userName": "ann", "externalId": "7", "schemas": [USER_URN]}));
    let read = read.unwrap();
    let names: Vec<&str> = read.keys().map(String::as_str).collect();
    assert_eq!(names, ["schemas", "externalId", "userName", "title"]);
}

#[test]
fn a_bad_body_is_refused_by_name() {
    let long = "x".repeat(MAX_TEXT_BYTES + 1);
    let many: Vec<String> = (0..=MAX_VALUES).map(|n| n.to_string()).collect();
    let large: Vec<String> =
        (0..=MAX_DOCUMENT_BYTES / MAX_TEXT_BYTES).map(|n| format!("{n:0>MAX_TEXT_BYTES$}")).collect();
    for (fields, scim_type, detail) in [
        (json!({"schemas": null}), ScimType::InvalidSyntax, "schemas must be a list that contains"),
        (json!({"schemas": []}), ScimType::InvalidSyntax, "schemas must be a list that contains"),
        (json!({"schemas": [GROUP_URN]}), ScimType::InvalidSyntax, "schemas must be a list that contains"),
        (json!({"schemas": [USER_URN, 1]}), ScimType::InvalidSyntax, "schemas takes a list of texts"),
        (json!({"Schemas": []}), ScimType::InvalidSyntax, "schemas is given twice"),
        (json!({"USERNAME": "bob"}), ScimType::InvalidSyntax, "userName is given twice"),
        (
            json!({"name": {"givenName": "a"}, "name.GivenName": "b"}),
            ScimType::InvalidSyntax,
            "name is given twice",
        ),
        (
            json!({"title": "a", format!("{USER_URN}:title"): "b"}),
            ScimType::InvalidSyntax,
            "title is given twice",
        ),
        (json!({"userName": ""}), ScimType::InvalidValue, "userName is required"),
        (json!({"userName": null}), ScimType::InvalidValue, "userName is required"),
        (json!({"userName": 7}), ScimType::InvalidValue, "userName takes a text"),
        (json!({"active": "no"}), ScimType::InvalidValue, "active takes true or false"),
        (json!({"name": {"givenName": [1]}}), ScimType::InvalidValue, "name.givenName takes a text"),
        (
            json!({ENTERPRISE: "Sales"}),
            ScimType::InvalidValue,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User takes an object",
        ),
        (
            json!({ENTERPRISE: {"division": 1}}),
            ScimType::InvalidValue,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division takes a text",
        ),
        (
            json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": "True"}]}),
            ScimType::InvalidValue,
            "emails has more than one value that is primary",
        ),
        (json!({"title": long}), ScimType::InvalidValue, "title has a text of more than 16384 bytes"),
        (
            json!({"name": {"givenName": "a\0"}}),
            ScimType::InvalidValue,
            "name.givenName has a text with the character U+0000",
        ),
        (json!({"roles": many}), ScimType::InvalidValue, "roles has more than 10000 values"),
        (json!({"roles": large}), ScimType::InvalidValue, "the resource has 10"),
    ] {
        let error = user(fields).unwrap_err();
        assert_eq!(error.scim_type, scim_type, "{detail}: {error}");
        assert!(error.detail.starts_with(detail), "{detail}: {error}");
    }
    for body in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(read(&USER, &body).unwrap_err().detail, "the body is not a JSON object", "{body}");
    }
    assert_eq!(
        read(&USER, &json!({"userName": "ann"})).unwrap_err().detail,
        format!("schemas is required, and must contain {USER_URN}")
    );
}

#[test]
fn a_document_is_checked_after_a_change() {
    let mut document = read(&USER, &body(json!({"emails": ["a", "b"]}))).unwrap();
    assert_eq!(check(&USER, &document), Ok(()));
    document["emails"] = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    assert_eq!(check(&USER, &document).unwrap_err().detail, "emails has more than one value that is primary");
    document.remove("userName");
    assert_eq!(check(&USER, &document).unwrap_err().detail, "userName is required");
}

proptest! {
    #[test]
    fn reading_again_changes_nothing(body in documents::user()) {
        if let Ok(once) = read(&USER, &body) {
            let again = read(&USER, &Value::Object(once.clone()));
            prop_assert_eq!(again.map(Value::Object), Ok(Value::Object(once)));
        }
    }

    #[test]
    fn any_json_is_read_or_refused(body in documents::json()) {
        for resource_type in [&USER, &GROUP] {
            if let Ok(document) = read(resource_type, &body) {
                prop_assert_eq!(check(resource_type, &document), Ok(()));
            }
        }
    }
}
