//! The way there: TLS in its forms, who we are, and connections that break.

use std::fs;
use std::time::Duration;

use connectors::conformance::{Trouble, order};
use connectors::{Failure, check_settings, perform};
use domain::correlation::Theirs;
use domain::{Action, Outcome, PlatformKind};
use serde_json::json;

use super::authority::Authority;
use super::front::Front;
use super::slapd::{SERVICE, Shape, Slapd, id};
use super::{attempt, done};

fn people() -> Slapd {
    Slapd::start(&Shape { people: 5, ..Shape::default() })
}

#[tokio::test]
async fn tls_from_the_start_or_after_it() {
    let slapd = people();
    let ca = slapd.authority.pem();
    let other = Authority::new("somebody else").pem();
    let urls = [
        (json!(format!("ldaps://127.0.0.1:{}", slapd.tls_port)), false),
        (json!(format!("ldap://127.0.0.1:{}", slapd.port)), true),
    ];
    for (url, start_tls) in urls {
        let settings = |ca: &str| json!({ "url": url, "start_tls": start_tls, "plaintext": false, "connection": { "ca": ca } });
        let connector = slapd.connector(&settings(&ca));
        let checked = connector.check().await.expect("it is well");
        assert_eq!(checked.signed_in_as, format!("dn:{SERVICE}"));
        let wrong = slapd.connector(&settings(&other)).check().await;
        let Err(Failure::Unreached(reason)) = wrong else { panic!("{wrong:?}") };
        assert!(reason.contains("certificate"), "{reason}");
    }
}

#[tokio::test]
async fn a_certificate_says_who_we_are() {
    let slapd = people();
    slapd.authority.write_client(slapd.folder(), "exeunt");
    let settings = json!({
        "url": format!("ldap://127.0.0.1:{}", slapd.port),
        "start_tls": true,
        "plaintext": false,
        "bind": { "external": true },
        "connection": {
            "ca": slapd.authority.pem(),
            "client_certificate": "file:client.pem",
            "client_key": "file:client.key",
        },
    });
    let connector = slapd.connector(&settings);
    let checked = connector.check().await.expect("it is well");
    assert_eq!(checked.signed_in_as, format!("dn:{SERVICE}"));
    done(attempt(&*connector, Action::Disable, 1).await);

    // A certificate of somebody whom the directory does not know by that name may do nothing.
    slapd.authority.write_client(slapd.folder(), "intruder");
    let outcome = attempt(&*slapd.connector(&settings), Action::Disable, 2).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_directory_that_wants_tls_gets_it_or_nothing() {
    let slapd = Slapd::start(&Shape { people: 5, database: "security tls=128", ..Shape::default() });
    let refused = slapd.connector(&json!({})).find(Theirs::UserName, "u0001").await;
    let Err(Failure::Refused(reason)) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("rc=13 (confidentialityRequired)") && reason.contains("start_tls"), "{reason}");
}

#[tokio::test]
async fn a_refused_login_is_not_repeated() {
    let slapd = people();
    let front = Front::before(slapd.port, Trouble::Nothing).await;
    fs::write(slapd.folder().join("password"), "wrong").expect("a file");
    let settings = json!({ "url": format!("ldap://127.0.0.1:{}", front.port) });
    let connector = slapd.connector(&settings);
    let (first, second) = tokio::join!(connector.check(), connector.find(Theirs::UserName, "u0001"));
    let Err(Failure::Credentials(reason)) = first else { panic!("{first:?}") };
    assert!(reason.contains("rc=49 (invalidCredentials)") && !reason.contains("wrong"), "{reason}");
    assert!(matches!(second, Err(Failure::Credentials(_))), "{second:?}");
    let listed = connector.accounts(None).await;
    assert!(matches!(listed, Err(Failure::Credentials(_))), "{listed:?}");
    assert_eq!(front.logins(), 1);
    fs::write(slapd.folder().join("password"), super::slapd::PASSWORD).expect("a file");
    slapd.connector(&settings).check().await.expect("opened anew it takes the new password");
}

