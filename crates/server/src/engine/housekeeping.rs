//! The chores beside the queue: sealing the log, rescuing lapsed steps, reminding people of theirs, sweeping out what
//! is over.

use std::sync::Arc;
use std::time::Duration;

use domain::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Engine;
use crate::app::NODE_ALIVE_MS;

/// Steps given back in one go.
const RESCUE_BATCH: i64 = 100;
/// Steps by hand that people are reminded of in one go.
const REMIND_BATCH: i64 = 100;
/// Rows swept in one go.
const SWEEP_BATCH: i64 = 1_000;
/// The sealer gathers for this long after something was committed.
const SEAL_PAUSE_MS: u64 = 20;
const RESCUE_EVERY_MS: u64 = 500;
const REMIND_EVERY_MS: u64 = 30_000;
const SWEEP_EVERY_MS: u64 = 60_000;
/// A node that was not seen for this long is forgotten.
const FORGET_NODE_MS: i64 = 24 * 3_600_000;

pub(super) struct Chores {
    tasks: JoinSet<()>,
}

pub(super) fn start(engine: &Arc<Engine>, stop: &watch::Receiver<bool>) -> Chores {
    let mut tasks = JoinSet::new();
    tasks.spawn(seal(Arc::clone(engine), stop.clone()));
    tasks.spawn(rescue(Arc::clone(engine), stop.clone()));
    tasks.spawn(remind(Arc::clone(engine), stop.clone()));
    tasks.spawn(sweep(Arc::clone(engine), stop.clone()));
    Chores { tasks }
}

impl Chores {
    /// Ends the loops, and leaves nothing unsealed behind.
    pub(super) async fn finish(mut self, engine: &Engine) {
        self.tasks.shutdown().await;
        while report("sealing", engine.app.seal().await).is_some_and(|sealed| sealed > 0) {}
        report("taking leave", engine.app.forget_node(&engine.options.node, FORGET_NODE_MS).await);
    }
}

async fn seal(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let mut changes = engine.app.change_hint.subscribe();
    while !*stop.borrow() {
        tokio::select! {
            _ = changes.changed() => {}
            () = tokio::time::sleep(Duration::from_millis(engine.options.poll_ms)) => {}
            _ = stop.changed() => {}
        }
        tokio::time::sleep(Duration::from_millis(SEAL_PAUSE_MS)).await;
        while report("sealing", engine.app.seal().await).is_some_and(|sealed| sealed > 0) {}
        // Our own sealing is a change as well, but not one that wants sealing.
        changes.mark_unchanged();
    }
}

async fn rescue(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        report("rescuing", engine.app.rescue(RESCUE_BATCH).await);
        pause(RESCUE_EVERY_MS, &mut stop).await;
    }
}

async fn remind(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        report("reminding", engine.app.remind(REMIND_BATCH).await);
        pause(REMIND_EVERY_MS, &mut stop).await;
    }
}

async fn sweep(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        report("sweeping", engine.app.sweep(SWEEP_BATCH).await);
        report("reporting in", engine.app.node_seen(&engine.options.node).await);
        pause(SWEEP_EVERY_MS.min(NODE_ALIVE_MS / 2), &mut stop).await;
    }
}

async fn pause(ms: u64, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(ms)) => {}
        _ = stop.changed() => {}
    }
}

/// A chore that fails is logged and tried again at its next turn.
fn report<T>(chore: &str, result: Result<T, Error>) -> Option<T> {
    result.inspect_err(|error| tracing::error!(%error, inside = error.inside(), "{chore} failed")).ok()
}
