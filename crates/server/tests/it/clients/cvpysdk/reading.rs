use serde_json::{Value, json};

use super::sdk::Sdk;
use super::{V4, each_generation_as_admin};
use crate::fixture::Company;
use crate::served::Served;

/// Ids are numbers in one generation and text in the other.
fn is_id(told: &Value, id: impl ToString) -> bool {
    told.to_string().trim_matches('"') == id.to_string()
}

#[test]
fn users() {
    each_generation_as_admin(|mut sdk, served| async move {
        let users = sdk.does("users", &json!({}));
        let names = ["admin", "operator", "auditor", "jsmith", "kjones", "mlopez", r"company\achen"];
        assert_eq!(users.as_object().expect("users").len(), names.len(), "{users}");
        for name in names {
            let id = served.company.detail(name).await.user.id;
            assert!(is_id(&users[name], id), "{name}: {users}");
            assert_eq!(sdk.does("has_user", &json!({"user": name})), true);
        }
        assert_eq!(sdk.does("has_user", &json!({"user": "nobody"})), false);
    });
}

#[test]
fn one_user() {
    each_generation_as_admin(|mut sdk, served| async move {
        let jsmith = served.company.detail("jsmith").await.user;
        let told = sdk.does("user", &json!({"user": "JSmith"}));
        let expected = json!({
            "id": jsmith.id.0, "name": "jsmith", "full_name": "Full jsmith", "email": "jsmith@example.com",
            "description": "", "guid": jsmith.guid, "enabled": true,
            "groups": ["Ops"], "security": {},
        });
        assert_eq!(told, expected);
        assert_eq!(sdk.does("two_factor", &json!({"user": "jsmith"})), false);
        let refused = sdk.fails("user", &json!({"user": "nobody"}));
        assert!(refused.contains("nobody"), "{refused}");
    });
}

#[test]
fn groups() {
    each_generation_as_admin(|mut sdk, served| async move {
        let ops = served.company.group_named("Ops").await.id;
        let groups = sdk.does("groups", &json!({}));
        assert!(is_id(&groups["ops"], ops), "{groups}");
        for (name, there) in [("OPS", true), ("master", true), ("nobody", false)] {
            assert_eq!(sdk.does("has_group", &json!({"group": name})), there, "{name}");
        }
        let told = sdk.does("group", &json!({"group": "Ops"}));
        let expected = json!({
            "id": ops.0, "name": "ops", "description": "", "enabled": true, "users": ["jsmith"],
            "associations": {},
        });
        assert_eq!(told, expected);
    });
}

#[test]
fn the_commcell() {
    each_generation_as_admin(|mut sdk, served| async move {
        let told = sdk.does("commserv", &json!({}));
        assert_eq!(told["time_zone"], "UTC", "{told}");
        assert!(told["version"].as_i64().is_some_and(|version| version > 0), "{told}");
        drop(served);
    });
}

/// The newer one asks for pages with two question marks in one address.
#[tokio::test(flavor = "multi_thread")]
async fn by_a_query_that_is_none() {
    let served = Served::company(Company::new().await).await;
    let mut sdk = Sdk::of(V4, &served);
    sdk.log_in("admin");
    let query = json!({"limit": ["0", "50"], "sort": ["userName", "1"], "search": "smith"});
    let users = sdk.does("cached_users", &query);
    let jsmith = &users["jsmith"];
    let id = served.company.detail("jsmith").await.user.id.0;
    assert_eq!((&jsmith["userId"], &jsmith["enableUser"]), (&json!(id), &json!(true)), "{users}");
    let groups = sdk.does("cached_groups", &json!({}));
    assert_eq!(groups["Ops"]["status"], true, "{groups}");
}
