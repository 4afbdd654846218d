//! Dead, hanging and crowded platforms: what they cost, and that they cost it to nobody else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::breaker::{FAILURES_BEFORE_PAUSE, FIRST_PAUSE_MS};
use domain::{Goal, StepState};
use exeunt::app::Start;
use exeunt::engine::{Engine, EngineOptions};
use serde_json::json;

use super::{calls, crowd, effects, journaled, journaled_limited, look, moving, run_out};
use crate::fixture::Company;
use crate::home::both;

/// Everything but the cut itself is done by hand, so that every leaver is one call.
fn only_disables(mut settings: serde_json::Value) -> serde_json::Value {
    settings["unsupported"] = json!(["enable", "transfer", "release", "delete"]);
    settings
}

async fn paused(company: &Company, name: &str) -> (i64, i64) {
    let platforms = company.app.platforms(&company.console).await.expect("platforms");
    let status = platforms.into_iter().find(|status| status.platform.name == name).expect("the platform");
    (status.health.failures, status.health.paused_until_ms - company.clock.now_ms())
}

#[test]
fn a_dead_platform_is_paused_and_probed_while_the_others_go_on() {
    both(|company| async move {
        let dead = json!({ "down": true });
        let dead = journaled_limited(&company, "dead", only_disables(dead), Some(1)).await;
        let well = journaled(&company, "well", only_disables(json!({}))).await;
        let mut leavers = crowd(&company, "d", 10, dead).await;
        leavers.extend(crowd(&company, "w", 10, well).await);
        company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await.expect("accepted");

        company.engine.run_until_idle().await;
        assert_eq!(effects(&company, "well").len(), 20, "two steps each, all done in the first run");
        let five = usize::try_from(FAILURES_BEFORE_PAUSE).expect("few");
        assert_eq!(calls(&company, "dead").len(), five, "then it is left alone");
        assert_eq!(paused(&company, "dead").await, (FAILURES_BEFORE_PAUSE, FIRST_PAUSE_MS));

        company.clock.advance(FIRST_PAUSE_MS - 1);
        company.engine.run_until_idle().await;
        assert_eq!(calls(&company, "dead").len(), five, "still paused");
        company.clock.advance(1);
        company.engine.run_until_idle().await;
        assert_eq!(calls(&company, "dead").len(), five + 1, "one probe");
        assert_eq!(paused(&company, "dead").await, (FAILURES_BEFORE_PAUSE + 1, 2 * FIRST_PAUSE_MS));
    });
}

#[test]
fn a_platform_that_is_well_again_gets_everything_that_waited() {
    both(|company| async move {
        let settings = only_disables(json!({ "fail_first": FAILURES_BEFORE_PAUSE + 1 }));
        let platform = journaled_limited(&company, "moody", settings, Some(1)).await;
        let leavers = crowd(&company, "m", 8, platform).await;
        company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await.expect("accepted");
        run_out(&company, &company.engine).await;
        assert_eq!(effects(&company, "moody").len(), 16);
        let kinds = company.log_kinds(0).await;
        let count = |wanted: &str| kinds.iter().filter(|kind| *kind == wanted).count();
        assert_eq!((count("platform.paused"), count("platform.resumed")), (2, 1));
        assert_eq!(paused(&company, "moody").await.0, 0);
    });
}

/// Steps that failed together are one failure of the platform, not a pause that doubles with each of them.
#[test]
fn a_crowd_that_fails_at_once_pauses_once() {
    both(|company| async move {
        let settings = only_disables(json!({ "fail_first": 40, "latency_ms": 20 }));
        let platform = journaled_limited(&company, "moody", settings, Some(40)).await;
        let leavers = crowd(&company, "m", 20, platform).await;
        company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await.expect("accepted");
        company.engine.run_until_idle().await;
        assert_eq!(paused(&company, "moody").await, (FAILURES_BEFORE_PAUSE, FIRST_PAUSE_MS));
        run_out(&company, &company.engine).await;
        assert_eq!(effects(&company, "moody").len(), 40);
    });
}

