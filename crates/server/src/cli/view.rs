//! Offboardings as documents and as sentences: one wording for every command.

use domain::{Goal, OffboardingState, PlatformId, Step, StepNo, StepState};
use serde_json::{Value, json};

use super::by_hand::{self, TO_BE_FOUND};
use super::named::shown_moment;
use super::output::table;
use crate::app::Detail;

/// An offboarding at a moment, and the platforms that take no steps for now.
pub(super) struct Standing {
    pub detail: Detail,
    /// Until when each is paused.
    pub paused: Vec<(PlatformId, i64)>,
    pub now_ms: i64,
}

/// An offboarding with its steps, for programs.
pub(super) fn document(standing: &Standing) -> Value {
    let Detail { offboarding, steps, .. } = &standing.detail;
    json!({
        "id": offboarding.id,
        "goal": offboarding.goal,
        "user": offboarding.user_name,
        "userId": offboarding.user,
        "state": offboarding.state,
        "requester": offboarding.requester,
        "handover": offboarding.handover,
        "start": shown_moment(offboarding.start_ms),
        "created": shown_moment(offboarding.created_ms),
        "finished": offboarding.finished_ms.map(shown_moment),
        "steps": steps.iter().map(|step| step_document(standing, step)).collect::<Vec<_>>(),
    })
}

fn step_document(standing: &Standing, step: &Step) -> Value {
    json!({
        "no": step.no,
        "platform": platform(standing, step),
        "account": standing.detail.account_of(step),
        "action": step.action,
        "state": step.state,
        "attempt": step.attempt,
        "needs": step.needs,
        "done": step.progress.done,
        "total": step.progress.total,
        "next": matches!(step.state, StepState::Ready | StepState::Waiting).then(|| shown_moment(step.ready_at_ms)),
        "note": step.note,
        "standing": state_of(standing, step),
        "byHand": by_hand::document(step, standing.now_ms),
    })
}

/// One line on the whole: `leave of jsmith is running: 3 of 7 steps done`.
pub(super) fn headline(standing: &Standing) -> String {
    let Detail { offboarding, steps, .. } = &standing.detail;
    let over = steps.iter().filter(|step| step.state.is_final()).count();
    let state = match offboarding.state {
        OffboardingState::Scheduled => format!("is scheduled for {}", shown_moment(offboarding.start_ms)),
        OffboardingState::Running => "is running".to_owned(),
        OffboardingState::Blocked if steps.iter().any(|step| step.state == StepState::Failed) => {
            "is blocked: a person must decide".to_owned()
        }
        OffboardingState::Blocked => "is blocked: a person must act".to_owned(),
        OffboardingState::Completed => "is completed".to_owned(),
        OffboardingState::Cancelled => "is cancelled".to_owned(),
    };
    format!("{} of {} {state}: {over} of {} steps over", offboarding.goal, offboarding.user_name, steps.len())
}

/// The steps as a table: what is done, what waits and for whom.
pub(super) fn steps(standing: &Standing) -> String {
    let row = |step: &Step| {
        // In our own directory an account is the user.
        let own = step.local.then_some(standing.detail.offboarding.user_name.as_str());
        [
            step.no.to_string(),
            platform(standing, step).to_owned(),
            own.or(standing.detail.account_of(step)).unwrap_or(TO_BE_FOUND).to_owned(),
            by_hand::action(step),
            step.state.to_string(),
            state_of(standing, step),
        ]
    };
    table(
        ["NO", "PLATFORM", "ACCOUNT", "ACTION", "STATE", "HOW IT STANDS"],
        standing.detail.steps.iter().map(row),
    )
}

/// How a step stands, and for whom it waits.
pub(super) fn state_of(standing: &Standing, step: &Step) -> String {
    let note = step.note.as_deref().unwrap_or_default();
    match step.state {
        StepState::Done | StepState::Skipped => note.to_owned(),
        StepState::Running if step.progress.total > 0 => {
            format!("{} of {} rows", step.progress.done, step.progress.total)
        }
        StepState::Running => format!("attempt {} on {}", step.attempt, platform(standing, step)),
        StepState::Failed => format!("{note}; a person must decide"),
        StepState::Ready if step.awaits_hand() => by_hand::standing(step, standing.now_ms),
        StepState::Ready => format!("waits for {}", reason_to_wait(standing, step)),
        StepState::Waiting => waits_for(standing, step),
    }
}

