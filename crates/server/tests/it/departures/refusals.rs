//! What is refused changes nothing.

use domain::{Error, Goal, Refusal, Role, UserState};
use exeunt::app::{ADMINISTRATOR, HeirRef, Start};

use super::{accept, named, start, start_to};
use crate::fixture::Company;
use crate::home::both;

async fn refusal(company: &Company, start: Start) -> Refusal {
    let before = company.log_head().await;
    let refused = company.app.start(&company.console, start).await;
    let Err(Error::Refused(mut refusals)) = refused else { panic!("{refused:?}") };
    assert_eq!(company.log_head().await, before, "a refusal leaves no trace");
    refusals.remove(0)
}

#[test]
fn an_owner_needs_a_successor() {
    both(|company| async move {
        let leaver = company.person("jsmith").await;
        company.asset(leaver, "alert", "nightly").await;
        let refused = refusal(&company, start(Goal::Remove, "jsmith")).await;
        assert_eq!(refused.to_string(), "User jsmith owns 1 alert. Name a new owner.");
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
    });
}

#[test]
fn a_successor_who_is_leaving_inherits_nothing() {
    both(|company| async move {
        for name in ["jsmith", "kjones"] {
            let user = company.person(name).await;
            company.assets(user, "alert", 2).await;
        }
        let both_leave = Start {
            heir: HeirRef::User(named("kjones")),
            ..Start::new(Goal::Remove, vec![named("jsmith"), named("kjones")])
        };
        let refused = refusal(&company, both_leave).await;
        assert!(matches!(refused, Refusal::SuccessorLeaving { .. }), "{refused:?}");
        let later = Some(company.clock.now_ms() + 1_000);
        accept(&company, Start { heir: HeirRef::Orphan, start_ms: later, ..start(Goal::Leave, "kjones") })
            .await;
        let refused = refusal(&company, start_to(Goal::Remove, "jsmith", "kjones")).await;
        assert!(matches!(refused, Refusal::SuccessorLeaving { .. }), "{refused:?}");
    });
}

/// Takes an administrator's power away, such as that of the one every tenant begins with.
async fn depose(company: &Company, user_name: &str) {
    let (tenant, user) = (company.console.tenant, company.detail(user_name).await.user.id);
    let depose = move |tx: &mut store::Tx<'_>| {
        let found = store::users::by_id(tx, tenant, user)?.expect("a user");
        store::users::update(tx, tenant, &domain::User { role: Role::None, ..found })
    };
    company.app.store.write(depose).await.expect("deposed");
}

#[test]
fn the_last_administrator_stays_and_counts_once() {
    both(|company| async move {
        let heads = ["anna", "bert"];
        for name in heads {
            company.user(name, Role::Admin).await;
        }
        depose(&company, ADMINISTRATOR).await;
        let both_at_once = Start::new(Goal::Deactivate, heads.map(named).to_vec());
        let refused = refusal(&company, both_at_once).await;
        assert!(matches!(refused, Refusal::LastAdministrator { .. }), "{refused:?}");
        // The same one twice is one departure.
        let twice = Start::new(Goal::Deactivate, vec![named("anna"), named("ANNA")]);
        accept(&company, twice).await;
        let refused = refusal(&company, start(Goal::Deactivate, "bert")).await;
        assert!(matches!(refused, Refusal::LastAdministrator { .. }), "{refused:?}");
    });
}

/// Two requests at once, each of which is right as long as the other is not made.
#[test]
fn of_two_last_administrators_exactly_one_may_leave() {
    both(|company| async move {
        depose(&company, ADMINISTRATOR).await;
        let nodes = [std::sync::Arc::clone(&company.app), company.second_node()];
        for round in 0..5 {
            let names = [format!("anna{round}"), format!("bert{round}")];
            for name in &names {
                company.user(name, Role::Admin).await;
            }
            let leave = nodes.iter().zip(&names).map(|(app, name)| {
                let (app, console) = (std::sync::Arc::clone(app), company.console.clone());
                let start = start(Goal::Remove, name);
                tokio::spawn(async move { app.start(&console, start).await })
            });
            let leave: Vec<_> = leave.collect();
            let mut gone = 0;
            for request in leave {
                match request.await.expect("no panic") {
                    Ok(_) => gone += 1,
                    Err(Error::Refused(refusals)) => {
                        assert!(matches!(refusals[..], [Refusal::LastAdministrator { .. }]), "{refusals:?}");
                    }
                    Err(other) => panic!("{other:?}: {:?}", other.inside()),
                }
            }
            assert_eq!(gone, 1, "round {round}");
            // The one who stayed makes room for the next round.
            for name in &names {
                if company.detail(name).await.user.state == UserState::Active {
                    depose(&company, name).await;
                }
            }
        }
    });
}

#[test]
fn a_caller_who_was_cut_after_the_look_at_the_credential_starts_nothing() {
    both(|company| async move {
        company.user("olivia", Role::Operator).await;
        company.person("jsmith").await;
        let session = company.session("olivia").await;
        let caller = company.app.authenticate(&session).await.expect("signed in");
        accept(&company, start(Goal::Deactivate, "olivia")).await;
        let before = company.log_head().await;
        let late = company.app.start(&caller, start(Goal::Deactivate, "jsmith")).await;
        assert_eq!(late.err(), Some(Error::BadCredential));
        assert_eq!(company.log_head().await, before);
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
    });
}
