//! Getting in: TLS, passwords, certificates, and what is said of it.

use connectors::conformance::order;
use connectors::{Failure, check_settings};
use domain::{Action, PlatformKind, Support};
use serde_json::{Value, json};

use super::ground::{Ground, PASSWORD, authority, settings_of};

#[tokio::test]
async fn a_check_tells_what_we_may_do() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN CREATEROLE IN ROLE pg_signal_backend").await;
    let weak = ground.role("weak", "LOGIN NOINHERIT").await;
    let (open, shut) = (ground.database("open").await, ground.database("shut").await);
    ground.run(&format!("REVOKE CONNECT ON DATABASE {shut} FROM PUBLIC")).await;
    let only = json!({ "databases": [open, shut] });

    let checked = ground.connector(&user, only.clone()).check().await.expect("well");
    assert!(checked.server.starts_with("PostgreSQL 1"), "{checked:?}");
    assert_eq!(checked.signed_in_as, user);
    assert!(checked.clock_ms.is_some_and(|ms| ms > 1_700_000_000_000), "{checked:?}");
    let told = checked.permissions.join("\n");
    for words in [
        "may change roles that are no superusers (CREATEROLE)",
        "may end sessions of roles that are no superusers (pg_signal_backend)",
        &format!("enters 1 databases: {open}"),
        "cannot enter 127.0.0.1",
        "permission denied for database",
        "allow no connections: template0",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
    let weak = ground.connector(&weak, only).check().await.expect("well").permissions.join("\n");
    for words in ["it needs CREATEROLE", "it needs pg_signal_backend", "NOINHERIT"] {
        assert!(weak.contains(words), "{words:?} in {weak}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let mut ground = Ground::new();
    ground.group("exeunt_by_password").await;
    let rights = format!("LOGIN PASSWORD '{PASSWORD}' IN ROLE exeunt_by_password");
    let user = ground.role("exeunt", &rights).await;
    let right = ground.connector(&user, json!({}));
    right.check().await.expect("the password is right, by TLS");

    let wrong = ground.secret("wrong", "Hush-wrong");
    let connector = ground.connector(&user, json!({ "password": wrong }));
    let refused = connector.check().await.expect_err("the password is wrong");
    let Failure::Credentials(text) = &refused else { panic!("{refused:?}") };
    assert!(text.contains("28P01") && !text.contains("Hush"), "{text}");
    // It is not tried again, though it were right now.
    ground.run(&format!("ALTER ROLE \"{user}\" PASSWORD 'Hush-wrong'")).await;
    let again = connector.observe(&order(Action::Disable, "x")).await;
    assert_eq!(again, Err(refused));
    ground.connector(&user, json!({ "password": wrong })).check().await.expect("opened anew");
}

#[tokio::test]
async fn a_client_certificate_is_enough() {
    let mut ground = Ground::new();
    ground.group("exeunt_by_certificate").await;
    ground.group("exeunt_client").await;
    ground.run("ALTER ROLE exeunt_client LOGIN; GRANT exeunt_by_certificate TO exeunt_client").await;
    let beside = |name: &str| std::fs::read_to_string(authority().with_file_name(name)).expect(name);
    let certificate = ground.secret("certificate", &beside("exeunt_client.pem"));
    let key = ground.secret("key", &beside("exeunt_client.key"));
    let mut settings = settings_of("exeunt_client", json!({ "password": null }));
    settings["connection"]["client_certificate"] = json!(certificate);
    settings["connection"]["client_key"] = json!(key);
    let checked = ground.open(&settings).expect("opens").check().await.expect("signs in");
    assert_eq!(checked.signed_in_as, "exeunt_client");

    let another = ground.role("another", "LOGIN IN ROLE exeunt_by_certificate").await;
    settings["user"] = json!(another);
    let refused = ground.open(&settings).expect("opens").check().await;
    assert!(matches!(&refused, Err(Failure::Credentials(text)) if text.contains("28000")), "{refused:?}");
    // Without TLS the server has no line for it.
    settings = settings_of(&another, json!({ "tls": "off_on_loopback" }));
    let refused = ground.open(&settings).expect("opens").check().await;
    assert!(matches!(&refused, Err(Failure::Credentials(text)) if text.contains("28000")), "{refused:?}");
}

#[tokio::test]
async fn nothing_is_spoken_to_that_is_not_proven_or_near() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN").await;
    let untrusted = ground.connector(&user, json!({ "connection": {} })).check().await;
    assert!(
        matches!(&untrusted, Err(Failure::Unreached(text)) if text.contains("certificate")),
        "{untrusted:?}"
    );
    let far = json!({ "tls": "off_on_loopback", "host": "192.0.2.1", "connection": {} });
    let far = ground.connector(&user, far).check().await;
    assert!(matches!(&far, Err(Failure::Refused(text)) if text.contains("is not loopback")), "{far:?}");
    let metadata = json!({ "host": "169.254.169.254", "connection": {} });
    let metadata = ground.connector(&user, metadata).check().await;
    assert!(matches!(&metadata, Err(Failure::Refused(_))), "{metadata:?}");
    let closed = ground.connector(&user, json!({ "port": 1 })).check().await;
    assert!(matches!(&closed, Err(Failure::Unreached(_))), "{closed:?}");
}

#[test]
fn every_complaint_names_its_field() {
    let fine = json!({ "host": "db.example.com", "user": "exeunt", "password": "file:pg" });
    let with = |more: Value| {
        let mut settings = fine.clone();
        for (field, value) in more.as_object().expect("an object") {
            settings[field] = value.clone();
        }
        check_settings(PlatformKind::Postgres, &settings.to_string())
    };
    let able =
        with(json!({ "port": 5433, "databases": ["a"], "protect": ["dba"], "heir": "dba" })).expect("fine");
    assert_eq!((able.disable, able.delete, able.release), (Support::Able, Support::Able, Support::Nothing));
    for (more, field) in [
        (json!({ "host": "" }), "host"),
        (json!({ "host": "/var/run/postgresql" }), "host"),
        (json!({ "port": 0 }), "port"),
        (json!({ "user": "" }), "user"),
        (json!({ "database": "x".repeat(64) }), "database"),
        (json!({ "heir": "a\0" }), "heir"),
        (json!({ "protect": [""] }), "protect"),
        (json!({ "password": "hunter2" }), "password"),
        (json!({ "password": null }), "password"),
        (json!({ "tls": "off" }), "tls"),
        (json!({ "connection": { "timeout_ms": 0 } }), "connection.timeout_ms"),
        (json!({ "sslmode": "require" }), "sslmode"),
    ] {
        let error = with(more).expect_err(field);
        assert_eq!(error.field, field);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn the_documented_platform_is_accepted() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/connectors/postgres.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, block) = page.split_once("```toml\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    let declared: Value = toml::from_str(block).expect("TOML");
    let settings = declared["platform"][0]["settings"].to_string();
    check_settings(PlatformKind::Postgres, &settings).expect(block);
}
