//! The script of a simulated platform, and what its accounts go through.

use std::sync::Arc;
use std::time::Duration;

use connectors::simulated::journal::{self, EntryKind};
use connectors::{Connector, Heir, Observation, Order, open, perform};
use domain::outcome::Fault;
use domain::{Action, Outcome, PlatformKind};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::orders::order;

fn training(settings: &Value) -> Arc<dyn Connector> {
    open(PlatformKind::Simulated, "training", &settings.to_string()).expect("a connector")
}

/// The verdicts on first attempts at `accounts` different accounts.
async fn verdicts(connector: &dyn Connector, accounts: usize) -> Vec<&'static str> {
    let mut verdicts = Vec::new();
    for number in 0..accounts {
        let outcome = connector.apply(&order(Action::Disable, &format!("user_{number}"))).await;
        verdicts.push(match outcome {
            Outcome::Retry { fault: Fault::Busy, .. } => "busy",
            other => other.verdict(),
        });
    }
    verdicts
}

#[tokio::test]
async fn scripted_faults_follow_one_another() {
    let connector = training(&json!({ "busy_first": 2, "fail_first": 1, "lose_answer_first": 1 }));
    let observed = connector.observe(&order(Action::Disable, "user_0")).await;
    assert!(matches!(observed, Observation::NotSo { .. }), "looking uses up no fault: {observed:?}");
    assert_eq!(verdicts(&*connector, 6).await, ["busy", "busy", "retry", "unknown", "done", "done"]);
}

#[tokio::test]
async fn a_journal_keeps_count_across_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        json!({ "busy_first": 2, "retry_after_ms": 250, "journal": folder.path().join("journal") });
    assert_eq!(verdicts(&*training(&settings), 1).await, ["busy"]);
    let outcome = training(&settings).apply(&order(Action::Disable, "jsmith")).await;
    assert!(matches!(outcome, Outcome::Retry { after_ms: Some(250), .. }), "{outcome:?}");
    assert_eq!(verdicts(&*training(&settings), 1).await, ["done"]);
    assert_eq!(verdicts(&*training(&settings), 1).await, ["already_done"]);
}

#[tokio::test]
async fn a_platform_that_is_down_fails_every_call() {
    let connector = training(&json!({ "down": true }));
    let refused_connection = Outcome::Retry {
        reason: "simulated platform training: connection refused".to_owned(),
        after_ms: None,
        fault: Fault::Platform,
    };
    let order = order(Action::Disable, "jsmith");
    assert_eq!(connector.apply(&order).await, refused_connection);
    assert_eq!(connector.observe(&order).await, Observation::Unclear { outcome: refused_connection });
    let error = connector.check().await.expect_err("down");
    assert_eq!(error, "simulated platform training: connection refused");
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
    assert!(matches!(observed, Observation::So { .. }), "cut off after the effect: {observed:?}");
}

#[tokio::test]
async fn percentages_follow_from_key_and_attempt() {
    let settings = json!({ "fail_percent": 30, "lose_answer_percent": 30 });
    let first = verdicts(&*training(&settings), 1_000).await;
    assert_eq!(first, verdicts(&*training(&settings), 1_000).await, "the same run, the same faults");
    let share = |verdict| first.iter().filter(|found| **found == verdict).count();
    assert!((250..350).contains(&share("retry")), "{}", share("retry"));
    // 30 % of the 70 % that did not fail.
    assert!((160..260).contains(&share("unknown")), "{}", share("unknown"));

    let connector = training(&json!({ "fail_percent": 50 }));
    let mut attempts = Vec::new();
    for attempt in 1..=20 {
        let order = Order { attempt, ..order(Action::Disable, "jsmith") };
        attempts.push(connector.apply(&order).await.succeeded());
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
            let outcome = perform(&*connector, &order(action, "jsmith")).await;
            assert!(matches!(outcome, Outcome::Done { .. }), "round {round}, {action}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_transfer_is_to_its_heir() {
    let connector = training(&json!({}));
    let to = |heir| Order { heir, ..order(Action::Transfer, "jsmith") };
    let group = Some(Heir::Group { name: "Ops".to_owned() });
    let user = Some(Heir::User { user_name: "kjones".to_owned(), account: Some("k-77".to_owned()) });

    let nobody = connector.apply(&to(None)).await;
    assert!(matches!(nobody, Outcome::Refused { .. }), "{nobody:?}");
    assert!(matches!(connector.apply(&to(group.clone())).await, Outcome::Done { .. }));
    assert!(matches!(connector.apply(&to(group)).await, Outcome::AlreadyDone { .. }));
    let evidence =
        "simulated platform training: what account jsmith owned belongs to group Ops, not to user k-77";
    assert_eq!(connector.observe(&to(user)).await, Observation::NotSo { evidence: evidence.to_owned() });
}

#[tokio::test]
async fn what_it_cannot_do_is_refused() {
    let connector = training(&json!({ "unsupported": ["release"] }));
    for action in [Action::Release, Action::Manual] {
        let outcome = connector.apply(&order(action, "jsmith")).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{action}: {outcome:?}");
    }
}

#[tokio::test]
async fn check_says_what_it_is() {
    let connector = training(&json!({ "busy_first": 1 }));
    verdicts(&*connector, 3).await;
    let text = connector.check().await.expect("well");
    let expected =
        "simulated platform training: not a real system; calls: 3, effects: 2, accounts acted on: 2";
    assert_eq!(text, expected);
}
