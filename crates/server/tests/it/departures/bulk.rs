//! More rows than a transaction should hold: in chunks, with progress, beside other writes.

use std::sync::Arc;

use domain::{Action, Goal, Holdings, OffboardingId, OffboardingState, Step, StepState, UserState};
use exeunt::app::{HeirRef, NewGroup, Start};

use super::{accept, look, named, run_out, start, start_to};
use crate::fixture::Company;
use crate::home::both;

fn chunk() -> usize {
    usize::try_from(store::assets::CHUNK).expect("a size")
}

fn transfer(steps: &[Step]) -> &Step {
    steps.iter().find(|step| step.action == Action::Transfer).expect("a transfer")
}

async fn holdings(company: &Company, user_name: &str) -> Holdings {
    company.detail(user_name).await.holdings
}

async fn owned(company: &Company, user_name: &str) -> u64 {
    holdings(company, user_name).await.total()
}

#[test]
fn a_large_transfer_goes_in_chunks_and_the_account_last() {
    both(|company| async move {
        const ASSETS: usize = 12_000;
        let leaver = company.person("jsmith").await;
        company.person("kjones").await;
        company.assets(leaver, "alert", ASSETS).await;
        let started = accept(&company, start_to(Goal::Remove, "jsmith", "kjones")).await;
        let id = started.offboarding.id;
        assert_eq!(started.offboarding.state, OffboardingState::Running);
        assert_eq!(
            company.detail("jsmith").await.user.state,
            UserState::Deactivated,
            "the cut does not wait"
        );
        assert_eq!(transfer(&started.steps).progress.total, i64::try_from(ASSETS).expect("a count"));

        let engine = Arc::clone(&company.engine);
        let run = tokio::spawn(async move { engine.run_until_idle().await });
        let between = write_beside(&company, &id).await;
        run.await.expect("no panic");
        assert!(between >= 3, "small writes got their turn between the chunks: {between}");

        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Completed);
        assert_eq!(transfer(&steps).progress.done, transfer(&steps).progress.total);
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Removed);
        assert_eq!(owned(&company, "jsmith").await, 0);
        assert_eq!(owned(&company, "kjones").await, u64::try_from(ASSETS).expect("a count"));
        let kinds = company.log_kinds(0).await;
        let progress = kinds.iter().filter(|kind| *kind == "step.progress").count();
        assert_eq!(progress, ASSETS / chunk());
    });
}

/// Small writes, one after another, while a transfer is on. Answers how many of them passed it: the transfer
/// was on before and after, and did at most two chunks meanwhile.
async fn write_beside(company: &Company, id: &OffboardingId) -> usize {
    let mut passed = 0;
    for n in 0.. {
        let before = transfer(&look(company, id).await.1).clone();
        let group = NewGroup { name: format!("group {n}"), description: String::new() };
        company.app.create_group(&company.console, group).await.expect("a group");
        let removed = company.detail("jsmith").await.user.state == UserState::Removed;
        let (_, steps) = look(company, id).await;
        let after = transfer(&steps);
        assert!(!removed || after.state == StepState::Done, "the account went before its assets");
        if after.state.is_final() {
            break;
        }
        let chunks = (after.progress.done - before.progress.done) / store::assets::CHUNK;
        passed += usize::from(before.state == StepState::Running && chunks <= 2);
    }
    passed
}

#[test]
fn many_leavers_share_what_one_transaction_may_hold() {
    both(|company| async move {
        const EACH: usize = 400;
        company.person("kjones").await;
        let mut leavers = Vec::new();
        for n in 0..6 {
            let name = format!("l{n}");
            let user = company.person(&name).await;
            company.assets(user, "alert", EACH).await;
            leavers.push(named(&name));
        }
        let request = Start { heir: HeirRef::User(named("kjones")), ..Start::new(Goal::Remove, leavers) };
        let started = company.app.start(&company.console, request).await.expect("accepted");
        let done = started.iter().filter(|started| started.offboarding.state.is_final()).count();
        assert_eq!(done, chunk() / EACH, "as many as fit");
        for n in 0..6 {
            let user = company.detail(&format!("l{n}")).await.user;
            assert_ne!(user.state, UserState::Active, "every one is cut at once");
        }
        run_out(&company, &company.engine).await;
        for started in &started {
            let (offboarding, _) = look(&company, &started.offboarding.id).await;
            assert_eq!(offboarding.state, OffboardingState::Completed);
        }
        assert_eq!(owned(&company, "kjones").await, 6 * u64::try_from(EACH).expect("a count"));
    });
}

