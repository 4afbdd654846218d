//! The `appviewx` kind against servers in memory: one that does as the vendor describes, and scripted answers as
//! real ones may send them.

mod answers; // malformed, inconsistent and half answers, one by one
mod conforms; // the conformance suite
mod gateway; // an AppViewX in memory
mod signing_in; // logins, their fallbacks, sessions, tokens, logout

use std::sync::Arc;

use connectors::conformance::Message;
use connectors::{Connector, Pace, Place, Vault, open};
use domain::{PlatformKind, TenantId};
use serde_json::{Value, json};

const PASSWORD: &str = "AppViewX@hunter2";
const SESSION: &str = "ce7f1a14-2bf9-4e4a-89a8-bc780a255813";

/// The connector of the AppViewX at `url`, which gives up within a second. `more` are further settings.
fn connector(url: &str, more: &Value) -> Arc<dyn Connector> {
    let mut settings = json!({
        "url": url, "user_name": "svc_exeunt", "password": "file:password",
        "connection": { "timeout_ms": 800, "proxy": false },
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        settings[field] = value.clone();
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("password"), PASSWORD).expect("a password");
    let vault = Vault::new(Some(folder.path()), TenantId(1));
    let settings = settings.to_string();
    let place = Place { name: "certificates", settings: &settings, vault: &vault, pace: Pace::default() };
    open(PlatformKind::Appviewx, place).expect("a connector")
}

fn said(status: u16, body: &str) -> Message {
    Message::status(status, &[("content-type", "application/json")], body)
}

fn ok(response: &Value) -> Message {
    let body = json!({ "response": response, "message": null, "appStatusCode": null, "tags": null });
    said(200, &body.to_string())
}

fn failed(status: u16, code: Option<&str>, message: &str) -> Message {
    said(status, &json!({ "response": null, "message": message, "appStatusCode": code }).to_string())
}

fn logged_in() -> Message {
    ok(&json!({ "status": "SUCCESS", "sessionId": SESSION, "availableLoginAttemptCount": null }))
}
