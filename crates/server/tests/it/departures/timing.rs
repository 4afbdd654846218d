//! Dates, graces, and requests on one user that meet one another.

use std::sync::Arc;

use connectors::{Attempt, Presence};
use domain::policy::Heir;
use domain::{
    AccountState, Action, Error, Goal, OffboardingState, Outcome, Policy, Refusal, Role, StepState, UserState,
};
use exeunt::app::Start;
use serde_json::json;
use store::offboardings::Repeat;

use super::{accept, effects, journaled, look, run_out, start, start_to, states};
use crate::fixture::Company;
use crate::home::both;

const DAY_MS: i64 = 24 * 3_600_000;

/// A leaver with an account on `training`, and somebody to inherit.
async fn staff(company: &Company) {
    let leaver = company.person("jsmith").await;
    company.person("kjones").await;
    let platform = journaled(company, "training", json!({})).await;
    company.account(leaver, platform, "j.smith").await;
}

async fn state_of(company: &Company, user_name: &str) -> UserState {
    company.detail(user_name).await.user.state
}

#[test]
fn a_leave_begins_at_its_date_and_deletes_after_its_grace() {
    both(|company| async move {
        staff(&company).await;
        let policy = Policy { grace_ms: 7 * DAY_MS, ..Policy::default() };
        company.app.set_policy(&company.console, policy).await.expect("a policy");
        let start_ms = Some(company.clock.now_ms() + DAY_MS);
        let leave = Start { start_ms, ..start_to(Goal::Leave, "jsmith", "kjones") };
        let started = accept(&company, leave).await;
        let id = started.offboarding.id;
        assert_eq!(started.offboarding.state, OffboardingState::Scheduled);

        company.clock.advance(DAY_MS - 1);
        company.engine.run_until_idle().await;
        assert_eq!(look(&company, &id).await.0.state, OffboardingState::Scheduled);
        assert_eq!(state_of(&company, "jsmith").await, UserState::Active);
        assert!(effects(&company, "training").is_empty());

        company.clock.advance(1);
        company.engine.run_until_idle().await;
        assert_eq!(look(&company, &id).await.0.state, OffboardingState::Running);
        assert_eq!(state_of(&company, "jsmith").await, UserState::Deactivated);
        let deleted = || effects(&company, "training").iter().any(|entry| entry.action == Action::Delete);
        assert!(!effects(&company, "training").is_empty() && !deleted());

        company.clock.advance(7 * DAY_MS - 1);
        company.engine.run_until_idle().await;
        assert!(!deleted(), "its grace is not over");
        company.clock.advance(1);
        company.engine.run_until_idle().await;
        assert!(deleted());
        assert_eq!(look(&company, &id).await.0.state, OffboardingState::Completed);
        assert_eq!(state_of(&company, "jsmith").await, UserState::Removed);
        let kinds = company.log_kinds(0).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "offboarding.running").count(), 1);
    });
}

#[test]
fn a_cut_asked_for_now_does_not_wait_for_one_that_is_scheduled() {
    both(|company| async move {
        staff(&company).await;
        let start_ms = Some(company.clock.now_ms() + DAY_MS);
        let later = accept(&company, Start { start_ms, ..start(Goal::Deactivate, "jsmith") }).await;
        let now = accept(&company, start(Goal::Deactivate, "jsmith")).await;
        assert_ne!(now.offboarding.id, later.offboarding.id);
        assert_eq!(state_of(&company, "jsmith").await, UserState::Deactivated);
        let later = look(&company, &later.offboarding.id).await.0;
        assert_eq!(later.state, OffboardingState::Cancelled);
    });
}

#[test]
fn policy_names_the_heir_where_the_request_names_none() {
    both(|company| async move {
        company.person("boss").await;
        let ops = company.group("Ops").await;
        let heirs = [(Heir::Manager, "led", "boss"), (Heir::Group(ops), "grouped", "Ops")];
        for (heir, name, inherits) in heirs {
            let leaver = company.report_of(name, "boss").await;
            company.assets(leaver, "alert", 3).await;
            company
                .app
                .set_policy(&company.console, Policy { heir, ..Policy::default() })
                .await
                .expect("set");
            let planned = company.app.preview(&company.console, start(Goal::Remove, name)).await;
            assert_eq!(planned.expect("a plan")[0].heir.as_deref(), Some(inherits), "told beforehand");
            accept(&company, start(Goal::Remove, name)).await;
            assert_eq!(state_of(&company, name).await, UserState::Removed);
        }
        assert_eq!(company.detail("boss").await.holdings.total(), 3);
        let assets =
            company.app.assets(&company.console, domain::AssetId(0), 100).await.expect("assets").rows;
        let of_ops = assets.iter().filter(|asset| asset.owner == Some(domain::Owner::Group(ops)));
        assert_eq!(of_ops.count(), 3);
    });
}

#[test]
fn a_manager_who_leaves_as_well_inherits_nothing() {
    both(|company| async move {
        company.person("boss").await;
        let leaver = company.report_of("led", "boss").await;
        company.assets(leaver, "alert", 3).await;
        let policy = Policy { heir: Heir::Manager, ..Policy::default() };
        company.app.set_policy(&company.console, policy).await.expect("set");
        let users = ["led", "boss"].map(super::named).to_vec();
        let refused = company.app.start(&company.console, Start::new(Goal::Remove, users)).await;
        let Err(Error::Refused(refusals)) = refused else { panic!("{refused:?}") };
        assert!(matches!(refusals[..], [Refusal::SuccessorLeaving { .. }]), "{refusals:?}");
    });
}

