//! The main job, as a client sees it: four leavers through the four vendors' calls, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use domain::{Offboarding, OffboardingState};

use super::call::{Call, Vendors};
use super::told;
use crate::app::{App, Caller, LogFilter, MAX_PAGE, OffboardingFilter, UserRef};
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};
use crate::{clock, outbound};

/// Longest wait for one answer.
const ANSWER_TIMEOUT_MS: u64 = 60_000;
/// The log shows what was committed once it is numbered, a moment later: an answer is told after what it is
/// the answer to.
const NUMBERING_MS: u64 = 80;

pub(super) struct Run<'a> {
    pub app: &'a Arc<App>,
    pub caller: &'a Caller,
    pub base: &'a str,
    pub token: &'a str,
    pub output: Output,
}

/// An answer, and how long it took to come.
struct Answer {
    status: StatusCode,
    body: String,
    after_ms: u128,
}

impl Run<'_> {
    /// Sends those of the four calls that were not sent before, one after the other.
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
        let begun = self.begun().await?;
        for (number, (user, call)) in (1..).zip(&leavers) {
            if !begun.iter().any(|offboarding| offboarding.user_name == *user) {
                self.output.line(&format!("\n{number}. {user} leaves   ({})", call.api))?;
                self.leaver(user, call).await?;
            }
        }
        Ok(())
    }

    /// A demo that was stopped in the middle: what was under way goes on by itself, and is shown.
    pub(super) async fn finish_what_was_begun(&self) -> Result<(), Failure> {
        // Looked at first, so that no entry falls between.
        let head = self.app.log_head(self.caller).await?;
        let begun = self.begun().await?;
        let under_way: Vec<_> = begun.iter().filter(|o| o.state == OffboardingState::Running).collect();
        if under_way.is_empty() {
            return Ok(());
        }
        self.output.line(&format!(
            "\nThe demo was stopped in the middle. What it had under way is looked at again within {} s.",
            super::LEASE_MS / 1_000
        ))?;
        for offboarding in under_way {
            self.output.line(&format!("\n{} of {} goes on", offboarding.goal, offboarding.user_name))?;
            self.watch(&LogFilter::On(offboarding.id.clone()), head).await?;
        }
        Ok(())
    }

    /// What each departure did, as a table.
    pub(super) async fn close(&self) -> Result<(), Failure> {
        let mut rows = Vec::new();
        for offboarding in self.begun().await? {
            let detail = self.app.offboarding(self.caller, &offboarding.id).await?;
            let accepted = self.app.log(self.caller, &LogFilter::On(offboarding.id), 0, 1).await?.rows;
            let heir = accepted.first().and_then(|entry| entry.detail["heir"].as_str());
            rows.push(told::row(&detail, heir));
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.output.text(&format!("\n{}\n{}", table(told::HEADER, rows), told::LEGEND))
    }

    /// Departures in their order.
    async fn begun(&self) -> Result<Vec<Offboarding>, Failure> {
        let mut begun =
            self.app.offboardings(self.caller, OffboardingFilter::All, None, MAX_PAGE).await?.rows;
        begun.reverse();
        Ok(begun)
    }

    /// Requests to paste.
    pub(super) fn invite(&self, fresh: bool) -> Result<(), Failure> {
        let vendors = Vendors { token: self.token };
        let lines = |calls: Vec<(&str, Call)>| -> String {
            let line =
                |(what, call): &(&str, Call)| format!("# {what}\n{}\n\n", call.curl(self.base, self.token));
            calls.iter().map(line).collect()
        };
        let gone = if fresh { "" } else { " (who has left already is not found any more)" };
        self.output
            .line(&format!("\nNow you. These lines work as they stand{gone}:\n\nTOKEN={}\n", self.token))?;
        self.output.text(&lines(vendors.examples()))?;
        self.output.line("And these are refused, each in its API's own way:\n")?;
        self.output.text(&lines(vendors.refusals()))?;
        let log = format!("curl -sS \"{}/v1/log\" -H \"Authorization: Bearer $TOKEN\" -w '\\n'", self.base);
        self.output.line(&format!("# what is on record\n{log}\n\nServing until Ctrl-C."))
    }

    async fn leaver(&self, user: &str, call: &Call) -> Result<(), Failure> {
        self.output.line(&format!("→ {}", call.shown(self.token)))?;
        let head = self.app.log_head(self.caller).await?;
        let leaver = self.app.user(self.caller, &UserRef::Name(user.to_owned())).await?.user.id;
        let filter = LogFilter::Of(leaver);
        let (sent, watched) = (self.send(call), self.watch(&filter, head));
        tokio::pin!(sent, watched);
        tokio::select! {
            answer = &mut sent => {
                self.tell(&answer?)?;
                watched.await?;
            }
            detail = &mut watched => {
                detail?;
                self.tell(&sent.await?)?;
            }
        }
        Ok(())
    }

    /// Shows an answer; one that is no success ends the demo, for nothing would follow.
    fn tell(&self, Answer { status, body, after_ms }: &Answer) -> Result<(), Failure> {
        self.output.line(&format!("← {status}, after {after_ms} ms\n  {body}"))?;
        if status.is_success() {
            Ok(())
        } else {
            Err(Failure::Failed("the demo's own request failed".to_owned()))
        }
    }

    async fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let client = outbound::client(Duration::from_millis(ANSWER_TIMEOUT_MS)).map_err(Failure::Failed)?;
        let method = call.method.parse().map_err(Failure::failed)?;
        let mut request = client.request(method, format!("{}{}", self.base, call.target));
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let sent = clock::instant();
        let response = request.send().await.map_err(Failure::failed)?;
        let status = response.status();
        let body = response.text().await.map_err(Failure::failed)?;
        let after_ms = sent.elapsed().as_millis();
        tokio::time::sleep(Duration::from_millis(NUMBERING_MS)).await;
        Ok(Answer { status, body, after_ms })
    }

    /// Shows what the log says from behind entry `seen` on, until the offboarding rests.
    async fn watch(&self, filter: &LogFilter, mut seen: i64) -> Result<(), Failure> {
        loop {
            let page = self.app.follow_log(self.caller, filter, seen, MAX_PAGE).await?;
            let mut rests = false;
            for entry in page.rows {
                seen = entry.seq;
                for line in told::lines(&entry.kind, &entry.detail) {
                    self.output.line(&format!("    {line}"))?;
                }
                rests |= told::is_last(&entry.kind, &entry.detail);
            }
            if rests {
                return Ok(());
            }
        }
    }
}
