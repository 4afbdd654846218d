//! The `commvault` kind against CommCells in memory: one that does as the vendor describes, and scripted answers
//! as real ones send them.

mod answers; // malformed, inconsistent and half answers, one by one
mod cell; // a CommCell in memory
mod conforms; // the conformance suite
mod signing_in; // roots, login, renewal, logout, tokens

use std::sync::Arc;

use connectors::conformance::{Backend, Message};
use connectors::{Connector, Pace, Place, Vault, open};
use domain::{PlatformKind, TenantId};
use serde_json::{Value, json};
use tempfile::TempDir;

const PASSWORD: &str = "hunter2 & more";
/// As it goes over the wire.
const ENCODED_PASSWORD: &str = "aHVudGVyMiAmIG1vcmU=";
const TOKEN: &str = "QSDK 3a5f0c";

/// The connector of the CommCell at `url`, which gives up within a second.
fn connector(url: &str) -> Arc<dyn Connector> {
    connector_with(json!({ "url": url, "user_name": "svc_exeunt", "password": "file:password" }))
}

fn connector_with(mut settings: Value) -> Arc<dyn Connector> {
    settings["connection"] = json!({ "timeout_ms": 800, "proxy": false });
    let folder = secrets();
    let vault = Vault::new(Some(folder.path()), TenantId(1));
    let settings = settings.to_string();
    let place = Place { name: "backup", settings: &settings, vault: &vault, pace: Pace::default() };
    open(PlatformKind::Commvault, place).expect("a connector")
}

fn secrets() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("password"), PASSWORD).expect("a password");
    std::fs::write(folder.path().join("token"), TOKEN).expect("a token");
    folder
}

fn ok(body: impl Into<String>) -> Message {
    Message::status(200, &[("content-type", "application/json")], body.into())
}

fn said(status: u16, body: &str) -> Message {
    Message::status(status, &[("content-type", "text/html")], body)
}

/// What was asked, as `PUT /User/5/Disable`, without signing in and out.
fn asked(backend: &Backend, root: &str) -> Vec<String> {
    let asked = backend.asked();
    let asked =
        asked.iter().map(|request| format!("{} {}", request.word(0), request.word(1).replace(root, "/")));
    asked.filter(|line| !line.contains("/Log")).collect()
}
