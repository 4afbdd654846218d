use domain::policy::{Guard, OnDelete, Provisioning};
use domain::{Error, OffboardingState, UserState};
use exeunt::app::{Caller, Decision, Person, UserRef, Which};

use super::{create, done, held_by, hold, provider, remove, set_active, set_policy, told};
use crate::fixture::Company;
use crate::home::both;

const WINDOW_S: u32 = 60;

/// A token that may ask for `users` departures a minute, and `count` people.
async fn set_up(company: &Company, users: u32, count: usize) -> (Caller, Vec<Person>) {
    let guard = Guard { users, percent: 100, window_s: WINDOW_S };
    set_policy(company, Provisioning { guard, ..Provisioning::default() }).await;
    let by = provider(company).await;
    let mut people = Vec::new();
    for n in 0..count {
        people.push(create(company, &by, told(&format!("p{n}"))).await);
    }
    (by, people)
}

async fn state(company: &Company, name: &str) -> UserState {
    company.detail(name).await.user.state
}

async fn decide(company: &Company, which: Which, decision: Decision) -> usize {
    let decided = company.app.decide_held(&company.console, which, decision).await.expect("decided");
    assert_eq!(decided.refused, []);
    decided.departures
}

#[test]
fn one_too_many_waits_for_an_administrator() {
    both(|company| async move {
        let (by, people) = set_up(&company, 2, 5).await;
        let guid = |n: usize| people[n].user.guid.as_str();
        done(set_active(&company, &by, guid(0), false).await);
        done(remove(&company, &by, guid(1)).await.expect("removed"));
        done(set_active(&company, &by, guid(0), false).await);
        let before = company.log_head().await;
        for _ in 0..2 {
            hold(set_active(&company, &by, guid(2), false).await);
            hold(remove(&company, &by, guid(3)).await.expect("an answer"));
        }
        assert_eq!(company.log_kinds(before).await, ["departure.held"; 2], "asked twice, told once");
        assert_eq!(
            company.app.person(&by, guid(2)).await.expect("still there"),
            people[2],
            "nothing was changed"
        );
        let told: Vec<_> =
            held_by(&company).await.into_iter().map(|held| (held.user_name, held.removes)).collect();
        assert_eq!(told, [("p2".to_owned(), false), ("p3".to_owned(), true)]);

        // Time alone lets nothing through that is held.
        company.clock.advance(i64::from(WINDOW_S) * 1_000);
        hold(set_active(&company, &by, guid(2), false).await);
        done(set_active(&company, &by, guid(4), false).await);
    });
}

#[test]
fn what_is_approved_begins_and_what_is_rejected_does_not() {
    both(|company| async move {
        let (by, people) = set_up(&company, 0, 4).await;
        for person in &people[..3] {
            remove(&company, &by, &person.user.guid).await.expect("held");
        }
        let of = |n: usize| Which::Users(vec![UserRef::Id(people[n].user.id)]);
        let missing = company.app.decide_held(&company.console, of(3), Decision::Approve).await;
        assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
        let forbidden = company.app.decide_held(&by, Which::All, Decision::Approve).await;
        assert_eq!(forbidden, Err(Error::Forbidden), "not by whom it was asked for");

        let before = company.log_head().await;
        assert_eq!(decide(&company, of(0), Decision::Reject).await, 1);
        assert_eq!(state(&company, "p0").await, UserState::Active);
        assert_eq!(decide(&company, Which::Token(77), Decision::Approve).await, 0, "no such token");
        assert_eq!(decide(&company, Which::All, Decision::Approve).await, 2);
        for name in ["p1", "p2"] {
            assert_eq!(state(&company, name).await, UserState::Removed);
        }
        let kinds = company.log_kinds(before).await;
        let told = |kind: &str| kinds.iter().filter(|told| *told == kind).count();
        assert_eq!(
            (told("departure.rejected"), told("departure.approved"), told("offboarding.accepted")),
            (1, 2, 2)
        );
        assert_eq!(held_by(&company).await, []);
    });
}

