use serde_json::json;

use super::departures::deactivate;
use super::sdk::Sdk;
use super::{V4, each_generation, each_generation_as_admin};
use crate::fixture::{Company, PASSWORD};
use crate::served::Served;

const MINUTE_MS: i64 = 60_000;

#[test]
fn a_refused_sign_in_says_why() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        let host = served.address.to_string();
        let wrong = json!({"host": host, "user": "jsmith", "password": "wrong"});
        for _ in 0..5 {
            let refused = sdk.fails("log_in", &wrong);
            assert!(refused.contains("User name or password is wrong."), "{refused}");
        }
        let right = json!({"host": host, "user": "jsmith", "password": PASSWORD});
        let refused = sdk.fails("log_in", &right);
        assert!(refused.to_lowercase().contains("locked"), "{refused}");
        let logged = served.logged().await;
        assert!(logged.len() == 5 && logged.iter().all(|kind| kind == "session.refused"), "{logged:?}");
    });
}

#[test]
fn a_token_is_as_good_as_a_password() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        let token = served.company.token("operator").await;
        let arguments = json!({"host": served.address.to_string(), "authtoken": token});
        assert_eq!(sdk.does("log_in", &arguments), "operator");
        assert!(sdk.does("users", &json!({})).get("jsmith").is_some());
    });
}

/// Without a scheme the client tries HTTPS first, and then sends an empty `Host`.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_address_with_and_without_a_scheme() {
    let served = Served::company(Company::new().await).await;
    let mut sdk = Sdk::of(V4, &served);
    for root in ["commandcenter/api", "webconsole/api", "SearchSvc/CVWebService.svc", "WebServerCore"] {
        for scheme in ["http://", ""] {
            let address = format!("{scheme}{}/{root}", served.address);
            // The host beside it is not looked up.
            let arguments = json!({
                "host": "cs.example.com", "user": "admin", "password": PASSWORD, "web_service_url": address,
            });
            assert_eq!(sdk.does("log_in", &arguments), "admin", "{address}");
            assert!(sdk.does("users", &json!({})).get("jsmith").is_some(), "{address}");
        }
    }
}

#[test]
fn an_expired_session_is_renewed_behind_the_scenes() {
    each_generation_as_admin(|mut sdk, served| async move {
        sdk.does("users", &json!({}));
        served.asked();
        served.company.clock.advance(31 * MINUTE_MS);
        sdk.does("users", &json!({}));
        let asked = served.asked();
        let statuses: Vec<&str> =
            asked.iter().map(|call| call.split_once(' ').expect("a status").0).collect();
        assert_eq!(statuses, ["401", "200", "200"], "{asked:?}");
        assert!(asked[1].ends_with("/RenewLoginToken"), "{asked:?}");
        // The new one lives as long as any.
        served.company.clock.advance(29 * MINUTE_MS);
        sdk.does("users", &json!({}));
        assert_eq!(served.asked().len(), 1);
    });
}

#[test]
fn a_session_that_was_ended_is_never_renewed() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("auditor");
        deactivate(&served, "auditor").await;
        served.asked();
        let refused = sdk.fails("users", &json!({}));
        assert!(refused.contains("Session expired"), "{refused}");
        let asked = served.asked();
        assert_eq!(asked.len(), 2, "it asked for a renewal once, and gave up: {asked:?}");
    });
}

#[test]
fn signing_out_ends_the_session() {
    each_generation_as_admin(|mut sdk, served| async move {
        assert_eq!(sdk.does("log_out", &json!({})), "User logged out");
        assert_eq!(served.logged().await, ["session.ended"]);
    });
}

#[test]
fn signing_out_of_an_expired_session_is_no_failure() {
    each_generation_as_admin(|mut sdk, served| async move {
        served.company.clock.advance(31 * MINUTE_MS);
        assert_eq!(sdk.does("log_out", &json!({})), "User logged out");
    });
}

#[test]
fn sessions_are_listed() {
    each_generation(|generation, served| async move {
        // The older one cannot.
        if generation == V4 {
            let mut sdk = Sdk::of(generation, &served);
            sdk.log_in("admin");
            let none = sdk.does("sessions", &json!({"user": "jsmith"}));
            assert_eq!(none, json!([]));
            served.company.session("jsmith").await;
            let one = sdk.does("sessions", &json!({"user": "jsmith"}));
            assert_eq!(one.as_array().map(Vec::len), Some(1), "{one}");
        }
    });
}
