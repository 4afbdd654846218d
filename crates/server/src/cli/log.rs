//! `exeunt log`: the evidence, in its order.

use domain::OffboardingId;
use serde_json::{Value, json};
use store::log::{Filter, LogEntry};

use super::failure::Failure;
use super::named;
use super::place::Desk;
use crate::app::{MAX_PAGE, UserRef};

#[derive(Clone, Debug, clap::Args)]
pub struct Log {
    /// Only what concerns this user: a user name, or id:NUMBER
    #[arg(long, value_name = "USER", value_parser = named::user, conflicts_with = "offboarding")]
    pub user: Option<UserRef>,

    /// Only what belongs to this offboarding
    #[arg(long, value_name = "ID")]
    pub offboarding: Option<String>,

    /// Only entries behind this number
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    #[arg(value_parser = clap::value_parser!(i64).range(0..))]
    pub after: i64,

    /// Stay and tell new entries as they come
    #[arg(long)]
    pub follow: bool,
}

pub(super) async fn run(desk: &Desk, log: Log) -> Result<(), Failure> {
    let filter = match (log.user, log.offboarding) {
        (Some(user), _) => Filter::Of(desk.app.user(&desk.caller, &user).await?.user.id),
        (None, Some(id)) => Filter::On(OffboardingId(id)),
        (None, None) => Filter::All,
    };
    let mut after = log.after;
    loop {
        let page = if log.follow {
            desk.app.follow_log(&desk.caller, &filter, after, MAX_PAGE).await?
        } else {
            desk.app.log(&desk.caller, &filter, after, MAX_PAGE).await?
        };
        for entry in &page.rows {
            desk.output.line(&if desk.output.json { document(entry) } else { told(entry) })?;
            after = entry.seq;
        }
        if !page.more && !log.follow {
            return Ok(());
        }
    }
}

fn document(entry: &LogEntry) -> String {
    json!({
        "seq": entry.seq, "at": named::shown_moment(entry.at_ms), "actor": entry.actor, "kind": entry.kind,
        "userId": entry.user, "offboarding": entry.offboarding, "detail": entry.detail,
    })
    .to_string()
}

fn told(entry: &LogEntry) -> String {
    let (seq, at) = (entry.seq, named::shown_moment(entry.at_ms));
    let on = entry.user.map_or_else(String::new, |user| format!(" user {user}"));
    let what = in_words(&entry.kind, &entry.detail);
    format!("{seq:>6}  {at:<24}  {}  {}{on}  {what}", entry.actor, entry.kind).trim_end().to_owned()
}

/// What departures did, as a person reads it; of anything else the detail as it stands.
fn in_words(kind: &str, detail: &Value) -> String {
    let text = |name: &str| detail[name].as_str().unwrap_or_default();
    if kind == "offboarding.accepted" {
        let steps = detail["steps"].as_array().map_or(&[][..], Vec::as_slice);
        let done = steps.iter().filter(|step| step["state"] == "done").count();
        let heir = detail["heir"].as_str().map(|heir| format!(", heir {heir}")).unwrap_or_default();
        let (goal, user, state) = (text("goal"), text("user"), text("state"));
        return format!("{goal} of {user}{heir}, {state}: {done} of {} steps done at once", steps.len());
    }
    match detail.as_object() {
        Some(fields) if fields.is_empty() => String::new(),
        Some(fields) if fields.contains_key("action") && fields.contains_key("note") => {
            format!("{} on {}: {}", text("action"), text("platform"), text("note"))
        }
        _ => detail.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departures_are_told_in_words() {
        let accepted = json!({
            "goal": "leave", "user": "jsmith", "state": "running", "heir": "kjones",
            "steps": [{ "state": "done" }, { "state": "ready" }],
        });
        let told = "leave of jsmith, heir kjones, running: 1 of 2 steps done at once";
        assert_eq!(in_words("offboarding.accepted", &accepted), told);
        let step = json!({ "action": "disable", "platform": "social", "note": "429", "attempt": 1 });
        assert_eq!(in_words("step.retry", &step), "disable on social: 429");
        assert_eq!(in_words("offboarding.completed", &json!({})), "");
        assert_eq!(in_words("token.revoked", &json!({ "token": 1 })), r#"{"token":1}"#);
    }
}
