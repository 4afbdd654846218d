use domain::policy::{Guard, Heir, OnDelete, Provisioning};
use domain::{
    Action, Error, Goal, Handover, Offboarding, OffboardingState, Owner, Policy, StepState, UserId, UserState,
};
use exeunt::app::{Caller, Decision, HeirRef, OffboardingFilter, Start, UserRef, Which};

use super::{create, hold, is_missing, provider, remove, set_active, set_policy, set_whole_policy, told};
use crate::fixture::Company;
use crate::home::both;

const DAY_MS: i64 = 24 * 3_600_000;
const KEPT: OnDelete = OnDelete::Deactivate { keep_days: Some(30) };
const KEPT_FOR_EVER: OnDelete = OnDelete::Deactivate { keep_days: None };

fn on_delete(on_delete: OnDelete) -> Provisioning {
    Provisioning { on_delete, ..Provisioning::default() }
}

/// The newest departure of a user.
async fn latest(company: &Company, user: UserId) -> Offboarding {
    let filter = OffboardingFilter::Of(user);
    let page = company.app.offboardings(&company.console, filter, None, 1).await.expect("a list");
    page.rows.into_iter().next().expect("a departure")
}

async fn user(company: &Company, id: UserId) -> domain::User {
    company.app.user(&company.console, &UserRef::Id(id)).await.expect("the user").user
}

#[test]
fn who_owns_nothing_is_gone_at_once() {
    both(|company| async move {
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await;
        let refused =
            company.app.remove_person(&by, &made.user.guid, |_| Err(Error::invalid("etag", "is old")));
        assert_eq!(refused.await, Err(Error::invalid("etag", "is old")));
        remove(&company, &by, &made.user.guid).await.expect("removed");
        assert_eq!(user(&company, made.user.id).await.state, UserState::Removed);
        assert!(is_missing(&remove(&company, &by, &made.user.guid).await), "it is not found any more");
        let anew = create(&company, &by, told("jsmith")).await;
        assert_ne!(anew.user.guid, made.user.guid, "a tombstone stays one");
    });
}

#[test]
fn a_removal_without_an_heir_waits_blocked_until_one_is_named() {
    both(|company| async move {
        let by = provider(&company).await;
        let platform = company.platform("training", "{}").await;
        let made = create(&company, &by, told("jsmith")).await;
        let id = made.user.id;
        company.account(id, platform, "jsmith").await;
        company.asset(id, "alert", "Nightly").await;
        remove(&company, &by, &made.user.guid).await.expect("removed");
        company.engine.run_until_idle().await;

        assert!(is_missing(&company.app.person(&by, &made.user.guid).await), "it is hidden");
        let left = user(&company, id).await;
        assert_eq!((left.state, left.hidden), (UserState::Deactivated, true));
        let blocked = latest(&company, id).await;
        assert_eq!((blocked.state, blocked.handover), (OffboardingState::Blocked, Some(Handover::Awaited)));
        let steps =
            company.app.offboarding(&company.console, &blocked.id).await.expect("it is visible").steps;
        let state_of = |action, local| {
            steps.iter().find(|step| step.action == action && step.local == local).map(|step| step.state)
        };
        assert_eq!(state_of(Action::Disable, false), Some(StepState::Done), "the cut is made everywhere");
        assert_eq!(state_of(Action::Transfer, true), Some(StepState::Failed));
        assert_eq!(state_of(Action::Delete, false), Some(StepState::Waiting), "and nothing is deleted");
        let refused = company.app.create_person(&by, told("jsmith"), None).await;
        assert!(matches!(&refused, Err(Error::Conflict(text)) if text.contains("blocked")), "{refused:?}");

        let heir = create(&company, &by, told("heir")).await.user.id;
        let named = HeirRef::User(UserRef::Id(heir));
        let start = Start { heir: named, ..Start::new(Goal::Remove, vec![UserRef::Id(id)]) };
        let started = company.app.start(&company.console, start).await.expect("it is overtaken").remove(0);
        company.engine.run_until_idle().await;
        let overtaken = company.app.offboarding(&company.console, &blocked.id).await.expect("it").offboarding;
        assert_eq!(overtaken.state, OffboardingState::Cancelled);
        let now = latest(&company, id).await;
        assert_eq!((now.id, now.state), (started.offboarding.id, OffboardingState::Completed));
        assert_eq!(now.handover, Some(Handover::To(Owner::User(heir))));
        assert_eq!(user(&company, id).await.state, UserState::Removed);
        let held = company.detail("heir").await.holdings;
        assert_eq!(held.total(), 1);
    });
}

