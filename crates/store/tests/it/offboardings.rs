//! Accepted plans: frozen, listed newest first, recognized when repeated.

use domain::{Goal, GroupId, Handover, Offboarding, OffboardingState, Owner, UserId};
use store::Error;
use store::offboardings::{self, Filter, Repeat};

use crate::fixture::each;
use crate::sample::{T, of, offboarding, offboarding_id};

#[test]
fn every_field_is_read_back() {
    each(|base| async move {
        base.company(T, 5).await;
        let handovers = [
            None,
            Some(Handover::Orphan),
            Some(Handover::To(of(5))),
            Some(Handover::To(Owner::Group(GroupId(22)))),
        ];
        for (number, handover) in (1..).zip(handovers) {
            let new = Offboarding { handover, ..offboarding(number, number, Goal::Remove) };
            base.accept(T, new.clone(), Vec::new()).await;
            let found = base.read(|tx| offboardings::by_id(tx, T, &new.id)).await.expect("reads");
            assert_eq!(found.as_ref(), Some(&new));

            let done = Offboarding {
                state: OffboardingState::Cancelled,
                cancel_asked: true,
                finished_ms: Some(99),
                ..new
            };
            let changed = done.clone();
            let found = base.write(move |tx| {
                offboardings::update(tx, T, &changed)?;
                offboardings::locked(tx, T, &changed.id)
            });
            assert_eq!(found.await.expect("updates"), Some(done));
        }
    });
}

#[test]
fn one_goal_is_open_once_per_user() {
    each(|base| async move {
        base.company(T, 1).await;
        let first = offboarding(1, 1, Goal::Remove);
        base.accept(T, first.clone(), Vec::new()).await;
        base.accept(T, offboarding(2, 1, Goal::Deactivate), Vec::new()).await;
        let twin = base.write(|tx| offboardings::insert(tx, T, &offboarding(3, 1, Goal::Remove), None)).await;
        assert!(matches!(twin, Err(Error::Unique(_))), "{twin:?}");
        let finished = Offboarding { state: OffboardingState::Completed, finished_ms: Some(9), ..first };
        base.write(move |tx| offboardings::update(tx, T, &finished)).await.expect("finishes");
        base.accept(T, offboarding(3, 1, Goal::Remove), Vec::new()).await;
    });
}

#[test]
fn lists_go_back_from_the_newest() {
    each(|base| async move {
        base.company(T, 4).await;
        for number in 1..=8 {
            let goal = if number > 4 { Goal::Remove } else { Goal::Deactivate };
            let mut new = offboarding(number, (number - 1) % 4 + 1, goal);
            (new.state, new.finished_ms) = match number {
                1 | 5 => (OffboardingState::Completed, Some(5)),
                2 | 6 => (OffboardingState::Blocked, None),
                _ => (OffboardingState::Running, None),
            };
            base.accept(T, new, Vec::new()).await;
        }
        let cases: [(Filter, Option<i64>, &[i64]); 6] = [
            (Filter::All, None, &[8, 7, 6]),
            (Filter::All, Some(3), &[2, 1]),
            (Filter::Of(UserId(1)), None, &[5, 1]),
            (Filter::Of(UserId(1)), Some(5), &[1]),
            (Filter::In(OffboardingState::Blocked), None, &[6, 2]),
            (Filter::In(OffboardingState::Running), Some(8), &[7, 4, 3]),
        ];
        for (filter, before, expected) in cases {
            let before = before.map(offboarding_id);
            let found = base.read(|tx| offboardings::list(tx, T, filter, before.as_ref(), 3)).await;
            let found: Vec<_> = found.expect("reads").into_iter().map(|found| found.id).collect();
            let expected: Vec<_> = expected.iter().copied().map(offboarding_id).collect();
            assert_eq!(found, expected, "{filter:?} {before:?}");
        }
        let open = base.read(|tx| offboardings::open_of_users(tx, T, &[UserId(1), UserId(2)])).await;
        assert_eq!(open.expect("reads").len(), 2, "both of user 2, none of user 1");
        let mut counted = base.read(|tx| offboardings::count_open(tx, T)).await.expect("counts");
        counted.sort_unstable();
        assert_eq!(counted, [(OffboardingState::Running, 4), (OffboardingState::Blocked, 2)]);
    });
}

#[test]
fn a_repeated_request_is_recognized() {
    each(|base| async move {
        base.company(T, 2).await;
        let repeat = |key: &str| Repeat { key: key.to_owned(), fingerprint: format!("f-{key}") };
        let first = repeat("k");
        base.write(move |tx| offboardings::insert(tx, T, &offboarding(1, 1, Goal::Remove), Some(&first)))
            .await
            .expect("accepts");
        let found = base
            .read(|tx| {
                Ok([("admin", "k"), ("admin", "other"), ("somebody", "k")].map(|(requester, key)| {
                    offboardings::by_repeat_key(tx, T, requester, key).expect("reads")
                }))
            })
            .await;
        assert_eq!(found.expect("reads"), [Some((offboarding_id(1), "f-k".to_owned())), None, None]);
        let again = repeat("k");
        let twin = base
            .write(move |tx| offboardings::insert(tx, T, &offboarding(2, 2, Goal::Remove), Some(&again)))
            .await;
        assert!(matches!(twin, Err(Error::Unique(_))), "{twin:?}");
    });
}
