use serde_json::json;

use super::{GROUP, Provider, refused};

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
