//! Claim → apply → observe → settle, until the process ends. The database is the scheduler.
//!
//! Owns: how many steps run at once, on which platform, and for how long.
//! Never: decides what an outcome means (`domain` does) or writes rows by itself (`app` does).

mod attempt;
mod housekeeping;
mod slots;

use std::sync::Arc;
use std::time::Duration;

use domain::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::{App, Work};
use slots::{Slot, Slots};

/// What an administrator may tune.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// This process among several on one store; any unique text.
    pub node: String,
    /// Longest time one attempt may take; then its outcome is unknown.
    pub attempt_ms: u64,
    /// How long after its claim a silent step is given back. Longer than an attempt with both its looks.
    pub lease_ms: i64,
    /// Steps under way at once on this node, over all platforms.
    pub max_in_flight: usize,
    /// How often the queue is looked at when nobody says that there is work.
    pub poll_ms: u64,
    /// Longest wait for steps under way when the process stops.
    pub stop_ms: u64,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            node: "exeunt".to_owned(),
            attempt_ms: 30_000,
            lease_ms: 60_000,
            max_in_flight: 64,
            poll_ms: 250,
            stop_ms: 15_000,
        }
    }
}

pub struct Engine {
    app: Arc<App>,
    options: EngineOptions,
    slots: Arc<Slots>,
}

impl Engine {
    pub fn new(app: Arc<App>, options: EngineOptions) -> Arc<Self> {
        let slots = Slots::new(options.max_in_flight);
        Arc::new(Self { app, options, slots })
    }

    /// Works until `stop` turns true; then claims nothing more and waits, bounded, for what is under way.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let chores = housekeeping::start(&self, &stop);
        let mut attempts = JoinSet::new();
        while !*stop.borrow() {
            // Registered before the look, so that no hint falls between.
            let hint = self.app.work_hint.notified();
            tokio::pin!(hint);
            hint.as_mut().enable();
            let claimed = self.take_turn(&mut attempts).await;
            if claimed > 0 {
                continue;
            }
            tokio::select! {
                () = hint => {}
                Some(_) = attempts.join_next() => {}
                () = tokio::time::sleep(Duration::from_millis(self.options.poll_ms)) => {}
                _ = stop.changed() => {}
            }
        }
        let patience = Duration::from_millis(self.options.stop_ms);
        if tokio::time::timeout(patience, drain(&mut attempts)).await.is_err() {
            tracing::warn!(left = attempts.len(), "stopped with steps under way; their leases will lapse");
        }
        drop(attempts);
        chores.finish(&self).await;
    }

    /// Runs everything that is ready until nothing is: for tests, which move the clock themselves.
    pub async fn run_until_idle(self: &Arc<Self>) {
        let mut attempts = JoinSet::new();
        loop {
            let claimed = self.take_turn(&mut attempts).await;
            if claimed == 0 && attempts.join_next().await.is_none() {
                break;
            }
        }
        if let Err(error) = self.app.seal().await {
            tracing::error!(%error, inside = error.inside(), "sealing failed");
        }
    }

    /// Claims what fits and starts it. Answers how many steps that were.
    async fn take_turn(self: &Arc<Self>, attempts: &mut JoinSet<()>) -> usize {
        // Those that are over already need no turn of their own.
        while attempts.try_join_next().is_some() {}
        match self.claim().await {
            Ok(claimed) => {
                let count = claimed.len();
                for (work, slot) in claimed {
                    let engine = Arc::clone(self);
                    attempts.spawn(async move { engine.attempt(work, slot).await });
                }
                count
            }
            Err(error) => {
                tracing::error!(%error, inside = error.inside(), "claiming failed");
                0
            }
        }
    }

    async fn claim(&self) -> Result<Vec<(Work, Slot)>, Error> {
        let wanted = self.slots.share_out(&self.app.due().await?);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let work = self.app.claim(&self.options.node, self.options.lease_ms, wanted).await?;
        crate::halt::at("claimed");
        let with_slot = |work: Work| {
            let slot = self.slots.take(work.claim.tenant, work.platform.id);
            (work, slot)
        };
        Ok(work.into_iter().map(with_slot).collect())
    }
}

async fn drain(attempts: &mut JoinSet<()>) {
    while attempts.join_next().await.is_some() {}
}
