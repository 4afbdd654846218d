//! The verbs through `app` and the engine: what changes, what is logged, what platforms see.

use domain::{Error, Goal, OffboardingState, Owner, Refusal, Role, StepState, UserState};
use exeunt::app::{HeirRef, Start, UserRef};

use crate::fixture::{Company, PASSWORD};

fn named(user_name: &str) -> UserRef {
    UserRef::Name(user_name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_user_is_refused_from_the_commit_on() {
    let company = Company::new().await;
    let leaver = company.user("jsmith", Role::Auditor).await;
    let (session, token) = (company.session("jsmith").await, company.token("jsmith").await);
    company.app.authenticate(&session).await.expect("signed in");
    let start =
        Start { message: Some("Bye".to_owned()), ..Start::new(Goal::Deactivate, vec![named("JSMITH")]) };
    let started = company.app.start(&company.console, start).await.expect("accepted").remove(0);
    assert_eq!(started.offboarding.state, OffboardingState::Completed);
    assert_eq!(started.offboarding.user, leaver);
    for secret in [&session, &token] {
        assert_eq!(company.app.authenticate(secret).await, Err(Error::BadCredential));
    }
    let refused = company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.expect_err("no entry");
    assert_eq!(refused, Error::Deactivated { notice: Some("Bye".to_owned()) });
    let wrong =
        company.app.sign_in(Company::attempt("jsmith", "wrong password")).await.expect_err("no entry");
    assert_eq!(wrong, Error::BadPassword, "the notice is for the leaver only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_hands_over_and_reaches_every_platform() {
    let company = Company::new().await;
    let (leaver, heir) = (company.user("jsmith", Role::None).await, company.user("kjones", Role::None).await);
    for n in 0..3 {
        company.asset(leaver, "alert", &format!("alert {n}")).await;
    }
    let platform = company.platform("training", r#"{"busy_first":2,"retry_after_ms":0}"#).await;
    company.account(leaver, platform, "j.smith").await;
    let start =
        Start { heir: HeirRef::User(named("kjones")), ..Start::new(Goal::Remove, vec![named("jsmith")]) };
    let started = company.app.start(&company.console, start).await.expect("accepted").remove(0);
    assert_eq!(started.offboarding.state, OffboardingState::Running);
    assert_eq!(company.detail("jsmith").await.user.state, UserState::Removed);
    assert_eq!(company.detail("kjones").await.holdings.total(), 3);
    for _ in 0..20 {
        company.engine.run_until_idle().await;
        company.clock.advance(2_000);
    }
    let detail = company.app.offboarding(&company.console, &started.offboarding.id).await.expect("found");
    assert_eq!(detail.offboarding.state, OffboardingState::Completed);
    assert!(detail.steps.iter().all(|step| step.state == StepState::Done), "{:#?}", detail.steps);
    let assets = company.app.assets_of(&company.console, &named("kjones"), 10).await.expect("assets");
    assert!(assets.rows.iter().all(|asset| asset.owner == Some(Owner::User(heir))));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_change_nothing() {
    let company = Company::new().await;
    let leaver = company.user("jsmith", Role::None).await;
    company.asset(leaver, "alert", "nightly").await;
    let before = company.log_head().await;
    let refused = company.app.start(&company.console, Start::new(Goal::Remove, vec![named("jsmith")])).await;
    let Err(Error::Refused(refusals)) = refused else { panic!("{refused:?}") };
    assert!(matches!(&refusals[..], [Refusal::NoSuccessor { .. }]));
    assert_eq!(refusals[0].to_string(), "User jsmith owns 1 alert. Name a new owner.");
    assert_eq!(company.log_head().await, before);
    assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
}
