//! A CommCell in memory, as the vendor describes it: enough of one to be signed in to, asked, and changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use connectors::conformance::{Backend, Message};
use domain::Action;
use serde_json::{Value, json};

use super::{ENCODED_PASSWORD, TOKEN, ok};

pub(super) const ROOT: &str = "/commandcenter/api/";

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) upn: String,
    pub(super) enabled: bool,
    pub(super) workloads: usize,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) people: BTreeMap<i64, Person>,
    pub(super) groups: Vec<(i64, &'static str, bool)>,
    /// Each time that something was other than before.
    pub(super) effects: Vec<(Action, i64)>,
    /// Who took over, as the query said.
    pub(super) owners: Vec<String>,
    pub(super) logins: usize,
}

#[derive(Clone, Default)]
pub(super) struct Cell(Arc<Mutex<State>>);

impl Cell {
    /// Eight users with workloads, a successor, and two whose addresses are the same.
    pub(super) fn staffed() -> Self {
        let cell = Self::default();
        for number in 0..8 {
            cell.add(10 + number, &format!("user_{number:02}"));
        }
        cell.add(20, "kjones");
        cell.add(30, "twin_a");
        cell.add(31, "twin_b");
        let mut state = cell.state();
        for id in [30, 31] {
            let twin = state.people.get_mut(&id).expect("a twin");
            let address = if id == 30 { &mut twin.email } else { &mut twin.upn };
            "twin@example.com".clone_into(address);
        }
        state.groups = vec![(22, "Ops", true), (23, "Old", false), (24, "Both", true), (25, "both", true)];
        drop(state);
        cell
    }

    pub(super) fn add(&self, id: i64, name: &str) {
        let email = format!("{name}@example.com");
        let person = Person { name: name.to_owned(), upn: String::new(), email, enabled: true, workloads: 2 };
        self.state().people.insert(id, person);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }

    pub(super) async fn serve(&self) -> Backend {
        let cell = self.clone();
        Backend::answering(move |request| cell.answer(request)).await
    }

    fn answer(&self, request: &Message) -> Message {
        let Some(target) = request.word(1).strip_prefix(ROOT) else { return Message::status(404, &[], "no") };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path == "Login" {
            return self.login(request);
        }
        if request.header("authtoken") != Some(TOKEN) {
            return Message::status(401, &[], r#"{"errorMessage":"Access denied","errorCode":5}"#);
        }
        let parts: Vec<&str> = path.split('/').collect();
        let answer = match (request.word(0), parts.as_slice()) {
            ("POST", ["WhoAmI"]) => {
                json!({ "user": { "userName": "svc_exeunt", "userId": 9 }, "errorCode": 0 })
            }
            ("GET", ["CommServ"]) => json!({ "hostName": "cs", "csVersionInfo": "11 SP36.1" }),
            ("GET", ["User"]) => json!({ "users": self.users() }),
            ("GET", ["UserGroup"]) => json!({ "userGroups": self.groups() }),
            ("GET", ["User", id]) => self.user(number(id)),
            ("GET", ["User", _, "Security"]) => associations(),
            ("PUT", ["User", id, "Disable"]) => self.switch(number(id), false),
            ("PUT", ["User", id, "Enable"]) => self.switch(number(id), true),
            ("POST", ["User", "Offboard"]) => self.offboard(&request.body),
            ("DELETE", ["User", id]) => self.delete(number(id), query),
            _ => return Message::status(404, &[], "no"),
        };
        ok(answer.to_string())
    }

    fn login(&self, request: &Message) -> Message {
        self.state().logins += 1;
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        if body["username"] != "svc_exeunt" || body["password"] != ENCODED_PASSWORD {
            let error = json!({ "errLogMessage": "User name or password is wrong.", "errorCode": 2 });
            return ok(json!({ "errList": [error], "isAccountLocked": false }).to_string());
        }
        ok(json!({ "userName": "svc_exeunt", "token": TOKEN, "errList": [] }).to_string())
    }

    fn users(&self) -> Vec<Value> {
        self.state().people.iter().map(|(id, person)| shown(*id, person)).collect()
    }

    fn groups(&self) -> Vec<Value> {
        let group = |(id, name, enabled): &(i64, &str, bool)| {
            let entity = json!({ "_type_": 15, "userGroupId": id, "userGroupName": name });
            json!({ "userGroupEntity": entity, "enabled": enabled })
        };
        self.state().groups.iter().map(group).collect()
    }

    fn user(&self, id: i64) -> Value {
        match self.state().people.get(&id) {
            Some(person) => json!({ "users": [shown(id, person)] }),
            None => missing(id),
        }
    }

    fn switch(&self, id: i64, enabled: bool) -> Value {
        let mut state = self.state();
        let Some(person) = state.people.get_mut(&id) else { return missing(id) };
        if std::mem::replace(&mut person.enabled, enabled) != enabled {
            state.effects.push((if enabled { Action::Enable } else { Action::Disable }, id));
        }
        json!({ "response": [{ "errorString": "", "errorCode": 0, "entity": { "userId": id } }] })
    }

    fn offboard(&self, body: &[u8]) -> Value {
        let body: Value = serde_json::from_slice(body).expect("JSON");
        let mut state = self.state();
        let Some((id, person)) = state.people.iter_mut().find(|(_, person)| body["userName"] == *person.name)
        else {
            return json!({ "errorMessage": "User not found", "errorCode": 2 });
        };
        let id = *id;
        if std::mem::take(&mut person.workloads) > 0 {
            state.effects.push((Action::Release, id));
        }
        json!({ "errorMessage": format!("Successfully offboarded user {id}"), "errorCode": 0 })
    }

    fn delete(&self, id: i64, query: &str) -> Value {
        let mut state = self.state();
        if state.people.remove(&id).is_none() {
            return missing(id);
        }
        state.effects.push((Action::Delete, id));
        state.owners.push(query.to_owned());
        json!({ "response": [{ "errorString": "Success", "errorCode": 0, "entity": { "userId": id } }] })
    }
}

fn shown(id: i64, person: &Person) -> Value {
    json!({
        "userEntity": { "_type_": 13, "userId": id, "userName": person.name },
        "email": person.email, "UPN": person.upn, "enableUser": person.enabled,
    })
}

fn missing(id: i64) -> Value {
    json!({ "errorCode": 2, "errorMessage": format!("User {id} not found") })
}

fn associations() -> Value {
    let on = |id: i64, name: &str| {
        let entity = json!({ "_type_": 3, "clientId": id, "clientName": name });
        let role = json!({ "roleId": 4, "roleName": "Laptop Owner" });
        json!({ "entities": { "entity": [entity] }, "properties": { "role": role } })
    };
    json!({ "associations": [on(8, "lap8"), on(7, "lap7")] })
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or(-1)
}
