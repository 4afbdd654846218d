//! A tenant in memory, as the vendor describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use connectors::conformance::{Backend, Message};
use domain::Action;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{BASE, TOKEN, ok, said};

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) external_id: Option<String>,
    pub(super) enabled: bool,
    pub(super) notice: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) people: BTreeMap<String, Person>,
    /// Who is in which group, and who administers it.
    pub(super) members: BTreeMap<&'static str, BTreeSet<String>>,
    pub(super) admins: BTreeMap<&'static str, BTreeSet<String>>,
    /// Each time that something was other than before.
    pub(super) effects: Vec<(Action, String)>,
    /// Platforms that answer something else next time.
    pub(super) moods: Vec<(&'static str, u16)>,
}

#[derive(Clone, Default)]
pub(super) struct Tenant(Arc<Mutex<State>>);

/// The id of the person with this number.
pub(super) fn id(number: usize) -> String {
    format!("ff808181556ee70e0155721360{number:06x}")
}

impl Tenant {
    /// Eight users, of whom the second is deactivated already, and two with the same address.
    pub(super) fn staffed() -> Self {
        let tenant = Self::default();
        for number in 0..8 {
            tenant.add(number, &format!("user_{number:02}"), &format!("user_{number:02}@example.com"));
        }
        tenant.add(20, "twin_a", "twin@example.com");
        tenant.add(21, "twin_b", "TWIN@example.com");
        tenant.state().people.get_mut(&id(1)).expect("a user").enabled = false;
        tenant
    }

    pub(super) fn add(&self, number: usize, name: &str, email: &str) {
        let person = Person {
            name: name.to_owned(),
            email: email.to_owned(),
            external_id: None,
            enabled: true,
            notice: None,
        };
        self.state().people.insert(id(number), person);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }

    pub(super) async fn serve(&self) -> Backend {
        let tenant = self.clone();
        Backend::answering(move |request| tenant.answer(request)).await
    }

    fn answer(&self, request: &Message) -> Message {
        let Some(target) = request.word(1).strip_prefix(BASE) else {
            return said(404, r#"{"status":404,"error":"Not Found","path":"/"}"#);
        };
        if request.header("x-cloud-auth-token") != Some(TOKEN) {
            return error(401, "unknown token");
        }
        assert_eq!(request.header("x-cloud-synchronization"), Some("synchronous"));
        assert_eq!(request.header("content-type").is_some(), !request.body.is_empty(), "{request:?}");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts: Vec<String> = path
            .split('/')
            .skip(1)
            .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let body = || serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        match (request.word(0), parts.as_slice()) {
            ("GET", ["users"]) => self.list(query),
            ("GET", ["users", user]) => self.one(user),
            ("GET", ["users", user, "groups"]) => self.groups(user, query),
            ("PUT", ["users", user, "deactivate"]) => self.switch(user, false, &body()),
            ("PUT", ["users", user, "activate"]) => self.switch(user, true, &body()),
            ("DELETE", ["users", user]) => self.delete(user),
            ("POST", ["groups", group, "users.remove"]) => self.leave(group, &body()["userIds"], false),
            ("POST", ["groups", group, "admins.remove"]) => self.leave(group, &body()["adminIds"], true),
            _ => error(404, "no such call"),
        }
    }

    fn list(&self, query: &str) -> Message {
        let number = |name: &str| {
            let pair = query.split('&').filter_map(|pair| pair.split_once('='));
            pair.into_iter()
                .find(|(key, _)| *key == name)
                .and_then(|(_, value)| value.parse().ok())
                .unwrap_or(0)
        };
        let state = self.state();
        // A server with a smaller page than was asked for.
        let page = state.people.iter().skip(number("startIndex")).take(number("count").min(4));
        ok(json!(page.map(|(id, person)| shown(id, person)).collect::<Vec<_>>()).to_string())
    }

    fn one(&self, user: &str) -> Message {
        let state = self.state();
        match state.people.iter().find(|(id, person)| *id == user || person.name == user) {
            Some((id, person)) => ok(shown(id, person).to_string()),
            None => missing(user),
        }
    }

    fn groups(&self, user: &str, query: &str) -> Message {
        let state = self.state();
        let groups = state.members.iter().filter(|(_, members)| members.contains(user));
        let groups = groups.filter(|_| query.starts_with("startIndex=0"));
        let shown = groups.map(|(code, _)| json!({ "codGroup": code, "name": format!("Group {code}") }));
        ok(json!(shown.collect::<Vec<_>>()).to_string())
    }

    fn switch(&self, user: &str, enabled: bool, body: &Value) -> Message {
        let mut state = self.state();
        let Some(person) = state.people.get_mut(user) else { return missing(user) };
        person.notice = body["message"].as_str().map(str::to_owned);
        if std::mem::replace(&mut person.enabled, enabled) != enabled {
            let action = if enabled { Action::Enable } else { Action::Disable };
            state.effects.push((action, user.to_owned()));
        }
        envelope(&mut state, &[("training", 200), ("social", 204), ("play", 204), ("management", 204)])
    }

    fn delete(&self, user: &str) -> Message {
        let mut state = self.state();
        if state.people.remove(user).is_none() {
            return missing(user);
        }
        state.effects.push((Action::Delete, user.to_owned()));
        envelope(&mut state, &[("training", 200), ("social", 204), ("management", 204)])
    }

    fn leave(&self, group: &str, ids: &Value, admins: bool) -> Message {
        let mut state = self.state();
        let seats = if admins { &mut state.admins } else { &mut state.members };
        let Some((_, seats)) = seats.iter_mut().find(|(code, _)| **code == group) else {
            return missing(group);
        };
        seats.retain(|seat| !ids.as_array().is_some_and(|ids| ids.iter().any(|id| id == seat)));
        envelope(&mut state, &[("management", 204)])
    }
}

/// With the moods of the platforms, which pass.
fn envelope(state: &mut State, platforms: &[(&str, u16)]) -> Message {
    let moods = std::mem::take(&mut state.moods);
    let mut outer = 204;
    let mut told = serde_json::Map::new();
    for (name, status) in platforms {
        let mood = moods.iter().find(|(moody, _)| moody == name).map_or(*status, |(_, mood)| *mood);
        outer = outer.max(if mood >= 400 { mood } else { 204 });
        let message = (mood >= 400).then_some("timeout");
        told.insert((*name).to_owned(), json!({ "location": null, "message": message, "status": mood }));
    }
    ok(json!({ "location": null, "message": "", "responsePlatforms": told, "status": outer }).to_string())
}

fn shown(id: &str, person: &Person) -> Value {
    json!({
        "id": id, "commonId": id, "externalId": person.external_id, "username": person.name,
        "email": person.email, "enabled": person.enabled, "password": "$2a$10$hash",
        "roles": { "management": ["user", "groupadmin"], "training": ["trainer"], "social": ["user"] },
    })
}

fn missing(user: &str) -> Message {
    error(404, &format!("User not found: {user}"))
}

fn error(status: u16, message: &str) -> Message {
    let body = json!({ "location": null, "message": message, "responsePlatforms": {}, "status": status });
    said(status, &body.to_string())
}
