use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{CORE, ENTERPRISE, GROUP, Provider, refused};
use crate::fixture::Company;
use crate::home::{Home, both_homes};

#[tokio::test(flavor = "multi_thread")]
async fn members_that_say_nothing_empty_no_group() {
    let provider = Provider::new().await;
    let ann = provider.user("ann").await;
    let group = provider.group("Guides", &[&ann]).await;
    let path = format!("/Groups/{group}");
    let nobodies = [json!([{"display": "Ann"}]), json!([{"id": ann}]), json!([{"value": ""}]), json!([null])];
    for nobody in nobodies {
        let whole = json!({"schemas": [GROUP], "displayName": "Guides", "members": nobody});
        refused(&provider.put(&path, &whole).await, 400, Some("invalidValue"), "members.value");
        let replaced = json!([{"op": "replace", "path": "members", "value": nobody}]);
        refused(&provider.patch(&path, replaced).await, 400, Some("invalidValue"), "members.value");
        let implied = json!([{"op": "replace", "value": {"members": nobody}}]);
        refused(&provider.patch(&path, implied).await, 400, Some("invalidValue"), "members.value");
        assert_eq!(provider.get(&path).await.json()["members"][0]["value"], ann.as_str(), "{nobody}");
    }
}

/// What a user's document says of a manager who is gone must not stand in the way of the user's own departure.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_who_left_holds_up_no_departure() {
    let provider = Provider::new().await;
    let boss = provider.user("boss").await;
    let body =
        json!({"schemas": [CORE, ENTERPRISE], "userName": "ann", ENTERPRISE: {"manager": {"value": boss}}});
    let ann = provider.made("/Users", &body).await;
    let path = format!("/Users/{ann}");
    // Okta sends back what it read, with `$ref`.
    let read = provider.get(&path).await.json();
    assert!(read[ENTERPRISE]["manager"].get("$ref").is_some(), "{read}");
    assert_eq!(provider.put(&path, &read).await.status, 200);
    assert_eq!(provider.delete(&format!("/Users/{boss}")).await.status, 204);
    let left = provider.get(&path).await.json();
    assert!(left.get(ENTERPRISE).is_none(), "{left}");
    let off = provider.patch(&path, json!([{"op": "replace", "path": "active", "value": false}])).await;
    assert_eq!((off.status.as_u16(), &off.json()["active"]), (200, &json!(false)), "{}", off.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_no_text_is_another_version() {
    let provider = Provider::new().await;
    let ann = provider.user("ann").await;
    let bearer = format!("Bearer {}", provider.token);
    let mut request = axum::http::Request::builder().method("DELETE").uri(format!("/scim/v2/Users/{ann}"));
    request = request.header("Authorization", bearer).header("If-Match", &b"\"\xff\""[..]);
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let answer = crate::fixture::send(&provider.company.router, request).await;
    refused(&answer, 412, None, "version");
    assert_eq!(provider.get(&format!("/Users/{ann}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_attribute_in_two_spellings_is_one_too_many() {
    let provider = Provider::new().await;
    let path = format!("/Users/{}", provider.user("ann").await);
    let both = json!([{"op": "replace", "value": {"active": true, "Active": false}}]);
    refused(&provider.patch(&path, both).await, 400, Some("invalidSyntax"), "twice");
    let passwords = json!([{"op": "replace", "value": {CORE: {"password": "correct horse 1", "Password": "correct horse 2"}}}]);
    refused(&provider.patch(&path, passwords).await, 400, Some("invalidSyntax"), "twice");
    assert_eq!(provider.get(&path).await.json()["active"], true);
}

/// A database takes no NUL, and says so late.
#[test]
fn no_odd_text_is_a_fault_of_the_server() {
    both_homes(|home: Home| async move {
        let provider = Provider::at(Company::at(home).await).await;
        let ann = provider.user("ann").await;
        let group = provider.group("Guides", &[&ann]).await;
        let (user, group) = (format!("/Users/{ann}"), format!("/Groups/{group}"));
        let odd = ["\0", "a\0b", "\u{10FFFF}", "%", "_", "'", "\"", "\\", "\u{202e}", "\r\nX: y", "🦀"];
        for text in odd {
            let quoted = Value::from(text).to_string();
            for name in
                ["id", "userName", "externalId", "displayName", "emails", "groups", "manager", "members"]
            {
                for operator in ["eq", "ne", "sw", "co", "gt", "le"] {
                    let search = json!({"filter": format!("{name} {operator} {quoted}"), "sortBy": name});
                    let answer = provider.post("/.search", &search).await;
                    assert!(answer.status.as_u16() <= 400, "{search}: {}", answer.body);
                }
            }
            for (path, operation) in [
                (&group, json!({"op": "add", "path": "members", "value": [{"value": text}]})),
                (&group, json!({"op": "remove", "path": format!("members[value eq {quoted}]")})),
                (&group, json!({"op": "replace", "path": "externalId", "value": text})),
                (&group, json!({"op": "replace", "path": "displayName", "value": text})),
                (&user, json!({"op": "replace", "path": "userName", "value": text})),
                (&user, json!({"op": "replace", "path": "externalId", "value": text})),
                (&user, json!({"op": "replace", "path": "displayName", "value": text})),
                (&user, json!({"op": "replace", "path": "emails", "value": [{"value": text}]})),
                (&user, json!({"op": "replace", "path": "manager", "value": text})),
                (&user, json!({"op": "replace", "path": "manager.$ref", "value": text})),
                (&user, json!({"op": "replace", "path": "timezone", "value": text})),
                (&user, json!({"op": "replace", "path": "password", "value": text})),
                (
                    &user,
                    json!({"op": "add", "path": format!("emails[type eq {quoted}].value"), "value": text}),
                ),
            ] {
                let answer = provider.patch(path, json!([operation])).await;
                assert!(answer.status.as_u16() < 500, "{operation}: {}", answer.body);
            }
        }
        for cursor in [r#"{"v":1,"q":"0","p":{"text":["\u0000",1]}}"#, "\u{0}", "é"] {
            let answer = provider.post("/Users/.search", &json!({"cursor": cursor})).await;
            assert_eq!(answer.status, 400, "{}", answer.body);
        }
    });
}

/// Whatever comes as a body is refused by name, and changes nobody.
#[tokio::test(flavor = "multi_thread")]
async fn no_odd_body_is_a_fault_of_the_server() {
    let provider = Provider::new().await;
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    let group = provider.group("Guides", &[&ann, &bob]).await;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let wrong = [
        "",
        "null",
        "[]",
        "7",
        "\"x\"",
        "[null]",
        "{}",
        "{\"schemas\":7}",
        "1e999",
        "{\"a\":1,\"a\":2}",
        &deep,
    ];
    for (method, path) in [
        ("POST", "/Users".to_owned()),
        ("POST", "/Groups".to_owned()),
        ("PUT", format!("/Users/{ann}")),
        ("PATCH", format!("/Users/{ann}")),
        ("PUT", format!("/Groups/{group}")),
        ("PATCH", format!("/Groups/{group}")),
        ("POST", "/Bulk".to_owned()),
    ] {
        for body in wrong {
            let answer = provider.send(method, &path, &[], body).await;
            assert_eq!(answer.status, 400, "{method} {path} {body:.20}: {}", answer.body);
        }
    }
    let group = provider.get(&format!("/Groups/{group}")).await.json();
    assert_eq!(group["members"].as_array().map(Vec::len), Some(2), "{group}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_odd_value_of_a_patch_deactivates_anybody() {
    let provider = Provider::new().await;
    let ann = provider.user("ann").await;
    let user = provider.get(&format!("/Users/{ann}")).await.json();
    for value in [
        json!(7),
        json!("x"),
        json!([]),
        json!([[]]),
        json!({"a": {}}),
        json!([7]),
        json!(1e300),
        json!(null),
    ] {
        for name in [
            "active",
            "emails",
            "name",
            "userName",
            "meta",
            "groups",
            "schemas",
            "id",
            "password",
            "roles",
            "x509Certificates",
            ENTERPRISE,
            CORE,
            "externalId",
            "manager",
            "emails.primary",
            "name.givenName",
        ] {
            for op in ["add", "replace", "remove"] {
                let operation = json!([{"op": op, "path": name, "value": value}]);
                let answer = provider.patch(&format!("/Users/{ann}"), operation).await;
                assert!(answer.status.as_u16() < 500, "{op} {name} {value}: {}", answer.body);
                let implied = json!([{"op": op, "value": {name: value}}]);
                let answer = provider.patch(&format!("/Users/{ann}"), implied).await;
                assert!(answer.status.as_u16() < 500, "{op} {name} {value}: {}", answer.body);
            }
        }
    }
    let now = provider.get(&format!("/Users/{ann}")).await.json();
    assert_eq!((&now["id"], &now["userName"]), (&user["id"], &json!("x")), "{now}");
    assert_ne!(now.get("active"), Some(&json!(false)));
    assert_eq!(provider.company.detail("x").await.user.state, domain::UserState::Active);
}

/// A cursor is a text that a client can write as well as we can.
#[test]
fn no_forged_cursor_is_a_fault_of_the_server() {
    both_homes(|home: Home| async move {
        let provider = Provider::at(Company::at(home).await).await;
        for name in ["ann", "bob", "cid"] {
            provider.user(name).await;
        }
        for sort in
            ["id", "userName", "externalId", "displayName", "meta.created", "meta.lastModified", "title"]
        {
            let search = json!({"cursor": "", "count": 1, "sortBy": sort});
            let page = provider.post("/Users/.search", &search).await.json();
            let cursor =
                URL_SAFE_NO_PAD.decode(page["nextCursor"].as_str().expect("a cursor")).expect("Base64");
            let mut written: Value = serde_json::from_slice(&cursor).expect("JSON");
            for begins in [
                json!({"rows": u64::MAX}),
                json!({"number": i64::MIN}),
                json!({"number": i64::MAX}),
                json!({"text": ["\0", 1]}),
                json!({"text": ["x\0", i64::MIN]}),
                json!({"text": ["🦀", 1]}),
                json!({"ms": [i64::MAX, 1]}),
            ] {
                written["p"] = begins;
                let forged = URL_SAFE_NO_PAD.encode(written.to_string());
                let search = json!({"cursor": forged, "count": 1, "sortBy": sort});
                let answer = provider.post("/Users/.search", &search).await;
                assert!([200, 400].contains(&answer.status.as_u16()), "{sort} {written}: {}", answer.body);
            }
        }
    });
}