/// Why a step that is ready does not run: its platform rests, asked for patience, or is busy with others.
fn reason_to_wait(standing: &Standing, step: &Step) -> String {
    let (platform, now_ms) = (platform(standing, step), standing.now_ms);
    if standing.detail.held.contains(&step.platform) {
        return format!("{platform}: blocked: credentials; {}", held(platform));
    }
    let paused = standing.paused.iter().find(|(id, until_ms)| *id == step.platform && *until_ms > now_ms);
    let ready_at_ms = paused.map_or(step.ready_at_ms, |(_, until_ms)| step.ready_at_ms.max(*until_ms));
    if ready_at_ms <= now_ms {
        return format!("its turn on {platform}");
    }
    if step.attempt == 0 && paused.is_none() {
        return shown_moment(ready_at_ms);
    }
    let note = step.note.as_deref().map(|note| format!("{note}, ")).unwrap_or_default();
    let rests = if paused.is_some() { "it failed too often and is left alone, " } else { "" };
    format!("{platform}: {note}{rests}next try in {} s", (ready_at_ms - now_ms).div_euclid(1_000) + 1)
}

fn waits_for(standing: &Standing, step: &Step) -> String {
    let steps = standing.detail.steps.iter();
    let open = steps.filter(|other| step.needs.contains(&other.no) && !other.state.is_final());
    let open: Vec<StepNo> = open.map(|other| other.no).collect();
    match &open[..] {
        [] if step.ready_at_ms > standing.now_ms => format!("waits for {}", shown_moment(step.ready_at_ms)),
        [] => "is about to be ready".to_owned(),
        [one] => format!("waits for step {one}"),
        many => format!("waits for steps {}", numbers(many)),
    }
}

/// Ascending numbers, three or more in a row as a range: `1, 3-6`.
pub(super) fn numbers(steps: &[StepNo]) -> String {
    let runs = steps.chunk_by(|one, next| next.0 == one.0 + 1);
    let shown = runs.flat_map(|run| match run {
        [first, _, .., last] => vec![format!("{first}-{last}")],
        few => few.iter().map(ToString::to_string).collect(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// What an administrator does about a platform that does not take our credentials.
pub(super) fn held(platform: &str) -> String {
    format!("{platform} does not take ours: put them right with exeunt platform apply")
}

/// What a person can do: about the first step that failed, about every step by hand.
pub(super) fn advice(standing: &Standing) -> Vec<String> {
    let Detail { offboarding, steps, .. } = &standing.detail;
    let id = &offboarding.id;
    let failed = steps.iter().find(|step| step.state == StepState::Failed).map(|failed| {
        let no = failed.no;
        format!(
            "decide: exeunt step retry {id} {no}, exeunt step confirm {id} {no} --evidence TEXT, or exeunt step skip \
             {id} {no} --reason TEXT"
        )
    });
    let waiting = steps.iter().filter(|step| step.awaits_hand() && step.ready_at_ms <= standing.now_ms);
    failed.into_iter().chain(waiting.map(|step| by_hand::advice(id, step))).collect()
}

fn platform<'s>(standing: &'s Standing, step: &Step) -> &'s str {
    name_of(&standing.detail.platforms, step)
}

pub(super) fn name_of<'p>(platforms: &'p [domain::Platform], step: &Step) -> &'p str {
    platforms
        .iter()
        .find(|platform| platform.id == step.platform)
        .map_or("?", |platform| platform.name.as_str())
}

/// What happened in the transaction that accepted it.
pub(super) fn at_once(goal: Goal, user: &str, steps: &[Step]) -> String {
    let done = steps.iter().filter(|step| step.local && step.state == StepState::Done);
    let notes: Vec<&str> = done.filter_map(|step| step.note.as_deref()).collect();
    match &notes[..] {
        [] => format!("{goal} of {user} is accepted"),
        notes => format!("{goal} of {user} is accepted: {}", notes.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_a_range() {
        let shown = |of: &[i64]| numbers(&of.iter().copied().map(StepNo).collect::<Vec<_>>());
        assert_eq!(shown(&[]), "");
        assert_eq!(shown(&[1, 2, 4]), "1, 2, 4");
        assert_eq!(shown(&[1, 3, 4, 5, 9]), "1, 3-5, 9");
    }
}
