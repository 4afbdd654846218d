//! A platform that does not take our credentials is left alone until they are put right.

use domain::{Goal, OffboardingState, PlatformKind, StepState, Terms};
use exeunt::app::{NewPlatform, Start};
use serde_json::json;

use super::{calls, crowd, effects, journaled_limited, look};
use crate::fixture::Company;
use crate::home::both;

const LEAVERS: usize = 20;
const AT_ONCE: usize = 4;

#[test]
fn nothing_is_tried_until_the_platform_is_declared_anew() {
    both(|company| async move {
        let settings =
            json!({ "unauthorized": true, "unsupported": ["end_sessions", "enable", "transfer", "release"] });
        let limit = i64::try_from(AT_ONCE).expect("few");
        let platform = journaled_limited(&company, "training", settings, Some(limit)).await;
        // Only the cut is asked for, so that there is one step for each.
        declare(&company, true).await;
        let users = crowd(&company, "leaver", LEAVERS, platform).await;
        let started =
            company.app.start(&company.console, Start::new(Goal::Deactivate, users)).await.expect("accepted");
        let before = company.log_head().await;
        company.engine.run_until_idle().await;
        company.clock.advance(24 * 3_600_000);
        company.engine.run_until_idle().await;

        let log = company.log_kinds(before).await;
        let told = |kind: &str| log.iter().filter(|told| *told == kind).count();
        let tried = told("step.retry");
        assert!((1..=AT_ONCE).contains(&tried), "one batch at most was tried: {log:?}");
        assert_eq!(told("platform.held"), 1, "{log:?}");
        let status = &company.app.platforms(&company.console).await.expect("platforms")[1];
        assert!(status.health.held, "{status:?}");
        for started in &started {
            let (offboarding, steps) = look(&company, &started.offboarding.id).await;
            assert_eq!(offboarding.state, OffboardingState::Running);
            let step = steps.iter().find(|step| !step.local).expect("a step");
            assert_eq!((step.state, step.tries()), (StepState::Ready, 0), "no attempt is used up: {step:?}");
        }
        assert_eq!(calls(&company, "training").len(), tried, "and nothing else was asked of it");
        assert_eq!(effects(&company, "training").len(), 0);

        let before = company.log_head().await;
        declare(&company, false).await;
        company.engine.run_until_idle().await;
        assert_eq!(effects(&company, "training").len(), LEAVERS);
        for started in &started {
            assert_eq!(look(&company, &started.offboarding.id).await.0.state, OffboardingState::Completed);
        }
        assert_eq!(company.log_kinds(before).await[..2], ["platform.resumed", "platform.applied"]);
    });
}

/// The platform `training` as it is, with other credentials.
async fn declare(company: &Company, unauthorized: bool) {
    let settings = json!({ "unauthorized": unauthorized, "journal": company.home.journal("training") });
    let terms: Terms = serde_json::from_value(json!({ "leave_out": ["end_sessions"] })).expect("terms");
    let new = NewPlatform {
        name: "training".to_owned(),
        kind: PlatformKind::Simulated,
        settings: settings.to_string(),
        max_in_flight: Some(i64::try_from(AT_ONCE).expect("few")),
        terms,
    };
    company.app.apply_platforms(&company.console, vec![new]).await.expect("applied");
}
