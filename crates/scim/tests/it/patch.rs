//! PATCH to the letter: the examples of RFC 7644 section 3.5.2, every operation on every shape of target, refusals.

use scim::patch::{MAX_OPERATIONS, Op};
use scim::schema::{GROUP, USER};
use scim::{Error, Patch, ResourceType, ScimType};
use serde_json::{Map, Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BABS: &str = "2819c223-7f76-453a-919d-413861904646";
const JAMES: &str = "08e1d05d-121c-4561-8b96-473d93df9210";

/// A document of the least attributes and these.
fn document(resource_type: &ResourceType, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("{fields} is no object") };
    let name = if resource_type == &USER { "userName" } else { "displayName" };
    let mut schemas = vec![resource_type.schema.id];
    schemas.extend(fields.contains_key(ENTERPRISE).then_some(ENTERPRISE));
    let mut document = Map::from_iter([("schemas".into(), json!(schemas)), (name.into(), json!("ann"))]);
    document.extend(fields);
    Value::Object(document)
}

/// The document after the operations; after an error it is checked to be as before.
#[track_caller]
fn patch(resource_type: &ResourceType, before: &Value, operations: &Value) -> Result<Value, Error> {
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let mut document = before.as_object().unwrap().clone();
    let outcome = Patch::parse(&body).and_then(|patch| patch.apply(resource_type, &mut document));
    let document = Value::Object(document);
    match outcome {
        Ok(()) => Ok(document),
        Err(error) => {
            assert_eq!(&document, before, "changed in spite of {error:?}");
            Err(error)
        }
    }
}

#[track_caller]
pub(crate) fn check(resource_type: &ResourceType, before: Value, operations: &Value, after: Value) {
    let before = document(resource_type, before);
    let patched = patch(resource_type, &before, operations);
    assert_eq!(patched, Ok(document(resource_type, after)), "{operations}");
}

#[track_caller]
pub(crate) fn refused(resource_type: &ResourceType, before: Value, operation: Value, why: (ScimType, &str)) {
    let before = document(resource_type, before);
    // What stands before the mistake is undone.
    let harmless = json!({"op": "add", "path": "externalId", "value": "7"});
    let error = patch(resource_type, &before, &json!([harmless, operation])).unwrap_err();
    assert_eq!((error.scim_type, error.detail.as_str()), why, "{operation}");
}

#[test]
fn the_examples_of_the_rfc_on_groups() {
    let url = format!("https://example.com/v2/Users/{BABS}");
    let babs = json!({"$ref": url, "value": BABS});
    let shown = json!({"display": "Babs Jensen", "$ref": url, "value": BABS});
    let both = json!({"members": [{"value": JAMES}, babs]});
    let remove = json!({"op": "remove", "path": format!("members[value eq \"{BABS}\"]")});
    let add = json!({"op": "add", "path": "members", "value": [shown]});
    for (before, operations, after) in [
        (json!({"members": [{"value": JAMES}]}), json!([add]), both.clone()),
        (both.clone(), json!([add]), both.clone()),
        (both.clone(), json!([remove]), json!({"members": [{"value": JAMES}]})),
        (json!({"members": [{"value": JAMES}]}), json!([remove]), json!({"members": [{"value": JAMES}]})),
        (both.clone(), json!([{"op": "remove", "path": "members"}]), json!({})),
        (
            both.clone(),
            json!([remove, {"op": "add", "path": "members", "value": [{"value": "new"}]}]),
            json!({"members": [{"value": JAMES}, {"value": "new"}]}),
        ),
        (
            both.clone(),
            json!([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [shown]}]),
            json!({"members": [babs]}),
        ),
        (both, json!([{"op": "replace", "path": "members", "value": [shown]}]), json!({"members": [babs]})),
    ] {
        check(&GROUP, before, &operations, after);
    }
}