#[test]
fn a_hanging_platform_holds_its_own_slots_and_no_others() {
    both(|company| async move {
        let hung = only_disables(json!({ "hang": true }));
        let hung = journaled_limited(&company, "hung", hung, Some(2)).await;
        let well = journaled(&company, "well", only_disables(json!({}))).await;
        let mut leavers = crowd(&company, "h", 6, hung).await;
        leavers.extend(crowd(&company, "w", 20, well).await);
        // Longer than the others need by far: while it hangs, they are done.
        let options = EngineOptions { attempt_ms: 20_000, max_in_flight: 4, ..EngineOptions::default() };
        let engine = company.engine_with(options);
        let started = company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await;
        let started = started.expect("accepted");
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let run = tokio::spawn(Arc::clone(&engine).run(stopped));
        let settled = async || effects(&company, "well").len() == 40 && moving(&company).await.1["well"] == 0;
        wait_for(settled).await;
        let (_, running, _) = moving(&company).await;
        assert_eq!(running["hung"], 2, "its own slots, and all of them");
        run.abort();
        drop(stop);

        // A short patience makes the attempt's outcome unknown.
        let options = EngineOptions { attempt_ms: 50, ..EngineOptions::default() };
        let impatient = company.engine_with(options);
        company.clock.advance(EngineOptions::default().lease_ms + 1);
        assert_eq!(company.app.rescue(100).await, Ok(2));
        impatient.run_until_idle().await;
        let mut unknown = 0;
        for started in &started {
            let (_, steps) = look(&company, &started.offboarding.id).await;
            assert!(steps.iter().all(|step| step.state != StepState::Running));
            let notes = steps.iter().filter_map(|step| step.note.as_ref());
            unknown += notes.filter(|note| note.contains("no answer within 50 ms")).count();
        }
        assert!(unknown > 0, "the attempts that hung are known to be unknown");
    });
}

#[test]
fn neither_a_platform_nor_the_engine_passes_its_limit() {
    both(|company| async move {
        let limits = BTreeMap::from([("one", 1_i64), ("three", 3), ("many", 50)]);
        let mut leavers = Vec::new();
        for (name, limit) in &limits {
            let settings = only_disables(json!({ "latency_ms": 30 }));
            let platform = journaled_limited(&company, name, settings, Some(*limit)).await;
            leavers.extend(crowd(&company, name, 12, platform).await);
        }
        let options = EngineOptions { max_in_flight: 8, ..EngineOptions::default() };
        let engine = company.engine_with(options);
        company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await.expect("accepted");
        let run = tokio::spawn(async move { engine.run_until_idle().await });
        let mut most: BTreeMap<String, i64> = BTreeMap::new();
        while !run.is_finished() {
            let (overall, running, _) = moving(&company).await;
            let overall = std::iter::once(("overall".to_owned(), overall));
            for (name, count) in running.into_iter().chain(overall) {
                let seen = most.entry(name).or_default();
                *seen = count.max(*seen);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        run.await.expect("no panic");
        assert_eq!((most["one"], most["three"], most["overall"]), (1, 3, 8), "{most:?}");
        let seen: usize = limits.keys().map(|name| effects(&company, name).len()).sum();
        assert_eq!(seen, 2 * 12 * limits.len());
    });
}

#[test]
fn an_engine_that_is_told_to_stop_waits_for_what_is_under_way_but_not_for_ever() {
    both(|company| async move {
        let slow =
            journaled_limited(&company, "slow", only_disables(json!({ "latency_ms": 300 })), Some(2)).await;
        let leavers = crowd(&company, "s", 10, slow).await;
        company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await.expect("accepted");
        stop_after_the_first_call(&company, "slow", EngineOptions::default()).await;
        let (running, _, ready) = moving(&company).await;
        assert_eq!(running, 0, "what was under way is settled");
        assert_eq!(usize::try_from(ready).expect("few") + effects(&company, "slow").len(), 20);
        assert!(ready > 0, "nothing more was claimed");

        let hung = journaled_limited(&company, "hung", only_disables(json!({ "hang": true })), Some(2)).await;
        let leavers = crowd(&company, "h", 4, hung).await;
        company.app.start(&company.console, Start::new(Goal::Deactivate, leavers)).await.expect("accepted");
        let options = EngineOptions { stop_ms: 50, ..EngineOptions::default() };
        stop_after_the_first_call(&company, "hung", options).await;
        let (_, running, _) = moving(&company).await;
        assert_eq!(running["hung"], 2, "left to their leases");
    });
}

async fn stop_after_the_first_call(company: &Company, platform: &str, options: EngineOptions) {
    let engine: Arc<Engine> = company.engine_with(options);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let run = tokio::spawn(engine.run(stopped));
    wait_for(async || !calls(company, platform).is_empty()).await;
    stop.send(true).expect("it listens");
    tokio::time::timeout(Duration::from_mins(1), run).await.expect("it ends").expect("no panic");
}

/// Looks again and again, for at most a minute.
async fn wait_for(so: impl AsyncFn() -> bool) {
    let patience = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), patience).await.expect("it comes to that");
}
