//! Bulk requests: what is read, in which order, with which ids.

use proptest::prelude::*;
use scim::message::bulk::{BulkRequest, Created, Done, Method, Operation, Order, Refused, order, response};
use scim::message::error;
use scim::{Document, ScimType};
use serde_json::{Value, json};

use crate::documents;

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn parse(operations: Value) -> Result<BulkRequest, Refused> {
    BulkRequest::parse(&json!({"schemas": [URN], "failOnErrors": 1, "Operations": operations}), 5)
}

fn post(bulk_id: &str, data: Value) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
}

/// A user whose manager is another of the request.
fn user(bulk_id: &str, manager: &str) -> Value {
    post(bulk_id, json!({"manager": {"value": format!("bulkId:{manager}")}}))
}

#[test]
fn operations_are_read() {
    let request = parse(json!([
        post("qwerty", json!({"userName": "Alice"})),
        {"method": "patch", "path": "/Users/7", "data": {"Operations": []}, "version": "W/\"1\""},
        {"method": "DELETE", "path": "Users/8", "bulkId": "x"}
    ]))
    .unwrap();
    assert_eq!(
        request.operations,
        [
            Operation {
                method: Method::Post,
                bulk_id: Some("qwerty".to_owned()),
                endpoint: "/Users".to_owned(),
                id: None,
                version: None,
                data: Some(json!({"userName": "Alice"})),
            },
            Operation {
                method: Method::Patch,
                bulk_id: None,
                endpoint: "/Users".to_owned(),
                id: Some("7".to_owned()),
                version: Some("W/\"1\"".to_owned()),
                data: Some(json!({"Operations": []})),
            },
            Operation {
                method: Method::Delete,
                bulk_id: Some("x".to_owned()),
                endpoint: "/Users".to_owned(),
                id: Some("8".to_owned()),
                version: None,
                data: None,
            },
        ]
    );
    assert!(!request.ends_after(0));
    assert!(request.ends_after(1));
    let without = BulkRequest::parse(&json!({"Operations": []}), 5).unwrap();
    assert!(!without.ends_after(u64::MAX));
}

#[test]
fn a_malformed_request_is_refused_as_a_whole() {
    for (operations, detail) in [
        (json!(null), "Operations takes a list"),
        (json!([1]), "Operations[0]: it is not a JSON object"),
        (json!([post("a", json!({})), {}]), "Operations[1]: method must be POST, PUT, PATCH or DELETE"),
        (
            json!([{"method": "GET", "path": "/Users/7"}]),
            "Operations[0]: method must be POST, PUT, PATCH or DELETE",
        ),
        (
            json!([{"method": "POST", "path": "/Users", "data": {}}]),
            "Operations[0]: bulkId is required for POST",
        ),
        (json!([post(&"x".repeat(257), json!({}))]), "Operations[0]: bulkId has more than 256 bytes"),
        (
            json!([post("a", json!({})), post("a", json!({}))]),
            "Operations[1]: bulkId is another operation's already",
        ),
        (json!([post("a", Value::Null)]), "Operations[0]: data is required for POST"),
        (
            json!([{"method": "PUT", "path": "/Users", "data": {}}]),
            "Operations[0]: path must be like /Users/ID for PUT",
        ),
        (
            json!([{"method": "PUT", "path": "/Users/1/2", "data": {}}]),
            "Operations[0]: path must be like /Users/ID for PUT",
        ),
        (json!([{"method": "DELETE"}]), "Operations[0]: path must be like /Users/ID for DELETE"),
        (
            json!([{"method": "POST", "bulkId": "a", "path": "/Users/1", "data": {}}]),
            "Operations[0]: path must be like /Users for POST",
        ),
        (json!([{"method": "PUT", "path": 1}]), "Operations[0]: path takes a text"),
        (json!([1, 2, 3, 4, 5, 6]), "the request has 6 operations, more than 5"),
    ] {
        assert_eq!(parse(operations).unwrap_err().to_string(), detail);
    }
    for body in [
        json!([]),
        json!({"schemas": [URN]}),
        json!({"schemas": ["urn:x"], "Operations": []}),
        json!({"schemas": [URN], "failOnErrors": -1, "Operations": []}),
    ] {
        let Err(Refused::Invalid(error)) = BulkRequest::parse(&body, 5) else { panic!("{body}") };
        assert_eq!(error.scim_type, ScimType::InvalidSyntax, "{body}");
    }
}