#[test]
fn the_examples_of_the_rfc_on_users() {
    let work = json!({"value": "bjensen@example.com", "type": "work", "primary": true});
    let home = json!({"value": "babs@jensen.org", "type": "home"});
    let both = json!({"emails": [work, home], "nickName": "Babs"});
    let addresses = |street| json!({"addresses": [{"type": "home"}, {"type": "work", "streetAddress": street, "locality": "X"}]});
    let address = json!({
        "type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "region": "CA",
        "postalCode": "91608", "country": "US", "primary": true,
        "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US"
    });
    for (before, operation, after) in [
        (
            json!({"emails": [work]}),
            json!({"op": "add", "value": {"emails": [home], "nickname": "Babs"}}),
            both.clone(),
        ),
        (
            both.clone(),
            json!({"op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]"}),
            json!({"emails": [home], "nickName": "Babs"}),
        ),
        (
            addresses("100 Street"),
            json!({"op": "replace", "path": "addresses[type eq \"work\"]", "value": address}),
            json!({"addresses": [{"type": "home"}, address]}),
        ),
        (
            addresses("100 Street"),
            json!({
                "op": "replace", "path": "addresses[type eq \"work\"].streetAddress", "value": "1010 Broadway Ave"
            }),
            addresses("1010 Broadway Ave"),
        ),
        (
            json!({"emails": [{"value": "old@example.com"}], "title": "Guide"}),
            json!({"op": "replace", "value": {"emails": [work, home], "nickname": "Babs"}}),
            json!({"emails": [work, home], "nickName": "Babs", "title": "Guide"}),
        ),
    ] {
        check(&USER, before, &json!([operation]), after);
    }
}

#[test]
fn single_values() {
    let name = json!({"name": {"givenName": "Ann", "familyName": "Lee"}});
    for (before, operation, after) in [
        (json!({}), json!({"op": "add", "path": "title", "value": "Chief"}), json!({"title": "Chief"})),
        (
            json!({"title": "Chief"}),
            json!({"op": "add", "path": "TITLE", "value": "x"}),
            json!({"title": "x"}),
        ),
        (json!({}), json!({"op": "replace", "path": "title", "value": "x"}), json!({"title": "x"})),
        (json!({"title": "x"}), json!({"op": "replace", "path": "title", "value": null}), json!({})),
        (json!({"title": "x"}), json!({"op": "replace", "path": "title", "value": []}), json!({})),
        (json!({"title": "x"}), json!({"op": "remove", "path": "title"}), json!({})),
        (json!({}), json!({"op": "remove", "path": "title"}), json!({})),
        (
            name.clone(),
            json!({"op": "replace", "path": "name", "value": {"FamilyName": "Roe", "x": 1}}),
            json!({"name": {"givenName": "Ann", "familyName": "Roe"}}),
        ),
        (
            name.clone(),
            json!({"op": "add", "path": "name", "value": {"givenName": null}}),
            json!({"name": {"familyName": "Lee"}}),
        ),
        (
            name.clone(),
            json!({"op": "remove", "path": "name.givenName"}),
            json!({"name": {"familyName": "Lee"}}),
        ),
        (json!({"name": {"givenName": "A"}}), json!({"op": "remove", "path": "name.givenName"}), json!({})),
        (name.clone(), json!({"op": "remove", "path": "name"}), json!({})),
        (
            json!({}),
            json!({"op": "add", "path": "name.givenName", "value": "A"}),
            json!({"name": {"givenName": "A"}}),
        ),
        (
            json!({"title": "x"}),
            json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:user:title", "value": "y"}),
            json!({"title": "y"}),
        ),
    ] {
        check(&USER, before, &json!([operation]), after);
    }
}

fn emails() -> Value {
    json!({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}]})
}

#[test]
fn adding_to_a_list() {
    for (operation, after) in [
        (
            json!({"op": "add", "path": "emails", "value": {"value": "c"}}),
            json!([
                {"value": "a", "type": "work"}, {"value": "b", "type": "home"}, {"value": "c"}
            ]),
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "A", "type": "WORK"}]}),
            json!([
                {"value": "A", "type": "WORK"}, {"value": "b", "type": "home"}
            ]),
        ),
        (json!({"op": "add", "path": "emails", "value": [{"value": "a"}]}), emails()["emails"].clone()),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "a", "type": "home"}]}),
            json!([
                {"value": "a", "type": "work"}, {"value": "b", "type": "home"}, {"value": "a", "type": "home"}
            ]),
        ),
        (json!({"op": "add", "path": "emails", "value": []}), emails()["emails"].clone()),
        (
            json!({"op": "add", "path": "emails[type eq \"work\"]", "value": {"display": "A"}}),
            json!([
                {"value": "a", "type": "work", "display": "A"}, {"value": "b", "type": "home"}
            ]),
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"other\"]", "value": {"value": "c"}}),
            json!([
                {"value": "a", "type": "work"}, {"value": "b", "type": "home"}, {"type": "other", "value": "c"}
            ]),
        ),
    ] {
        check(&USER, emails(), &json!([operation]), json!({"emails": after}));
    }
}

