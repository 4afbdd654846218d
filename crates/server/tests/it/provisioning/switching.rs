use domain::policy::Provisioning;
use domain::{Error, Goal, OffboardingState, Refusal, UserState};
use exeunt::app::{OffboardingFilter, Start, UserRef};

use super::{create, done, provider, revise, set_active, set_policy, told};
use crate::home::both;

#[test]
fn a_deactivation_reaches_every_platform_and_a_return_too() {
    both(|company| async move {
        let by = provider(&company).await;
        let platform = company.platform("training", "{}").await;
        let user = company.user("jsmith", domain::Role::None).await;
        company.account(user, platform, "jsmith").await;
        let session = company.session("jsmith").await;
        let guid = company.detail("jsmith").await.user.guid;

        let both = revise(&company, &by, &guid, |told| {
            (told.active, told.full_name) = (Some(false), "Gone".to_owned());
        });
        let cut = done(both.await.expect("revised"));
        assert_eq!((cut.user.state, cut.user.full_name.as_str()), (UserState::Deactivated, "Gone"));
        assert!(company.app.authenticate(&session).await.is_err(), "at once");
        let again = set_active(&company, &by, &guid, false).await;
        assert_eq!(done(again), cut, "and once more is no other");
        let filter = OffboardingFilter::Of(user);
        let found = company.app.offboardings(&company.console, filter, None, 10).await.expect("a list").rows;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].goal, found[0].state), (Goal::Deactivate, OffboardingState::Running));
        company.engine.run_until_idle().await;

        let back = done(set_active(&company, &by, &guid, true).await);
        assert_eq!(back.user.state, UserState::Active);
        company.engine.run_until_idle().await;
        done(set_active(&company, &by, &guid, true).await);
        let found = company.app.offboardings(&company.console, filter, None, 10).await.expect("a list").rows;
        let told: Vec<_> = found.iter().map(|found| (found.goal, found.state)).collect();
        let completed = OffboardingState::Completed;
        assert_eq!(told, [(Goal::Restore, completed), (Goal::Deactivate, completed)]);
    });
}

#[test]
fn who_is_made_inactive_begins_so_and_nobody_cuts_the_protected() {
    both(|company| async move {
        let by = provider(&company).await;
        let mut new = told("later");
        new.active = Some(false);
        let made = create(&company, &by, new).await;
        assert_eq!(made.user.state, UserState::Deactivated);
        let admin = company.detail("admin").await.user;
        let refused = revise(&company, &by, &admin.guid, |told| {
            (told.active, told.full_name) = (Some(false), "Nobody".to_owned());
        });
        let refused = refused.await;
        assert!(matches!(&refused, Err(Error::Refused(refusals)) if refusals.len() == 1), "{refused:?}");
        let refused = super::remove(&company, &by, &admin.guid).await;
        let Err(Error::Refused(refusals)) = refused else { panic!("{refused:?}") };
        assert!(matches!(refusals[..], [Refusal::LastAdministrator { .. }]), "{refusals:?}");
        assert_eq!(company.detail("admin").await.user, admin, "nothing of it was done");
    });
}

#[test]
fn what_is_scheduled_already_is_cut_now_when_it_is_asked_for() {
    both(|company| async move {
        let by = provider(&company).await;
        set_policy(&company, Provisioning::default()).await;
        let made = create(&company, &by, told("jsmith")).await;
        let leave = Start {
            start_ms: Some(company.clock.now_ms() + 1_000_000),
            ..Start::new(Goal::Leave, vec![UserRef::Id(made.user.id)])
        };
        company.app.start(&company.console, leave).await.expect("accepted");
        let cut = done(set_active(&company, &by, &made.user.guid, false).await);
        assert_eq!(cut.user.state, UserState::Deactivated);
        let back = revise(&company, &by, &made.user.guid, |told| told.active = Some(true)).await;
        assert!(matches!(back, Err(Error::Refused(_))), "the leave must be called off first: {back:?}");
    });
}

#[test]
fn nobody_stays_because_a_manager_is_not_there() {
    both(|company| async move {
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await.user;
        let unknown = |active| {
            revise(&company, &by, &made.guid, move |told| {
                (told.active, told.manager) = (Some(active), Some("0".repeat(32)));
            })
        };
        let refused = unknown(true).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "manager", .. })), "{refused:?}");
        let cut = done(unknown(false).await.expect("cut"));
        assert_eq!((cut.user.state, cut.manager), (UserState::Deactivated, None));
    });
}
