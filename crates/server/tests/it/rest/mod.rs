//! The REST face and its OpenAPI document.

mod access; // signing in and out, lockout, tokens, and what ends them
mod credentials; // cloud tokens and OAuth clients
mod departures; // offboardings, from the plan to a person's word
mod directory; // users, groups and assets, page by page
mod document; // the OpenAPI document is checked in, whole and used
mod feed; // the log as it grows, over a real socket
mod held; // departures that wait for an administrator
mod platforms; // platforms and policy
mod probes; // health and metrics
mod problems; // everything that is said no to, and how
mod repeats; // `Idempotency-Key`

use axum::Router;
use exeunt::app::{App, AppOptions};
use exeunt::clock::Clock;
use exeunt::faces;
use exeunt::random::Random;
use serde_json::Value;
use store::{Store, StoreOptions, StoreUrl};
use tempfile::TempDir;

use crate::fixture::{Answer, Company, NOW_MS};

/// Somebody who calls with one credential.
pub(super) struct Client<'c> {
    company: &'c Company,
    authorization: String,
}

impl<'c> Client<'c> {
    /// With an API token of `user_name`, of that user's own role.
    pub(super) async fn new(company: &'c Company, user_name: &str) -> Self {
        Self::with(company, &company.token(user_name).await)
    }

    pub(super) fn with(company: &'c Company, secret: &str) -> Self {
        Self { company, authorization: format!("Bearer {secret}") }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.company.call("GET", path, &[("authorization", &self.authorization)], "").await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.company.call("DELETE", path, &[("authorization", &self.authorization)], "").await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], body).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, &[], body).await
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let own = [("authorization", &*self.authorization), ("content-type", "application/json")];
        let headers = [&own, headers].concat();
        self.company.call(method, path, &headers, &body.to_string()).await
    }
}

/// Signs in over the wire.
pub(super) async fn sign_in(company: &Company, user_name: &str, password: &str) -> Answer {
    let body = serde_json::json!({ "userName": user_name, "password": password }).to_string();
    company.call("POST", "/v1/sessions", &[("content-type", "application/json")], &body).await
}

/// A server whose store has no tables: every look at it fails.
pub(super) fn without_tables() -> (Router, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = StoreUrl::Sqlite(folder.path().join("exeunt.db"));
    let store = Store::open(&url, &StoreOptions { connections: 1, ca_file: None }).expect("a store");
    let app = App::new(store, Clock::set(NOW_MS), Random::seeded(7), AppOptions::default()).expect("an app");
    (faces::router(&app), folder)
}

/// What was asked and answered, for a snapshot.
#[derive(Default)]
pub(super) struct Transcript(String);

impl Transcript {
    pub(super) fn add(&mut self, asked: &str, answer: &Answer) -> Value {
        let location = answer.header("location").map(|to| format!(", Location: {to}")).unwrap_or_default();
        let shown = match answer.body.as_str() {
            "" => "(no body)".to_owned(),
            _ => serde_json::to_string_pretty(&answer.json()).expect("JSON"),
        };
        let text = format!("{asked}\n=> {}{location}\n{shown}\n\n", answer.status.as_u16());
        self.0.push_str(&without_randomness(&text));
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

/// Ids and secrets depend on how often a die was cast before; their form is what matters.
fn without_randomness(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c) || c == '-';
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        shown.push_str(before);
        shown.push_str(match word.len() {
            64 => "[secret]",
            36 => "[uuid]",
            32 => "[guid]",
            _ => word,
        });
        rest = after;
    }
    shown + rest
}
