//! One attempt at one step, from the claim to the verdict.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use connectors::{Connector, Order, perform};
use domain::{Error, Outcome, PlatformKind};

use super::slots::Slot;
use super::{Engine, Opened};
use crate::app::Work;
use crate::clock;

/// What cannot be written is tried so often, then the lease lapses and the step is observed anew.
const WRITE_TRIES: u32 = 5;
const WRITE_PAUSE_MS: u64 = 200;

impl Engine {
    /// Never fails: what goes wrong here is found again when the lease lapses.
    pub(super) async fn attempt(&self, work: Work, slot: Slot) {
        let begun = clock::instant();
        let result = match work.platform.kind {
            PlatformKind::Local => self.run_local(&work).await,
            PlatformKind::Simulated => self.run_remote(&work).await,
        };
        drop(slot);
        if let Err(error) = result {
            let (offboarding, step) = (&work.offboarding.id, work.step.no.0);
            tracing::error!(%error, inside = error.inside(), %offboarding, step, "a step could not be settled");
        }
        let action = work.step.action.as_str();
        metrics::histogram!("exeunt_attempt_seconds", "action" => action)
            .record(begun.elapsed().as_secs_f64());
    }

    /// Chunk after chunk, each in a transaction of its own.
    async fn run_local(&self, work: &Work) -> Result<(), Error> {
        while written(|| self.app.run_local(work, self.options.lease_ms)).await? {
            crate::halt::at("chunk");
            tokio::task::yield_now().await;
        }
        metrics::counter!("exeunt_steps_total", "action" => work.step.action.as_str(), "verdict" => "local")
            .increment(1);
        Ok(())
    }

    async fn run_remote(&self, work: &Work) -> Result<(), Error> {
        let outcome = match self.connector(work) {
            Ok(connector) => self.act(connector.as_ref(), work).await,
            Err(reason) => Outcome::Refused { reason },
        };
        crate::halt::at("applied");
        let verdict = outcome.verdict();
        self.settle(work, outcome).await?;
        metrics::counter!("exeunt_steps_total", "action" => work.step.action.as_str(), "verdict" => verdict)
            .increment(1);
        Ok(())
    }

    async fn act(&self, connector: &dyn Connector, work: &Work) -> Outcome {
        let heir = match &work.heir {
            Ok(heir) => heir.clone(),
            Err(refusal) => return Outcome::Refused { reason: refusal.to_string() },
        };
        let order = Order {
            action: work.step.action,
            account: work.step.remote_id.clone(),
            user_name: work.offboarding.user_name.clone(),
            heir,
            message: work.offboarding.message.clone(),
            idempotency_key: work.step.idempotency_key.clone(),
            attempt: work.claim.attempt,
        };
        if order.action == domain::Action::Manual {
            let reason = work.step.note.clone().unwrap_or_else(|| "a person must do this".to_owned());
            return Outcome::Refused { reason };
        }
        crate::halt::at("before_apply");
        let limit = Duration::from_millis(self.options.attempt_ms);
        match tokio::time::timeout(limit, perform(connector, &order)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Unknown { reason: format!("no answer within {} ms", limit.as_millis()) },
        }
    }

    async fn settle(&self, work: &Work, outcome: Outcome) -> Result<(), Error> {
        let ours = written(|| self.app.settle(work, outcome.clone())).await?;
        if !ours {
            tracing::warn!(offboarding = %work.offboarding.id, step = work.step.no.0, "came too late");
        }
        Ok(())
    }

    /// The platform's connector; opened anew when its settings have changed.
    fn connector(&self, work: &Work) -> Result<Arc<dyn Connector>, String> {
        let platform = &work.platform;
        let mut open = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = open.get(&platform.id).filter(|opened| opened.settings == platform.settings) {
            return Ok(Arc::clone(&opened.connector));
        }
        let opened = connectors::open(platform.kind, &platform.name, &platform.settings);
        let connector = opened.map_err(|error| format!("the platform's settings do not fit: {error}"))?;
        let settings = platform.settings.clone();
        open.insert(platform.id, Opened { settings, connector: Arc::clone(&connector) });
        Ok(connector)
    }
}

/// Makes a write again where repeating is right. It is fenced by its claim, so that having happened already
/// does no harm.
async fn written<F>(mut write: impl FnMut() -> F) -> Result<bool, Error>
where
    F: Future<Output = Result<bool, Error>>,
{
    for _ in 1..WRITE_TRIES {
        match write().await {
            Err(Error::Unavailable { inside }) => {
                tracing::warn!(inside, "a step could not be written; trying again");
                tokio::time::sleep(Duration::from_millis(WRITE_PAUSE_MS)).await;
            }
            result => return result,
        }
    }
    write().await
}
