//! Requests at once, on the database where writers do wait for each other.

use std::sync::Arc;

use domain::policy::{Guard, Heir, OnDelete, Provisioning};
use domain::{Error, Goal, Policy, UserId, UserState};
use exeunt::app::{
    Decision, GroupRef, GroupsChange, HeirRef, Leaving, Provisioned, Start, UserChange, UserRef, Which,
};

use super::{create, held_by, provider, remove, revise, set_whole_policy, told};
use crate::fixture::Company;
use crate::home::{Home, run};

const PEOPLE: usize = 12;
const ROUNDS: usize = 6;

/// The database found a circle of waiters, or a row was not what its reader was promised.
fn is_our_fault(error: &Error) -> bool {
    match error {
        Error::Unavailable { inside } => !inside.contains("changed meanwhile"),
        error => matches!(error, Error::Internal { .. }),
    }
}

fn fine<T: std::fmt::Debug>(what: &str, answer: Result<T, Error>) {
    if let Err(error) = answer {
        assert!(!is_our_fault(&error), "{what}: {error:?}");
    }
}

#[test]
fn a_token_never_gets_more_departures_by_asking_at_once() {
    run(async {
        let company = Arc::new(Company::at(Home::postgres()).await);
        let guard = Guard { users: 5, percent: 100, window_s: 3_600 };
        let scim = Provisioning { guard, ..Provisioning::default() };
        set_whole_policy(&company, Policy { scim, ..Policy::default() }).await;
        let by = provider(&company).await;
        let mut asking = tokio::task::JoinSet::new();
        for n in 0..PEOPLE {
            let guid = create(&company, &by, told(&format!("p{n}"))).await.user.guid;
            let (company, by) = (Arc::clone(&company), by.clone());
            asking.spawn(async move {
                if n % 2 == 0 {
                    matches!(remove(&company, &by, &guid).await.expect("an answer"), Provisioned::Held(_))
                } else {
                    let revised = revise(&company, &by, &guid, |told| told.active = Some(false)).await;
                    matches!(revised.expect("an answer"), Provisioned::Held(_))
                }
            });
        }
        let held = asking.join_all().await.into_iter().filter(|held| *held).count();
        assert_eq!((held, held_by(&company).await.len()), (PEOPLE - 5, PEOPLE - 5));
        // Asked for and decided twice at once: each is decided once.
        let decide = || company.app.decide_held(&company.console, Which::All, Decision::Approve);
        let (one, other) = tokio::join!(decide(), decide());
        let decided = one.expect("decided").departures + other.expect("decided").departures;
        assert_eq!((decided, held_by(&company).await.len()), (PEOPLE - 5, 0));
    });
}

#[test]
fn departures_and_seats_at_once_wait_for_each_other_in_no_circle() {
    run(async {
        let company = Arc::new(Company::at(Home::postgres()).await);
        let guard = Guard { users: 2, percent: 100, window_s: 1 };
        let scim = Provisioning { guard, on_delete: OnDelete::Deactivate { keep_days: Some(1) } };
        set_whole_policy(&company, Policy { heir: Heir::Manager, scim, ..Policy::default() }).await;
        let by = provider(&company).await;
        let groups = [company.group("Ops").await, company.group("Dev").await];
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            let mut new = told(&format!("p{n}"));
            // In a ring: some managers have smaller ids than their reports, some larger.
            new.manager = people.last().map(|user: &domain::User| user.guid.clone());
            people.push(create(&company, &by, new).await.user);
        }
        let last = people[PEOPLE - 1].guid.clone();
        revise(&company, &by, &people[0].guid, move |told| told.manager = Some(last.clone()))
            .await
            .expect("a ring");
        let mut asking = tokio::task::JoinSet::new();
        for n in 0..PEOPLE * ROUNDS {
            let (company, by, user) = (Arc::clone(&company), by.clone(), people[n % PEOPLE].clone());
            let boss = people[(n + PEOPLE - 1) % PEOPLE].id;
            asking.spawn(async move { ask(n / PEOPLE, n, &company, &by, &user, boss, groups).await });
        }
        asking.join_all().await;
        let decided = company.app.decide_held(&company.console, Which::All, Decision::Approve).await;
        decided.expect("decided");
        for user in people {
            let now = company.app.user(&company.console, &UserRef::Id(user.id)).await.expect("the user").user;
            assert!(!(now.hidden && now.state == UserState::Active), "{now:?}");
        }
    });
}

async fn ask(
    round: usize,
    n: usize,
    company: &Company,
    by: &exeunt::app::Caller,
    user: &domain::User,
    boss: UserId,
    groups: [domain::GroupId; 2],
) {
    let console = &company.console;
    match round {
        0 | 3 => {
            let mut join = groups.map(GroupRef::Id).to_vec();
            if n.is_multiple_of(2) {
                join.reverse();
            }
            let (join, leave) = if round == 0 { (join, Vec::new()) } else { (Vec::new(), join) };
            let change = GroupsChange { join, leave: Leaving::These(leave), skip_unknown: false };
            let change = UserChange { groups: Some(change), ..UserChange::default() };
            fine("regroup", company.app.update_user(console, &UserRef::Id(user.id), change).await);
        }
        1 => fine("revise", revise(company, by, &user.guid, |told| told.active = Some(false)).await),
        2 => fine("remove", remove(company, by, &user.guid).await),
        4 => {
            let pair = [user.id, boss].map(UserRef::Id).to_vec();
            let start = Start { heir: HeirRef::Orphan, ..Start::new(Goal::Deactivate, pair) };
            fine("start", company.app.start(console, start).await);
        }
        _ => fine("decide", company.app.decide_held(console, Which::All, Decision::Approve).await),
    }
}
