use serde_json::{Value, json};

use super::{Netex, refused};
use crate::fixture::Company;

/// Calls that take a body, with one that is right.
const BODIES: [(&str, &str, &str); 8] = [
    ("POST", "users", r#"{"username":"new"}"#),
    ("PUT", "users/restuser.netex", r#"{"enabled":false}"#),
    ("PUT", "users/restuser.netex/deactivate", r#"{"message":"Bye."}"#),
    ("PUT", "users/restuser.netex/changePassword", r#"{"newPassword":"another horse"}"#),
    ("POST", "groups/Ops/users.add", r#"{"userIds":["restuser.netex"]}"#),
    ("POST", "groups/Ops/users.remove", r#"{"userIds":["restuser.netex"]}"#),
    ("POST", "groups/Ops/admins.add", r#"{"adminIds":["operator"]}"#),
    ("POST", "groups/Ops/admins.remove", r#"{"adminIds":["operator"]}"#),
];

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_none_change_nothing() {
    let netex = Netex::at(Company::new().await).await;
    netex.company.group("Ops").await;
    let before = netex.company.log_head().await;
    let deep = format!(r#"{{"a":{}}}"#, "[".repeat(200));
    let twice = |body: &str| body.replacen('{', r#"{"enabled":true,"enabled":true,"#, 1);
    for (method, path, valid) in BODIES {
        for (body, message) in [
            ("{".to_owned(), "body: malformed JSON: "),
            (valid.replace('}', ",}"), "body: malformed JSON: "),
            (format!("{valid}{valid}"), "body: malformed JSON: "),
            (twice(valid), "body: malformed JSON: `enabled` is given twice"),
            (deep.clone(), "body: malformed JSON: recursion limit exceeded"),
            (format!("[{valid}]"), "body: must be an object"),
            ("\"text\"".to_owned(), "body: must be an object"),
            ("null".to_owned(), "body: must be an object"),
            (
                format!(r#"{{"a":"{}"}}"#, "x".repeat(1024 * 1024)),
                "the body's size in bytes must not exceed 1048576",
            ),
        ] {
            let answer = netex.send(method, path, &[super::JSON], &body).await;
            let json = answer.json();
            assert_eq!(
                (answer.status.as_u16(), &json["status"]),
                (400, &json!(400)),
                "{method} {path} {message}"
            );
            assert!(
                json["message"].as_str().is_some_and(|text| text.starts_with(message)),
                "{}",
                answer.body
            );
        }
        for content_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""] {
            let headers = [("Content-Type", content_type)];
            let answer = netex.send(method, path, &headers, valid).await;
            refused(&answer, 400, "Content-Type: must be application/json where there is a body");
        }
        let answer = netex.send(method, path, &[], valid).await;
        refused(&answer, 400, "Content-Type: must be application/json where there is a body");
    }
    assert_eq!(netex.company.log_head().await, before);
}

/// Fields of a user with what they cannot be, and what is said of it.
fn wrong_fields() -> Vec<(&'static str, Value, &'static str)> {
    let long = "x".repeat(1_001);
    vec![
        ("username", json!("x".repeat(256)), "username: must not exceed 255 characters"),
        ("username", json!("a\u{0}b"), "username: must not hold control characters"),
        ("name", json!(long), "name: must not exceed 1000 characters"),
        ("surname", json!(1), "surname: must be a string"),
        ("surname", json!("a\u{1b}"), "surname: must be plain text"),
        ("email", json!(long), "email: must not exceed 1000 characters"),
        ("email", json!(false), "email: must be a string"),
        ("language", json!(long), "language: must not exceed 1000 characters"),
        ("timezone", json!([]), "timezone: must be a string"),
        ("officePhone", json!(long), "officePhone: must not exceed 1000 characters"),
        ("mobilePhone", json!({}), "mobilePhone: must be a string"),
        ("interests", json!("\u{7}"), "interests: must be plain text"),
        ("aboutMe", json!(long), "aboutMe: must not exceed 1000 characters"),
        ("location", json!(0), "location: must be a string"),
        ("externalId", json!("x".repeat(256)), "externalId: must not exceed 255 characters"),
        ("authSource", json!("SAML"), "authSource: must be LOCAL: credentials are checked here"),
        ("enabled", json!("false"), "enabled: must be true or false"),
        ("enabled", json!(0), "enabled: must be true or false"),
        ("image", json!("https://example.com"), "image: must be an object"),
        ("image", json!({}), "image: must hold the text url, or the texts base64Image and mimeType"),
        (
            "image",
            json!({ "url": 1 }),
            "image: must hold the text url, or the texts base64Image and mimeType",
        ),
        (
            "image",
            json!({ "base64Image": "AAAA" }),
            "image: must hold the text url, or the texts base64Image and mimeType",
        ),
        ("image", json!({ "url": "x".repeat(70_000) }), "the profile's size in bytes must not exceed 65536"),
        ("extendedFields", json!([]), "extendedFields: must be an object"),
        ("extra", json!("x"), "extra: must be an object"),
        ("roles", json!(["admin"]), "roles: must be an object"),
        ("roles", json!({ "management": "admin" }), "roles: must be a list of strings"),
        (
            "roles",
            json!({ "management": [] }),
            "roles: management must name at least one of user, groupadmin, admin",
        ),
        (
            "roles",
            json!({ "management": ["root"] }),
            "roles: management must name at least one of user, groupadmin, admin",
        ),
        ("roles", json!({ "social": ["trainer"] }), "roles: social must name at least one of user, admin"),
        (
            "roles",
            json!({ "other": ["user"] }),
            "roles: there are management, training, social, play, talent, content",
        ),
    ]
}

/// A user as nobody can be, field by field.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_none_name_themselves() {
    let netex = Netex::at(Company::new().await).await;
    let before = netex.company.log_head().await;
    for (field, value, message) in wrong_fields() {
        let mut user = json!({ "username": "new" });
        user[field] = value;
        let answer = netex.post("users", &user.to_string()).await;
        assert_eq!(answer.json()["message"], message, "{field}");
        refused(&answer, 400, message);
        let answer = netex.edit("users/restuser.netex", &json!({ field: user[field] }).to_string()).await;
        refused(&answer, 400, message);
    }
    refused(&netex.post("users", r#"{"user":"new"}"#).await, 400, "user: must be an object");
    for body in [r#"{"user":{"username":"new"},"username":"new"}"#, r#"{"user":null}"#] {
        refused(&netex.post("users", body).await, 400, "user: must be an object, and stand alone");
    }
    assert_eq!(netex.company.log_head().await, before);
}

/// Names of every kind go there and back through path and body.
#[tokio::test(flavor = "multi_thread")]
async fn names_of_every_kind() {
    let netex = Netex::at(Company::new().await).await;
    let long = "n".repeat(255);
    for (name, raw) in [
        ("company\\user", "company%5Cuser"),
        ("other/user", "other%2Fuser"),
        ("o'brien \"q\"", "o'brien%20%22q%22"),
        ("Zoë Ünal 日本", "Zo%C3%AB%20%C3%9Cnal%20%E6%97%A5%E6%9C%AC"),
        ("a.b.json", "a.b.json"),
        ("deactivate", "deactivate"),
        ("100%", "100%25"),
        ("a+b?c#d&e=f", "a+b%3Fc%23d%26e=f"),
        (long.as_str(), long.as_str()),
    ] {
        assert_eq!(netex.post("users", &json!({ "username": name }).to_string()).await.status, 200, "{name}");
        let user = netex.get(&format!("users/{raw}")).await.json();
        assert_eq!(user["username"], name);
        assert_eq!(netex.put(&format!("users/{raw}/deactivate"), &[], "").await.status, 200, "{name}");
        assert_eq!(netex.get(&format!("users/{raw}")).await.json()["enabled"], false, "{name}");
    }
}