#[test]
fn exactly_one_chunk_is_handed_over_once() {
    both(|company| async move {
        let leaver = company.person("jsmith").await;
        company.group("Ops").await;
        company.assets(leaver, "subclient", chunk()).await;
        let id = accept(&company, start(Goal::Release, "jsmith")).await.offboarding.id;
        run_out(&company, &company.engine).await;
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Completed);
        assert_eq!(steps[0].note.as_deref(), Some("1000 assets released"));
        assert_eq!(owned(&company, "jsmith").await, 0);
    });
}

/// The plan was right when it was accepted; the successor was cut before the engine came to it, or midway.
#[test]
fn a_successor_who_is_cut_meanwhile_gets_nothing_more() {
    both(|company| async move {
        let total = 5 * chunk() / 2;
        let leaver = company.person("jsmith").await;
        company.person("kjones").await;
        company.assets(leaver, "alert", total).await;
        let total = u64::try_from(total).expect("a count");
        let id = accept(&company, start_to(Goal::Remove, "jsmith", "kjones")).await.offboarding.id;
        let due = company.app.due().await.expect("the queue");
        let wanted = due.into_iter().map(|due| (due.platform, 1)).collect();
        let work = company.app.claim("node", 20_000, wanted).await.expect("a claim").remove(0);
        assert_eq!(company.app.run_local(&work, 20_000).await, Ok(true), "one chunk, and more is left");
        let first = u64::try_from(chunk()).expect("a size");
        assert_eq!(owned(&company, "kjones").await, first);

        accept(&company, start(Goal::Deactivate, "kjones")).await;
        assert_eq!(company.app.run_local(&work, 20_000).await, Ok(false));
        run_out(&company, &company.engine).await;
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Blocked);
        assert_eq!(transfer(&steps).state, StepState::Failed);
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Deactivated, "not deleted");
        assert_eq!(
            owned(&company, "jsmith").await + owned(&company, "kjones").await,
            total,
            "nothing is lost"
        );
        assert_eq!(owned(&company, "kjones").await, first, "nothing more came");

        accept(&company, start(Goal::Restore, "kjones")).await;
        company.app.retry_step(&company.console, &id, transfer(&steps).no).await.expect("retried");
        run_out(&company, &company.engine).await;
        assert_eq!(look(&company, &id).await.0.state, OffboardingState::Completed);
        assert_eq!(owned(&company, "kjones").await, total);
    });
}

/// The same rule where the assets are on a platform and none are here.
#[test]
fn a_successor_who_is_cut_meanwhile_gets_nothing_on_platforms_either() {
    both(|company| async move {
        let leaver = company.person("jsmith").await;
        company.person("kjones").await;
        let platform = super::journaled(&company, "training", serde_json::json!({})).await;
        company.account(leaver, platform, "j.smith").await;
        let id = accept(&company, start_to(Goal::Remove, "jsmith", "kjones")).await.offboarding.id;
        accept(&company, start(Goal::Deactivate, "kjones")).await;
        run_out(&company, &company.engine).await;
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Blocked);
        assert_eq!(transfer(&steps).state, StepState::Failed, "{:?}", transfer(&steps));
        let seen: Vec<_> = super::effects(&company, "training").iter().map(|entry| entry.action).collect();
        assert!(!seen.contains(&Action::Transfer) && !seen.contains(&Action::Delete), "{seen:?}");
    });
}
