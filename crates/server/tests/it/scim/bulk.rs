use serde_json::{Value, json};

use super::{CORE, GROUP, PATCH, Provider, refused};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

impl Provider {
    /// The answered operations.
    async fn bulk(&self, body: Value) -> Vec<Value> {
        let answer = self.post("/Bulk", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer = answer.json();
        assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
        answer["Operations"].as_array().expect("a list").clone()
    }
}

fn statuses(operations: &[Value]) -> Vec<&str> {
    operations.iter().map(|operation| operation["status"].as_str().expect("a text")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_find_what_the_same_request_makes() {
    let provider = Provider::new().await;
    let group = json!({"schemas": [GROUP], "displayName": "Ops", "members": [{"value": "bulkId:ann"}]});
    let done = provider
        .bulk(json!({"schemas": [BULK], "Operations": [
            {"method": "POST", "path": "/Groups", "bulkId": "ops", "data": group},
            {"method": "POST", "path": "/Users", "bulkId": "ann", "data": {"schemas": [CORE], "userName": "ann"}},
            {"method": "PATCH", "path": "/Users/bulkId:ann", "data": {
                "schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "T"}]}},
        ]}))
        .await;
    assert_eq!(statuses(&done), ["201", "201", "200"], "{done:?}");
    let user = provider.get("/Users?filter=userName%20eq%20%22ann%22").await.json()["Resources"][0].clone();
    assert_eq!((&user["title"], &user["groups"][0]["display"]), (&json!("T"), &json!("Ops")));
    assert_eq!(done[2]["version"], user["meta"]["version"]);
    assert_eq!(done[1]["location"], user["meta"]["location"]);
    let id = user["id"].as_str().expect("an id");
    let done = provider
        .bulk(json!({"schemas": [BULK], "Operations": [
            {"method": "DELETE", "path": format!("/Users/{id}"), "version": "W/\"other\""},
            {"method": "PUT", "path": format!("/Users/{id}"), "version": user["meta"]["version"],
                "data": {"schemas": [CORE], "userName": "ann", "active": false}},
            {"method": "DELETE", "path": format!("/Users/{id}")},
            {"method": "DELETE", "path": format!("/Users/{id}")},
        ]}))
        .await;
    assert_eq!(statuses(&done), ["412", "200", "204", "404"], "{done:?}");
    assert_eq!(done[3]["response"]["status"], "404");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_after_so_many_errors() {
    let provider = Provider::new().await;
    let user = |name: &str, bulk_id: &str| json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": {"schemas": [CORE], "userName": name}});
    let operations = json!([user("ann", "1"), user("ANN", "2"), user("bob", "3")]);
    let done = provider.bulk(json!({"schemas": [BULK], "failOnErrors": 1, "Operations": operations})).await;
    assert_eq!(statuses(&done), ["201", "409"]);
    assert_eq!(done[1]["response"]["scimType"], "uniqueness");
    let done = provider.bulk(json!({"schemas": [BULK], "Operations": operations})).await;
    assert_eq!(statuses(&done), ["409", "409", "201"]);
    let circle = |own: &str, other: &str| {
        json!({"method": "POST", "path": "/Groups", "bulkId": own, "data":
            {"schemas": [GROUP], "displayName": own, "members": [{"value": format!("bulkId:{other}")}]}})
    };
    let done = provider
        .bulk(
            json!({"schemas": [BULK], "Operations": [circle("a", "b"), circle("b", "a"), user("eve", "e")]}),
        )
        .await;
    assert_eq!(statuses(&done), ["409", "409", "201"]);
    let done = provider
        .bulk(json!({"schemas": [BULK], "Operations": [
            {"method": "DELETE", "path": "/Things/7"},
            {"method": "PATCH", "path": "/Users/bulkId:nobody", "data": {"Operations": []}},
        ]}))
        .await;
    assert_eq!(statuses(&done), ["400", "400"], "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_its_limits() {
    let provider = Provider::new().await;
    let one = json!({"method": "DELETE", "path": "/Users/7"});
    let many = provider.post("/Bulk", &json!({"schemas": [BULK], "Operations": vec![one; 1_001]})).await;
    refused(&many, 413, None, "1000");
    let unknown = json!({"schemas": [BULK], "Operations": [{"method": "GET", "path": "/Users/7"}]});
    refused(&provider.post("/Bulk", &unknown).await, 400, Some("invalidSyntax"), "Operations[0]");
}
