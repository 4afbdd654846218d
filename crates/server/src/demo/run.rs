//! The main job, as a client sees it: four leavers through the four vendors' calls, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use domain::{Action, Offboarding, OffboardingState, Step, StepState};
use serde_json::Value;

use super::call::{Call, Vendors};
use crate::app::{App, Caller, Detail, LogFilter, OffboardingFilter, UserRef, WaitFor};
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};
use crate::outbound;

/// Longest wait for one answer.
const ANSWER_TIMEOUT_MS: u64 = 60_000;

/// Offboardings that a resumed demo shows.
const RECENT: usize = 50;
const HEADER: [&str; 6] = ["who", "cut on", "handed over", "released", "removed from", "took"];

pub(super) struct Run<'a> {
    pub app: &'a Arc<App>,
    pub caller: &'a Caller,
    pub base: &'a str,
    pub token: &'a str,
    pub output: Output,
}

impl Run<'_> {
    /// Sends the four calls, one after the other, and closes with a table of what each of them did.
    pub(super) async fn leavers(&self) -> Result<(), Failure> {
        let vendors = Vendors { token: self.token };
        let leavers = [
            ("dana.novak", vendors.deactivate("dana.novak")),
            ("company/achen", vendors.offboard(r#"{"userName": "company/achen"}"#)),
            (
                "mlopez",
                vendors.delete(
                    "byName(userName='mlopez')?newUserId=0&newUserGroupId=byName(userGroupName='Ops')",
                    "application/xml",
                ),
            ),
            ("tbaker", vendors.remove(r#"{"payload":{"userNames": ["tbaker"]}}"#)),
        ];
        let mut rows = Vec::new();
        for (number, (user, call)) in (1..).zip(&leavers) {
            self.output.line(&format!("\n{number}. {user} leaves   ({})", call.api))?;
            rows.push(self.leaver(user, call).await?);
        }
        self.output.text(&format!("\n{}", table(HEADER, rows)))
    }

    /// A demo that was stopped in the middle: what was under way goes on by itself, and is shown.
    pub(super) async fn resume(&self) -> Result<(), Failure> {
        let mut rows = Vec::new();
        let recent = self.app.offboardings(self.caller, OffboardingFilter::All, None, RECENT).await?.rows;
        for offboarding in recent.iter().rev() {
            if !offboarding.state.is_final() {
                self.output.line(&format!("goes on: {} of {}", offboarding.goal, offboarding.user_name))?;
                self.rest(offboarding).await?;
            }
            rows.push(row(&self.app.offboarding(self.caller, &offboarding.id).await?));
        }
        self.output.text(&format!("\n{}", table(HEADER, rows)))
    }

    /// Waits until nothing moves any more; each wait by itself is bounded.
    async fn rest(&self, offboarding: &Offboarding) -> Result<(), Failure> {
        loop {
            let (now, _) = self.app.wait(self.caller, &offboarding.id, WaitFor::Everything).await?;
            if now.state.is_final() || now.state == OffboardingState::Blocked {
                return Ok(());
            }
        }
    }

    /// Requests to paste.
    pub(super) fn invite(&self) -> Result<(), Failure> {
        let vendors = Vendors { token: self.token };
        let lines = |calls: Vec<Call>| -> String {
            let line = |call: &Call| format!("# {}\n{}\n\n", call.api, call.curl(self.base, self.token));
            calls.iter().map(line).collect()
        };
        self.output.line(&format!("\nNow you. These lines work as they stand:\n\nTOKEN={}\n", self.token))?;
        self.output.text(&lines(vendors.examples()))?;
        self.output.line("And these are refused, each in its API's own way:\n")?;
        self.output.text(&lines(vendors.refusals()))?;
        let log = format!("curl -sS \"{}/v1/log\" -H \"Authorization: Bearer $TOKEN\"", self.base);
        self.output.line(&format!("# what is on record\n{log}\n\nServing until Ctrl-C."))
    }

    async fn leaver(&self, user: &str, call: &Call) -> Result<[String; 6], Failure> {
        self.output.line(&format!("→ {call}"))?;
        let head = self.app.log_head(self.caller).await?;
        let (sent, watched) = (self.send(call), self.watch(user, head));
        tokio::pin!(sent, watched);
        let detail = tokio::select! {
            answer = &mut sent => {
                self.tell(answer?)?;
                watched.await?
            }
            detail = &mut watched => {
                self.tell(sent.await?)?;
                detail?
            }
        };
        Ok(row(&detail))
    }

    /// Shows an answer; one that is no success ends the demo, for nothing would follow.
    fn tell(&self, (status, body): (StatusCode, String)) -> Result<(), Failure> {
        self.output.line(&format!("← {status}\n  {body}"))?;
        if status.is_success() {
            Ok(())
        } else {
            Err(Failure::Failed("the demo's own request failed".to_owned()))
        }
    }

    async fn send(&self, call: &Call) -> Result<(StatusCode, String), Failure> {
        let client = outbound::client(Duration::from_millis(ANSWER_TIMEOUT_MS)).map_err(Failure::Failed)?;
        let method = call.method.parse().map_err(Failure::failed)?;
        let mut request = client.request(method, format!("{}{}", self.base, call.target));
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(Failure::failed)?;
        let status = response.status();
        let body = response.text().await.map_err(Failure::failed)?;
        Ok((status, body))
    }

    /// Shows what the log says of this user from entry `seen` on, until the offboarding rests.
    async fn watch(&self, user: &str, mut seen: i64) -> Result<Detail, Failure> {
        let found = self.app.user(self.caller, &UserRef::Name(user.to_owned())).await?;
        let filter = LogFilter::Of(found.user.id);
        loop {
            let page = self.app.follow_log(self.caller, &filter, seen, crate::app::MAX_PAGE).await?;
            let mut rests = None;
            for entry in page.rows {
                seen = entry.seq;
                for line in told(&entry.kind, &entry.detail) {
                    self.output.line(&format!("    {line}"))?;
                }
                rests = entry.offboarding.filter(|_| is_last(&entry.kind, &entry.detail));
            }
            if let Some(id) = rests {
                return Ok(self.app.offboarding(self.caller, &id).await?);
            }
        }
    }
}

/// Whether nothing more is to come of an offboarding after this entry, unless a person decides.
fn is_last(kind: &str, detail: &Value) -> bool {
    let state = match kind {
        "offboarding.accepted" => detail["state"].as_str().unwrap_or_default(),
        other => other.strip_prefix("offboarding.").unwrap_or_default(),
    };
    matches!(state, "completed" | "cancelled" | "blocked")
}

/// A log entry as lines for a person: what was done, and what went another way than planned.
fn told(kind: &str, detail: &Value) -> Vec<String> {
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
        "step.done" | "step.retry" | "step.failed" | "step.skipped" => vec![line(detail)],
        _ => Vec::new(),
    }
}

/// The closing line of one leaver.
fn row(detail: &Detail) -> [String; 6] {
    let Detail { offboarding, steps, platforms } = detail;
    let name = |step: &Step| {
        platforms.iter().find(|p| p.id == step.platform).map_or("", |platform| platform.name.as_str())
    };
    let places = |action: Action| -> String {
        let is_done = |step: &&Step| step.action == action && step.state == StepState::Done;
        let done = steps.iter().filter(is_done);
        let names: Vec<&str> = done.map(name).collect();
        if names.is_empty() { "-".to_owned() } else { names.join(", ") }
    };
    let rows = |action: Action| -> String {
        let moved: i64 =
            steps.iter().filter(|step| step.action == action && step.local).map(|s| s.progress.done).sum();
        if moved == 0 { "-".to_owned() } else { moved.to_string() }
    };
    [
        offboarding.user_name.clone(),
        places(Action::Disable),
        rows(Action::Transfer),
        rows(Action::Release),
        places(Action::Delete),
        took(offboarding),
    ]
}

fn took(offboarding: &Offboarding) -> String {
    match offboarding.finished_ms {
        Some(finished_ms) => format!("{} ms", finished_ms - offboarding.created_ms),
        None => offboarding.state.to_string(),
    }
}
