//! An AppViewX in memory, as the vendor describes it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use connectors::conformance::{Backend, Message};
use domain::Action;
use serde_json::{Value, json};

use super::{PASSWORD, SESSION, failed, logged_in, ok};

#[derive(Debug, Default)]
pub(super) struct State {
    /// With the groups.
    pub(super) people: BTreeMap<String, Vec<String>>,
    /// Each time that something was other than before.
    pub(super) effects: Vec<(Action, String)>,
    pub(super) page: usize,
    /// The name that only its owner may remove.
    pub(super) owner: Option<&'static str>,
}

#[derive(Clone, Default)]
pub(super) struct Gateway(Arc<Mutex<State>>);

impl Gateway {
    /// Eight users in two groups, two whose names differ by case, and our own account.
    pub(super) fn staffed() -> Self {
        let gateway = Self::default();
        let numbered = (0..8).map(|number| format!("user_{number:02}"));
        let others = ["twin", "Twin", "svc_exeunt"].map(str::to_owned);
        for name in numbered.chain(others) {
            gateway.state().people.insert(name, vec!["PKI".to_owned(), "ADC".to_owned()]);
        }
        gateway.state().page = 3;
        gateway
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }

    pub(super) async fn serve(&self) -> Backend {
        let gateway = self.clone();
        Backend::answering(move |request| gateway.answer(request)).await
    }

    fn answer(&self, request: &Message) -> Message {
        let (path, query) = request.word(1).split_once('?').unwrap_or((request.word(1), ""));
        if !query.contains("gwsource=external") {
            return failed(400, Some("MANDATORY_FIELD_MISSING"), "gwsource");
        }
        let Some(endpoint) = path.strip_prefix("/avxapi/") else {
            return failed(404, None, "no such endpoint");
        };
        if endpoint == "login" {
            return login(request);
        }
        match request.header("sessionid") {
            None => return failed(407, Some("AVX_GW_011"), "Session information is missing."),
            Some(SESSION) => {}
            Some(_) => return failed(401, Some("AVX_GW_012"), "Unauthorized access, reason - Invalid Token"),
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let payload = &body["payload"];
        match (request.word(0), endpoint) {
            ("POST", "user-search") => self.search(payload),
            ("POST", "acctmgmt-remove-user") => self.remove(payload),
            ("PUT", "user-updateUsergroups") => self.update(payload),
            ("POST", "acctmgmt-perform-logout") => ok(&json!({ "status": "SUCCESS" })),
            _ => failed(404, None, "no such endpoint"),
        }
    }

    /// Whoever's name begins so, a page at a time.
    fn search(&self, payload: &Value) -> Message {
        let state = self.state();
        let filter = payload["filterValue"].as_str().unwrap_or_default().to_lowercase();
        let found: Vec<_> =
            state.people.iter().filter(|(name, _)| name.to_lowercase().starts_with(&filter)).collect();
        if found.is_empty() {
            return failed(404, Some("DG_009"), "No matching records found.");
        }
        let after = usize::try_from(payload["startIndex"].as_u64().unwrap_or(1)).expect("small") - 1;
        let page = found.iter().skip(after).take(state.page);
        let objects: Vec<Value> = page.map(|(name, groups)| shown(name, groups)).collect();
        ok(&json!({ "objects": objects, "totalRecords": found.len() }))
    }

    fn remove(&self, payload: &Value) -> Message {
        let names = payload["userNames"].as_array().expect("names");
        assert_eq!(names.len(), 1, "one user per call");
        let name = names[0].as_str().expect("a name");
        let mut state = self.state();
        if state.owner == Some(name) {
            return failed(409, Some("ACCT_US_902"), "The account owner cannot be removed.");
        }
        if state.people.remove(name).is_none() {
            return failed(404, Some("ACCT_US_001"), "User Not Found.");
        }
        state.effects.push((Action::Delete, name.to_owned()));
        ok(&json!({ "result": "Success", "isOperationSuccess": true }))
    }

    fn update(&self, payload: &Value) -> Message {
        let name = payload["loginName"].as_str().expect("a name");
        let gone: Vec<String> =
            serde_json::from_value(payload["unassignUserGroups"].clone()).expect("group names");
        let mut state = self.state();
        let Some(groups) = state.people.get_mut(name) else {
            return failed(404, Some("ACCT_US_001"), "User Not Found.");
        };
        let before = groups.len();
        groups.retain(|group| !gone.contains(group));
        if groups.len() != before {
            state.effects.push((Action::Disable, name.to_owned()));
        }
        ok(&json!("Successfully modified user-usergroup association."))
    }
}

fn login(request: &Message) -> Message {
    if request.header("username") == Some("svc_exeunt") && request.header("password") == Some(PASSWORD) {
        return logged_in();
    }
    let text = "Login failed. Invalid credentials";
    let response = json!({ "status": "FAILED", "statusDescription": text, "sessionId": null });
    let body = json!({ "response": response, "message": text, "appStatusCode": "AVX_GW_003" });
    super::said(401, &body.to_string())
}

fn shown(name: &str, groups: &[String]) -> Value {
    let email = format!("{name}@example.com");
    json!({ "loginName": name, "email": email, "status": "Active", "userGroups": groups })
}