/// The user ends as the last request wants it, whatever was under way.
#[test]
fn a_cut_and_a_restoration_overtake_each_other_also_in_mid_step() {
    both(|company| async move {
        staff(&company).await;
        let cut = accept(&company, start(Goal::Deactivate, "jsmith")).await.offboarding.id;
        let due = company.app.due().await.expect("the queue");
        let wanted = due.into_iter().map(|due| (due.platform, 1)).collect();
        let under_way = company.app.claim("node", 20_000, wanted).await.expect("a claim").remove(0);

        let back = accept(&company, start(Goal::Restore, "jsmith")).await.offboarding.id;
        assert_eq!(state_of(&company, "jsmith").await, UserState::Active);
        let (first, steps) = look(&company, &cut).await;
        assert!(first.cancel_asked && first.state == OffboardingState::Running);
        assert_eq!(states(&steps)[2..].iter().filter(|state| **state == StepState::Skipped).count(), 1);

        // Not the first one, which is on its way out: that would leave the user in.
        let again = accept(&company, start(Goal::Deactivate, "jsmith")).await;
        assert!(!again.existed);
        assert_eq!(state_of(&company, "jsmith").await, UserState::Deactivated);
        assert_eq!(look(&company, &back).await.0.state, OffboardingState::Cancelled);

        company.engine.run_until_idle().await;
        assert!(effects(&company, "training").is_empty(), "the account is in the first one's hands");
        let outcome = Outcome::Done { evidence: "seen".to_owned() };
        let done = Attempt { outcome, account: Presence::AsKnown };
        assert_eq!(company.app.settle(&under_way, done).await, Ok(true));
        assert_eq!(look(&company, &cut).await.0.state, OffboardingState::Cancelled);
        run_out(&company, &company.engine).await;
        assert_eq!(look(&company, &again.offboarding.id).await.0.state, OffboardingState::Completed);
        assert_eq!(company.detail("jsmith").await.accounts[0].state, AccountState::Disabled);

        accept(&company, start(Goal::Restore, "jsmith")).await;
        run_out(&company, &company.engine).await;
        assert_eq!(state_of(&company, "jsmith").await, UserState::Active);
        assert_eq!(company.detail("jsmith").await.accounts[0].state, AccountState::Active);
    });
}

#[test]
fn the_same_request_many_times_at_once_is_one_offboarding() {
    both(|company| async move {
        staff(&company).await;
        let nodes = [Arc::clone(&company.app), company.second_node()];
        let requests = (0..12).map(|n| {
            let (app, console) = (Arc::clone(&nodes[n % 2]), company.console.clone());
            tokio::spawn(async move { app.start(&console, start(Goal::Deactivate, "jsmith")).await })
        });
        let requests: Vec<_> = requests.collect();
        let mut made = 0;
        let mut ids = std::collections::BTreeSet::new();
        for request in requests {
            let started = request.await.expect("no panic").expect("accepted").remove(0);
            made += usize::from(!started.existed);
            ids.insert(started.offboarding.id);
        }
        assert_eq!((made, ids.len()), (1, 1));
        let kinds = company.log_kinds(0).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "offboarding.accepted").count(), 1);
    });
}

#[test]
fn a_request_repeated_under_its_key_gets_the_first_answer_also_at_once() {
    both(|company| async move {
        staff(&company).await;
        let request = |fingerprint: &str| Start {
            repeat: Some(Repeat { key: "k1".to_owned(), fingerprint: fingerprint.to_owned() }),
            ..start_to(Goal::Remove, "jsmith", "kjones")
        };
        let nodes = [Arc::clone(&company.app), company.second_node()];
        let requests = (0..6).map(|n| {
            let (app, console) = (Arc::clone(&nodes[n % 2]), company.console.clone());
            let request = request("same");
            tokio::spawn(async move { app.start(&console, request).await })
        });
        let requests: Vec<_> = requests.collect();
        let mut ids = std::collections::BTreeSet::new();
        for request in requests {
            ids.insert(request.await.expect("no panic").expect("accepted").remove(0).offboarding.id);
        }
        assert_eq!(ids.len(), 1);
        let other = company.app.start(&company.console, request("other")).await;
        assert!(matches!(other, Err(Error::Conflict(_))), "{other:?}");
        let many = ["jsmith", "kjones"].map(super::named).to_vec();
        let many = Start { repeat: request("many").repeat, ..Start::new(Goal::Remove, many) };
        let many = company.app.start(&company.console, many).await;
        assert!(matches!(many, Err(Error::Invalid { field: "Idempotency-Key", .. })), "{many:?}");
    });
}

#[test]
fn a_transfer_under_way_is_not_answered_as_one_to_somebody_else() {
    both(|company| async move {
        staff(&company).await;
        company.user("lwong", Role::None).await;
        let first = accept(&company, start_to(Goal::Transfer, "jsmith", "kjones")).await;
        let same = accept(&company, start_to(Goal::Transfer, "jsmith", "KJones")).await;
        assert!(same.existed && same.offboarding.id == first.offboarding.id);
        let other = start_to(Goal::Transfer, "jsmith", "lwong");
        let other = company.app.start(&company.console, other).await;
        assert!(matches!(other, Err(Error::Conflict(_))), "{other:?}");
    });
}