#[test]
fn the_heir_comes_from_policy() {
    both(|company| async move {
        let by = provider(&company).await;
        set_whole_policy(&company, Policy { heir: Heir::Manager, ..Policy::default() }).await;
        let boss = create(&company, &by, told("boss")).await.user;
        let mut new = told("jsmith");
        new.manager = Some(boss.guid.clone());
        let made = create(&company, &by, new).await.user;
        company.asset(made.id, "alert", "Nightly").await;
        remove(&company, &by, &made.guid).await.expect("removed");
        assert_eq!(user(&company, made.id).await.state, UserState::Removed);
        assert_eq!(company.detail("boss").await.holdings.total(), 1);

        // Policy names a manager who has left: the next one waits, and goes once policy names somebody fit.
        let mut new = told("second");
        new.manager = Some(boss.guid.clone());
        let second = create(&company, &by, new).await.user;
        company.asset(second.id, "alert", "Weekly").await;
        set_active(&company, &by, &boss.guid, false).await;
        remove(&company, &by, &second.guid).await.expect("removed");
        assert_eq!(latest(&company, second.id).await.state, OffboardingState::Blocked);
        let ops = company.group("Ops").await;
        set_whole_policy(&company, Policy { heir: Heir::Group(ops), ..Policy::default() }).await;
        let again = Start::new(Goal::Remove, vec![UserRef::Id(second.id)]);
        company.app.start(&company.console, again).await.expect("accepted");
        assert_eq!(user(&company, second.id).await.state, UserState::Removed);
    });
}

#[test]
fn a_rule_for_people_does_not_fail_a_deletion() {
    both(|company| async move {
        let by = provider(&company).await;
        let policy = Policy { require_deactivated_before_remove: true, ..Policy::default() };
        set_whole_policy(&company, policy).await;
        let made = create(&company, &by, told("jsmith")).await.user;
        remove(&company, &by, &made.guid).await.expect("removed");
        assert_eq!(user(&company, made.id).await.state, UserState::Removed);
    });
}

#[test]
fn who_is_kept_goes_when_the_days_are_over() {
    both(|company| async move {
        let by = provider(&company).await;
        let platform = company.platform("training", "{}").await;
        set_policy(&company, on_delete(KEPT)).await;
        let made = create(&company, &by, told("jsmith")).await.user;
        company.account(made.id, platform, "jsmith").await;
        remove(&company, &by, &made.guid).await.expect("removed");
        company.engine.run_until_idle().await;
        company.clock.advance(30 * DAY_MS - 1_000);
        company.engine.run_until_idle().await;
        let kept = user(&company, made.id).await;
        assert_eq!((kept.state, kept.hidden), (UserState::Deactivated, true));
        let steps = company.app.offboarding(&company.console, &latest(&company, made.id).await.id).await;
        let steps = steps.expect("it").steps;
        let cut = |state| steps.iter().filter(|step| step.state == state).count();
        assert!(cut(StepState::Done) >= 4, "both are cut on both platforms: {steps:?}");
        company.clock.advance(2_000);
        company.engine.run_until_idle().await;
        assert_eq!(user(&company, made.id).await.state, UserState::Removed);
        assert_eq!(latest(&company, made.id).await.state, OffboardingState::Completed);
    });
}

#[test]
fn who_is_kept_is_taken_back_under_the_same_name() {
    both(|company| async move {
        let by = provider(&company).await;
        for (name, policy) in [("days", KEPT), ("ever", KEPT_FOR_EVER)] {
            set_policy(&company, on_delete(policy)).await;
            let made = create(&company, &by, told(name)).await.user;
            company.asset(made.id, "alert", name).await;
            remove(&company, &by, &made.guid).await.expect("removed");
            assert!(is_missing(&company.app.person(&by, &made.guid).await));

            let mut other = told(name);
            other.external_id = Some(format!("other {name}"));
            let refused = company.app.create_person(&by, other, None).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "another person perhaps: {refused:?}");
            let mut anew = told(name);
            anew.full_name = "Returned".to_owned();
            let back = create(&company, &by, anew).await.user;
            assert_eq!((&back.guid, back.state, back.hidden), (&made.guid, UserState::Active, false));
            assert_eq!(back.full_name, "Returned");
            company.clock.advance(60 * DAY_MS);
            company.engine.run_until_idle().await;
            assert_eq!(user(&company, made.id).await.state, UserState::Active, "the removal is called off");
        }
    });
}