#[test]
fn what_is_referred_to_comes_first() {
    let delete = json!({"method": "DELETE", "path": "/Users/7"});
    for (operations, turns, circular) in [
        (json!([delete, delete]), &[0, 1][..], &[][..]),
        (json!([user("a", "b"), delete, user("b", "c"), user("c", "nobody")]), &[1, 3, 2, 0], &[]),
        (json!([user("a", "b"), user("b", "a"), user("c", "a"), delete]), &[3], &[0, 1, 2]),
        (json!([user("a", "a")]), &[], &[0]),
        (
            json!([
                {"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"a": "bulkId:u", "b": "bulkId:u"}},
                {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {}},
                user("u", "x")
            ]),
            &[1, 2, 0],
            &[],
        ),
    ] {
        let request = parse(operations.clone()).unwrap();
        let expected = Order { turns: turns.to_vec(), circular: circular.to_vec() };
        assert_eq!(order(&request.operations), expected, "{operations}");
    }
}

#[test]
fn references_become_ids() {
    let mut created = Created::default();
    created.insert("qwerty".to_owned(), "92b7".to_owned());
    let [operation] = <[Operation; 1]>::try_from(
        parse(json!([{
            "method": "PUT",
            "path": "/Groups/bulkId:qwerty",
            "data": {"members": [{"value": "bulkId:qwerty", "$ref": "../Users/bulkId:qwerty"}], "n": 1, "x": "bulkId:"}
        }]))
        .unwrap()
        .operations,
    )
    .unwrap();
    let resolved = created.resolve(operation.clone()).unwrap();
    assert_eq!(resolved.id.as_deref(), Some("92b7"));
    let members = json!([{"value": "92b7", "$ref": "../Users/92b7"}]);
    assert_eq!(resolved.data, Some(json!({"members": members, "n": 1, "x": "bulkId:"})));
    let error = Created::default().resolve(operation).unwrap_err();
    assert_eq!(error.detail, "bulkId:qwerty is nothing that this request has created");
}

#[test]
fn the_answer_is_as_in_the_rfc() {
    let created = Done {
        method: Method::Post,
        bulk_id: Some("qwerty".to_owned()),
        location: Some("https://example.com/v2/Users/92b7".to_owned()),
        version: Some("W/\"1\"".to_owned()),
        status: 201,
        response: None,
    };
    let failed = Done {
        method: Method::Delete,
        bulk_id: None,
        location: Some("https://example.com/v2/Users/8".to_owned()),
        version: None,
        status: 404,
        response: Some(error(404, None, "Resource not found")),
    };
    let expected: Document = serde_json::from_value(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        "Operations": [
            {
                "method": "POST",
                "bulkId": "qwerty",
                "location": "https://example.com/v2/Users/92b7",
                "version": "W/\"1\"",
                "status": "201"
            },
            {
                "method": "DELETE",
                "location": "https://example.com/v2/Users/8",
                "status": "404",
                "response": {
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                    "status": "404",
                    "detail": "Resource not found"
                }
            }
        ]
    }))
    .unwrap();
    assert_eq!(response(vec![created, failed]), expected);
}

proptest! {
    #[test]
    fn every_operation_has_its_turn_once_and_after_what_it_needs(
        needs in prop::collection::vec(prop::collection::vec(0..12_usize, 0..3), 0..12),
    ) {
        let operations = needs.iter().enumerate().map(|(index, needs)| {
            let needs: Vec<String> = needs.iter().map(|need| format!("bulkId:{need}")).collect();
            post(&index.to_string(), json!({"needs": needs}))
        });
        let body = json!({"schemas": [URN], "Operations": operations.collect::<Vec<_>>()});
        let request = BulkRequest::parse(&body, 12).unwrap();
        let Order { turns, circular } = order(&request.operations);
        let mut all: Vec<usize> = turns.iter().chain(&circular).copied().collect();
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..needs.len()));
        for (place, index) in turns.iter().enumerate() {
            let earlier = |need: &usize| *need >= needs.len() || turns[..place].contains(need);
            prop_assert!(needs[*index].iter().all(earlier));
        }
        for index in &circular {
            prop_assert!(needs[*index].iter().any(|need| circular.contains(need)));
        }
    }

    #[test]
    fn any_json_is_read_or_refused(operations in documents::json()) {
        if let Ok(request) = parse(operations) {
            let order = order(&request.operations);
            prop_assert_eq!(order.turns.len() + order.circular.len(), request.operations.len());
        }
    }
}
