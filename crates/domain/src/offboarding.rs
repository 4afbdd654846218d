//! One accepted plan.

use crate::action::words;
use crate::{Goal, Handover, OffboardingId, Step, StepState, UserId};

words! {
    OffboardingState {
        /// Its date has not come.
        Scheduled = "scheduled",
        Running = "running",
        /// A step failed, or is to be done by hand: a person must act.
        Blocked = "blocked",
        /// Every step is done or skipped. Final.
        Completed = "completed",
        /// Called off: what had not begun was left out. Final.
        Cancelled = "cancelled",
    }
}

impl OffboardingState {
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offboarding {
    pub id: OffboardingId,
    pub goal: Goal,
    pub user: UserId,
    pub user_name: String,
    /// Who asked, as shown in the log.
    pub requester: String,
    pub state: OffboardingState,
    pub handover: Option<Handover>,
    /// The notice for the leaver.
    pub message: Option<String>,
    pub start_ms: i64,
    pub created_ms: i64,
    pub cancel_asked: bool,
    pub finished_ms: Option<i64>,
}

/// The state of an offboarding, from its steps alone.
pub fn state_of(steps: &[Step], cancel_asked: bool, start_ms: i64, now_ms: i64) -> OffboardingState {
    let any = |state| steps.iter().any(|step| step.state == state);
    let begun = steps.iter().any(|step| step.attempt > 0);
    if steps.iter().all(|step| step.state.is_final()) {
        return if cancel_asked { OffboardingState::Cancelled } else { OffboardingState::Completed };
    }
    if any(StepState::Failed) {
        return OffboardingState::Blocked;
    }
    if start_ms > now_ms && !begun {
        return OffboardingState::Scheduled;
    }
    if steps.iter().any(|step| step.awaits_hand() && step.ready_at_ms <= now_ms) {
        return OffboardingState::Blocked;
    }
    OffboardingState::Running
}
