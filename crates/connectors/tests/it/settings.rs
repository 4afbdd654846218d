//! What settings are accepted, and how the others are complained about.

use connectors::check_settings;
use connectors::conformance::opened;
use domain::{Action, Capabilities, PlatformKind, Support};

#[test]
fn every_complaint_names_its_field() {
    let too_long = format!(
        r#"{{"refuse": [{}]}}"#,
        (0..10_001).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(",")
    );
    let cases = [
        (r#"{"latency_ms": 60001}"#, "latency_ms: must not exceed 60000"),
        (r#"{"latency_ms": -1}"#, "latency_ms: invalid value: integer `-1`, expected u32"),
        (r#"{"hang": false, "down": "yes"}"#, "down: invalid type: string \"yes\", expected a boolean"),
        (r#"{"busy_first": 1000001}"#, "busy_first: must not exceed 1000000"),
        (r#"{"fail_first": 1000001}"#, "fail_first: must not exceed 1000000"),
        (r#"{"lose_answer_first": 1000001}"#, "lose_answer_first: must not exceed 1000000"),
        (r#"{"retry_after_ms": 86400001}"#, "retry_after_ms: must not exceed 86400000"),
        (r#"{"fail_percent": 101}"#, "fail_percent: must not exceed 100"),
        (r#"{"lose_answer_percent": 101}"#, "lose_answer_percent: must not exceed 100"),
        (r#"{"unsupported": ["manual"]}"#, "unsupported: manual is done by a person, not by a platform"),
        (r#"{"journal": ""}"#, "journal: must not be empty"),
        (&too_long, "refuse: must not hold more than 10000 accounts"),
        ("[]", "settings: invalid type: sequence, expected a map at line 1 column 0"),
    ];
    for (settings, expected) in cases {
        let error = check_settings(PlatformKind::Simulated, settings).expect_err(settings);
        assert_eq!(error.to_string(), expected);
        assert!(opened(PlatformKind::Simulated, settings, None).is_err(), "{settings}");
    }
    let unknown = check_settings(PlatformKind::Simulated, r#"{"latency": 1}"#).expect_err("an unknown field");
    assert_eq!(unknown.field, "latency");
    assert!(unknown.message.starts_with("unknown field `latency`, expected one of"), "{unknown}");
}

#[test]
fn limits_themselves_are_accepted() {
    let settings = r#"{
        "latency_ms": 60000, "busy_first": 1000000, "fail_first": 1000000, "lose_answer_first": 1000000,
        "retry_after_ms": 86400000, "fail_percent": 100, "lose_answer_percent": 100,
        "down": true, "hang": true, "refuse": ["jsmith"], "unsupported": ["delete"], "journal": "a/journal"
    }"#;
    check_settings(PlatformKind::Simulated, settings).expect("settings at their limits");
}

#[test]
fn unsupported_actions_are_no_capabilities() {
    let full = check_settings(PlatformKind::Simulated, "{}").expect("defaults");
    assert_eq!(full, Capabilities::FULL);
    let settings = r#"{"unsupported": ["transfer", "end_sessions"]}"#;
    let some = check_settings(PlatformKind::Simulated, settings).expect("settings");
    assert_eq!(
        some,
        Capabilities { transfer: Support::ByHand, end_sessions: Support::ByHand, ..Capabilities::FULL }
    );
    let connector = opened(PlatformKind::Simulated, settings, None).expect("a connector");
    assert_eq!(connector.capabilities(), some);
    assert!(!some.allow(Action::Transfer));
}

#[test]
fn the_local_directory_has_no_connector() {
    let errors =
        [opened(PlatformKind::Local, "{}", None).err(), check_settings(PlatformKind::Local, "{}").err()];
    for error in errors {
        let text = error.expect("an error").to_string();
        assert_eq!(text, "kind: local steps run in Exeunt's own transactions");
    }
}