#[test]
fn replacing_in_a_list() {
    for (operation, after) in [
        (json!({"op": "replace", "path": "emails", "value": {"value": "c"}}), json!([{"value": "c"}])),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": [{"value": "b", "type": "home"}]}),
            json!([{"value": "b", "type": "home"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "c"}}),
            json!([
                {"value": "c"}, {"value": "b", "type": "home"}
            ]),
        ),
        (
            json!({"op": "replace", "path": "emails[type pr]", "value": {"value": "c"}}),
            json!([{"value": "c"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "c"}),
            json!([
                {"value": "a", "type": "work"}, {"value": "c", "type": "home"}
            ]),
        ),
        (
            json!({"op": "replace", "path": "emails.display", "value": "c"}),
            json!([
                {"value": "a", "type": "work", "display": "c"}, {"value": "b", "type": "home", "display": "c"}
            ]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": null}),
            json!([
                {"value": "a", "type": "work"}
            ]),
        ),
    ] {
        check(&USER, emails(), &json!([operation]), json!({"emails": after}));
    }
    check(&USER, emails(), &json!([{"op": "replace", "path": "emails", "value": []}]), json!({}));
}

#[test]
fn removing_from_a_list() {
    for (operation, after) in [
        (
            json!({"op": "remove", "path": "emails[type eq \"home\"].type"}),
            json!([
                {"value": "a", "type": "work"}, {"value": "b"}
            ]),
        ),
        (json!({"op": "remove", "path": "emails.type"}), json!([{"value": "a"}, {"value": "b"}])),
        (json!({"op": "remove", "path": "emails[type eq \"other\"]"}), emails()["emails"].clone()),
        (
            json!({"op": "remove", "path": "emails[not (value eq \"a\")]"}),
            json!([{"value": "a", "type": "work"}]),
        ),
    ] {
        check(&USER, emails(), &json!([operation]), json!({"emails": after}));
    }
    for path in ["emails", "emails[value pr]"] {
        check(&USER, emails(), &json!([{"op": "remove", "path": path}]), json!({}));
    }
    let typed = json!({"emails": [{"type": "x"}]});
    check(&USER, typed, &json!([{"op": "remove", "path": "emails.type"}]), json!({}));
}

#[test]
fn a_new_primary_value_is_the_only_one() {
    let emails =
        json!({"emails": [{"value": "a", "type": "work", "primary": true}, {"value": "b", "type": "home"}]});
    let moved = json!([{"value": "a", "type": "work", "primary": false}, {"value": "b", "type": "home", "primary": true}]);
    for (operation, after) in [
        (json!({"op": "add", "path": "emails[type eq \"home\"].primary", "value": "True"}), moved.clone()),
        (json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": moved[1]}), moved.clone()),
        (json!({"op": "add", "path": "emails", "value": [moved[1]]}), moved.clone()),
        (json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"primary": true}}), moved.clone()),
        (
            json!({"op": "add", "path": "emails", "value": {"value": "c", "primary": true}}),
            json!([
                {"value": "a", "type": "work", "primary": false},
                {"value": "b", "type": "home"},
                {"value": "c", "primary": true}
            ]),
        ),
        (
            json!({"op": "add", "path": "emails", "value": {"value": "c", "primary": false}}),
            json!([
                {"value": "a", "type": "work", "primary": true},
                {"value": "b", "type": "home"},
                {"value": "c", "primary": false}
            ]),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"]"}),
            json!([{"value": "b", "type": "home"}]),
        ),
    ] {
        check(&USER, emails.clone(), &json!([operation]), json!({"emails": after}));
    }
    let all = json!({"op": "replace", "path": "emails.primary", "value": true});
    refused(&USER, emails, all, (ScimType::InvalidValue, "emails has more than one value that is primary"));
}