#[test]
fn a_refusal_stays_held_and_a_decided_token_goes_on() {
    both(|company| async move {
        let (by, people) = set_up(&company, 1, 4).await;
        done(set_active(&company, &by, &people[0].user.guid, false).await);
        let admin = company.detail("admin").await.user;
        for guid in [&people[1].user.guid, &admin.guid] {
            hold(set_active(&company, &by, guid, false).await);
        }
        let decided = company.app.decide_held(&company.console, Which::All, Decision::Approve).await;
        let decided = decided.expect("decided");
        assert_eq!(decided.departures, 1);
        let [(of, why)] = &decided.refused[..] else { panic!("{decided:?}") };
        assert_eq!((of.user, why.contains("last active administrator")), (admin.id, true), "{why}");
        assert_eq!(state(&company, "p1").await, UserState::Deactivated);
        hold(set_active(&company, &by, &people[2].user.guid, false).await);

        assert_eq!(decide(&company, Which::Users(vec![UserRef::Id(admin.id)]), Decision::Reject).await, 1);
        assert_eq!(decide(&company, Which::All, Decision::Approve).await, 1);
        done(set_active(&company, &by, &people[3].user.guid, false).await);
    });
}

#[test]
fn the_last_word_of_a_provider_counts() {
    both(|company| async move {
        let (by, people) = set_up(&company, 0, 1).await;
        let guid = &people[0].user.guid;
        hold(set_active(&company, &by, guid, false).await);
        done(set_active(&company, &by, guid, true).await);
        assert_eq!(held_by(&company).await, [], "withdrawn");
        assert_eq!(state(&company, "p0").await, UserState::Active);

        let secret = company.session("admin").await;
        let admin = company.app.authenticate_provider(&secret).await.expect("an administrator");
        hold(remove(&company, &by, guid).await.expect("an answer"));
        done(remove(&company, &admin, guid).await.expect("an administrator is asked nothing"));
        assert_eq!(held_by(&company).await, [], "and nobody is removed twice");
    });
}

#[test]
fn a_hundred_at_a_time_and_all_of_them() {
    both(|company| async move {
        let (by, people) = set_up(&company, 0, 130).await;
        for person in &people {
            hold(set_active(&company, &by, &person.user.guid, false).await);
        }
        assert_eq!(decide(&company, Which::All, Decision::Approve).await, 130);
        let (running, blocked) = (OffboardingState::Running, OffboardingState::Blocked);
        for state in [running, blocked] {
            let filter = exeunt::app::OffboardingFilter::In(state);
            let open = company.app.offboardings(&company.console, filter, None, 1).await.expect("a list");
            assert_eq!(open.rows, [], "nothing is left over");
        }
        assert_eq!(held_by(&company).await, []);
    });
}

#[test]
fn an_administrators_own_departure_decides_what_was_held() {
    both(|company| async move {
        let (by, people) = set_up(&company, 0, 2).await;
        let (cut, deleted) = (people[0].user.guid.as_str(), people[1].user.guid.as_str());
        hold(set_active(&company, &by, cut, false).await);
        hold(remove(&company, &by, deleted).await.expect("an answer"));
        let secret = company.session("admin").await;
        let admin = company.app.authenticate_provider(&secret).await.expect("an administrator");
        done(set_active(&company, &admin, cut, false).await);
        done(set_active(&company, &admin, deleted, false).await);
        let left: Vec<_> = held_by(&company).await.into_iter().map(|held| held.user_name).collect();
        assert_eq!(left, ["p1"], "a deletion is still to be decided");

        // Kept, and taken back: what was once asked for is no reason to cut whoever is here anew.
        let on_delete = OnDelete::Deactivate { keep_days: None };
        set_policy(&company, Provisioning { on_delete, ..Provisioning::default() }).await;
        done(remove(&company, &admin, deleted).await.expect("removed"));
        assert_eq!(held_by(&company).await, []);
        create(&company, &by, told("p1")).await;
        assert_eq!(decide(&company, Which::All, Decision::Approve).await, 0);
        assert_eq!(state(&company, "p1").await, UserState::Active);
    });
}
