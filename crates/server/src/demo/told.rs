//! What the log and an offboarding say, in the words of the demo. Pure.

use domain::{Action, Offboarding, Step, StepState};
use serde_json::{Value, json};

use crate::app::Detail;

pub(super) const HEADER: [&str; 6] = ["who", "cut on", "handed over", "released", "removed from", "took"];
/// Below the closing table.
pub(super) const LEGEND: &str =
    "took: from the moment the call was accepted until the last platform was seen to be done.\n";

/// Whether nothing more is to come of an offboarding after this entry, unless a person decides.
pub(super) fn is_last(kind: &str, detail: &Value) -> bool {
    let state = match kind {
        "offboarding.accepted" => detail["state"].as_str().unwrap_or_default(),
        other => other.strip_prefix("offboarding.").unwrap_or_default(),
    };
    matches!(state, "completed" | "cancelled" | "blocked")
}

/// A log entry as lines for a person: what was done, and what went another way than planned.
pub(super) fn lines(kind: &str, detail: &Value) -> Vec<String> {
    let line = |step: &Value| {
        let text = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
        format!("{:<9} {:<13} {}", text("platform"), text("action"), text("note"))
    };
    match kind {
        "offboarding.accepted" => {
            let steps = detail["steps"].as_array().map_or(&[][..], Vec::as_slice);
            let (done, rest): (Vec<_>, Vec<_>) = steps.iter().partition(|step| step["state"] == "done");
            let mut lines: Vec<String> = done.into_iter().map(line).collect();
            if !rest.is_empty() {
                lines.push(format!("accepted; {} steps on platforms follow", rest.len()));
            }
            lines
        }
        "step.done" | "step.retry" | "step.rescued" | "step.failed" | "step.skipped" => vec![line(detail)],
        _ => Vec::new(),
    }
}

/// The closing line of one leaver; `heir` as the log names it.
pub(super) fn row(detail: &Detail, heir: Option<&str>) -> [String; 6] {
    let Detail { offboarding, steps, platforms, .. } = detail;
    let name = |step: &Step| {
        platforms.iter().find(|p| p.id == step.platform).map_or("", |platform| platform.name.as_str())
    };
    let places = |action: Action| -> String {
        let is_done = |step: &&Step| step.action == action && step.state == StepState::Done;
        let done = steps.iter().filter(is_done);
        let names: Vec<&str> = done.map(name).collect();
        if names.is_empty() { "-".to_owned() } else { names.join(", ") }
    };
    let rows = |action: Action| -> i64 {
        steps.iter().filter(|step| step.action == action && step.local).map(|s| s.progress.done).sum()
    };
    let handed_over = match (rows(Action::Transfer), heir) {
        (0, _) => "-".to_owned(),
        (count, Some(heir)) => format!("{count} to {heir}"),
        (count, None) => count.to_string(),
    };
    let released = match rows(Action::Release) {
        0 => "-".to_owned(),
        count => count.to_string(),
    };
    [
        offboarding.user_name.clone(),
        places(Action::Disable),
        handed_over,
        released,
        places(Action::Delete),
        took(offboarding),
    ]
}

/// A row for programs, in the same words.
pub(super) fn document([who, cut_on, handed_over, released, removed_from, took]: &[String; 6]) -> Value {
    json!({
        "who": who, "cutOn": cut_on, "handedOver": handed_over, "released": released,
        "removedFrom": removed_from, "took": took,
    })
}

fn took(offboarding: &Offboarding) -> String {
    match offboarding.finished_ms {
        Some(finished_ms) => format!("{} ms", finished_ms - offboarding.created_ms),
        None => offboarding.state.to_string(),
    }
}
