//! One attempt at one step, from the claim to the verdict.

use std::time::Duration;

use connectors::{Attempt, Connector, Failure, Order, Presence, Resolved};
use domain::correlation::Rule;
use domain::platform::{is_sought, sought};
use domain::{Error, Handover, Outcome, Owner, PlatformKind};

use super::Engine;
use super::slots::Slot;
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
            _ => self.run_remote(&work).await,
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
        let attempt = match (&work.outdated, self.app.connections.to(work.claim.tenant, &work.platform)) {
            (Some(reason), _) => refused(reason.clone()),
            (None, Ok(connector)) => self.act(connector.as_ref(), work).await,
            // What fitted when it was declared lacks a secret: like a wrong one, that is put right by an administrator.
            (None, Err(error)) => as_known(Failure::Credentials(error.to_string()).of_look()),
        };
        crate::halt::at("applied");
        let verdict = attempt.outcome.verdict();
        self.settle(work, attempt).await?;
        metrics::counter!("exeunt_steps_total", "action" => work.step.action.as_str(), "verdict" => verdict)
            .increment(1);
        Ok(())
    }

    async fn act(&self, connector: &dyn Connector, work: &Work) -> Attempt {
        let heir = match &work.heir {
            Ok(heir) => heir.clone(),
            Err(refusal) => return refused(refusal.to_string()),
        };
        let order = Order {
            action: work.step.action,
            account: work.account.clone(),
            user: work.user.clone(),
            heir,
            message: work.offboarding.message.clone(),
            idempotency_key: work.step.idempotency_key.clone(),
            attempt: work.claim.attempt,
        };
        crate::halt::at("before_apply");
        let limit = Duration::from_millis(self.options.attempt_ms);
        let attempt = tokio::time::timeout(limit, self.find_and_act(connector, work, &order)).await;
        attempt.unwrap_or_else(|_| {
            let reason = format!("no answer within {} ms", limit.as_millis());
            as_known(Outcome::Unknown { reason })
        })
    }

    async fn find_and_act(&self, connector: &dyn Connector, work: &Work, order: &Order) -> Attempt {
        let rules =
            connectors::rules(work.platform.kind, &work.platform.settings, &work.platform.terms.match_by);
        let attempt = self.act_on(connector, work, &rules, order).await;
        let gone = attempt.account == Presence::Nobody && attempt.outcome.succeeded();
        if !gone || is_sought(&order.account) || rules.is_empty() {
            return attempt;
        }
        // The account that we knew is gone, which may say no more than that we knew a wrong one. If another fits, a
        // person must say so.
        let by_rules = Order { account: sought(&order.user.guid), ..order.clone() };
        self.act_on(connector, work, &rules, &by_rules).await
    }

    async fn act_on(&self, connector: &dyn Connector, work: &Work, rules: &[Rule], order: &Order) -> Attempt {
        let resolved = match connectors::resolve(connector, rules, order).await {
            Ok(resolved) => resolved,
            Err(attempt) => return attempt,
        };
        match self.not_theirs(work, rules, &resolved).await {
            Ok(None) => connectors::act(connector, &resolved.order, resolved.presence()).await,
            Ok(Some(reason)) => refused(reason),
            Err(error) => {
                let reason = format!("whose account it is could not be looked up: {error}");
                as_known(Outcome::Unknown { reason })
            }
        }
    }

    /// Why nothing is done with the accounts that the rules have found: they may be others'.
    async fn not_theirs(
        &self,
        work: &Work,
        rules: &[Rule],
        resolved: &Resolved,
    ) -> Result<Option<String>, Error> {
        let heir = match work.offboarding.handover {
            Some(Handover::To(Owner::User(heir))) => resolved.heir.as_ref().map(|account| (heir, account)),
            _ => None,
        };
        let leaver = resolved.account.as_ref().map(|account| (work.offboarding.user, account));
        for (user, account) in leaver.into_iter().chain(heir) {
            let (tenant, platform) = (work.claim.tenant, work.platform.id);
            let reason = self.app.not_theirs(tenant, platform, rules, user, account).await?;
            if reason.is_some() {
                return Ok(reason);
            }
        }
        Ok(None)
    }

    async fn settle(&self, work: &Work, attempt: Attempt) -> Result<(), Error> {
        let ours = written(|| self.app.settle(work, attempt.clone())).await?;
        if !ours {
            tracing::warn!(offboarding = %work.offboarding.id, step = work.step.no.0, "came too late");
        }
        Ok(())
    }
}

fn refused(reason: String) -> Attempt {
    as_known(Outcome::Refused { reason })
}

fn as_known(outcome: Outcome) -> Attempt {
    Attempt { outcome, account: Presence::AsKnown }
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
