use serde_json::{Value, json};

use super::{CORE, ENTERPRISE, GROUP, Provider, refused};

impl Provider {
    async fn found(&self, path: &str, filter: &str) -> Value {
        let filter = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        let separator = if path.contains('?') { '&' } else { '?' };
        let answer = self.get(&format!("{path}{separator}filter={filter}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

/// Entra ID's documented flow: a test of the connection, a user, its changes, a group, its members, the end.
#[tokio::test(flavor = "multi_thread")]
async fn entra_provisions_and_disables() {
    let provider = Provider::new().await;
    let probe = provider.found("/Users", "userName eq \"2f7d4a8f-8c5c-4a59-a4f2-1d1c7d6c7e6b\"").await;
    assert_eq!((&probe["totalResults"], &probe["Resources"]), (&json!(0), &json!([])));
    let boss = provider.user("boss@example.com").await;
    let body = json!({
        "schemas": [CORE, ENTERPRISE], "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "Test_User@example.com", "active": true, "displayName": "lennay",
        "emails": [{"primary": true, "type": "work", "value": "Test_User@example.com"}],
        "meta": {"resourceType": "User"}, "name": {"formatted": "gn fn", "familyName": "fn", "givenName": "gn"},
        "roles": [],
    });
    let id = provider.made("/Users", &body).await;
    let path = format!("/Users/{id}");
    let found = provider.found("/Users", "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\"").await;
    assert_eq!(found["Resources"][0]["id"], id.as_str());
    let operations = json!([
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updated@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"},
        {"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": boss},
        {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "555"},
        {"op": "Replace", "value": {"displayName": "new", "name.givenName": "G", format!("{ENTERPRISE}:department"): "D"}},
    ]);
    let changed = provider.patch(&path, operations).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let user = changed.json();
    assert_eq!(user["emails"][0], json!({"primary": true, "type": "work", "value": "updated@example.com"}));
    assert_eq!(user["phoneNumbers"], json!([{"type": "mobile", "value": "555"}]));
    assert_eq!(user["name"]["familyName"], "updatedFamilyName");
    assert_eq!((&user["name"]["givenName"], &user["displayName"]), (&json!("G"), &json!("new")));
    assert_eq!(
        (&user[ENTERPRISE]["manager"]["value"], &user[ENTERPRISE]["department"]),
        (&json!(boss), &json!("D"))
    );
    assert_eq!(provider.found("/Users", "emails[type eq \"work\"].value eq \"x\"").await["totalResults"], 0);
    let disabled =
        provider.patch(&path, json!([{"op": "Replace", "path": "active", "value": "False"}])).await;
    assert_eq!(disabled.json()["active"], false);

    let group = json!({"schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "grp", "meta": {"resourceType": "Group"}});
    let group_id = provider.made("/Groups", &group).await;
    let group_path = format!("/Groups/{group_id}");
    let member = json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": id}]}]);
    let added = provider.patch(&format!("{group_path}?excludedAttributes=members"), member).await;
    assert!(added.status == 200 && added.json().get("members").is_none(), "{}", added.body);
    let both = format!("id eq \"{group_id}\" and members eq \"{id}\"");
    assert_eq!(provider.found("/Groups?excludedAttributes=members", &both).await["totalResults"], 1);
    let gone = json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": id}]}]);
    assert_eq!(provider.patch(&group_path, gone).await.status, 200);
    assert_eq!(provider.found("/Groups", &both).await["totalResults"], 0);
    assert_eq!(provider.delete(&group_path).await.status, 204);
    assert_eq!(provider.delete(&path).await.status, 204);
}

/// Okta's documented flow: look-up, creation, update by PUT with what it read, deactivation, group push.
#[tokio::test(flavor = "multi_thread")]
async fn okta_replaces_and_pushes_groups() {
    let provider = Provider::new().await;
    assert_eq!(provider.get("/Users?startIndex=1&count=2").await.json()["itemsPerPage"], 2);
    assert_eq!(
        provider.found("/Users?startIndex=1&count=100", "userName eq \"test.user@okta.local\"").await["totalResults"],
        0
    );
    let body = json!({
        "schemas": [CORE], "userName": "test.user@okta.local", "name": {"givenName": "Test", "familyName": "User"},
        "emails": [{"primary": true, "value": "test.user@okta.local", "type": "work"}], "displayName": "Test User",
        "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": true,
    });
    let id = provider.made("/Users", &body).await;
    let path = format!("/Users/{id}");
    let mut read = provider.get(&path).await.json();
    read["name"]["givenName"] = "Another".into();
    let put = provider
        .send("PUT", &path, &[("Content-Type", "application/scim+json; charset=utf-8")], &read.to_string())
        .await;
    assert_eq!((put.status.as_u16(), &put.json()["name"]["givenName"]), (200, &json!("Another")));
    read["active"] = false.into();
    assert_eq!(provider.put(&path, &read).await.json()["active"], false);
    read.as_object_mut().expect("an object").shift_remove("active");
    assert_eq!(provider.put(&path, &read).await.json()["active"], false, "an omitted active changes nothing");
    let on = json!([{"op": "replace", "value": {"active": true}}]);
    assert_eq!(provider.patch(&path, on).await.json()["active"], true);

    let group_id = provider.group("Test SCIMv2", &[]).await;
    let group_path = format!("/Groups/{group_id}");
    let push = json!([
        {"op": "replace", "value": {"id": group_id, "displayName": "Test SCIMv2 renamed"}},
        {"op": "add", "path": "members", "value": [{"value": id, "display": "test.user@okta.local"}]},
    ]);
    let pushed = provider.patch(&group_path, push).await.json();
    assert_eq!(
        (&pushed["displayName"], &pushed["members"][0]["value"]),
        (&json!("Test SCIMv2 renamed"), &json!(id))
    );
    let replaced =
        provider.patch(&group_path, json!([{"op": "replace", "path": "members", "value": []}])).await;
    assert!(replaced.json().get("members").is_none(), "{}", replaced.body);
    assert_eq!(provider.found("/Groups", "displayName eq \"Test SCIMv2 renamed\"").await["totalResults"], 1);
}

/// Forms of OneLogin, JumpCloud, Ping and Google: all of the same few things.
#[tokio::test(flavor = "multi_thread")]
async fn others_are_understood_too() {
    let provider = Provider::new().await;
    let (boss, id) = (provider.user("boss").await, provider.user("Ann@Example.com").await);
    let path = format!("/Users/{id}");
    for manager in [
        json!({"op": "replace", "path": format!("{ENTERPRISE}:manager.value"), "value": boss}),
        json!({"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": {"value": boss}}),
        json!({"op": "add", "value": {ENTERPRISE: {"manager": {"value": boss, "displayName": "Boss"}}}}),
        json!({"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": [{"$ref": "../Users/x", "value": boss}]}),
    ] {
        let set = provider.patch(&path, json!([manager])).await;
        assert_eq!(set.status, 200, "{}", set.body);
        assert_eq!(set.json()[ENTERPRISE]["manager"]["value"], boss.as_str(), "{manager}");
        let none = json!([{"op": "remove", "path": format!("{ENTERPRISE}:manager")}]);
        assert!(provider.patch(&path, none).await.json().get(ENTERPRISE).is_none());
    }
    for filter in [
        "userName Eq \"ann@example.com\"",
        "username eq \"ANN@EXAMPLE.COM\"",
        "userName eq \"Ann@Example.com\" and active eq true",
    ] {
        assert_eq!(provider.found("/Users", filter).await["Resources"][0]["id"], id.as_str(), "{filter}");
    }
    let nobody = json!([{"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": "nobody"}]);
    refused(&provider.patch(&path, nobody).await, 400, Some("invalidValue"), "nobody");
}
