//! Offboardings as documents and as sentences: one wording for every command.

use domain::{Action, Goal, OffboardingState, Step, StepState};
use serde_json::{Value, json};

use super::named::shown_moment;
use super::output::table;
use crate::app::{Detail, Preview};

/// An offboarding with its steps, for programs.
pub(super) fn document(detail: &Detail) -> Value {
    let Detail { offboarding, steps, .. } = detail;
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
        "steps": steps.iter().map(|step| step_document(detail, step)).collect::<Vec<_>>(),
    })
}

fn step_document(detail: &Detail, step: &Step) -> Value {
    json!({
        "no": step.no,
        "platform": platform(detail, step),
        "account": step.remote_id,
        "action": step.action,
        "state": step.state,
        "attempt": step.attempt,
        "needs": step.needs,
        "done": step.progress.done,
        "total": step.progress.total,
        "next": matches!(step.state, StepState::Ready | StepState::Waiting).then(|| shown_moment(step.ready_at_ms)),
        "note": step.note,
    })
}

/// One line on the whole: `leave of jsmith is running: 3 of 7 steps done`.
pub(super) fn headline(detail: &Detail) -> String {
    let Detail { offboarding, steps, .. } = detail;
    let over = steps.iter().filter(|step| step.state.is_final()).count();
    let state = match offboarding.state {
        OffboardingState::Scheduled => format!("is scheduled for {}", shown_moment(offboarding.start_ms)),
        OffboardingState::Running => "is running".to_owned(),
        OffboardingState::Blocked => "is blocked: a person must decide".to_owned(),
        OffboardingState::Completed => "is completed".to_owned(),
        OffboardingState::Cancelled => "is cancelled".to_owned(),
    };
    format!("{} of {} {state}: {over} of {} steps over", offboarding.goal, offboarding.user_name, steps.len())
}

/// The steps as a table, and below it what waits and for whom.
pub(super) fn steps(detail: &Detail, now_ms: i64) -> String {
    let row = |step: &Step| {
        [
            step.no.to_string(),
            platform(detail, step).to_owned(),
            step.remote_id.clone(),
            step.action.to_string(),
            step.state.to_string(),
            state_of(detail, step, now_ms),
        ]
    };
    table(["NO", "PLATFORM", "ACCOUNT", "ACTION", "STATE", "HOW IT STANDS"], detail.steps.iter().map(row))
}

/// How a step stands, and for whom it waits.
pub(super) fn state_of(detail: &Detail, step: &Step, now_ms: i64) -> String {
    let note = step.note.as_deref().unwrap_or_default();
    match step.state {
        StepState::Done | StepState::Skipped => note.to_owned(),
        StepState::Running => format!("attempt {} on {}", step.attempt, platform(detail, step)),
        StepState::Failed => format!("{note}; a person must decide"),
        StepState::Ready if step.ready_at_ms > now_ms => format!(
            "waits for {}: {}{}",
            platform(detail, step),
            if note.is_empty() { String::new() } else { format!("{note}, ") },
            next_try(step.ready_at_ms - now_ms)
        ),
        StepState::Ready => format!("waits for its turn on {}", platform(detail, step)),
        StepState::Waiting => waits_for(detail, step, now_ms),
    }
}

fn waits_for(detail: &Detail, step: &Step, now_ms: i64) -> String {
    let open = detail.steps.iter().filter(|other| step.needs.contains(&other.no) && !other.state.is_final());
    let open: Vec<String> = open.map(|other| other.no.to_string()).collect();
    match &open[..] {
        [] if step.ready_at_ms > now_ms => format!("waits until {}", shown_moment(step.ready_at_ms)),
        [] => "is about to be ready".to_owned(),
        [one] => format!("waits for step {one}"),
        many => format!("waits for steps {}", many.join(", ")),
    }
}

fn next_try(in_ms: i64) -> String {
    format!("next try in {} s", in_ms.div_euclid(1_000) + 1)
}

/// What a person can do about failed steps.
pub(super) fn advice(detail: &Detail) -> Option<String> {
    let failed = detail.steps.iter().find(|step| step.state == StepState::Failed)?;
    let (id, no) = (&detail.offboarding.id, failed.no);
    Some(format!("decide: exeunt step retry {id} {no}, or exeunt step skip {id} {no} --reason TEXT"))
}

pub(super) fn platform<'d>(detail: &'d Detail, step: &Step) -> &'d str {
    name_of(&detail.platforms, step)
}

fn name_of<'p>(platforms: &'p [domain::Platform], step: &Step) -> &'p str {
    platforms
        .iter()
        .find(|platform| platform.id == step.platform)
        .map_or("?", |platform| platform.name.as_str())
}

/// A plan that was not accepted yet, for programs.
pub(super) fn preview_document(preview: &Preview) -> Value {
    let step = |step: &Step| {
        json!({
            "no": step.no, "platform": name_of(&preview.platforms, step), "account": step.remote_id,
            "action": step.action, "needs": step.needs, "from": shown_moment(step.ready_at_ms),
        })
    };
    json!({
        "goal": preview.plan.goal,
        "user": preview.user.user_name,
        "userId": preview.user.id,
        "holdings": preview.holdings.0.iter().map(|(kind, count)| json!({ "kind": kind, "count": count })).collect::<Vec<_>>(),
        "heir": preview.heir,
        "start": shown_moment(preview.plan.start_ms),
        "steps": preview.plan.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// A plan for people.
pub(super) fn preview(preview: &Preview) -> String {
    let name = &preview.user.user_name;
    let owns = if preview.holdings.is_empty() {
        format!("{name} owns nothing.")
    } else {
        let heir = preview.heir.as_ref().map(|heir| format!(", to be handed over to {heir}"));
        format!("{name} owns {}{}.", preview.holdings, heir.unwrap_or_default())
    };
    let row = |step: &Step| {
        let after: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
        let platform = name_of(&preview.platforms, step).to_owned();
        [step.no.to_string(), platform, step.remote_id.clone(), step.action.to_string(), after.join(", ")]
    };
    let steps = table(["NO", "PLATFORM", "ACCOUNT", "ACTION", "AFTER"], preview.plan.steps.iter().map(row));
    format!("{owns}\n{steps}")
}

/// What happened at once, in the transaction that accepted it.
pub(super) fn at_once(goal: Goal, user: &str, steps: &[Step]) -> String {
    let did = |action| {
        steps.iter().any(|step| step.local && step.action == action && step.state == StepState::Done)
    };
    let notes = steps.iter().filter(|step| step.local && step.state == StepState::Done);
    let notes: Vec<&str> = notes.filter_map(|step| step.note.as_deref()).collect();
    if did(Action::Disable) || !notes.is_empty() {
        return format!("{goal} of {user} accepted: {}", notes.join("; "));
    }
    format!("{goal} of {user} accepted")
}