#[test]
fn a_removal_that_is_under_way_goes_on_unseen() {
    both(|company| async move {
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await.user;
        let leave = Start {
            start_ms: Some(company.clock.now_ms() + DAY_MS),
            ..Start::new(Goal::Leave, vec![UserRef::Id(made.id)])
        };
        let started = company.app.start(&company.console, leave).await.expect("accepted").remove(0);
        remove(&company, &by, &made.guid).await.expect("removed");
        assert!(is_missing(&company.app.person(&by, &made.guid).await));
        let now = user(&company, made.id).await;
        assert_eq!(now.state, UserState::Deactivated, "the cut does not wait for the day of the other");
        let cut = latest(&company, made.id).await;
        assert_eq!((cut.goal, cut.state), (Goal::Deactivate, OffboardingState::Completed));
        let planned = company.app.offboarding(&company.console, &started.offboarding.id).await.expect("it");
        assert_eq!(planned.offboarding.state, OffboardingState::Scheduled, "that one goes on");
        let refused = company.app.create_person(&by, told("jsmith"), None).await;
        assert!(matches!(&refused, Err(Error::Conflict(text)) if text.contains("scheduled")), "{refused:?}");
    });
}

#[test]
fn a_departure_that_is_only_planned_is_counted_when_it_is_cut() {
    both(|company| async move {
        let guard = Guard { users: 0, percent: 100, window_s: 60 };
        set_policy(&company, Provisioning { guard, ..Provisioning::default() }).await;
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await.user;
        let start_ms = Some(company.clock.now_ms() + DAY_MS);
        let leave = Start { start_ms, ..Start::new(Goal::Leave, vec![UserRef::Id(made.id)]) };
        company.app.start(&company.console, leave).await.expect("accepted");
        hold(remove(&company, &by, &made.guid).await.expect("an answer"));
        assert_eq!(user(&company, made.id).await.state, UserState::Active);
        let approved = company.app.decide_held(&company.console, Which::All, Decision::Approve).await;
        assert_eq!(approved.expect("decided").departures, 1);
        let now = user(&company, made.id).await;
        assert_eq!((now.state, now.hidden), (UserState::Deactivated, true));
    });
}

#[test]
fn a_deletion_beside_a_removal_that_is_being_called_off_does_all_or_nothing() {
    both(|company| async move {
        let guard = Guard { users: 0, percent: 100, window_s: 60 };
        let scim = Provisioning { guard, ..Provisioning::default() };
        let policy = Policy { require_deactivated_before_remove: true, scim, ..Policy::default() };
        set_whole_policy(&company, policy).await;
        let by = provider(&company).await;
        let platform = company.platform("training", "{}").await;
        let made = create(&company, &by, told("jsmith")).await.user;
        company.account(made.id, platform, "jsmith").await;
        let start_ms = Some(company.clock.now_ms() + DAY_MS);
        let leave = Start { start_ms, ..Start::new(Goal::Leave, vec![UserRef::Id(made.id)]) };
        let planned = company.app.start(&company.console, leave).await.expect("accepted").remove(0);
        company.clock.advance(DAY_MS);
        let work = company.app.claim("node", 60_000, vec![(platform, 1)]).await.expect("a claim");
        assert_eq!(work.len(), 1, "one step is under way");
        let id = &planned.offboarding.id;
        company.app.cancel(&company.console, id, "she stays").await.expect("called off");

        hold(remove(&company, &by, &made.guid).await.expect("an answer"));
        let decided = company.app.decide_held(&company.console, Which::All, Decision::Approve).await;
        let decided = decided.expect("decided");
        assert_eq!((decided.departures, decided.refused.len()), (0, 1));
        let now = user(&company, made.id).await;
        assert_eq!((now.state, now.hidden), (UserState::Active, false), "it is held, and nothing else");
        assert_eq!(latest(&company, made.id).await.id, *id);
    });
}

#[test]
fn whom_an_administrator_restores_a_provider_sees_again() {
    both(|company| async move {
        let on_delete = OnDelete::Deactivate { keep_days: None };
        set_policy(&company, Provisioning { on_delete, ..Provisioning::default() }).await;
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await.user;
        hidden_from(&company, &by, &made.guid).await;
        let restore = Start::new(Goal::Restore, vec![UserRef::Id(made.id)]);
        company.app.start(&company.console, restore).await.expect("restored");
        let seen = company.app.person(&by, &made.guid).await.expect("seen");
        assert_eq!((seen.user.state, seen.user.hidden), (UserState::Active, false));
        hidden_from(&company, &by, &made.guid).await;
    });
}

async fn hidden_from(company: &Company, by: &Caller, guid: &str) {
    super::done(remove(company, by, guid).await.expect("removed"));
    assert!(is_missing(&company.app.person(by, guid).await));
}
