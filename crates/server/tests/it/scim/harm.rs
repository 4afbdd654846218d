use serde_json::json;

use super::{CORE, ENTERPRISE, GROUP, Provider, refused};

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
