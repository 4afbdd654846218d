//! What an outcome, or a person's word, leads to. Changes go through `step::next` and are returned as facts.

use serde_json::json;

use crate::offboarding::{OffboardingState, state_of};
use crate::outcome::Fault;
use crate::step::{Event, IllegalTransition};
use crate::{Action, Fact, Offboarding, Outcome, Step, StepNo, StepState, retry};

/// What a settlement needs to know beyond the rows.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now_ms: i64,
    /// Any random number; spreads retries.
    pub jitter: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    #[error("no step {0}")]
    NoSuchStep(StepNo),
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    #[error("the offboarding is {0} already")]
    Over(OffboardingState),
    /// What is so in our own directory is not a matter of anybody's word.
    #[error("step {0} is Exeunt's own: it can be retried or skipped, not confirmed")]
    Ours(StepNo),
}

/// Applies the verdict on step `no`.
pub fn settle(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    outcome: &Outcome,
    moment: Moment,
) -> Result<Vec<Fact>, SettleError> {
    let cancelled = offboarding.cancel_asked;
    let step = find(steps, no)?;
    let event = verdict_event(step, outcome);
    step.apply(event, moment.now_ms)?;
    step.note = Some(outcome.text().to_owned());
    if is_credentials(outcome) {
        // Not the step's fault: it costs no attempt, and waits until its platform is declared anew.
        step.tried_before += 1;
        step.ready_at_ms = moment.now_ms;
    } else if event == Event::TriedAgain {
        let wish = if let Outcome::Retry { after_ms, .. } = outcome { *after_ms } else { None };
        step.ready_at_ms = moment.now_ms + retry::delay_ms(step.tries(), wish, moment.jitter);
    }
    leave_out_if(cancelled, step, moment.now_ms)?;
    let fact = step_fact(step, outcome.verdict());
    finish(offboarding, steps, vec![fact], moment.now_ms)
}

fn verdict_event(step: &Step, outcome: &Outcome) -> Event {
    match outcome {
        Outcome::Done { .. } | Outcome::AlreadyDone { .. } => Event::Finished,
        Outcome::Refused { .. } => Event::GaveUp,
        Outcome::Retry { .. } if is_credentials(outcome) => Event::TriedAgain,
        Outcome::Retry { .. } | Outcome::Unknown { .. } => again(step, Event::TriedAgain),
    }
}

fn is_credentials(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Retry { fault: Fault::Credentials, .. })
}

/// `event`, which leads to another attempt, while any is left.
fn again(step: &Step, event: Event) -> Event {
    if step.tries() < retry::MAX_ATTEMPTS { event } else { Event::GaveUp }
}

/// The lease of step `no` lapsed: it may be claimed again, and will be observed first. A step that
/// kills its nodes runs out of attempts like any other.
pub fn rescue(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    let cancelled = offboarding.cancel_asked;
    let step = find(steps, no)?;
    step.apply(again(step, Event::Rescued), now_ms)?;
    step.note = Some("its node fell silent; whether it happened is not known".to_owned());
    step.ready_at_ms = now_ms;
    leave_out_if(cancelled, step, now_ms)?;
    let fact = step_fact(step, "rescued");
    finish(offboarding, steps, vec![fact], now_ms)
}

/// A person asks for another attempt at a failed step. Attempts are counted afresh from here.
pub fn retry_step(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    let step = find(steps, no)?;
    step.apply(Event::RetryAsked, now_ms)?;
    step.ready_at_ms = now_ms;
    let fact = step_fact(step, "retry_asked");
    finish(offboarding, steps, vec![fact], now_ms)
}

/// A person did what a step wanted, and says how it is known. A step that the engine is to do is not for a person
/// until it has failed.
pub fn confirm_step(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    evidence: &str,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    let step = find(steps, no)?;
    if step.local {
        return Err(SettleError::Ours(no));
    }
    if step.state == StepState::Ready && !step.awaits_hand() {
        return Err(IllegalTransition { state: step.state, event: Event::Confirmed }.into());
    }
    step.apply(Event::Confirmed, now_ms)?;
    step.note = Some(evidence.to_owned());
    let fact = step_fact(step, "confirmed");
    finish(offboarding, steps, vec![fact], now_ms)
}

/// The time for a word on a step by hand has come: it is said, the next is set, and the offboarding is blocked by it.
/// Answers no facts where somebody was quicker.
pub fn remind(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    let step = find(steps, no)?;
    let awaits_hand = step.awaits_hand();
    let (action, platform, account) = (step.wanted(), step.platform, step.remote_id.clone());
    let Some(hand) = step.hand.as_mut().filter(|hand| awaits_hand && hand.remind_ms <= now_ms) else {
        return Ok(Vec::new());
    };
    let detail = json!({
        "step": no, "action": action, "platform": platform, "account": account, "assignee": hand.assignee,
        "due_ms": hand.due_ms, "overdue": hand.is_overdue(now_ms),
    });
    hand.remind_ms = hand.next_word_ms(now_ms);
    finish(offboarding, steps, vec![Fact::new("step.reminded", detail)], now_ms)
}

/// There is no such account on the platform: then a person has nothing to do there either.
pub fn nobody_there(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    let step = find(steps, no)?;
    let (platform, account, evidence) = (step.platform, step.remote_id.clone(), step.note.clone());
    let mut facts = Vec::new();
    // One may be what the next waits for.
    while let Some(step) = steps
        .iter_mut()
        .find(|step| step.platform == platform && step.remote_id == account && step.awaits_hand())
    {
        step.apply(Event::Confirmed, now_ms)?;
        step.note.clone_from(&evidence);
        facts.push(step_fact(step, "nobody_there"));
        facts.extend(finish(offboarding, steps, Vec::new(), now_ms)?);
    }
    finish(offboarding, steps, facts, now_ms)
}

