//! The `manual` kind: nothing is called, and nothing is taken for done.

use connectors::conformance::{opened, order};
use connectors::{check_settings, perform};
use domain::platform::sought;
use domain::{Action, Capabilities, Outcome, PlatformKind, Support};

#[test]
fn a_person_does_what_there_is_to_do() {
    let usual = check_settings(PlatformKind::Manual, "{}").expect("defaults");
    let expected = Capabilities {
        end_sessions: Support::Nothing,
        release: Support::Nothing,
        ..Capabilities::all(Support::ByHand)
    };
    assert_eq!(usual, expected);
    let badge = check_settings(PlatformKind::Manual, r#"{ "actions": ["disable"] }"#).expect("settings");
    assert_eq!(badge, Capabilities::all(Support::Nothing).with(Action::Disable, Support::ByHand));
    for (settings, complaint) in [
        (r#"{ "actions": [] }"#, "actions: must name what there is to do"),
        (r#"{ "actions": ["manual"] }"#, "actions: manual is what an action becomes, not an action"),
        (r#"{ "action": ["disable"] }"#, "action: unknown field `action`, expected `actions`"),
    ] {
        let error = check_settings(PlatformKind::Manual, settings).expect_err(settings);
        assert_eq!(error.to_string(), complaint);
    }
}

#[tokio::test]
async fn nothing_is_done_by_asking() {
    let connector = opened(PlatformKind::Manual, "{}", None).expect("opens");
    for action in [Action::Disable, Action::EndSessions, Action::Delete, Action::Release] {
        for account in ["badge 7", &sought("0123456789abcdef0123456789abcdef")] {
            let outcome = perform(&*connector, &[], &order(action, account)).await.outcome;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{action}, {account}: {outcome:?}");
        }
    }
    assert!(connector.accounts(None).await.is_err(), "nobody listed would mean that nobody is there");
    assert_eq!(connector.inventory("badge 7").await, Ok(None));
    assert!(connector.check().await.is_ok());
}
