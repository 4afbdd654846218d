//! What is shown of a resource.

use proptest::prelude::*;
use scim::schema::{GROUP, USER};
use scim::{Document, Projection, resource};
use serde_json::{Value, json};

use crate::documents;

const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn ann() -> Value {
    json!({
        "schemas": [USER_URN, ENTERPRISE],
        "id": "7",
        "userName": "ann",
        "password": "secret",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"value": "ann@example.com", "type": "work"}, {"type": "home"}],
        "groups": [{"value": "1", "display": "All"}],
        ENTERPRISE: {"department": "Sales", "manager": {"value": "8", "displayName": "Eve"}},
        "meta": {"resourceType": "User", "version": "W/\"1\""}
    })
}

fn show(projection: &Projection) -> Value {
    let Value::Object(document) = ann() else { unreachable!() };
    Value::Object(projection.apply(&USER, document))
}

#[test]
fn only_what_is_asked_for_is_shown() {
    for (attributes, shown) in [
        ("userName", json!({"userName": "ann"})),
        (" USERNAME ,nothing", json!({"userName": "ann"})),
        ("nothing", json!({})),
        ("password", json!({})),
        ("name.givenName", json!({"name": {"givenName": "Ann"}})),
        ("name.givenName,name", json!({"name": {"givenName": "Ann", "familyName": "Lee"}})),
        ("emails.value", json!({"emails": [{"value": "ann@example.com"}]})),
        ("groups.$ref", json!({})),
        (&format!("{USER_URN}:userName"), json!({"userName": "ann"})),
        (&ENTERPRISE.to_uppercase(), json!({ENTERPRISE: ann()[ENTERPRISE]})),
        (&format!("{ENTERPRISE}:department"), json!({ENTERPRISE: {"department": "Sales"}})),
        (&format!("{ENTERPRISE}:manager.value"), json!({ENTERPRISE: {"manager": {"value": "8"}}})),
        ("department", json!({})),
        ("meta.version", json!({"meta": {"version": "W/\"1\""}})),
    ] {
        let mut expected = shown;
        expected["schemas"] = ann()["schemas"].clone();
        expected["id"] = json!("7");
        assert_eq!(show(&Projection::parse(Some(attributes), None).unwrap()), expected, "{attributes}");
    }
}

#[test]
fn what_is_excluded_is_not_shown() {
    for (excluded, pointers) in [
        ("", &[][..]),
        ("nothing", &[]),
        ("id,schemas", &[]),
        ("userName,GROUPS", &["userName", "groups"]),
        (&format!("{ENTERPRISE},meta"), &[ENTERPRISE, "meta"]),
    ] {
        let mut expected = ann();
        for name in pointers.iter().chain(&["password"]) {
            expected.as_object_mut().unwrap().remove(*name);
        }
        assert_eq!(show(&Projection::parse(None, Some(excluded)).unwrap()), expected, "{excluded}");
    }
    let shown = show(
        &Projection::parse(None, Some("emails.type,name.familyName,groups.value,groups.display")).unwrap(),
    );
    assert_eq!(shown["emails"], json!([{"value": "ann@example.com"}]));
    assert_eq!(shown["name"], json!({"givenName": "Ann"}));
    assert_eq!(shown.get("groups"), None);
}

#[test]
fn what_is_not_shown_need_not_be_loaded() {
    for (attributes, excluded, wanted) in [
        (None, None, true),
        (Some("displayName"), None, false),
        (Some("Members"), None, true),
        (Some("members.value"), None, true),
        (None, Some("members"), false),
        (None, Some("members.value"), true),
        (None, Some("displayName"), true),
    ] {
        let projection = Projection::parse(attributes, excluded).unwrap();
        assert_eq!(projection.wants(&GROUP, "members"), wanted, "{attributes:?} {excluded:?}");
    }
}

#[test]
fn both_lists_at_once_are_refused() {
    let error = Projection::parse(Some("userName"), Some("emails")).unwrap_err();
    assert_eq!(error.detail, "attributes and excludedAttributes exclude each other: give one of them");
    assert_eq!(Projection::parse(Some(""), Some(" , ")), Ok(Projection::Default));
    let many = vec!["a"; scim::projection::MAX_NAMES + 1].join(",");
    assert_eq!(
        Projection::parse(Some(&many), None).unwrap_err().detail,
        "attributes has more than 200 names"
    );
}

/// Every path to a leaf, with the names of attributes only.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let separator = if path == ENTERPRISE { ":" } else { "." };
            let below = if path.is_empty() { name.clone() } else { format!("{path}{separator}{name}") };
            paths(value, &below, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| paths(item, path, found)),
        _ => found.push(path.to_owned()),
    }
}

fn leaves(document: Document) -> Vec<String> {
    let mut found = Vec::new();
    paths(&Value::Object(document), "", &mut found);
    found
}

proptest! {
    #[test]
    fn nothing_is_shown_that_was_not_asked_for(
        body in documents::user(),
        asked in prop::collection::vec(prop::sample::select(&[
            "userName", "name", "name.givenName", "emails.value", "password", "x", ENTERPRISE,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        ][..]), 1..4),
    ) {
        let Ok(document) = resource::read(&USER, &body) else { return Ok(()) };
        let all = leaves(document.clone());
        let covered = |leaf: &str| asked.iter().any(|name| {
            leaf.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
        });
        let hidden = |leaf: &str| leaf == "password";
        let only = Projection::parse(Some(&asked.join(",")), None).unwrap().apply(&USER, document.clone());
        let except = Projection::parse(None, Some(&asked.join(","))).unwrap().apply(&USER, document);
        let shown = |wanted: bool| -> Vec<String> {
            let leaf_shown = |leaf: &&String| *leaf == "schemas" || (covered(leaf) == wanted && !hidden(leaf));
            all.iter().filter(leaf_shown).cloned().collect()
        };
        prop_assert_eq!(leaves(only), shown(true));
        prop_assert_eq!(leaves(except), shown(false));
    }
}
