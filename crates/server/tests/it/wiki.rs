//! An HTTP API with accounts, in memory, and a platform of the kind `http` that speaks to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use domain::{PlatformId, PlatformKind, Terms};
use exeunt::app::NewPlatform;
use serde_json::{Value, json};

use crate::fixture::Company;

/// Accounts of a page.
const PAGE: usize = 3;

#[derive(Clone, Default)]
pub(crate) struct Wiki {
    accounts: Arc<Mutex<BTreeMap<u64, Value>>>,
}

impl Wiki {
    /// Adds an account that may sign in, or may not, and its pages.
    pub(crate) fn account(&self, id: u64, login: &str, state: &str, pages: &[&str]) {
        let account = json!({
            "id": id, "login": login, "mail": format!("{login}@example.com"), "state": state, "pages": pages,
        });
        self.lock().insert(id, account);
    }

    pub(crate) fn state_of(&self, id: u64) -> String {
        self.lock()[&id]["state"].as_str().expect("a state").to_owned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Value>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves on a free port of this machine, as long as the test's runtime runs.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let router = Router::new()
            .route("/me", get(|| async { Json(json!({ "login": "exeunt" })) }))
            .route("/users", get(users))
            .route("/users/{id}", get(user))
            .route("/users/{id}/state", put(set_state))
            .route("/pages", get(pages))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// Declares the platform `wiki` at `address`.
    pub(crate) async fn declare(company: &Company, address: SocketAddr, terms: Value) -> PlatformId {
        let terms: Terms = serde_json::from_value(terms).expect("terms");
        let new = NewPlatform {
            name: "wiki".to_owned(),
            kind: PlatformKind::Http,
            settings: settings(address).to_string(),
            max_in_flight: None,
            terms,
        };
        company.app.apply_platforms(&company.console, vec![new]).await.expect("a platform")[0].0.id
    }
}

fn settings(address: SocketAddr) -> Value {
    json!({
        "base_url": format!("http://{address}"),
        "connection": { "proxy": false },
        "account": {
            "id": "/id", "user_name": "/login", "email": "/mail",
            "active": { "at": "/state", "yes": ["active"], "no": ["blocked"] },
        },
        "look": { "request": {
            "path": "/users/{account}",
            "absent": { "statuses": [404], "when": [{ "at": "/error", "equals": "user_not_found" }] },
        } },
        "find": [
            { "by": "id", "request": {
                "path": "/users/{value}",
                "absent": { "statuses": [404], "when": [{ "at": "/error", "equals": "user_not_found" }] },
            } },
            { "by": "user_name", "list": "/users", "request": { "path": "/users", "query": { "login": "{value}" } } },
            { "by": "email", "list": "/users", "request": { "path": "/users", "query": { "mail": "{value}" } } },
        ],
        "accounts": {
            "list": "/users", "request": { "path": "/users" }, "paging": { "by": "page", "parameter": "page" },
        },
        "owned": [{
            "kind": "page", "name": "/title", "list": "/pages",
            "request": { "path": "/pages", "query": { "owner": "{account}" } },
        }],
        "check": { "request": { "path": "/me" }, "signed_in_as": "/login" },
        "disable": [{ "request": {
            "method": "PUT", "path": "/users/{account}/state", "body": { "state": "blocked" },
        } }],
        "nothing": ["end_sessions", "release"],
    })
}

async fn users(State(wiki): State<Wiki>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
    let accounts = wiki.lock();
    let fits = |account: &&Value| {
        ["login", "mail"].iter().all(|field| query.get(*field).is_none_or(|value| account[*field] == **value))
    };
    let page: usize = query.get("page").map_or(1, |page| page.parse().expect("a page"));
    let page: Vec<&Value> = accounts.values().filter(fits).skip((page - 1) * PAGE).take(PAGE).collect();
    Json(json!({ "users": page }))
}

async fn user(State(wiki): State<Wiki>, Path(id): Path<u64>) -> (StatusCode, Json<Value>) {
    match wiki.lock().get(&id) {
        Some(account) => (StatusCode::OK, Json(account.clone())),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "user_not_found" }))),
    }
}

async fn set_state(State(wiki): State<Wiki>, Path(id): Path<u64>, Json(wanted): Json<Value>) -> StatusCode {
    let mut accounts = wiki.lock();
    match accounts.get_mut(&id) {
        Some(account) => {
            account["state"] = wanted["state"].clone();
            StatusCode::OK
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn pages(State(wiki): State<Wiki>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
    let owner: u64 = query["owner"].parse().expect("an owner");
    let pages = wiki.lock()[&owner]["pages"].clone();
    let titles: Vec<Value> =
        pages.as_array().expect("pages").iter().map(|title| json!({ "title": title })).collect();
    Json(json!({ "pages": titles }))
}