/// A person leaves a step out, with a reason that stays with it.
pub fn skip_step(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    no: StepNo,
    reason: &str,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    let step = find(steps, no)?;
    step.apply(Event::LeftOut, now_ms)?;
    step.note = Some(reason.to_owned());
    let fact = step_fact(step, "skipped");
    finish(offboarding, steps, vec![fact], now_ms)
}

/// Calls an offboarding off: what has not begun is left out, what is under way comes to the end of its
/// attempt. What is over already stays as it is.
pub fn cancel(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    reason: &str,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    if offboarding.state.is_final() {
        return Err(SettleError::Over(offboarding.state));
    }
    offboarding.cancel_asked = true;
    let mut facts = vec![Fact::new("offboarding.cancel_asked", json!({ "reason": reason }))];
    for step in steps.iter_mut() {
        if !step.state.is_final() && step.state != StepState::Running {
            step.apply(Event::LeftOut, now_ms)?;
            step.note = Some(reason.to_owned());
            facts.push(step_fact(step, "skipped"));
        }
    }
    finish(offboarding, steps, facts, now_ms)
}

/// After a cancellation no step is tried again, and none waits for a person.
fn leave_out_if(cancelled: bool, step: &mut Step, now_ms: i64) -> Result<(), IllegalTransition> {
    if cancelled && !step.state.is_final() { step.apply(Event::LeftOut, now_ms) } else { Ok(()) }
}

fn find(steps: &mut [Step], no: StepNo) -> Result<&mut Step, SettleError> {
    steps.iter_mut().find(|step| step.no == no).ok_or(SettleError::NoSuchStep(no))
}

/// Lets dependents go on, recomputes the offboarding's state, and addresses the facts.
fn finish(
    offboarding: &mut Offboarding,
    steps: &mut [Step],
    mut facts: Vec<Fact>,
    now_ms: i64,
) -> Result<Vec<Fact>, SettleError> {
    release_dependents(steps, &mut facts, now_ms)?;
    let before = offboarding.state;
    offboarding.state = state_of(steps, offboarding.cancel_asked, offboarding.start_ms, now_ms);
    offboarding.finished_ms = offboarding.state.is_final().then_some(now_ms);
    if offboarding.state != before {
        facts.extend(state_fact(offboarding.state));
    }
    let addressed = facts.into_iter().map(|fact| fact.on(offboarding.user).of(&offboarding.id));
    Ok(addressed.collect())
}

/// A waiting step goes on when everything it needs is final. What was left out holds nothing up, but
/// a deletion must not run without what comes before it on its account: it is left out as well.
fn release_dependents(steps: &mut [Step], facts: &mut Vec<Fact>, now_ms: i64) -> Result<(), SettleError> {
    // In the order of their numbers: needs point to earlier steps, so one pass sees every consequence.
    for index in 0..steps.len() {
        let step = &steps[index];
        if step.state != StepState::Waiting {
            continue;
        }
        let missing = transfers(step, steps).find(|other| other.state == StepState::Skipped).map(|t| t.no);
        let met =
            step.needs.iter().all(|no| steps.iter().any(|other| other.no == *no && other.state.is_final()));
        let step = &mut steps[index];
        if let Some(missing) = missing {
            step.apply(Event::LeftOut, now_ms)?;
            step.note = Some(format!("step {missing} was left out, so nothing is deleted"));
            facts.push(step_fact(step, "skipped"));
        } else if met {
            step.apply(Event::NeedsMet, now_ms)?;
            let late_ms = (now_ms - step.ready_at_ms).max(0);
            step.ready_at_ms += late_ms;
            if let Some(hand) = &mut step.hand {
                (hand.due_ms, hand.remind_ms) = (hand.due_ms + late_ms, hand.remind_ms + late_ms);
            }
        }
    }
    Ok(())
}

/// The steps that hand over what a deletion, by a platform or by hand, would lose: of all steps, only
/// a deletion needs a transfer of its account. One elsewhere needs our own where that awaits an heir.
fn transfers<'a>(step: &'a Step, steps: &'a [Step]) -> impl Iterator<Item = &'a Step> {
    let same_account = |other: &Step| other.platform == step.platform && other.remote_id == step.remote_id;
    let concerns = move |other: &&Step| same_account(other) || (other.local && !step.local);
    let hands_over = |other: &&Step| other.wanted() == Action::Transfer;
    steps.iter().filter(|other| step.needs.contains(&other.no)).filter(concerns).filter(hands_over)
}

/// Checked on claim as well: a deletion runs only when every transfer of its account is done.
pub fn may_run(step: &Step, steps: &[Step]) -> bool {
    transfers(step, steps).all(|other| other.state == StepState::Done)
}

fn step_fact(step: &Step, verdict: &str) -> Fact {
    let kind = match (step.state, verdict) {
        (StepState::Done, _) => "step.done",
        (StepState::Failed, _) => "step.failed",
        (StepState::Skipped, _) => "step.skipped",
        (_, "rescued") => "step.rescued",
        _ => "step.retry",
    };
    let detail = json!({
        "step": step.no, "action": step.wanted(), "by_hand": step.hand.is_some(), "platform": step.platform, "account": step.remote_id,
        "attempt": step.attempt, "verdict": verdict, "note": step.note,
    });
    Fact::new(kind, detail)
}

fn state_fact(state: OffboardingState) -> Option<Fact> {
    let kind = match state {
        OffboardingState::Scheduled => return None,
        OffboardingState::Running => "offboarding.running",
        OffboardingState::Blocked => "offboarding.blocked",
        OffboardingState::Completed => "offboarding.completed",
        OffboardingState::Cancelled => "offboarding.cancelled",
    };
    Some(Fact::bare(kind))
}
