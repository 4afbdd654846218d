//! Another attempt: when the platform wished for it, by chance, by hand, or never.

use domain::{AccountState, Action, Goal, OffboardingState, Step, StepNo, StepState, UserState, retry};
use serde_json::json;

use super::{accept, calls, effects, journaled, look, run_out, start, start_to};
use crate::fixture::Company;
use crate::home::both;

/// A leaver with one account, on a platform that does nothing but disable.
async fn leaver_on(company: &Company, mut settings: serde_json::Value) {
    settings["unsupported"] = json!(["end_sessions", "enable", "transfer", "release"]);
    let platform = journaled(company, "training", settings).await;
    let leaver = company.person("jsmith").await;
    company.account(leaver, platform, "j.smith").await;
}

fn disable(steps: &[Step]) -> &Step {
    steps.iter().find(|step| !step.local && step.action == Action::Disable).expect("a step")
}

#[test]
fn a_busy_platform_gets_the_time_it_asked_for() {
    both(|company| async move {
        leaver_on(&company, json!({ "busy_first": 1, "retry_after_ms": 60_000 })).await;
        let id = accept(&company, start(Goal::Deactivate, "jsmith")).await.offboarding.id;
        company.engine.run_until_idle().await;
        let (_, steps) = look(&company, &id).await;
        let wait_ms = disable(&steps).ready_at_ms - company.clock.now_ms();
        assert!((60_000..=60_000 + retry::BASE_MS).contains(&wait_ms), "{wait_ms}");
        company.clock.advance(wait_ms - 1);
        company.engine.run_until_idle().await;
        assert_eq!(calls(&company, "training").len(), 1, "a millisecond too early");
        company.clock.advance(1);
        company.engine.run_until_idle().await;
        assert_eq!(calls(&company, "training").len(), 2);
        let (_, steps) = look(&company, &id).await;
        assert_eq!((disable(&steps).state, disable(&steps).attempt), (StepState::Done, 2));
    });
}

#[test]
fn attempts_end_and_begin_anew_when_a_person_says_so() {
    both(|company| async move {
        leaver_on(&company, json!({ "busy_first": 1_000, "retry_after_ms": 0 })).await;
        let id = accept(&company, start(Goal::Deactivate, "jsmith")).await.offboarding.id;
        run_out(&company, &company.engine).await;
        let tries = usize::try_from(retry::MAX_ATTEMPTS).expect("few");
        assert_eq!(calls(&company, "training").len(), tries);
        let (offboarding, steps) = look(&company, &id).await;
        let failed = disable(&steps);
        assert_eq!((offboarding.state, failed.state), (OffboardingState::Blocked, StepState::Failed));
        assert!(failed.note.as_ref().is_some_and(|note| note.contains("429")), "{failed:?}");

        company.app.retry_step(&company.console, &id, failed.no).await.expect("failed steps may be retried");
        run_out(&company, &company.engine).await;
        assert_eq!(calls(&company, "training").len(), 2 * tries, "counted afresh");
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Blocked);

        let skipped = company.app.skip_step(&company.console, &id, disable(&steps).no, "done by phone").await;
        let (_, steps) = skipped.expect("failed steps may be left out");
        assert_eq!(disable(&steps).note.as_deref(), Some("done by phone (console)"));
        assert_eq!(disable(&steps).state, StepState::Skipped);
    });
}

/// The delay is random below a ceiling that doubles: the sum of many delays cannot stay small by luck.
#[test]
fn attempts_spread_out() {
    both(|company| async move {
        leaver_on(&company, json!({ "busy_first": 1_000, "retry_after_ms": 0 })).await;
        let id = accept(&company, start(Goal::Deactivate, "jsmith")).await.offboarding.id;
        let mut attempts = 0;
        while look(&company, &id).await.0.state != OffboardingState::Blocked {
            company.engine.run_until_idle().await;
            let (_, steps) = look(&company, &id).await;
            let step = disable(&steps);
            let ceiling = (retry::BASE_MS << step.attempt.min(20)).min(retry::CAP_MS);
            let delay = step.ready_at_ms - company.clock.now_ms();
            assert!(step.state != StepState::Ready || (0..=ceiling).contains(&delay), "{step:?}");
            company.clock.advance(delay.max(0));
            attempts += 1;
            assert!(attempts <= 100, "it goes on for ever");
        }
    });
}

#[test]
fn a_refusal_waits_for_a_person() {
    both(|company| async move {
        leaver_on(&company, json!({ "refuse": ["j.smith"] })).await;
        let id = accept(&company, start(Goal::Deactivate, "jsmith")).await.offboarding.id;
        run_out(&company, &company.engine).await;
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Blocked);
        assert_eq!((disable(&steps).state, disable(&steps).attempt), (StepState::Failed, 1));
        assert_eq!(
            company.detail("jsmith").await.user.state,
            UserState::Deactivated,
            "cut here all the same"
        );
        // The administrator puts the platform right.
        leaver_settings(&company, json!({})).await;
        company.app.retry_step(&company.console, &id, disable(&steps).no).await.expect("retried");
        run_out(&company, &company.engine).await;
        assert_eq!(disable(&look(&company, &id).await.1).state, StepState::Done);
        assert_eq!(company.detail("jsmith").await.accounts[0].state, AccountState::Disabled);
    });
}

async fn leaver_settings(company: &Company, settings: serde_json::Value) {
    journaled(company, "training", settings).await;
}

#[test]
fn after_a_lost_answer_the_next_attempt_looks_first() {
    both(|company| async move {
        leaver_on(&company, json!({ "lose_answer_first": 1 })).await;
        let id = accept(&company, start(Goal::Deactivate, "jsmith")).await.offboarding.id;
        run_out(&company, &company.engine).await;
        let (_, steps) = look(&company, &id).await;
        assert_eq!((disable(&steps).state, disable(&steps).attempt), (StepState::Done, 2));
        let entries: Vec<_> = effects(&company, "training").into_iter().map(|entry| entry.attempt).collect();
        assert_eq!(entries, [1], "one effect, by the attempt whose answer was lost");
        assert_eq!(calls(&company, "training").len(), 1, "the second attempt only looked");
    });
}

#[test]
fn what_is_called_off_is_left_out_and_what_began_comes_to_its_end() {
    both(|company| async move {
        leaver_on(&company, json!({ "busy_first": 1, "retry_after_ms": 3_600_000 })).await;
        company.person("kjones").await;
        let id = accept(&company, start_to(Goal::Remove, "jsmith", "kjones")).await.offboarding.id;
        company.engine.run_until_idle().await;
        company.app.cancel(&company.console, &id, "a mistake").await.expect("called off");
        run_out(&company, &company.engine).await;
        let (offboarding, steps) = look(&company, &id).await;
        assert_eq!(offboarding.state, OffboardingState::Cancelled);
        assert_eq!(disable(&steps).state, StepState::Skipped);
        assert!(effects(&company, "training").is_empty());
        let again = company.app.cancel(&company.console, &id, "a mistake").await;
        assert!(again.is_err(), "it is over");
        let missing = company.app.retry_step(&company.console, &id, StepNo(99)).await;
        assert!(missing.is_err(), "no such step");
    });
}
