use serde_json::json;

use super::{CORE, ENTERPRISE, GROUP, Provider, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_made_read_and_removed() {
    let provider = Provider::new().await;
    let boss = provider.user("boss").await;
    let body = json!({
        "schemas": [CORE, ENTERPRISE], "userName": "bjensen@example.com", "externalId": "701984",
        "name": {"givenName": "Barbara", "familyName": "Jensen"}, "password": "t1meMa$heen", "active": true,
        "emails": [{"value": "b@home", "type": "home"}, {"value": "b@work", "type": "work", "primary": true}],
        "nickName": "Babs", "id": "mine", "unknown": 1,
        ENTERPRISE: {"department": "Tours", "manager": {"value": boss}},
    });
    let made = provider.post("/Users", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let user = made.json();
    let id = user["id"].as_str().expect("an id").to_owned();
    let location = format!("http://idp.example/scim/v2/Users/{id}");
    assert_eq!(made.header("location"), Some(location.as_str()));
    assert_eq!(made.header("etag"), user["meta"]["version"].as_str());
    assert_eq!(user["meta"]["location"], location);
    assert_eq!(user["schemas"], json!([CORE, ENTERPRISE]));
    assert_eq!(user["nickName"], "Babs");
    assert_eq!(user["emails"], body["emails"]);
    assert_eq!(user[ENTERPRISE]["manager"]["$ref"], format!("http://idp.example/scim/v2/Users/{boss}"));
    assert!(user.get("password").is_none() && user.get("unknown").is_none(), "{user}");
    let detail = provider.company.detail("bjensen@example.com").await;
    assert_eq!((detail.user.email.as_str(), detail.user.full_name.as_str()), ("b@work", "Barbara Jensen"));
    assert!(!serde_json::to_string(&detail.profile.scim).expect("JSON").contains("t1meMa"));

    let read = provider.get(&format!("/Users/{id}")).await;
    assert_eq!((read.status.as_u16(), read.json()), (200, user.clone()));
    let etag = read.header("etag").expect("a version").to_owned();
    let path = format!("/Users/{id}");
    let known = provider.send("GET", &path, &[("If-None-Match", &etag)], "").await;
    assert_eq!((known.status.as_u16(), known.body.as_str()), (304, ""));
    let few = provider.get(&format!("{path}?attributes=userName,emails.value")).await.json();
    assert_eq!(few["emails"], json!([{"value": "b@home"}, {"value": "b@work"}]));
    assert!(few.get("meta").is_none() && few["id"] == id.as_str(), "{few}");

    assert_eq!(provider.delete(&path).await.status, 204);
    refused(&provider.get(&path).await, 404, None, &id);
    refused(&provider.delete(&path).await, 404, None, &id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_clears_what_it_leaves_out_and_deactivates_nobody() {
    let provider = Provider::new().await;
    let body = json!({"schemas": [CORE], "userName": "ann", "title": "Chief", "active": false});
    let id = provider.made("/Users", &body).await;
    let path = format!("/Users/{id}");
    let echo = json!({
        "schemas": [CORE], "userName": "ann", "nickName": "A", "id": id, "groups": [{"value": "x"}],
        "meta": {"version": "no", "location": "elsewhere"},
    });
    let replaced = provider.put(&path, &echo).await;
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    let user = replaced.json();
    assert!(user.get("title").is_none() && user["nickName"] == "A" && user["active"] == false, "{user}");
    let active = provider.put(&path, &json!({"schemas": [CORE], "userName": "ann", "active": true})).await;
    assert_eq!(active.json()["active"], true);
    let again = provider.put(&path, &json!({"schemas": [CORE], "userName": "ann"})).await;
    assert_eq!(again.json()["active"], true);
    assert_eq!(again.header("etag"), active.header("etag"), "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_answers_with_the_resource_and_false_deactivates() {
    let provider = Provider::new().await;
    let id = provider.user("ann").await;
    let path = format!("/Users/{id}");
    let operations = json!([
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@x"},
        {"op": "replace", "value": {"name.givenName": "Ann", "displayName": "Ann Lee"}},
    ]);
    let patched = provider.patch(&path, operations.clone()).await;
    assert_eq!(patched.status, 200, "{}", patched.body);
    let user = patched.json();
    assert_eq!((&user["active"], &user["displayName"]), (&json!(false), &json!("Ann Lee")));
    assert_eq!(user["emails"][0]["value"], "a@x");
    assert_eq!(provider.company.detail("ann").await.user.state, domain::UserState::Deactivated);
    let again = provider.patch(&path, operations).await;
    assert_eq!(
        (again.status.as_u16(), again.header("etag")),
        (200, patched.header("etag")),
        "{}",
        again.body
    );
    let back = provider.patch(&path, json!([{"op": "replace", "value": {"active": true}}])).await;
    assert_eq!(back.json()["active"], true);
    assert_eq!(provider.company.detail("ann").await.user.state, domain::UserState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_for_another_version_changes_nothing() {
    let provider = Provider::new().await;
    for path in [
        format!("/Users/{}", provider.user("ann").await),
        format!("/Groups/{}", provider.group("Ops", &[]).await),
    ] {
        let before = provider.get(&path).await;
        let etag = before.header("etag").expect("a version").to_owned();
        let patch =
            json!({"Operations": [{"op": "replace", "path": "displayName", "value": "New"}]}).to_string();
        let mut body = before.json();
        body["displayName"] = "New".into();
        for (method, body) in [("PATCH", patch.as_str()), ("PUT", &body.to_string()), ("DELETE", "")] {
            for condition in
                [("If-Match", "W/\"other\""), ("If-None-Match", etag.as_str()), ("If-None-Match", "*")]
            {
                let answer = provider.send(method, &path, &[condition], body).await;
                refused(&answer, 412, None, "another version");
            }
        }
        assert_eq!(provider.get(&path).await.body, before.body);
        let changed = provider.send("PATCH", &path, &[("If-Match", &etag)], &patch).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_ne!(changed.header("etag"), Some(etag.as_str()));
        assert_eq!(provider.send("DELETE", &path, &[("If-Match", "*")], "").await.status, 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_have_members_and_members_their_groups() {
    let provider = Provider::new().await;
    let person = |name: &'static str| json!({"schemas": [CORE], "userName": name, "displayName": name});
    let ann = provider.made("/Users", &person("ann")).await;
    let bob = provider.made("/Users", &person("bob")).await;
    let id = provider.group("Ops", &[&ann]).await;
    let path = format!("/Groups/{id}");
    let group = provider.get(&path).await.json();
    let reference = format!("http://idp.example/scim/v2/Users/{ann}");
    assert_eq!(
        group["members"],
        json!([{"value": ann, "type": "User", "display": "ann", "$ref": reference}])
    );
    let user = provider.get(&format!("/Users/{ann}")).await.json();
    assert_eq!(user["groups"][0]["value"], id.as_str());
    assert_eq!(user["groups"][0]["display"], "Ops");
    let few = provider.get(&format!("{path}?excludedAttributes=members")).await.json();
    assert!(few.get("members").is_none() && few["displayName"] == "Ops", "{few}");
    let members = |answer: crate::fixture::Answer| {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let members = answer.json()["members"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> =
            members.iter().map(|member| member["display"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names.join(" ")
    };
    for (operation, expected) in [
        (json!({"op": "Add", "path": "members", "value": [{"value": bob}]}), "ann bob"),
        (json!({"op": "add", "path": "members", "value": [{"value": bob}]}), "ann bob"),
        (json!({"op": "Remove", "path": format!("members[value eq \"{ann}\"]")}), "bob"),
        (json!({"op": "replace", "path": "members", "value": [{"value": ann}]}), "ann"),
        (json!({"op": "remove", "path": "members", "value": [{"value": ann}]}), ""),
        (json!({"op": "add", "value": {"members": [{"value": ann}, {"value": bob}]}}), "ann bob"),
        (json!({"op": "remove", "path": "members[display eq \"bob\"]"}), "ann"),
        (json!({"op": "replace", "value": {"id": id, "displayName": "Ops 2"}}), "ann"),
        (json!({"op": "remove", "path": "members"}), ""),
    ] {
        let patched = provider.patch(&path, json!([operation])).await;
        assert_eq!(members(patched), expected, "{operation}");
    }
    let body = json!({"schemas": [GROUP], "displayName": "Ops", "members": [{"value": bob}]});
    assert_eq!(members(provider.put(&path, &body).await), "bob");
    let nobody = json!([{"op": "add", "path": "members", "value": [{"value": "nobody"}]}]);
    refused(&provider.patch(&path, nobody).await, 400, Some("invalidValue"), "nobody");
    assert_eq!(provider.delete(&path).await.status, 204);
    refused(&provider.get(&path).await, 404, None, &id);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_may_ask_for_itself() {
    let provider = Provider::new().await;
    let me = provider.get("/Me").await.json();
    assert_eq!(me["userName"], "auditor");
    assert_eq!(
        me["meta"]["location"],
        format!("http://idp.example/scim/v2/Users/{}", me["id"].as_str().expect(""))
    );
    let patched = provider.patch("/Me", json!([{"op": "add", "path": "title", "value": "T"}])).await;
    assert_eq!((patched.status.as_u16(), &patched.json()["title"]), (200, &json!("T")));
    let body = json!({"schemas": [CORE], "userName": "auditor", "emails": me["emails"]});
    assert_eq!(provider.put("/Me", &body).await.status, 200);
    refused(&provider.post("/Me", &body).await, 409, Some("uniqueness"), "already");
    refused(&provider.delete("/Me").await, 403, None, "your own account");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_face_changes_is_seen_and_the_rest_is_kept() {
    let provider = Provider::new().await;
    let body = json!({
        "schemas": [CORE], "userName": "ann", "displayName": "Ann Lee", "title": "Chief",
        "emails": [{"value": "old@x", "type": "work", "display": "Work"}, {"value": "home@x", "type": "home"}],
    });
    let path = format!("/Users/{}", provider.made("/Users", &body).await);
    let before = provider.get(&path).await;
    let bearer = format!("Bearer {}", provider.company.session("admin").await);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let change = r#"{"email":"new@x","fullName":"Ann Ray"}"#;
    let changed = provider.company.call("PATCH", "/v1/users/name:ann", &headers, change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let after = provider.get(&path).await;
    assert_ne!(after.header("etag"), before.header("etag"));
    let user = after.json();
    assert_eq!((&user["displayName"], &user["title"]), (&json!("Ann Ray"), &json!("Chief")));
    assert_eq!(
        user["emails"],
        json!([{"value": "new@x", "type": "work", "display": "Work"}, {"value": "home@x", "type": "home"}])
    );
    for (filter, expected) in [("new@x", 1), ("home@x", 1), ("old@x", 0)] {
        let found = provider.get(&format!("/Users?filter=emails%20eq%20%22{filter}%22")).await.json();
        assert_eq!(found["totalResults"], expected, "{filter}");
    }
    let patched =
        provider.patch(&path, json!([{"op": "replace", "path": "title", "value": "T"}])).await.json();
    assert_eq!((&patched["emails"], &patched["title"]), (&user["emails"], &json!("T")));
    assert_eq!(provider.company.detail("ann").await.user.full_name, "Ann Ray");
}
