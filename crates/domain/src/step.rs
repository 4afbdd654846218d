//! One action on one account, and the only transition table of its states.

use crate::action::words;
use crate::{Action, PlatformId, StepNo};

words! {
    StepState {
        /// A step it needs is not done yet.
        Waiting = "waiting",
        /// May be claimed, from `ready_at_ms` on.
        Ready = "ready",
        /// Claimed by a node until its lease lapses.
        Running = "running",
        /// Seen to be so on the platform. Final.
        Done = "done",
        /// A person must decide: retry or skip.
        Failed = "failed",
        /// Left out, by a person, by cancellation, or because its transfer was left out. Final.
        Skipped = "skipped",
    }
}

impl StepState {
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Skipped)
    }
}

/// What may happen to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Everything it needs is done.
    NeedsMet,
    /// A node took it.
    Claimed,
    /// Its node fell silent and the lease lapsed.
    Rescued,
    /// The verdict asks for another attempt.
    TriedAgain,
    /// Done or already done.
    Finished,
    /// Refused, or out of attempts.
    GaveUp,
    /// A person did it, and says so.
    Confirmed,
    /// A person asked for another attempt.
    RetryAsked,
    /// A person, a cancellation or a skipped transfer left it out.
    LeftOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a step that is {state} cannot take the event {event:?}")]
pub struct IllegalTransition {
    pub state: StepState,
    pub event: Event,
}

/// The only transition table: everything that changes a step's state asks here.
#[expect(clippy::match_same_arms, reason = "a table: one row per transition")]
pub fn next(state: StepState, event: Event) -> Result<StepState, IllegalTransition> {
    use Event as E;
    use StepState as S;
    match (state, event) {
        (S::Waiting, E::NeedsMet) => Ok(S::Ready),
        (S::Ready, E::Claimed) => Ok(S::Running),
        (S::Running, E::TriedAgain | E::Rescued) => Ok(S::Ready),
        (S::Running, E::Finished) => Ok(S::Done),
        (S::Running, E::GaveUp) => Ok(S::Failed),
        (S::Ready | S::Failed, E::Confirmed) => Ok(S::Done),
        (S::Failed, E::RetryAsked) => Ok(S::Ready),
        (S::Waiting | S::Ready | S::Failed, E::LeftOut) => Ok(S::Skipped),
        (state, event) => Err(IllegalTransition { state, event }),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub no: StepNo,
    pub platform: PlatformId,
    /// The platform is Exeunt's own directory: its steps run in our own transactions.
    pub local: bool,
    /// The account, by the platform's own id.
    pub remote_id: String,
    pub action: Action,
    pub state: StepState,
    /// Steps of the same offboarding that come first.
    pub needs: Vec<StepNo>,
    /// How often it was claimed; also the fence against a node that comes back from the dead.
    pub attempt: i64,
    /// The attempts that a person's retry wiped off the count.
    pub tried_before: i64,
    /// Not before this; meaningful while waiting or ready.
    pub ready_at_ms: i64,
    /// The same for every attempt.
    pub idempotency_key: String,
    /// Rows moved so far and in all, for steps that run in chunks.
    pub progress: Progress,
    /// Evidence once done, the last reason before that.
    pub note: Option<String>,
    pub finished_ms: Option<i64>,
    /// For a `Manual` step: what a person is to do.
    pub hand: Option<Hand>,
}

/// Once a step by hand is overdue, its person hears of it so often.
pub const REMIND_EVERY_MS: i64 = 24 * 3_600_000;

/// What is left to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// The action that the platform cannot do by itself.
    pub stands_for: Action,
    /// Who is to do it.
    pub assignee: Option<String>,
    pub due_ms: i64,
    /// When a reminder goes out next.
    pub remind_ms: i64,
}

impl Hand {
    pub fn is_overdue(&self, now_ms: i64) -> bool {
        self.due_ms <= now_ms
    }

    /// The first word goes out when the step is ready, the next when it is due, then one a day.
    pub(crate) fn next_word_ms(&self, now_ms: i64) -> i64 {
        if !self.is_overdue(now_ms) {
            return self.due_ms;
        }
        let days = (now_ms - self.due_ms) / REMIND_EVERY_MS + 1;
        self.due_ms.saturating_add(days.saturating_mul(REMIND_EVERY_MS))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: i64,
    pub total: i64,
}

impl Step {
    /// What is to become so, by whomever.
    pub fn wanted(&self) -> Action {
        self.hand.as_ref().map_or(self.action, |hand| hand.stands_for)
    }

    /// Nobody but a person moves it on.
    pub fn awaits_hand(&self) -> bool {
        self.action == Action::Manual && self.state == StepState::Ready
    }

    /// Attempts since a person last asked for one; this is what is limited.
    pub fn tries(&self) -> i64 {
        self.attempt - self.tried_before
    }

    /// Moves the step by the table.
    pub fn apply(&mut self, event: Event, now_ms: i64) -> Result<(), IllegalTransition> {
        self.state = next(self.state, event)?;
        self.finished_ms = self.state.is_final().then_some(now_ms);
        match event {
            Event::Claimed => self.attempt += 1,
            Event::RetryAsked => self.tried_before = self.attempt,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 9] = [
        Event::NeedsMet,
        Event::Claimed,
        Event::Rescued,
        Event::TriedAgain,
        Event::Finished,
        Event::GaveUp,
        Event::Confirmed,
        Event::RetryAsked,
        Event::LeftOut,
    ];

    /// The whole table, one row per state, one column per event, `.` for illegal.
    #[test]
    fn table() {
        let row = |state: &StepState| {
            let row = EVENTS.map(|event| next(*state, event).map_or(".", StepState::as_str));
            format!("{state}: {}", row.join(" "))
        };
        let table: Vec<String> = StepState::ALL.iter().map(row).collect();
        assert_eq!(
            table,
            [
                "waiting: ready . . . . . . . skipped",
                "ready: . running . . . . done . skipped",
                "running: . . ready ready done failed . . .",
                "done: . . . . . . . . .",
                "failed: . . . . . . done ready skipped",
                "skipped: . . . . . . . . .",
            ]
        );
    }
}