#[tokio::test]
async fn one_login_serves_everybody_until_the_connection_ends() {
    let slapd = people();
    let front = Front::before(slapd.port, Trouble::Nothing).await;
    let connector = slapd.connector(&json!({ "url": format!("ldap://127.0.0.1:{}", front.port) }));
    let finds = (0..5).map(|number| {
        let connector = connector.clone();
        tokio::spawn(async move { connector.find(Theirs::UserName, &format!("u{number:04}")).await })
    });
    for find in finds.collect::<Vec<_>>() {
        assert_eq!(find.await.expect("it ends").expect("an answer").len(), 1);
    }
    assert_eq!(front.logins(), 1);
    front.close_all();
    // What is closed between two calls is nobody's concern.
    for _ in 0..50 {
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(connector.find(Theirs::UserName, "u0001").await.expect("an answer").len(), 1);
    assert_eq!(front.logins(), 2);
}

#[tokio::test]
async fn an_attempt_that_is_given_up_leaves_no_dead_connection() {
    let slapd = people();
    let front = Front::before(slapd.port, Trouble::Silence).await;
    let connector = slapd.connector(&json!({ "url": format!("ldap://127.0.0.1:{}", front.port) }));
    let order = order(Action::Disable, &id(1));
    // Sooner than the connection's own time is up.
    let given_up = tokio::time::timeout(Duration::from_millis(500), perform(&*connector, &[], &order)).await;
    assert!(given_up.is_err());
    let outcome = attempt(&*connector, Action::Disable, 1).await;
    assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{outcome:?}");
    assert_eq!(front.logins(), 2);
}

#[tokio::test]
async fn nobody_there_is_unreached() {
    let slapd = people();
    let settings = slapd.settings(&json!({ "url": "ldap://127.0.0.1:1" }));
    let outcome = slapd.opened(&settings).check().await;
    assert!(matches!(outcome, Err(Failure::Unreached(_))), "{outcome:?}");
    let forbidden = slapd.settings(&json!({ "url": "ldap://169.254.169.254" }));
    let outcome = slapd.opened(&forbidden).check().await;
    let Err(Failure::Refused(reason)) = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("allow_addresses"), "{reason}");
}

#[test]
fn every_complaint_names_its_field() {
    let good = json!({
        "url": "ldaps://ldap.example.com",
        "bind": { "dn": "cn=exeunt,dc=example,dc=com", "password": "env:EXEUNT_SECRET_LDAP" },
        "base": "dc=example,dc=com",
    });
    check_settings(PlatformKind::Ldap, &good.to_string()).expect("these are good");
    for (field, value, complaint) in [
        ("url", json!("http://ldap.example.com"), "url: must begin with ldap:// or ldaps://"),
        ("url", json!("ldap:///"), "url: names no host"),
        ("url", json!("ldaps://ldap.example.com/dc=example"), "url: must be a host and a port only"),
        ("url", json!("ldap://ldap.example.com"), "url: the password would cross the network readable"),
        ("start_tls", json!(true), "start_tls: ldaps:// is TLS from the first byte"),
        ("bind", json!({ "dn": "cn=exeunt" }), "bind: must be a dn and a password, or external"),
        ("bind", json!({ "external": true }), "bind.external: needs connection.client_certificate"),
        ("bind", json!({ "dn": "cn=exeunt", "password": "hunter2" }), "bind.password: must be a reference"),
        ("bind", json!({ "user": "exeunt" }), "bind.user: unknown field `user`"),
        ("base", json!(""), "base: must be a distinguished name"),
        ("user_filter", json!("objectClass=person"), "user_filter: must be one filter in parentheses"),
        ("user_filter", json!("(objectClass=person"), "user_filter: must be one filter in parentheses"),
        ("profile", json!("custom"), "lock: the profile custom needs one"),
        ("profile", json!("novell"), "profile: unknown variant `novell`"),
        ("references", json!(["manager)(uid=*"]), "references: must be names of attributes"),
        ("group_attributes", json!(vec!["a"; 17]), "group_attributes: must not hold more than 16 attributes"),
        ("protected", json!(vec!["dc=x"; 17]), "protected: must not hold more than 16 subtrees"),
        ("members", json!([]), "members: unknown field `members`"),
    ] {
        let mut settings = good.clone();
        settings[field] = value;
        let error = check_settings(PlatformKind::Ldap, &settings.to_string()).expect_err(complaint);
        assert!(error.to_string().starts_with(complaint), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn the_documented_platforms_are_accepted() {
    let page = include_str!("../../../../../docs/connectors/ldap.md");
    let (_, rest) = page.split_once("```toml\n").expect("a platform");
    let (text, _) = rest.split_once("```").expect("its end");
    let platforms: toml::Table = text.parse().expect("TOML");
    let platforms = platforms["platform"].as_array().expect("platforms");
    for platform in platforms {
        let settings = serde_json::to_string(&platform["settings"]).expect("settings");
        let able = check_settings(PlatformKind::Ldap, &settings).expect("settings that work");
        assert!(able.allow(Action::Disable) && able.allow(Action::Delete));
    }
    assert_eq!(platforms.len(), 2);
}
