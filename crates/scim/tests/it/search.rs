//! Queries, from URLs and from bodies.

use proptest::prelude::*;
use scim::message::SearchRequest;
use scim::message::search::Start;
use scim::{Error, Projection, ScimType};
use serde_json::{Value, json};

use crate::documents;

fn body(fields: Value) -> Result<SearchRequest, Error> {
    let mut body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
    let Value::Object(fields) = fields else { panic!("{fields} is no object") };
    fields.into_iter().for_each(|(name, value)| body[name] = value);
    SearchRequest::from_body(&body)
}

#[test]
fn the_search_of_the_rfc_is_read() {
    let read = body(json!({
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"smith\"",
        "startIndex": 1,
        "count": 10
    }));
    let expected = SearchRequest {
        projection: Projection::Only(vec!["displayName".to_owned(), "userName".to_owned()]),
        filter: Some("displayName sw \"smith\"".to_owned()),
        start: Start::Index(1),
        count: Some(10),
        ..SearchRequest::default()
    };
    assert_eq!(read, Ok(expected.clone()));
    let query = SearchRequest::from_query([
        ("attributes", "displayName,userName"),
        ("filter", "displayName sw \"smith\""),
        ("startIndex", "1"),
        ("count", "10"),
        ("api-version", "2"),
    ]);
    assert_eq!(query, Ok(expected));
}

#[test]
fn numbers_and_cursors_are_read_as_the_rfcs_say() {
    for (given, start, count) in [
        (json!({}), Start::Unspecified, None),
        (json!({"schemas": null, "startIndex": null, "count": ""}), Start::Unspecified, None),
        (json!({"startIndex": 0, "count": -1}), Start::Index(1), Some(0)),
        (json!({"STARTINDEX": "-5", "Count": "20"}), Start::Index(1), Some(20)),
        (json!({"cursor": ""}), Start::FirstCursor, None),
        (json!({"cursor": "YkU3OF86Pz0rGv"}), Start::Cursor("YkU3OF86Pz0rGv".to_owned()), None),
    ] {
        let read = body(given.clone()).unwrap();
        assert_eq!((read.start, read.count), (start, count), "{given}");
    }
}

#[test]
fn an_order_is_ascending_unless_it_says_otherwise() {
    for (order, descending) in [("", false), ("ascending", false), ("Descending", true)] {
        let read = SearchRequest::from_query([("sortBy", "userName"), ("sortOrder", order)]).unwrap();
        assert_eq!((read.sort_by.as_deref(), read.descending), (Some("userName"), descending));
    }
}

#[test]
fn a_bad_query_is_refused_by_name() {
    for (given, scim_type, detail) in [
        (json!({"schemas": []}), ScimType::InvalidSyntax, "schemas must be a list that contains"),
        (json!({"schemas": ["urn:x"]}), ScimType::InvalidSyntax, "schemas must be a list that contains"),
        (json!({"filter": 1}), ScimType::InvalidSyntax, "filter takes a text"),
        (json!({"filter": "a pr", "Filter": "b pr"}), ScimType::InvalidSyntax, "filter is given twice"),
        (json!({"attributes": [1]}), ScimType::InvalidSyntax, "attributes takes a list"),
        (json!({"excludedAttributes": {}}), ScimType::InvalidSyntax, "excludedAttributes takes a list"),
        (
            json!({"attributes": "a", "excludedAttributes": "b"}),
            ScimType::InvalidValue,
            "attributes and excludedAttributes exclude each other",
        ),
        (json!({"sortOrder": "up"}), ScimType::InvalidValue, "sortOrder takes ascending or descending"),
        (json!({"startIndex": "x"}), ScimType::InvalidValue, "startIndex takes a whole number"),
        (json!({"startIndex": 1, "cursor": ""}), ScimType::InvalidValue, "startIndex and cursor exclude"),
        (json!({"count": 1.5}), ScimType::InvalidCount, "count takes a whole number"),
        (json!({"count": "99999999999999999999"}), ScimType::InvalidCount, "count takes a whole number"),
        (json!({"cursor": "a b"}), ScimType::InvalidCursor, "cursor takes the nextCursor"),
        (json!({"cursor": "a".repeat(1025)}), ScimType::InvalidCursor, "cursor takes the nextCursor"),
    ] {
        let error = body(given.clone()).unwrap_err();
        assert_eq!(error.scim_type, scim_type, "{given}");
        assert!(error.detail.starts_with(detail), "{given}: {error}");
    }
    assert_eq!(
        SearchRequest::from_query([("count", "1"), ("count", "2")]).unwrap_err().detail,
        "count is given twice"
    );
    assert!(SearchRequest::from_body(&json!([])).is_err());
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(given in documents::json()) {
        if let Value::Object(_) = given {
            let _ = body(given);
        } else {
            prop_assert!(SearchRequest::from_body(&given).is_err());
        }
    }
}