#[test]
fn extensions() {
    let department = json!({ENTERPRISE: {"department": "Tours"}});
    let path = format!("{ENTERPRISE}:department");
    for (before, operation, after) in [
        (json!({}), json!({"op": "add", "path": path, "value": "Tours"}), department.clone()),
        (json!({}), json!({"op": "add", "value": {path.as_str(): "Tours"}}), department.clone()),
        (
            json!({}),
            json!({"op": "add", "value": {ENTERPRISE: {"Department": "Tours", "x": 1}}}),
            department.clone(),
        ),
        (
            json!({}),
            json!({"op": "replace", "path": ENTERPRISE.to_uppercase(), "value": {"department": "Tours"}}),
            department.clone(),
        ),
        (
            department.clone(),
            json!({"op": "replace", "path": ENTERPRISE, "value": {"costCenter": "1"}}),
            json!({ENTERPRISE: {"department": "Tours", "costCenter": "1"}}),
        ),
        (department.clone(), json!({"op": "remove", "path": path}), json!({})),
        (department.clone(), json!({"op": "remove", "path": ENTERPRISE}), json!({})),
        (department.clone(), json!({"op": "replace", "path": ENTERPRISE, "value": null}), json!({})),
        (
            json!({}),
            json!({"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:User": {"title": "x"}}}),
            json!({"title": "x"}),
        ),
    ] {
        check(&USER, before, &json!([operation]), after);
    }
}

#[test]
fn what_may_not_be_changed_stays() {
    let before = json!({"id": "1", "title": "x", "emails": [{"value": "a", "type": "work"}]});
    for (op, path, value, detail) in [
        ("remove", "userName", json!(null), "userName is required and cannot be removed"),
        ("replace", "userName", json!(""), "userName is required and cannot be removed"),
        ("remove", "schemas", json!(null), "schemas is required and cannot be removed"),
        ("replace", "id", json!("2"), "id is read-only"),
        ("replace", "meta.version", json!("2"), "meta.version is read-only"),
        ("add", "groups", json!([{"value": "1"}]), "groups is read-only"),
        ("remove", "groups[value eq \"1\"]", json!(null), "groups[value eq \"1\"] is read-only"),
    ] {
        let operation = json!({"op": op, "path": path, "value": value});
        refused(&USER, before.clone(), operation, (ScimType::Mutability, detail));
    }
    let member = json!({"members": [{"value": "a1"}]});
    for (op, path, value, detail) in [
        (
            "replace",
            "members[value eq \"a1\"].value",
            json!("b2"),
            "members.value cannot be changed once it is set",
        ),
        ("add", "members.value", json!("b2"), "members.value cannot be changed once it is set"),
        (
            "add",
            "members[value eq \"a1\"].display",
            json!("Ann"),
            "members[value eq \"a1\"].display is read-only",
        ),
    ] {
        let operation = json!({"op": op, "path": path, "value": value});
        refused(&GROUP, member.clone(), operation, (ScimType::Mutability, detail));
    }
}

