//! Nodes that fall silent, come back too late, or share a store.

use std::collections::BTreeMap;
use std::sync::Arc;

use connectors::{Attempt, Order, Presence};
use domain::{Action, Goal, OffboardingState, Outcome, StepState};
use exeunt::app::{App, Start, Work};
use exeunt::engine::{Engine, EngineOptions};
use serde_json::json;

use super::{accept, calls, crowd, effects, journaled, look, run_out, start, start_to};
use crate::home::both;

const LEASE_MS: i64 = 20_000;

async fn claim_all(app: &App, node: &str) -> Vec<Work> {
    let due = app.due().await.expect("the queue");
    let wanted = due.into_iter().map(|due| (due.platform, 100)).collect();
    app.claim(node, LEASE_MS, wanted).await.expect("claims")
}

fn done() -> Attempt {
    let outcome = Outcome::Done { evidence: "seen".to_owned() };
    Attempt { outcome, account: Presence::AsKnown }
}

#[test]
fn a_silent_node_loses_its_step_and_cannot_settle_it_any_more() {
    both(|company| async move {
        let platform = journaled(&company, "training", json!({})).await;
        crowd(&company, "j", 1, platform).await;
        let id = accept(&company, start(Goal::Deactivate, "j0")).await.offboarding.id;
        let zombie = claim_all(&company.app, "zombie").await;
        assert_eq!(zombie.len(), 2);
        company.clock.advance(LEASE_MS);
        assert_eq!(company.app.rescue(100).await, Ok(0), "the lease holds to its last millisecond");
        company.clock.advance(1);
        assert_eq!(company.app.rescue(1).await, Ok(1), "a bounded batch");
        assert_eq!(company.app.rescue(100).await, Ok(1));

        assert_eq!(
            company.app.settle(&zombie[0], done()).await,
            Ok(false),
            "it is ready, and not the zombie's"
        );
        let heirs = claim_all(&company.app, "heir").await;
        assert_eq!(heirs.len(), 2);
        assert!(heirs.iter().all(|work| work.claim.attempt == 2), "attempt 2 looks first");
        for late in &zombie {
            assert_eq!(company.app.settle(late, done()).await, Ok(false), "another holds it");
        }
        assert!(look(&company, &id).await.1.iter().any(|step| step.state == StepState::Running));
        for work in &heirs {
            assert_eq!(company.app.settle(work, done()).await, Ok(true));
            assert_eq!(company.app.settle(work, done()).await, Ok(false), "once is enough");
        }
        assert_eq!(look(&company, &id).await.0.state, OffboardingState::Completed);
        let kinds = company.log_kinds(0).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "step.rescued").count(), 2);
        assert_eq!(kinds.iter().filter(|kind| *kind == "step.done").count(), 2, "no second proof");
    });
}

/// The effect came, the node died before it could say so.
#[test]
fn what_a_dead_node_did_is_seen_and_not_done_again() {
    both(|company| async move {
        let platform = journaled(&company, "training", json!({ "latency_ms": 20 })).await;
        crowd(&company, "j", 1, platform).await;
        let id = accept(&company, start(Goal::Deactivate, "j0")).await.offboarding.id;
        for work in claim_all(&company.app, "dead").await {
            let connector = company.app.connections.to(work.claim.tenant, &work.platform);
            let order = Order {
                action: work.step.action,
                account: work.step.remote_id.clone(),
                user: work.user.clone(),
                heir: None,
                message: None,
                idempotency_key: work.step.idempotency_key.clone(),
                attempt: work.claim.attempt,
            };
            connector.expect("opens").apply(&order).await.expect("an answer");
        }
        company.clock.advance(LEASE_MS + 1);
        assert_eq!(company.app.rescue(100).await, Ok(2));
        run_out(&company, &company.engine).await;
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Completed);
        assert!(steps.iter().filter(|step| !step.local).all(|step| step.attempt == 2), "{steps:#?}");
        assert_eq!(effects(&company, "training").len(), 2);
        assert_eq!(calls(&company, "training").len(), 2, "nobody asked again");
    });
}

#[test]
fn a_step_that_kills_its_nodes_ends_with_a_person() {
    both(|company| async move {
        let platform = journaled(&company, "training", json!({})).await;
        crowd(&company, "j", 1, platform).await;
        let id = accept(&company, start(Goal::Deactivate, "j0")).await.offboarding.id;
        for _ in 0..domain::retry::MAX_ATTEMPTS {
            assert_eq!(claim_all(&company.app, "doomed").await.len(), 2);
            company.clock.advance(LEASE_MS + 1);
            company.app.rescue(100).await.expect("rescued");
        }
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Blocked);
        assert!(steps.iter().filter(|step| !step.local).all(|step| step.state == StepState::Failed));
        assert!(claim_all(&company.app, "next").await.is_empty());
    });
}

#[test]
fn two_nodes_on_one_store_do_everything_once() {
    both(|company| async move {
        const LEAVERS: usize = 30;
        company.person("kjones").await;
        let settings = json!({ "latency_ms": 2, "lose_answer_percent": 10, "fail_percent": 10 });
        let platform = journaled(&company, "training", settings).await;
        let leavers = crowd(&company, "l", LEAVERS, platform).await;
        let second = company.second_node();
        let request = |app: Arc<App>, start: Start| {
            let console = company.console.clone();
            async move { app.start(&console, start).await.expect("accepted") }
        };
        let starts = leavers.iter().enumerate().map(|(n, leaver)| {
            let app = if n % 2 == 0 { &company.app } else { &second };
            let heir = start_to(Goal::Leave, "", "kjones").heir;
            let start = Start { heir, ..Start::new(Goal::Leave, vec![leaver.clone()]) };
            tokio::spawn(request(Arc::clone(app), start))
        });
        let starts: Vec<_> = starts.collect();
        let engines = [Arc::clone(&company.app), second].map(|app| {
            let engine = Engine::new(app, EngineOptions { poll_ms: 10, ..EngineOptions::default() });
            tokio::spawn(async move {
                for _ in 0..20 {
                    engine.run_until_idle().await;
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
            })
        });
        let mut ids = Vec::new();
        for start in starts {
            ids.push(start.await.expect("no panic").remove(0).offboarding.id);
        }
        for engine in engines {
            engine.await.expect("no panic");
        }
        run_out(&company, &company.engine).await;
        for id in &ids {
            let (offboarding, steps) = look(&company, id).await;
            assert_eq!(offboarding.state, OffboardingState::Completed, "{steps:#?}");
        }
        let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
        let entries = effects(&company, "training");
        for entry in &entries {
            *by_key.entry(entry.key.clone()).or_default() += 1;
        }
        assert!(by_key.values().all(|count| *count == 1), "{by_key:?}");
        let deleted = entries.iter().filter(|entry| entry.action == Action::Delete).count();
        assert_eq!(deleted, LEAVERS);
    });
}
