//! The queue: what may be claimed, in which order, and never by two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Action, Goal, OffboardingId, PlatformId, Step, StepNo, StepState};
use store::steps::{self, Claim};

use crate::fixture::{Base, each, linger};
use crate::sample::{T, offboarding, offboarding_id, step};
use crate::steps::{LEASE, claim};

fn places(claims: &[Claim]) -> BTreeSet<(OffboardingId, i64)> {
    claims.iter().map(|claim| (claim.offboarding.clone(), claim.no.0)).collect()
}

fn place(number: i64, no: i64) -> (OffboardingId, i64) {
    (offboarding_id(number), no)
}

#[test]
fn the_oldest_come_first_and_none_too_early() {
    each(|base| async move {
        base.company(T, 1).await;
        let at = |no, ready_at_ms| Step { ready_at_ms, ..step(no, 10, "r1", Action::Disable) };
        let rows = vec![at(1, 90), at(2, 100), at(3, 101), at(4, 20), at(5, 30)];
        base.accept(T, offboarding(1, 1, Goal::Deactivate), rows).await;
        assert_eq!(places(&claim(&base, 2).await), BTreeSet::from([place(1, 4), place(1, 5)]));
        assert_eq!(places(&claim(&base, 9).await), BTreeSet::from([place(1, 1), place(1, 2)]));
        assert!(claim(&base, 9).await.is_empty(), "the third is not ready yet");
        let elsewhere = base.write(|tx| steps::claim(tx, PlatformId(99), &LEASE, 1)).await;
        assert!(elsewhere.expect("claims").is_empty(), "no such platform");
    });
}

#[test]
fn an_account_is_worked_on_by_one_offboarding_at_a_time() {
    each(|base| async move {
        base.company(T, 2).await;
        for (number, goal) in [(1, Goal::Deactivate), (2, Goal::Remove), (3, Goal::Release)] {
            let rows =
                (1..=2).map(|no| Step { ready_at_ms: 10 * number, ..step(no, 10, "r1", Action::Disable) });
            base.accept(T, offboarding(number, 1, goal), rows.collect()).await;
        }
        base.accept(T, offboarding(4, 2, Goal::Remove), vec![step(1, 10, "r2", Action::Disable)]).await;
        // In one claim as in several: the first in line, and another account.
        let first = claim(&base, 9).await;
        assert_eq!(places(&first), BTreeSet::from([place(1, 1), place(1, 2), place(4, 1)]));
        assert!(claim(&base, 9).await.is_empty(), "the others wait");
        finish(&base, 1).await;
        assert_eq!(places(&claim(&base, 9).await), BTreeSet::from([place(2, 1), place(2, 2)]));
    });
}

/// An older offboarding turns up while a claim is being made: the next claim must know of the first.
#[test]
fn a_claim_waits_for_the_one_before() {
    each(|base| async move {
        base.company(T, 1).await;
        let ready = |ready_at_ms| vec![Step { ready_at_ms, ..step(1, 10, "r1", Action::Disable) }];
        base.accept(T, offboarding(2, 1, Goal::Remove), ready(50)).await;
        let first = base.spawn_write(|tx| {
            let claimed = steps::claim(tx, PlatformId(10), &LEASE, 9)?;
            linger(200);
            Ok(claimed)
        });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        base.accept(T, offboarding(1, 1, Goal::Deactivate), ready(40)).await;
        assert!(claim(&base, 9).await.is_empty(), "the account is in other hands");
        assert_eq!(first.await.expect("answers").expect("claims").len(), 1);
    });
}

#[test]
fn a_deletion_waits_for_every_transfer_of_its_account() {
    each(|base| async move {
        base.company(T, 1).await;
        let transfer = |state, finished_ms| Step {
            state,
            finished_ms,
            attempt: 1,
            ..step(1, 10, "r1", Action::Transfer)
        };
        let delete = step(2, 10, "r1", Action::Delete);
        let on_another = step(3, 10, "r2", Action::Delete);
        let left_out = transfer(StepState::Skipped, Some(9));
        base.accept(T, offboarding(1, 1, Goal::Remove), vec![left_out, delete, on_another]).await;
        assert_eq!(places(&claim(&base, 9).await), BTreeSet::from([place(1, 3)]));
        base.raw("UPDATE steps SET state = 'failed', finished_ms = NULL WHERE no = 1").expect("fails");
        assert!(claim(&base, 9).await.is_empty());
        base.raw("UPDATE steps SET state = 'done', finished_ms = 9 WHERE no = 1").expect("is done");
        assert_eq!(places(&claim(&base, 9).await), BTreeSet::from([place(1, 2)]));
    });
}

/// Eight claimers on many accounts, each with two offboardings: no step is handed out twice, and no
/// account is ever in the hands of two offboardings.
#[test]
fn concurrent_claims_share_nothing() {
    const ACCOUNTS: i64 = 40;
    each(|base| async move {
        base.company(T, ACCOUNTS).await;
        for user in 1..=ACCOUNTS {
            for (offset, goal) in [(0, Goal::Deactivate), (ACCOUNTS, Goal::Remove)] {
                let remote_id = format!("r{user}");
                let rows = (1..=3).map(|no| step(no, 10, &remote_id, Action::Disable)).collect();
                base.accept(T, offboarding(user + offset, user, goal), rows).await;
            }
        }
        let claimers: Vec<_> = (0..8)
            .map(|_| {
                let store = Arc::clone(&base.store);
                tokio::spawn(async move {
                    let mut claimed = Vec::new();
                    for _ in 0..20 {
                        let more: store::Result<Vec<Claim>> =
                            store.write(|tx| steps::claim(tx, PlatformId(10), &LEASE, 7)).await;
                        claimed.extend(more.expect("claims"));
                    }
                    claimed
                })
            })
            .collect();
        let mut claimed = Vec::new();
        for claimer in claimers {
            claimed.extend(claimer.await.expect("claims"));
        }
        assert!(claimed.iter().all(|claim| claim.attempt == 1));
        assert_eq!(places(&claimed).len(), claimed.len(), "no step was handed out twice");
        let mut holders: BTreeMap<i64, BTreeSet<OffboardingId>> = BTreeMap::new();
        for claim in &claimed {
            let number = i64::from_str_radix(&claim.offboarding.0[24..], 16).expect("a number");
            holders.entry((number - 1) % ACCOUNTS).or_default().insert(claim.offboarding.clone());
        }
        assert!(holders.values().all(|offboardings| offboardings.len() == 1), "{holders:?}");
        assert_eq!(claimed.len(), 3 * usize::try_from(ACCOUNTS).expect("small"));
    });
}

async fn finish(base: &Base, number: i64) {
    let id = offboarding_id(number);
    base.write(move |tx| {
        for before in steps::of_offboarding(tx, &id)? {
            let after = Step { state: StepState::Done, finished_ms: Some(150), ..before.clone() };
            steps::save(tx, &id, &before, &after)?;
        }
        Ok(())
    })
    .await
    .expect("finishes");
    let left = base.read(|tx| steps::of_offboarding(tx, &offboarding_id(number))).await.expect("reads");
    assert!(left.iter().all(|step| step.state == StepState::Done && step.no > StepNo(0)));
}
