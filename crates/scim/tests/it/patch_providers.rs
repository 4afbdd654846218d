//! PATCH as identity providers send it.

use scim::ScimType;
use scim::schema::{GROUP, USER};
use serde_json::json;

use crate::patch::{check, refused};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[test]
fn entra_disables_a_user() {
    for operation in [
        json!({"op": "Replace", "path": "active", "value": "False"}),
        json!({"op": "Replace", "path": "active", "value": false}),
        json!({"op": "replace", "value": {"active": "False"}}),
        json!({"op": "Replace", "path": "active", "value": [{"value": "False"}]}),
        json!({"op": "Replace", "path": "active", "value": [{"$ref": null, "value": "False"}]}),
    ] {
        check(&USER, json!({"active": true}), &json!([operation]), json!({"active": false}));
    }
}

#[test]
fn entra_names_attributes_in_a_value_without_a_path() {
    let value = json!({
        "displayName": "Ann Lee",
        "name.givenName": "Ann",
        "name.familyName": "Lee",
        "emails[type eq \"work\"].value": "ann@example.com",
        "addresses[type eq \"work\"].country": "DE",
        (format!("{ENTERPRISE}:department")): "Tours",
        (format!("{ENTERPRISE}:manager")): "42"
    });
    let after = json!({
        "displayName": "Ann Lee",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"type": "work", "value": "ann@example.com"}],
        "addresses": [{"type": "work", "country": "DE"}],
        ENTERPRISE: {"department": "Tours", "manager": {"value": "42"}}
    });
    for op in ["add", "Replace"] {
        let operations = json!([{"op": op, "value": value}]);
        check(&USER, json!({}), &operations, after.clone());
        check(&USER, after.clone(), &operations, after.clone());
    }
}

#[test]
fn entra_replaces_a_value_that_is_not_there() {
    let path = "phoneNumbers[type eq \"mobile\"].value";
    let home = json!({"type": "home", "value": "1"});
    for op in ["Add", "Replace"] {
        let operations = json!([{"op": op, "path": path, "value": "2"}]);
        let after = json!({"phoneNumbers": [home, {"type": "mobile", "value": "2"}]});
        check(&USER, json!({"phoneNumbers": [home]}), &operations, after.clone());
        check(&USER, after.clone(), &operations, after);
        let nothing = json!([{"op": op, "path": path, "value": ""}]);
        check(&USER, json!({"phoneNumbers": [home]}), &nothing, json!({"phoneNumbers": [home]}));
    }
    let role = json!([{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Guide"}]);
    check(&USER, json!({}), &role, json!({"roles": [{"primary": true, "value": "Guide"}]}));
}

#[test]
fn entra_sets_and_clears_the_manager() {
    let path = format!("{ENTERPRISE}:manager");
    let manager = |value| json!({ENTERPRISE: {"manager": {"value": value}}});
    let named = json!({ENTERPRISE: {"manager": {"value": "42", "displayName": "Jo", "$ref": "../Users/42"}}});
    for value in
        [json!("7"), json!({"value": "7"}), json!([{"value": "7"}]), json!([{"$ref": "x", "value": "7"}])]
    {
        for before in [json!({}), manager("42"), named.clone()] {
            check(&USER, before, &json!([{"op": "Replace", "path": path, "value": value}]), manager("7"));
        }
    }
    for value in [json!(""), json!(null), json!([]), json!({"value": ""}), json!({"value": null})] {
        check(&USER, named.clone(), &json!([{"op": "Replace", "path": path, "value": value}]), json!({}));
    }
    check(&USER, named.clone(), &json!([{"op": "Remove", "path": format!("{path}.value")}]), json!({}));
    check(&USER, named.clone(), &json!([{"op": "Remove", "path": path}]), json!({}));
    check(&USER, named.clone(), &json!([{"op": "Add", "path": path, "value": "42"}]), named);
}

#[test]
fn entra_and_aws_remove_values_by_listing_them() {
    let group = json!({"members": [{"value": "a1", "type": "User"}, {"value": "b2"}, {"value": "c3"}]});
    for (value, left) in [
        (json!([{"value": "a1"}]), json!([{"value": "b2"}, {"value": "c3"}])),
        (
            json!([{"value": "c3", "$ref": null}, {"value": "unknown"}]),
            json!([{"value": "a1", "type": "User"}, {"value": "b2"}]),
        ),
        (json!({"value": "b2"}), json!([{"value": "a1", "type": "User"}, {"value": "c3"}])),
        (json!(["b2"]), json!([{"value": "a1", "type": "User"}, {"value": "c3"}])),
        (json!([]), group["members"].clone()),
    ] {
        let operations = json!([{"op": "Remove", "path": "members", "value": value}]);
        check(&GROUP, group.clone(), &operations, json!({"members": left}));
    }
    let nobody = json!({"op": "Remove", "path": "members", "value": [{"value": "a1"}, {"value": null}]});
    refused(&GROUP, group, nobody, (ScimType::InvalidValue, "members.value is required"));
    let roles = json!({"roles": [{"value": "x", "type": "t", "primary": true}, {"value": "y"}]});
    let operations = json!([{"op": "Remove", "path": "roles", "value": [{"value": "x"}]}]);
    check(&USER, roles, &operations, json!({"roles": [{"value": "y"}]}));
}

#[test]
fn okta_renames_a_group_and_changes_members() {
    let operations =
        json!([{"op": "replace", "value": {"id": "abf4", "displayName": "Staff", "meta": {"version": "1"}}}]);
    let before = json!({"id": "1", "displayName": "Crew"});
    check(&GROUP, before, &operations, json!({"id": "1", "displayName": "Staff"}));
    let operations = json!([
        {"op": "remove", "path": "members[value eq \"a1\"]"},
        {"op": "add", "path": "members", "value": [{"value": "b2", "display": "bo@example.com"}]}
    ]);
    check(&GROUP, json!({"members": [{"value": "a1"}]}), &operations, json!({"members": [{"value": "b2"}]}));
}

#[test]
fn entra_names_the_manager_without_a_schema() {
    let set = json!([{"op": "Add", "path": "manager", "value": [{"value": "42"}]}]);
    let after = json!({ENTERPRISE: {"manager": {"value": "42"}}});
    check(&USER, json!({}), &set, after.clone());
    check(&USER, after, &json!([{"op": "Remove", "path": "Manager"}]), json!({}));
    let core = json!({"op": "replace", "path": "manager.title", "value": "x"});
    refused(&USER, json!({}), core, (ScimType::InvalidPath, "manager.title is not known"));
}

/// Custom mappings name attributes that we do not have.
#[test]
fn what_is_unknown_is_left_out_only_without_a_path() {
    let operations =
        json!([{"op": "replace", "value": {"title": "x", "shoeSize": 44, "urn:x:2.0:User:a": 1}}]);
    check(&USER, json!({}), &operations, json!({"title": "x"}));
    let operation = json!({"op": "replace", "path": "shoeSize", "value": "44"});
    refused(&USER, json!({}), operation, (ScimType::InvalidPath, "shoeSize is not known"));
}
