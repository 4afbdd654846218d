//! The script of a simulated platform, and what its accounts go through.

use std::sync::Arc;
use std::time::Duration;

use connectors::conformance::{identity, opened, order};
use connectors::simulated::journal::{self, EntryKind};
use connectors::{Connector, Failure, Heir, Order, Sight, perform};
use domain::{Action, Outcome, PlatformKind};
use serde_json::{Value, json};
use tokio::time::timeout;

pub(crate) fn training(settings: &Value) -> Arc<dyn Connector> {
    opened(PlatformKind::Simulated, &settings.to_string(), None).expect("a connector")
}

/// The verdicts on first attempts at `accounts` different accounts.
async fn verdicts(connector: &dyn Connector, accounts: usize) -> Vec<&'static str> {
    let mut verdicts = Vec::new();
    for number in 0..accounts {
        let outcome = connector.apply(&order(Action::Disable, &format!("user_{number}"))).await;
        verdicts.push(match outcome {
            Ok(()) => "done",
            Err(Failure::Busy { .. }) => "busy",
            Err(Failure::Broken(_)) => "broken",
            Err(Failure::Unheard(_)) => "unheard",
            Err(_) => "other",
        });
    }
    verdicts
}

#[tokio::test]
async fn scripted_faults_follow_one_another() {
    let connector = training(&json!({ "busy_first": 2, "fail_first": 1, "lose_answer_first": 1 }));
    let observed = connector.observe(&order(Action::Disable, "user_0")).await;
    assert!(matches!(observed, Ok(Sight::NotSo { .. })), "looking uses up no fault: {observed:?}");
    assert_eq!(verdicts(&*connector, 6).await, ["busy", "busy", "broken", "unheard", "done", "done"]);
}

#[tokio::test]
async fn a_journal_keeps_count_across_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        json!({ "busy_first": 2, "retry_after_ms": 250, "journal": folder.path().join("journal") });
    assert_eq!(verdicts(&*training(&settings), 1).await, ["busy"]);
    let outcome = training(&settings).apply(&order(Action::Disable, "jsmith")).await;
    assert!(matches!(outcome, Err(Failure::Busy { after_ms: Some(250), .. })), "{outcome:?}");
    assert_eq!(verdicts(&*training(&settings), 1).await, ["done"]);
    let observed = training(&settings).observe(&order(Action::Disable, "user_0")).await;
    assert!(matches!(observed, Ok(Sight::So { .. })), "{observed:?}");
}

#[tokio::test]
async fn a_platform_that_is_down_fails_every_call() {
    let connector = training(&json!({ "down": true }));
    let refused_connection = Failure::Unreached("simulated platform training: connection refused".to_owned());
    let order = order(Action::Disable, "jsmith");
    assert_eq!(connector.apply(&order).await, Err(refused_connection.clone()));
    assert_eq!(connector.observe(&order).await, Err(refused_connection.clone()));
    assert_eq!(connector.check().await, Err(refused_connection));
}

#[tokio::test]
async fn a_platform_that_hangs_never_answers() {
    let connector = training(&json!({ "hang": true }));
    let order = order(Action::Disable, "jsmith");
    let patience = Duration::from_millis(30);
    timeout(patience, connector.apply(&order)).await.expect_err("apply answered");
    timeout(patience, connector.observe(&order)).await.expect_err("observe answered");
    timeout(patience, connector.check()).await.expect_err("check answered");
}

#[tokio::test]
async fn the_effect_comes_halfway() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    // So long that a busy machine does not blur the halves.
    let connector = training(&json!({ "latency_ms": 2_000, "journal": path }));
    let kinds = || -> Vec<EntryKind> {
        journal::read(&path).expect("a journal").iter().map(|entry| entry.kind).collect()
    };
    let disable = order(Action::Disable, "jsmith");
    timeout(Duration::from_millis(50), connector.apply(&disable)).await.expect_err("answered at once");
    assert_eq!(kinds(), [EntryKind::Call], "cut off before the effect");

    let until_effect = async {
        while !kinds().contains(&EntryKind::Effect) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        outcome = connector.apply(&disable) => panic!("answered before the effect: {outcome:?}"),
        () = until_effect => {}
    }
    let observed = connector.observe(&disable).await;
    assert!(matches!(observed, Ok(Sight::So { .. })), "cut off after the effect: {observed:?}");
}

#[tokio::test]
async fn percentages_follow_from_key_and_attempt() {
    let settings = json!({ "fail_percent": 30, "lose_answer_percent": 30 });
    let first = verdicts(&*training(&settings), 1_000).await;
    assert_eq!(first, verdicts(&*training(&settings), 1_000).await, "the same run, the same faults");
    let share = |verdict| first.iter().filter(|found| **found == verdict).count();
    assert!((250..350).contains(&share("broken")), "{}", share("broken"));
    // 30 % of the 70 % that did not fail.
    assert!((160..260).contains(&share("unheard")), "{}", share("unheard"));

    let connector = training(&json!({ "fail_percent": 50 }));
    let mut attempts = Vec::new();
    for attempt in 1..=20 {
        let order = Order { attempt, ..order(Action::Disable, "jsmith") };
        attempts.push(connector.apply(&order).await.is_ok());
    }
    assert!(
        attempts.contains(&true) && attempts.contains(&false),
        "each attempt has its own luck: {attempts:?}"
    );
}

#[tokio::test]
async fn enable_gives_back_sign_in_and_sessions() {
    let connector = training(&json!({}));
    for round in 0..2 {
        for action in [Action::Disable, Action::EndSessions, Action::Enable] {
            let outcome = perform(&*connector, &[], &order(action, "jsmith")).await.outcome;
            assert!(matches!(outcome, Outcome::Done { .. }), "round {round}, {action}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_transfer_is_to_its_heir() {
    let connector = training(&json!({}));
    let to = |heir| Order { heir, ..order(Action::Transfer, "jsmith") };
    let group = Some(Heir::Group { name: "Ops".to_owned() });
    let user = Some(Heir::User { user: identity("kjones"), account: Some("k-77".to_owned()) });

    let nobody = connector.apply(&to(None)).await;
    assert!(matches!(nobody, Err(Failure::Refused(_))), "{nobody:?}");
    assert_eq!(connector.apply(&to(group.clone())).await, Ok(()));
    let evidence = "simulated platform training: what account jsmith owned belongs to group Ops";
    assert_eq!(connector.observe(&to(group)).await, Ok(Sight::So { evidence: evidence.to_owned() }));
    let evidence = format!("{evidence}, not to user k-77");
    assert_eq!(connector.observe(&to(user)).await, Ok(Sight::NotSo { evidence }));
}

#[tokio::test]
async fn what_it_cannot_do_is_refused() {
    let connector = training(&json!({ "unsupported": ["release"] }));
    for action in [Action::Release, Action::Manual] {
        let outcome = connector.apply(&order(action, "jsmith")).await;
        assert!(matches!(outcome, Err(Failure::Refused(_))), "{action}: {outcome:?}");
    }
}

#[tokio::test]
async fn check_says_what_it_is() {
    let connector = training(&json!({ "busy_first": 1 }));
    verdicts(&*connector, 3).await;
    let text = connector.check().await.expect("well").server;
    let expected =
        "simulated platform training: not a real system; calls: 3, effects: 2, accounts acted on: 2";
    assert_eq!(text, expected);
}
