//! What settings are accepted, and how the others are complained about.

use connectors::check_settings;
use domain::{Capabilities, PlatformKind, Support};
use serde_json::{Value, json};

fn complaint(changes: &Value) -> Option<String> {
    let mut settings = json!({
        "base_url": "https://example.com/scim/v2",
        "authentication": { "kind": "bearer", "token": "env:EXEUNT_SECRET_SCIM" },
    });
    for (name, value) in changes.as_object().expect("an object") {
        settings[name] = value.clone();
    }
    check_settings(PlatformKind::Scim, &settings.to_string()).err().map(|error| error.to_string())
}

#[test]
fn every_complaint_names_its_field() {
    let cases = [
        (json!({ "base_url": "" }), "base_url: is required"),
        (json!({ "base_url": "ldap://example.com" }), "base_url: must begin with https:// or http://"),
        (json!({ "base_url": "https://u:p@example.com" }), "base_url: must not hold a name or a password"),
        (
            json!({ "authentication": { "kind": "bearer", "token": "hunter2" } }),
            "authentication.token: must be a reference, env:NAME or file:PATH",
        ),
        (
            json!({ "authentication": { "kind": "basic", "user_name": "", "password": "file:p" } }),
            "authentication.user_name: must not be empty or hold a colon",
        ),
        (
            json!({ "authentication": { "kind": "oauth2", "token_url": "x", "client_id": "c",
                "client_secret": "file:s" } }),
            "authentication: relative URL without a base: \"x\"",
        ),
        (json!({ "page_size": 0 }), "page_size: must be 1 to 500"),
        (json!({ "page_size": 501 }), "page_size: must be 1 to 500"),
        (
            json!({ "find": { "email": "emails[value" } }),
            "find.email: must be a path of attributes, such as emails.value",
        ),
        (json!({ "connection": { "timeout_ms": 0 } }), "connection.timeout_ms: must be 1 to 60000"),
    ];
    for (changes, expected) in cases {
        assert_eq!(complaint(&changes).as_deref(), Some(expected), "{changes}");
    }
    for (changes, field) in [
        (json!({ "url": "https://example.com" }), "url: unknown field"),
        (json!({ "disable": "perhaps" }), "disable: unknown variant"),
        (json!({ "supports": { "bulk": true } }), "supports.bulk: unknown field"),
        (json!({ "authentication": { "kind": "bearer", "token": "file:t", "x": 1 } }), "authentication: "),
        (json!({ "media_type": "text/plain" }), "media_type: unknown variant"),
    ] {
        let complaint = complaint(&changes).expect("a complaint");
        assert!(complaint.starts_with(field), "{complaint}");
    }
}

#[test]
fn settings_decide_what_it_can_do() {
    let able = |changes: &Value| {
        let mut settings = json!({
            "base_url": "https://example.com",
            "authentication": { "kind": "basic", "user_name": "exeunt", "password": "file:password" },
        });
        for (name, value) in changes.as_object().expect("an object") {
            settings[name] = value.clone();
        }
        check_settings(PlatformKind::Scim, &settings.to_string()).expect("settings")
    };
    let usual = Capabilities {
        disable: Support::Able,
        enable: Support::Able,
        end_sessions: Support::ByHand,
        transfer: Support::ByHand,
        release: Support::Nothing,
        delete: Support::Able,
    };
    assert_eq!(able(&json!({})), usual);
    assert_eq!(able(&json!({ "delete": "by_hand" })), Capabilities { delete: Support::ByHand, ..usual });
    let by_hand = Capabilities { disable: Support::ByHand, enable: Support::ByHand, ..usual };
    assert_eq!(able(&json!({ "disable": "by_hand" })), by_hand);
}
