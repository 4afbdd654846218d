//! Who is found, who is not, and what is never touched, on the real servers.

use connectors::conformance::order;
use connectors::{Attempt, Failure, Presence, perform};
use domain::correlation::Theirs;
use domain::{Action, Outcome};
use serde_json::json;

use super::servers::{Provider, SECRET, Which, unique};

const EVERYWHERE: [Which; 4] = [Which::Scim2, Which::Bare, Which::Cursors, Which::Django];

#[tokio::test]
async fn a_wrong_address_never_proves_a_departure() {
    for which in EVERYWHERE {
        let provider = Provider::new(which);
        let id = provider.user(&unique("bjensen"), "bjensen@example.com").await;
        for wrong in ["/elsewhere", "/Users", "/ServiceProviderConfig"] {
            let base_url = format!("{}{wrong}", provider.base_url());
            let connector = provider.connector(&json!({ "base_url": base_url }));
            for action in [Action::Disable, Action::Delete] {
                let Attempt { outcome, account } = perform(&*connector, &[], &order(action, &id)).await;
                assert!(!outcome.succeeded(), "{which:?} at {wrong}: {outcome:?}");
                assert_eq!(account, Presence::AsKnown, "{which:?} at {wrong}");
            }
            for (field, value) in [(Theirs::UserName, "bjensen"), (Theirs::Id, id.as_str())] {
                match connector.find(field, value).await {
                    Err(Failure::Absent(reason)) => panic!("{which:?} at {wrong}: {reason}"),
                    Ok(found) => panic!("{which:?} at {wrong}: {found:?}"),
                    Err(_) => {}
                }
            }
        }
        assert_eq!(provider.shown(&id).await["active"], true, "{which:?}");
    }
}

#[tokio::test]
async fn an_account_is_found_by_each_of_its_names() {
    for which in EVERYWHERE {
        let provider = Provider::new(which);
        let connector = provider.connector(&json!({ "page_size": 2 }));
        let name = unique("bjensen");
        let id = provider.user(&name, "babs@example.com").await;
        for _ in 0..4 {
            provider.user(&unique("somebody"), &format!("{}@example.com", unique("mail"))).await;
        }
        let mut cases = vec![
            (Theirs::Id, id.clone()),
            (Theirs::UserName, name.clone()),
            (Theirs::Email, "babs@example.com".to_owned()),
        ];
        if which != Which::Django {
            // Its users have none that it stores.
            cases.push((Theirs::ExternalId, format!("hr-{name}")));
        }
        for (field, value) in cases {
            let found = connector.find(field, &value).await.expect("an answer");
            let [account] = &found[..] else { panic!("{which:?}, {field}: {found:?}") };
            assert_eq!((&account.id, &account.user_name), (&id, &name));
            assert_eq!(account.email.as_deref(), Some("babs@example.com"));
            assert_eq!(account.active, Some(true));
            assert_eq!(connector.find(field, "nobody@nowhere").await, Ok(Vec::new()), "{which:?}, {field}");
        }
    }
}

#[tokio::test]
async fn a_value_cannot_widen_the_filter() {
    let provider = Provider::new(Which::Scim2);
    let connector = provider.connector(&json!({}));
    let hostile = r#"x" or userName pr or userName eq "ACME\y"#;
    provider.user("innocent", "innocent@example.com").await;
    assert_eq!(connector.find(Theirs::UserName, hostile).await, Ok(Vec::new()));
    let id = provider.user(hostile, "hostile@example.com").await;
    let found = connector.find(Theirs::UserName, hostile).await.expect("an answer");
    assert_eq!(found.iter().map(|account| &account.id).collect::<Vec<_>>(), [&id]);
}

#[tokio::test]
async fn an_id_is_never_a_way_to_the_list() {
    for which in [Which::Scim2, Which::Django] {
        let provider = Provider::new(which);
        let connector = provider.connector(&json!({}));
        let id = provider.user(&unique("bjensen"), "bjensen@example.com").await;
        for odd in ["", ".", "..", " ", "../Groups", "7/../8", "7?x=y", "7#z", "%2e%2e"] {
            for action in [Action::Disable, Action::Delete] {
                let order = order(action, odd);
                let Attempt { outcome, .. } = perform(&*connector, &[], &order).await;
                assert!(
                    matches!(outcome, Outcome::Refused { .. } | Outcome::AlreadyDone { .. }),
                    "{which:?}, {odd:?}: {outcome:?}"
                );
            }
        }
        assert_eq!(provider.shown(&id).await["active"], true, "{which:?}");
    }
}

#[tokio::test]
async fn the_account_that_we_sign_in_with_is_not_touched() {
    let provider = Provider::new(Which::Django);
    let connector = provider.connector(&json!({}));
    // Names are unique on the whole server, so that this is asked by one test only.
    let id = provider.user("exeunt", "exeunt@example.com").await;
    for action in [Action::Disable, Action::Delete] {
        let Attempt { outcome, .. } = perform(&*connector, &[], &order(action, &id)).await;
        let Outcome::Refused { reason } = &outcome else { panic!("{outcome:?}") };
        assert!(reason.contains("is the one that Exeunt signs in with"), "{reason}");
    }
    assert_eq!(provider.shown(&id).await["active"], true);
}

#[tokio::test]
async fn what_scim_cannot_do_is_refused() {
    let provider = Provider::new(Which::Scim2);
    let connector = provider.connector(&json!({ "delete": "by_hand" }));
    let id = provider.user(&unique("bjensen"), "bjensen@example.com").await;
    for action in [Action::EndSessions, Action::Transfer, Action::Release, Action::Delete] {
        let applied = connector.apply(&order(action, &id)).await;
        assert!(matches!(applied, Err(Failure::Refused(_))), "{action}: {applied:?}");
    }
    assert_eq!(provider.shown(&id).await["active"], true);
}

#[tokio::test]
async fn a_check_tells_what_is_there() {
    let told = [
        (Which::Scim2, "SCIM 2.0: patch yes, filter yes, etag yes, sort yes, changePassword yes"),
        (Which::Bare, "SCIM 2.0: patch no, filter no, etag no, sort no, changePassword no"),
        (Which::Django, "SCIM 2.0: patch yes, filter no, etag no, sort no, changePassword yes"),
    ];
    for (which, server) in told {
        let provider = Provider::new(which);
        provider.user(&unique("bjensen"), "bjensen@example.com").await;
        let checked = provider.connector(&json!({})).check().await.expect("an answer");
        assert!(checked.server.starts_with(server), "{checked:?}");
        assert_eq!(checked.permissions, ["it may list users: 1", "it may list groups: 0"]);
        let expected = if which == Which::Django { "exeunt" } else { "the holder of the token" };
        assert_eq!(checked.signed_in_as, expected);
        assert!(checked.clock_ms.is_some() && !format!("{checked:?}").contains(SECRET), "{checked:?}");
    }
}
