//! Steps: read back, saved only by who decided on the present row, and kept under a lease.

use domain::breaker::Health;
use domain::step::Progress;
use domain::{Action, Goal, PlatformId, Step, StepNo, StepState};
use store::steps::{self, Claim, Lease};
use store::{Error, platforms};

use crate::fixture::{Base, each};
use crate::sample::{T, offboarding, offboarding_id, step};

pub(crate) const LEASE: Lease<'static> =
    Lease { now_ms: 100, until_ms: 200, node: "n1", state: StepState::Running };

pub(crate) async fn claim(base: &Base, limit: i64) -> Vec<Claim> {
    base.write(move |tx| steps::claim(tx, PlatformId(10), &LEASE, limit)).await.expect("claims")
}

async fn read(base: &Base, number: i64) -> Vec<Step> {
    base.read(|tx| steps::of_offboarding(tx, &offboarding_id(number))).await.expect("reads")
}

async fn save(base: &Base, before: &Step, after: &Step) -> store::Result<()> {
    let (before, after) = (before.clone(), after.clone());
    base.write(move |tx| steps::save(tx, &offboarding_id(1), &before, &after)).await
}

#[test]
fn every_field_is_read_back() {
    each(|base| async move {
        base.company(T, 1).await;
        let second = Step {
            local: true,
            state: StepState::Skipped,
            needs: vec![StepNo(1), StepNo(12)],
            progress: Progress { done: 3, total: 4 },
            note: Some("left out".to_owned()),
            finished_ms: Some(9),
            ..step(2, 10, "r1", Action::Delete)
        };
        let rows = vec![step(1, 10, "r1", Action::Disable), second];
        base.accept(T, offboarding(1, 1, Goal::Remove), rows.clone()).await;
        assert_eq!(read(&base, 1).await, rows);
    });
}

#[test]
fn a_step_is_saved_from_the_row_that_was_decided_on() {
    each(|base| async move {
        base.company(T, 1).await;
        base.accept(T, offboarding(1, 1, Goal::Remove), vec![step(1, 10, "r1", Action::Disable)]).await;
        let ready = read(&base, 1).await.remove(0);
        assert_eq!(claim(&base, 9).await.len(), 1);
        let skipped = Step { state: StepState::Skipped, finished_ms: Some(9), ..ready.clone() };
        let stale = save(&base, &ready, &skipped).await;
        assert!(matches!(stale, Err(Error::Busy(_))), "it was claimed meanwhile: {stale:?}");

        let first = read(&base, 1).await.remove(0);
        assert_eq!((first.state, first.attempt), (StepState::Running, 1));
        let again =
            Step { state: StepState::Ready, ready_at_ms: 100, note: Some("429".to_owned()), ..first.clone() };
        save(&base, &first, &again).await.expect("goes back");
        assert_eq!(read(&base, 1).await, [again]);
        claim(&base, 9).await;
        let done = Step { state: StepState::Done, finished_ms: Some(150), ..first.clone() };
        let late = save(&base, &first, &done).await;
        assert!(matches!(late, Err(Error::Busy(_))), "the first attempt's verdict comes too late: {late:?}");
        let second = read(&base, 1).await.remove(0);
        assert_eq!(second.attempt, 2);
        let done = Step { state: StepState::Done, finished_ms: Some(150), ..second.clone() };
        save(&base, &second, &done).await.expect("is done");
        assert_eq!(read(&base, 1).await, [done]);
    });
}

#[test]
fn a_lease_lapses_unless_it_is_renewed() {
    each(|base| async move {
        base.company(T, 1).await;
        let rows = (1..=3).map(|no| step(no, 10, "r1", Action::Transfer)).collect();
        base.accept(T, offboarding(1, 1, Goal::Transfer), rows).await;
        let mut claims = claim(&base, 9).await;
        claims.sort_by_key(|claim| claim.no);
        assert!(lapsed(&base, 200).await.is_empty());
        assert_eq!(lapsed(&base, 201).await.len(), 3);

        let progress = Progress { done: 1_000, total: 2_500 };
        let kept = claims[0].clone();
        assert!(base.write(move |tx| steps::progress(tx, &kept, progress, 300)).await.expect("renews"));
        assert_eq!(read(&base, 1).await[0].progress, progress);
        let left: Vec<_> = lapsed(&base, 201).await.iter().map(|claim| claim.no).collect();
        assert_eq!(left, [StepNo(2), StepNo(3)]);

        let asked = claims.clone();
        let still = base.write(move |tx| {
            asked.iter().map(|claim| steps::is_lapsed(tx, claim, 201)).collect::<store::Result<Vec<_>>>()
        });
        assert_eq!(still.await.expect("asks"), [false, true, true]);
        let dead = Claim { attempt: 0, ..claims[1].clone() };
        let theirs = base.write(move |tx| steps::progress(tx, &dead, Progress::default(), 300)).await;
        assert!(!theirs.expect("answers"), "another attempt's");
    });
}

async fn lapsed(base: &Base, now_ms: i64) -> Vec<Claim> {
    let mut lapsed = base.read(|tx| steps::lapsed(tx, now_ms, 9)).await.expect("reads");
    lapsed.sort_by_key(|claim| claim.no);
    lapsed
}

#[test]
fn platforms_with_work_are_due_unless_paused() {
    each(|base| async move {
        base.company(T, 1).await;
        base.write(|tx| {
            for id in [11, 12, 13, 14, 15, 16] {
                platforms::insert(tx, T, &crate::sample::platform(id, domain::PlatformKind::Simulated))?;
            }
            let paused = Health { failures: 5, paused_until_ms: 101, held: false };
            platforms::set_health(tx, PlatformId(12), paused)?;
            platforms::set_health(tx, PlatformId(15), Health { held: true, ..Health::default() })
        })
        .await
        .expect("platforms");
        let later = Step { ready_at_ms: 101, ..step(4, 13, "r1", Action::Disable) };
        let waiting = Step { state: StepState::Waiting, ..step(5, 14, "r1", Action::Delete) };
        let ready = [(1, 10), (2, 11), (3, 12), (6, 15), (7, 16)];
        let ready = ready.map(|(no, on)| {
            let action = if on == 16 { Action::Manual } else { Action::Disable };
            step(no, on, "r1", action)
        });
        base.accept(T, offboarding(1, 1, Goal::Remove), [&ready[..], &[later, waiting]].concat()).await;
        let due = |now_ms| base.read(move |tx| steps::due(tx, now_ms));
        let platforms = |due: Vec<steps::Due>| due.iter().map(|due| due.platform.0).collect::<Vec<_>>();
        assert_eq!(platforms(due(9).await.expect("reads")), Vec::<i64>::new());
        assert_eq!(platforms(due(100).await.expect("reads")), [10, 11]);
        let all = due(101).await.expect("reads");
        assert_eq!(all[2].health.failures, 5);
        assert_eq!(platforms(all), [10, 11, 12, 13]);

        let counts = |state| base.read(move |tx| steps::counts(tx, T, state));
        let waiting = counts(StepState::Waiting).await.expect("counts");
        assert_eq!(waiting, [("platform14".to_owned(), StepState::Waiting, 1)]);
        assert_eq!(counts(StepState::Ready).await.expect("counts").len(), 5, "and none by hand");
        assert!(counts(StepState::Done).await.expect("counts").is_empty());
    });
}
