//! The `netex` kind against tenants in memory: one that does as the vendor describes, and scripted answers as
//! real ones may send them.

mod answers; // malformed, inconsistent and half answers, one by one
mod conforms; // the conformance suite
mod tenant; // a tenant in memory

use std::sync::Arc;

use connectors::conformance::Message;
use connectors::{Connector, Pace, Place, Vault, open};
use domain::{PlatformKind, TenantId};
use serde_json::{Value, json};

const TOKEN: &str = "5f0c-secret-of-ours";
const BASE: &str = "/integration/ws/management/rest";

/// The connector of the tenant at `url`, which gives up within a second.
fn connector(url: &str, more: &Value) -> Arc<dyn Connector> {
    let mut settings = json!({
        "url": url, "token": "file:token", "connection": { "timeout_ms": 800, "proxy": false },
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        settings[field] = value.clone();
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("token"), TOKEN).expect("a token");
    let vault = Vault::new(Some(folder.path()), TenantId(1));
    let settings = settings.to_string();
    let place = Place { name: "training", settings: &settings, vault: &vault, pace: Pace::default() };
    open(PlatformKind::Netex, place).expect("a connector")
}

fn ok(body: impl Into<String>) -> Message {
    said(200, &body.into())
}

fn said(status: u16, body: &str) -> Message {
    Message::status(status, &[("content-type", "application/json")], body)
}
