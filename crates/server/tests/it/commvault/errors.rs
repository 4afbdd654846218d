use exeunt::faces::commvault::route;
use serde_json::Value;

use super::client::{Client, DECLARATION, JSON, XML};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_served_is_404() {
    let client = Client::new().await;
    for (method, path) in [("GET", "No/Such/Thing"), ("PUT", "User/2"), ("GET", "Login")] {
        let text = format!("Exeunt does not serve {method} /webconsole/api/{path}");
        let expected = format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#);
        client.json(method, path).await.is_json(404, &expected);
        client.xml(method, path).await.is_json(404, &expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_cannot_be_read_are_failures() {
    let client = Client::new().await;
    let before = client.company.log_head().await;
    let too_long = format!(r#"{{"userName":"{}"}}"#, "x".repeat(exeunt::faces::MAX_BODY_BYTES));
    for body in ["{", "<a", r#"{"userId":4}}"#, "<!DOCTYPE a><a/>", too_long.as_str()] {
        let answer = client.send("POST", "User/Offboard", JSON, body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["errorCode"].as_i64()), (200, Some(2)));
        let answer = client.send("POST", "User/Offboard", XML, body).await;
        assert!(answer.body.contains(r#"errorCode="2""#), "{}", answer.body);
    }
    let answer = client.send("POST", "User/Offboard", JSON, &too_long).await;
    let text = "the body's size in bytes must not exceed 1048576";
    answer.is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
    let answer = client.send("POST", "Login", JSON, &too_long).await.json();
    assert_eq!(answer["errList"][0]["errLogMessage"], text);
    assert_eq!(client.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_users_and_groups_are_unknown() {
    let client = Client::with_leaver().await;
    let stranger = client.stranger().await;
    stranger.json("DELETE", "User/4").await.fails("User 4 not found");
    stranger.json("DELETE", "User/byName(userName='jsmith')").await.fails("User jsmith not found");
    stranger.json("PUT", "User/4/Disable").await.fails("User 4 not found");
    let answer = stranger.send("POST", "User/Offboard", JSON, r#"{"userName":"jsmith"}"#).await;
    answer.is_json(200, r#"{"errorMessage":"User jsmith not found","errorCode":2}"#);
    let answer = stranger.json("GET", "UserGroup/4").await;
    answer.is_json(200, r#"{"errorCode":2,"errorMessage":"Group 4 not found"}"#);
    assert_eq!(stranger.company.detail("jsmith").await.user.state, domain::UserState::Active);
}

/// The path of a DELETE that a client cannot have meant still gets the answer of a DELETE, in its form.
#[tokio::test(flavor = "multi_thread")]
async fn paths_that_cannot_be_read() {
    let client = Client::new().await;
    let text = "path: holds a broken percent sequence";
    client.json("DELETE", "User/byName(userName='%zz')").await.fails(text);
    client.json("PUT", "User/%zz/Disable").await.fails(text);
    let answer = client.json("GET", "User/%zz").await;
    answer.is_json(200, &format!(r#"{{"errorCode":2,"errorMessage":"{text}"}}"#));
    client.xml("DELETE", "User/%zz").await.is_xml(&format!(
        r#"<App_DeleteUserResponse><response errorCode="2" errorString="{text}" errorMessage="{text}" warningMessage=""/></App_DeleteUserResponse>"#
    ));
}

/// Who names nobody gets the shape that the endpoint has for somebody unknown, so that each client can read it.
#[tokio::test(flavor = "multi_thread")]
async fn ids_that_cannot_be_read_fail_in_the_shape_of_their_endpoint() {
    let client = Client::new().await;
    let mut tried = 0;
    for endpoint in route::endpoints().filter(|endpoint| endpoint.path.contains('{')) {
        let words = |id: &str| {
            let word = |word| if str::starts_with(word, '{') { id.to_owned() } else { str::to_owned(word) };
            endpoint.path.split('/').map(word).collect::<Vec<_>>().join("/")
        };
        let method = endpoint.method.as_str();
        for form in [JSON, XML] {
            let unknown = shape(&client.send(method, &words("99"), form, "").await.body);
            for id in ["abc", "0"] {
                let answer = client.send(method, &words(id), form, "").await;
                assert_eq!(shape(&answer.body), unknown, "{method} {} {form:?}", words(id));
                tried += 1;
            }
        }
    }
    assert!(tried >= 4 * 15, "{tried} requests");
    let text = "userId: must be a number";
    client.json("POST", "User/abc").await.fails(text);
    client.xml("GET", "UserGroup/0").await.is_xml(
        r#"<App_GetUserGroupPropertiesResponse errorCode="2" errorMessage="userGroupId: must not be 0"/>"#,
    );
}

/// The names of an answer without what they say: its keys, or its XML with empty attributes.
fn shape(body: &str) -> String {
    fn emptied(value: Value) -> Value {
        match value {
            Value::Object(object) => object.into_iter().map(|(key, value)| (key, emptied(value))).collect(),
            Value::Array(list) => list.into_iter().map(emptied).collect(),
            _ => Value::Null,
        }
    }
    match body.strip_prefix(DECLARATION) {
        Some(xml) => xml.split('"').step_by(2).collect(),
        None => emptied(serde_json::from_str(body).expect("JSON")).to_string(),
    }
}
