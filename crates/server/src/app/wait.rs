//! Synchronous calls: wait, bounded, until the steps rest.

use std::time::Duration;

use domain::{Error, Offboarding, OffboardingId, OffboardingState, PlatformId, Step, StepState};
use store::{offboardings, platforms, steps};

use super::{App, Caller};

/// Another node may settle our steps: its hints do not reach us, so we look again after this long.
const LOOK_AGAIN_MS: u64 = 250;

/// How much of an offboarding a caller waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// Every step, on every platform.
    Everything,
    /// The steps in Exeunt's own directory.
    Local,
}

impl App {
    /// Answers when nothing moves any more, or after `max_wait_ms`, with how it stands then.
    pub async fn wait(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        wait_for: WaitFor,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        let rested = self.wait_for_all(caller, std::slice::from_ref(id), wait_for).await?.pop();
        rested.ok_or_else(|| Error::internal(&"one offboarding was waited for and none was answered"))
    }

    /// As [`App::wait`], for several; the longest wait is that of all together.
    pub async fn wait_for_all(
        &self,
        caller: &Caller,
        ids: &[OffboardingId],
        wait_for: WaitFor,
    ) -> Result<Vec<(Offboarding, Vec<Step>)>, Error> {
        let mut changes = self.change_hint.subscribe();
        let limit = Duration::from_millis(u64::try_from(self.options.max_wait_ms).unwrap_or(0));
        let patience = tokio::time::sleep(limit);
        tokio::pin!(patience);
        let mut rested = Vec::with_capacity(ids.len());
        for id in ids {
            let told = loop {
                // Registered before the look, so that no change falls between.
                changes.mark_unchanged();
                let (offboarding, steps, held) = self.look(caller, id).await?;
                if patience.is_elapsed() || rests(&offboarding, &steps, &held, wait_for) {
                    break (offboarding, steps);
                }
                tokio::select! {
                    () = &mut patience => {}
                    _ = changes.changed() => {}
                    () = tokio::time::sleep(Duration::from_millis(LOOK_AGAIN_MS)) => {}
                }
            };
            rested.push(told);
        }
        Ok(rested)
    }

    async fn look(
        &self,
        caller: &Caller,
        id: &OffboardingId,
    ) -> Result<(Offboarding, Vec<Step>, Vec<PlatformId>), Error> {
        let missing = || Error::not_found("offboarding", id.to_string());
        self.store
            .read(|tx| {
                let offboarding = offboardings::by_id(tx, caller.tenant, id)?.ok_or_else(missing)?;
                Ok((offboarding, steps::of_offboarding(tx, id)?, platforms::held(tx, caller.tenant)?))
            })
            .await
    }
}

/// Whether the engine moves a step on, as it is now: those by hand are a person's, and on a platform that does not
/// take our credentials nothing is tried.
pub fn moves(step: &Step, held: &[PlatformId]) -> bool {
    match step.state {
        StepState::Running => true,
        StepState::Ready => !step.awaits_hand() && !held.contains(&step.platform),
        StepState::Waiting | StepState::Done | StepState::Failed | StepState::Skipped => false,
    }
}

fn rests(offboarding: &Offboarding, steps: &[Step], held: &[PlatformId], wait_for: WaitFor) -> bool {
    let counted = |step: &&Step| wait_for == WaitFor::Everything || step.local;
    let scheduled = offboarding.state == OffboardingState::Scheduled;
    let still_to_come =
        wait_for == WaitFor::Local && steps.iter().any(|s| s.local && s.state == StepState::Waiting);
    let failed = steps.iter().any(|step| step.local && step.state == StepState::Failed);
    scheduled || (!steps.iter().filter(counted).any(|step| moves(step, held)) && (!still_to_come || failed))
}
