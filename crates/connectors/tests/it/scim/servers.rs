//! scim2-server and django-scim2, each started once, and people and groups on them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use connectors::conformance::opened;
use connectors::outbound::{Connection, HttpClient};
use connectors::{Connector, Pace, Vault};
use domain::{PlatformKind, TenantId};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::python::{Server, serve};

pub(crate) const SECRET: &str = "a-secret-that-must-not-show";
const USER: &str = "exeunt";

/// What differs between the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Keeps to the RFCs.
    Scim2,
    /// The same, with what it supports taken away: neither PATCH nor filters nor ETags.
    Bare,
    /// The same with cursors (RFC 9865).
    Cursors,
    /// django-scim2.
    Django,
}

/// A part of a server that no other test sees, and a connector's credentials for it.
pub(crate) struct Provider {
    pub(crate) which: Which,
    address: SocketAddr,
    path: String,
    authentication: Value,
    folder: TempDir,
    client: HttpClient,
}

impl Provider {
    pub(crate) fn new(which: Which) -> Self {
        let tenant = unique("tenant");
        let (port, path) = match which {
            Which::Django => (django(), format!("/{tenant}/scim/v2")),
            _ => (scim2(which), format!("/{tenant}/v2")),
        };
        let authentication = match which {
            Which::Django => json!({ "kind": "basic", "user_name": USER, "password": "file:secret" }),
            _ => json!({ "kind": "bearer", "token": "file:secret" }),
        };
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), SECRET).expect("a secret");
        let vault = Vault::new(Some(folder.path()), TenantId(1));
        let client = HttpClient::new(&Connection::default(), &vault, Pace::default()).expect("a client");
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Self { which, address, path, authentication, folder, client }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn base_url(&self) -> String {
        self.below(&format!("http://{}", self.address))
    }

    /// The base URL, where `front` stands before the server.
    pub(crate) fn below(&self, front: &str) -> String {
        format!("{front}{}", self.path)
    }

    pub(crate) fn settings(&self, more: &Value) -> Value {
        let mut settings = json!({
            "base_url": self.base_url(),
            "authentication": self.authentication,
        });
        for (name, value) in more.as_object().expect("an object") {
            settings[name] = value.clone();
        }
        settings
    }

    pub(crate) fn connector(&self, more: &Value) -> Arc<dyn Connector> {
        let settings = self.settings(more).to_string();
        opened(PlatformKind::Scim, &settings, Some(self.folder.path())).expect("a connector")
    }

    /// Answers the body, or null where there is none.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.base_url()).parse().expect("a URL");
        let mut request = self.client.request(method, url).header("content-type", "application/scim+json");
        request = match self.which {
            Which::Django => request.basic_auth(USER, Some(SECRET)),
            _ => request.bearer_auth(SECRET),
        };
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = self.client.ask(request).await.expect("an answer");
        (answer.status.as_u16(), answer.json().unwrap_or_default())
    }

    async fn create(&self, list: &str, body: Value) -> String {
        let (status, created) = self.ask(Method::POST, list, Some(&body)).await;
        assert_eq!(status, 201, "{created}");
        created["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn user(&self, name: &str, email: &str) -> String {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name,
            "externalId": format!("hr-{name}"),
            "name": { "givenName": "Barbara", "familyName": "Jensen" },
            "emails": [{ "value": email, "primary": true }],
            "active": true,
        });
        self.create("/Users", user).await
    }

    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
        let body = json!({ "schemas": schemas, "displayName": name, "members": members });
        let id = self.create("/Groups", body).await;
        if self.which == Which::Django && !members.is_empty() {
            // It overlooks the members of a new group.
            let add = json!({ "Operations": [{ "op": "add", "path": "members", "value": members }] });
            let (status, said) = self.ask(Method::PATCH, &format!("/Groups/{id}"), Some(&add)).await;
            assert_eq!(status, 200, "{said}");
        }
        id
    }

    /// What the server itself shows of the account.
    pub(crate) async fn shown(&self, id: &str) -> Value {
        self.ask(Method::GET, &format!("/Users/{id}"), None).await.1
    }

    pub(crate) async fn members(&self, group: &str) -> Vec<String> {
        let (_, shown) = self.ask(Method::GET, &format!("/Groups/{group}"), None).await;
        let members = shown["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().expect("an id").to_owned()).collect()
    }
}

/// A name that nobody else has.
pub(crate) fn unique(what: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{what}_{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn scim2(which: Which) -> u16 {
    static SERVERS: [OnceLock<Server>; 3] = [const { OnceLock::new() }; 3];
    let (place, supported) = match which {
        Which::Bare => (1, false),
        Which::Cursors => (2, true),
        _ => (0, true),
    };
    let start = || {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.json");
        let mut config = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "authenticationSchemes": [],
        });
        for feature in ["patch", "filter", "etag", "sort", "changePassword"] {
            config[feature] = json!({ "supported": supported });
        }
        if which == Which::Cursors {
            config["pagination"] = json!({ "cursor": true, "index": false, "defaultPaginationMethod": "cursor", "maxPageSize": 7 });
        }
        std::fs::write(&file, config.to_string()).expect("a file");
        let file = file.to_str().expect("a path");
        let options = ["--dynamic-tenants", "--bearer-token", SECRET, "--service-provider-config", file];
        serve("scim2-server", "scim/scim2_server.py", &options)
    };
    SERVERS[place].get_or_init(start).port
}

fn django() -> u16 {
    static SERVER: OnceLock<(Server, TempDir)> = OnceLock::new();
    let start = || {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("people.sqlite");
        let database = database.to_str().expect("a path");
        let server = serve("django-scim2", "scim/django/serve.py", &[database, &format!("{USER}:{SECRET}")]);
        (server, folder)
    };
    SERVER.get_or_init(start).0.port
}