#[test]
fn operations_that_cannot_be_done_change_nothing() {
    use ScimType::{InvalidFilter, InvalidPath, InvalidValue, NoTarget};
    let before = json!({"title": "x", "emails": [{"value": "a", "type": "work"}]});
    for (op, path, value, scim_type, detail) in [
        ("replace", "nonsense", json!("x"), InvalidPath, "nonsense is not known"),
        ("remove", "emails.nonsense", json!(null), InvalidPath, "emails.nonsense is not known"),
        ("add", "urn:x:2.0:User", json!({"a": 1}), InvalidPath, "urn:x:2.0:User is not known"),
        (
            "add",
            "title[value eq \"x\"]",
            json!("y"),
            InvalidPath,
            "title[value eq \"x\"] chooses among values, but there is only one",
        ),
        ("replace", "emails[label eq \"x\"]", json!("y"), InvalidFilter, "label is not known"),
        (
            "replace",
            "emails[primary gt 1].value",
            json!("y"),
            InvalidFilter,
            "primary can only be equal (eq, ne) to true or false",
        ),
        (
            "replace",
            "emails[type eq \"home\"]",
            json!({"value": "b"}),
            NoTarget,
            "emails[type eq \"home\"] has no such value",
        ),
        (
            "replace",
            "emails[value co \"b\"].type",
            json!("b"),
            NoTarget,
            "emails[value co \"b\"].type has no such value",
        ),
        (
            "add",
            "emails[not (type pr)].value",
            json!("b"),
            NoTarget,
            "emails[not (type pr)].value has no such value",
        ),
        (
            "add",
            "emails[type eq \"x\" and type eq \"y\"].value",
            json!("b"),
            NoTarget,
            "emails[type eq \"x\" and type eq \"y\"].value has no such value",
        ),
        ("replace", "active", json!("maybe"), InvalidValue, "active takes true or false"),
        ("replace", "title", json!(["a", "b"]), InvalidValue, "title takes a single value, not a list"),
        ("replace", "name", json!("Ann"), InvalidValue, "name takes an object"),
        ("replace", "name.givenName", json!(1), InvalidValue, "name.givenName takes a text"),
        ("add", "emails", json!([{"value": 1}]), InvalidValue, "emails.value takes a text"),
        ("add", "emails[type eq \"work\"].value", json!(1), InvalidValue, "emails.value takes a text"),
        (
            "replace",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            json!("x"),
            InvalidPath,
            "urn:ietf:params:scim:schemas:core:2.0:User names all of a schema and takes an object of its attributes",
        ),
    ] {
        refused(&USER, before.clone(), json!({"op": op, "path": path, "value": value}), (scim_type, detail));
    }
}

#[test]
fn malformed_messages_are_refused() {
    use ScimType::{InvalidPath, InvalidSyntax, InvalidValue, NoTarget, TooMany};
    let one = |operation: Value| json!({"Operations": [operation]});
    let add = json!({"op": "add", "path": "title", "value": "x"});
    for (body, scim_type) in [
        (json!([]), InvalidSyntax),
        (json!({}), InvalidSyntax),
        (json!({"Operations": {}}), InvalidSyntax),
        (json!({"Operations": []}), InvalidSyntax),
        (
            json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "Operations": [add]}),
            InvalidSyntax,
        ),
        (json!({"schemas": [], "Operations": [add]}), InvalidSyntax),
        (one(json!("add")), InvalidSyntax),
        (one(json!({"path": "title", "value": "x"})), InvalidSyntax),
        (one(json!({"op": "move", "path": "title", "value": "x"})), InvalidSyntax),
        (one(json!({"op": "add", "path": "title"})), InvalidValue),
        (one(json!({"op": "add", "value": "x"})), InvalidValue),
        (one(json!({"op": "add", "path": 1, "value": "x"})), InvalidPath),
        (one(json!({"op": "add", "path": "a b", "value": "x"})), InvalidPath),
        (one(json!({"op": "add", "value": {"a b": "x"}})), InvalidPath),
        (one(json!({"op": "remove"})), NoTarget),
        (one(json!({"op": "remove", "value": {"title": "x"}})), NoTarget),
        (json!({"Operations": vec![add.clone(); MAX_OPERATIONS + 1]}), TooMany),
    ] {
        assert_eq!(Patch::parse(&body).unwrap_err().scim_type, scim_type, "{body}");
    }
    assert_eq!(
        Patch::parse(&json!({"Operations": [add, {"op": "x"}]})).unwrap_err().detail,
        "Operations[1]: op must be \"add\", \"remove\" or \"replace\""
    );
    Patch::parse(&json!({"Operations": vec![add; MAX_OPERATIONS]})).unwrap();
}

#[test]
fn operations_can_be_inspected() {
    let body = json!({"Operations": [
        {"op": "Add", "path": "members", "value": [{"value": "a1"}]},
        {"op": "replace", "value": {"displayName": "Staff", "id": "1"}}
    ]});
    let operations = Patch::parse(&body).unwrap().operations;
    let seen: Vec<_> = operations
        .iter()
        .map(|operation| (operation.op, operation.path.to_string(), operation.implied))
        .collect();
    assert_eq!(
        seen,
        [
            (Op::Add, "members".to_owned(), false),
            (Op::Replace, "displayName".to_owned(), true),
            (Op::Replace, "id".to_owned(), true),
        ]
    );
}
