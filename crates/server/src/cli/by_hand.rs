//! Steps by hand as they are shown, and `exeunt step list`.

use domain::{OffboardingId, Step};
use serde_json::{Value, json};

use super::failure::Failure;
use super::named::shown_moment;
use super::output::table;
use super::pages::gather;
use super::place::Desk;
use crate::app::{HandFilter, HandKey, HandStep, MAX_PAGE};

/// Stands for an account that nobody has told us of.
pub(super) const TO_BE_FOUND: &str = "(to be found)";
/// Who it is where the platform's terms name nobody.
pub(super) const SOMEBODY: &str = "somebody";

#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Only those of this person, as the platform's terms name it
    #[arg(long, value_name = "NAME")]
    pub assignee: Option<String>,

    /// Only those whose time is up
    #[arg(long)]
    pub overdue: bool,
}

/// What is to become so, and that a person does it.
pub(super) fn action(step: &Step) -> String {
    match step.hand {
        Some(_) => format!("{} by hand", step.wanted()),
        None => step.action.to_string(),
    }
}

/// For whom a step by hand waits, and until when.
pub(super) fn standing(step: &Step, now_ms: i64) -> String {
    let Some(hand) = &step.hand else { return "waits for a person".to_owned() };
    let whom = hand.assignee.as_deref().unwrap_or(SOMEBODY);
    let due = shown_moment(hand.due_ms);
    if step.ready_at_ms > now_ms {
        return format!("waits for {whom}, from {} to {due}", shown_moment(step.ready_at_ms));
    }
    format!("waits for {whom}, due {due}{}", if hand.is_overdue(now_ms) { ", overdue" } else { "" })
}

/// What the person is told, and how to say that it is done.
pub(super) fn advice(id: &OffboardingId, step: &Step) -> String {
    let no = step.no;
    let instructions = step.note.as_deref().unwrap_or_default();
    format!("step {no} by hand: {instructions}\n  when done: exeunt step confirm {id} {no} --evidence TEXT")
}

/// For programs; `null` where no person is needed.
pub(super) fn document(step: &Step, now_ms: i64) -> Value {
    let Some(hand) = &step.hand else { return Value::Null };
    json!({
        "standsFor": hand.stands_for,
        "assignee": hand.assignee,
        "due": shown_moment(hand.due_ms),
        "overdue": step.awaits_hand() && hand.is_overdue(now_ms),
        "instructions": step.note.as_ref().filter(|_| !step.state.is_final()),
    })
}

pub(super) async fn list(desk: &Desk, list: List) -> Result<(), Failure> {
    let filter = HandFilter { assignee: list.assignee, overdue: list.overdue };
    let page =
        async |after: Option<HandKey>| desk.app.steps_by_hand(&desk.caller, &filter, after, MAX_PAGE).await;
    let found = gather(page, HandStep::key).await?;
    let now_ms = desk.app.clock.now_ms();
    let documents: Vec<Value> = found.iter().map(|row| row_document(row, now_ms)).collect();
    desk.output.answer(&json!(documents), || told(&found, now_ms))
}

fn row_document(row: &HandStep, now_ms: i64) -> Value {
    json!({
        "offboarding": row.offboarding, "no": row.step.no, "goal": row.goal, "user": row.user_name, "userId": row.user,
        "platform": row.platform, "account": row.account, "byHand": document(&row.step, now_ms),
    })
}

fn told(found: &[HandStep], now_ms: i64) -> String {
    if found.is_empty() {
        return "nothing waits for a person\n".to_owned();
    }
    let row = |row: &HandStep| {
        [
            row.offboarding.to_string(),
            row.step.no.to_string(),
            row.user_name.clone(),
            row.platform.clone(),
            row.account.clone().unwrap_or_else(|| TO_BE_FOUND.to_owned()),
            row.step.wanted().to_string(),
            standing(&row.step, now_ms),
        ]
    };
    let header = ["OFFBOARDING", "NO", "USER", "PLATFORM", "ACCOUNT", "ACTION", "HOW IT STANDS"];
    table(header, found.iter().map(row))
}
