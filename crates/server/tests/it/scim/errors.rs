use exeunt::app::AppOptions;
use serde_json::json;

use super::{CORE, Provider, refused};
use crate::fixture::Company;
use crate::home::Home;

/// Method, path, body; status, scimType if there is one, and what the detail must hold.
type Refusal = (&'static str, &'static str, &'static str, u16, &'static str, &'static str);

const REFUSALS: &[Refusal] = &[
    (
        "POST",
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#,
        400,
        "invalidValue",
        "userName",
    ),
    ("POST", "/Users", r#"{"userName":"x"}"#, 400, "invalidSyntax", "schemas"),
    (
        "POST",
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ANN"}"#,
        409,
        "uniqueness",
        "ANN",
    ),
    (
        "POST",
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x","active":"maybe"}"#,
        400,
        "invalidValue",
        "active",
    ),
    (
        "POST",
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x","password":"short"}"#,
        400,
        "invalidValue",
        "password",
    ),
    (
        "POST",
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x","userName":"y"}"#,
        400,
        "invalidSyntax",
        "userName",
    ),
    (
        "POST",
        "/Groups",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"ops"}"#,
        409,
        "uniqueness",
        "ops",
    ),
    (
        "POST",
        "/Groups",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"x","members":[{"value":"nobody"}]}"#,
        400,
        "invalidValue",
        "nobody",
    ),
    (
        "POST",
        "/Groups",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"x","members":[{"value":"{id}","type":"Group"}]}"#,
        400,
        "invalidValue",
        "members.type",
    ),
    (
        "PUT",
        "/Users/{id}",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#,
        400,
        "invalidValue",
        "userName",
    ),
    ("PATCH", "/Users/{id}", r#"{"Operations":[]}"#, 400, "invalidSyntax", "Operations"),
    ("PATCH", "/Users/{id}", r#"{"Operations":[{"op":"remove"}]}"#, 400, "noTarget", "path"),
    (
        "PATCH",
        "/Users/{id}",
        r#"{"Operations":[{"op":"replace","path":"id","value":"x"}]}"#,
        400,
        "mutability",
        "id",
    ),
    (
        "PATCH",
        "/Users/{id}",
        r#"{"Operations":[{"op":"add","path":"x y","value":"x"}]}"#,
        400,
        "invalidPath",
        "Operations[0]",
    ),
    (
        "PATCH",
        "/Users/{id}",
        r#"{"Operations":[{"op":"remove","path":"userName"}]}"#,
        400,
        "mutability",
        "userName",
    ),
    (
        "PATCH",
        "/Users/{id}",
        r#"{"Operations":[{"op":"add","path":"nothing","value":"x"}]}"#,
        400,
        "invalidPath",
        "nothing",
    ),
    ("PATCH", "/Users/nobody", r#"{"Operations":[{"op":"remove","path":"title"}]}"#, 404, "", "nobody"),
];

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_refused_by_name_and_change_nothing() {
    let provider = Provider::new().await;
    let id = provider.user("ann").await;
    provider.group("Ops", &[]).await;
    let before = provider.get("/").await.body;
    for (method, path, body, status, scim_type, detail) in REFUSALS {
        let filled = |text: &str| text.replace("{id}", &id);
        let answer = provider.send(method, &filled(path), &[], &filled(body)).await;
        refused(&answer, *status, Some(*scim_type).filter(|text| !text.is_empty()), detail);
    }
    assert_eq!(provider.get("/").await.body, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_methods_and_headers_are_refused_in_scim_s_form() {
    let provider = Provider::new().await;
    for (method, path, allow) in [
        ("POST", "/ServiceProviderConfig", "GET, HEAD, OPTIONS"),
        ("DELETE", "/Schemas", "GET, HEAD, OPTIONS"),
        ("PUT", "/ResourceTypes/User", "GET, HEAD, OPTIONS"),
        ("PATCH", "/Users", "GET, HEAD, POST, OPTIONS"),
        ("GET", "/.search", "POST, OPTIONS"),
        ("GET", "/Bulk", "POST, OPTIONS"),
    ] {
        let answer = provider.send(method, path, &[], "").await;
        refused(&answer, 405, None, "");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        let options = provider.send("OPTIONS", path, &[], "").await;
        assert_eq!((options.status.as_u16(), options.header("allow")), (204, Some(allow)), "{path}");
    }
    for path in ["/Things", "/Users/7/8", "/Schemas/urn:x", "/ResourceTypes/Thing"] {
        refused(&provider.get(path).await, 404, None, "");
    }
    for path in ["/Schemas", "/ResourceTypes"] {
        let filtered = provider.get(&format!("{path}?filter=id%20pr")).await;
        assert_eq!(filtered.status, 403, "{}", filtered.body);
        let list = provider.get(path).await.json();
        assert_eq!(list["totalResults"], list["Resources"].as_array().expect("a list").len());
        for resource in list["Resources"].as_array().expect("a list") {
            let one = provider.get(&format!("{path}/{}", resource["id"].as_str().expect("an id"))).await;
            assert_eq!(&one.json(), resource);
        }
    }
    let body = json!({"schemas": [CORE], "userName": "x"}).to_string();
    let typed = |media: &'static str| [("Content-Type", media)];
    for media in ["text/plain", "application/xml", "application/x-www-form-urlencoded"] {
        refused(
            &provider.send("POST", "/Users", &typed(media), &body).await,
            415,
            None,
            "application/scim+json",
        );
    }
    let long = format!("{body}{}", " ".repeat(exeunt::faces::MAX_BODY_BYTES));
    refused(&provider.send("POST", "/Users", &[], &long).await, 413, None, "size");
    let made = provider.send("POST", "/Users", &typed("Application/JSON; charset=utf-8"), &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let head = provider.send("HEAD", "/Users", &[], "").await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_needed_stays() {
    let provider = Provider::new().await;
    let list = provider.get("/Users?filter=userName%20eq%20%22admin%22").await.json();
    let path = format!("/Users/{}", list["Resources"][0]["id"].as_str().expect("an id"));
    refused(&provider.delete(&path).await, 403, None, "admin");
    let off = json!([{"op": "replace", "path": "active", "value": false}]);
    refused(&provider.patch(&path, off).await, 403, None, "admin");
    let rename = json!([{"op": "replace", "path": "userName", "value": "root"}]);
    refused(&provider.patch(&path, rename).await, 403, None, "admin");
    let password = json!([{"op": "replace", "path": "password", "value": "correct horses"}]);
    refused(&provider.patch(&path, password).await, 403, None, "admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_asks_too_fast_waits() {
    let options = AppOptions { scim_rate: 2, ..AppOptions::default() };
    let provider = Provider::at(Company::with(Home::sqlite(), options).await).await;
    let mut refusals = 0;
    for _ in 0..20 {
        let answer = provider.get("/Me").await;
        if answer.status == 429 {
            refused(&answer, 429, None, "wait");
            assert_eq!(answer.header("retry-after"), Some("1"));
            refusals += 1;
        } else {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
    assert!((1..=16).contains(&refusals), "{refusals}");
    let other = provider.company.session("admin").await;
    let bearer = format!("Bearer {other}");
    let answer = provider.company.call("GET", "/scim/v2/Me", &[("Authorization", &bearer)], "").await;
    assert_eq!(answer.status, 200, "a person is not counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_beyond_the_measure_is_held_and_says_so() {
    let provider = Provider::new().await;
    let mut policy = domain::Policy::default();
    policy.scim.guard.users = 1;
    provider.company.app.set_policy(&provider.company.console, policy).await.expect("a policy");
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    assert_eq!(provider.delete(&format!("/Users/{ann}")).await.status, 204);
    let path = format!("/Users/{bob}");
    let since = exeunt::clock::shown(provider.company.clock.now_ms());
    for _ in 0..2 {
        let told = provider.delete(&path).await;
        refused(&told, 403, None, "nothing is lost");
        refused(&told, 403, None, &format!("This deletion is held since {since}, until an administrator"));
        refused(&told, 403, None, "the 1 departures that this token may ask for within 3600 s");
        provider.company.clock.advance(60_000);
    }
    let off = json!([{"op": "replace", "path": "active", "value": false}, {"op": "add", "path": "title", "value": "T"}]);
    refused(&provider.patch(&path, off).await, 403, None, "administrator");
    let bob = provider.get(&path).await.json();
    assert!(bob["active"] == true && bob.get("title").is_none(), "{bob}");
}
