//! An in-house wiki with an HTTP API, in memory, and its description.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use connectors::Connector;
use connectors::conformance::{Backend, Message, opened};
use domain::PlatformKind;
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "wiki-token-9f2c";
pub(crate) const CLIENT_SECRET: &str = "client-secret-77";
/// What the OAuth 2 endpoint gives out, one after the other.
pub(crate) const ISSUED: [&str; 2] = ["issued-1-aa", "issued-2-bb"];
const PAGE: usize = 3;

#[derive(Clone, Debug)]
struct Account {
    login: String,
    mail: String,
    state: &'static str,
    sessions: usize,
    runners: usize,
    pages: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Wiki {
    accounts: BTreeMap<u64, Account>,
    /// How many tokens were issued, and which one is taken.
    issued: usize,
    pub(crate) taken: Option<String>,
}

/// Its accounts: `user_00` to `user_07` with the ids from 100, two that are easily confused, and a successor.
pub(crate) async fn wiki() -> (Backend, Arc<Mutex<Wiki>>) {
    let mut wiki = Wiki::default();
    for number in 0..8 {
        let login = format!("user_{number:02}");
        wiki.add(100 + number, &login, &format!("{login}@example.com"));
    }
    wiki.add(200, "twin", "other@example.com");
    wiki.add(201, "other", "twin@example.com");
    wiki.add(300, "kjones", "kjones@example.com");
    let wiki = Arc::new(Mutex::new(wiki));
    let served = wiki.clone();
    (Backend::answering(move |request| served.lock().expect("no panic").answer(request)).await, wiki)
}

impl Wiki {
    fn add(&mut self, id: u64, login: &str, mail: &str) {
        let (login, mail) = (login.to_owned(), mail.to_owned());
        let pages = (1..=7).map(|number| format!("Page {number} of {login}")).collect();
        self.accounts.insert(id, Account { login, mail, state: "active", sessions: 2, runners: 1, pages });
    }

    fn answer(&mut self, request: &Message) -> Message {
        let url = url::Url::parse("http://wiki").and_then(|base| base.join(request.word(1))).expect("a URL");
        if url.path() == "/oauth/token" {
            return self.issue(request);
        }
        let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let by_token = bearer.is_some() && bearer == self.taken.as_deref();
        if request.header("x-wiki-token") != Some(TOKEN) && !by_token {
            return said(401, json!({ "error": "who_are_you" }));
        }
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let path: Vec<&str> = url.path().split('/').skip(2).collect();
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        match (request.word(0), &*path) {
            ("GET", ["me"]) => said(200, json!({ "login": "exeunt", "admin": true, "version": "Wiki 7.1" })),
            ("GET", ["users"]) => self.list(&query),
            ("GET", ["pages"]) => self.pages(&query),
            (method, ["users", id, rest @ ..]) => self.on_account(method, id, rest, &body),
            _ => said(404, json!({ "error": "no_route" })),
        }
    }

    fn issue(&mut self, request: &Message) -> Message {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        if !form.contains(CLIENT_SECRET) || !form.contains("grant_type=client_credentials") {
            return said(400, json!({ "error": "invalid_client" }));
        }
        let token = ISSUED[self.issued % ISSUED.len()];
        self.issued += 1;
        self.taken = Some(token.to_owned());
        said(200, json!({ "access_token": token, "token_type": "bearer" }))
    }

    fn list(&self, query: &BTreeMap<String, String>) -> Message {
        let fits = |account: &Account| {
            query.get("login").is_none_or(|login| account.login.eq_ignore_ascii_case(login))
                && query.get("mail").is_none_or(|mail| account.mail.eq_ignore_ascii_case(mail))
        };
        let found = self
            .accounts
            .iter()
            .filter(|(_, account)| fits(account))
            .map(|(id, account)| shown(*id, account));
        let page: usize = query.get("page").map_or(1, |page| page.parse().expect("a page"));
        let users: Vec<_> = found.skip((page - 1) * PAGE).take(PAGE).collect();
        said(200, json!({ "users": users }))
    }

    fn pages(&self, query: &BTreeMap<String, String>) -> Message {
        let owner = query
            .get("owner")
            .and_then(|owner| owner.parse().ok())
            .and_then(|id: u64| self.accounts.get(&id));
        let offset: usize = query.get("from").map_or(0, |from| from.parse().expect("an offset"));
        let pages = owner.map_or(&[][..], |owner| &owner.pages);
        let pages: Vec<_> =
            pages.iter().skip(offset).take(PAGE).map(|title| json!({ "title": title })).collect();
        said(200, json!({ "pages": pages }))
    }

    fn on_account(&mut self, method: &str, id: &str, rest: &[&str], body: &Value) -> Message {
        let Some(id) = id.parse().ok().filter(|id| self.accounts.contains_key(id)) else {
            return said(404, json!({ "error": "user_not_found" }));
        };
        if let ("POST", ["handover"]) = (method, rest) {
            let heir = body["to"].as_u64().filter(|heir| self.accounts.contains_key(heir));
            let Some(heir) = heir else { return said(422, json!({ "error": "no_such_heir" })) };
            let pages = self.accounts.get_mut(&id).map(|account| std::mem::take(&mut account.pages));
            self.accounts.get_mut(&heir).expect("known").pages.extend(pages.unwrap_or_default());
            return said(200, json!({}));
        }
        if let ("DELETE", []) = (method, rest) {
            self.accounts.remove(&id);
            return Message::status(204, &[], "");
        }
        let account = self.accounts.get_mut(&id).expect("known");
        match (method, rest) {
            ("GET", []) => return said(200, shown(id, account)),
            ("GET", ["sessions"]) => {
                return said(200, json!({ "sessions": vec!["Firefox"; account.sessions] }));
            }
            ("GET", ["runners"]) => return said(200, json!({ "runners": vec!["nightly"; account.runners] })),
            ("PUT", ["state"]) if body["state"] == "blocked" => account.state = "blocked",
            ("PUT", ["state"]) => account.state = "active",
            ("DELETE", ["sessions"]) => account.sessions = 0,
            ("DELETE", ["runners"]) => account.runners = 0,
            _ => return said(404, json!({ "error": "no_route" })),
        }
        said(200, json!({}))
    }
}

fn shown(id: u64, account: &Account) -> Value {
    json!({ "id": id, "login": account.login, "mail": account.mail, "state": account.state })
}

fn said(status: u16, body: Value) -> Message {
    Message::status(status, &[("content-type", "application/json")], body.to_string())
}

/// The description of the wiki at `url`.
pub(crate) fn description(url: &str) -> Value {
    let text = include_str!("wiki.toml");
    let mut settings: Value = toml::from_str(text).expect("a description");
    settings["base_url"] = json!(format!("{url}/api"));
    settings
}

/// The same, with OAuth 2 client credentials.
pub(crate) fn with_oauth(url: &str) -> Value {
    let mut settings = description(url);
    settings["authentication"] = json!({
        "kind": "oauth2", "token_url": format!("{url}/oauth/token"), "client_id": "exeunt",
        "client_secret": "file:client", "scope": "users:write", "in_form": true,
    });
    settings
}

/// Writes the secrets of the descriptions.
pub(crate) fn secrets(folder: &Path) {
    std::fs::write(folder.join("token"), TOKEN).expect("a file");
    std::fs::write(folder.join("client"), CLIENT_SECRET).expect("a file");
}

pub(crate) fn open(settings: &Value) -> Arc<dyn Connector> {
    let folder = tempfile::tempdir().expect("a folder");
    secrets(folder.path());
    opened(PlatformKind::Http, &settings.to_string(), Some(folder.path())).expect("a connector")
}
