//! Roles and databases of one test on the real server, gone with it.
//!
//! The server is shared: nothing is touched that the test did not make, and every name is its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use connectors::conformance::opened;
use connectors::{Connector, SettingsError};
use domain::PlatformKind;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls, Row};

const SERVER: &str = "EXEUNT_TEST_POSTGRES";
const AUTHORITY: &str = "EXEUNT_TEST_POSTGRES_CA";
pub(crate) const PASSWORD: &str = "Hush-7d1f";

pub(crate) struct Ground {
    tag: String,
    databases: Vec<String>,
    roles: Vec<String>,
    secrets: TempDir,
    /// The server's superuser.
    root: tokio::sync::OnceCell<Client>,
    /// Where a schema of ours is, and how it goes.
    shared: Option<(Arc<Ground>, String)>,
}

impl Ground {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let tag = format!("{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let secrets = tempfile::tempdir().expect("a folder");
        std::fs::write(secrets.path().join("password"), PASSWORD).expect("a file");
        Self {
            tag,
            databases: Vec::new(),
            roles: Vec::new(),
            secrets,
            root: tokio::sync::OnceCell::new(),
            shared: None,
        }
    }

    /// A name that no other test has.
    pub(crate) fn name(&self, base: &str) -> String {
        format!("{base}_{}", self.tag)
    }

    /// A role; `options` as in CREATE ROLE.
    pub(crate) async fn role(&mut self, base: &str, options: &str) -> String {
        let name = self.name(base);
        self.run(&format!("CREATE ROLE {} {options}", quoted(&name))).await;
        self.roles.push(name.clone());
        name
    }

    /// Lets `administrator` change these roles: since PostgreSQL 16, CREATEROLE alone is not enough.
    pub(crate) async fn entrust(&self, administrator: &str, roles: &[&String]) {
        for role in roles {
            let grant = format!("GRANT {} TO {}", quoted(role), quoted(administrator));
            let newer = "current_setting('server_version_num')::int >= 160000";
            let options = "WITH ADMIN TRUE, INHERIT FALSE, SET FALSE";
            self.run(&format!(
                "DO $x$ BEGIN IF {newer} THEN EXECUTE $y${grant} {options}$y$; END IF; END $x$"
            ))
            .await;
        }
    }

    /// A role that all tests share, and none drops.
    pub(crate) async fn group(&self, name: &str) {
        let once = "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL";
        self.run(&format!("DO $$ BEGIN CREATE ROLE {name}; {once}; END $$")).await;
    }

    /// The account id of a role.
    pub(crate) async fn id(&self, role: &str) -> String {
        let row = self.row("SELECT oid::text FROM pg_roles WHERE rolname = $1", role).await;
        format!("{}:{role}", row.get::<_, String>(0))
    }

    pub(crate) async fn database(&mut self, base: &str) -> String {
        let name = self.name(base);
        self.run(&format!("CREATE DATABASE {} TEMPLATE template0", quoted(&name))).await;
        self.databases.push(name.clone());
        name
    }

    /// A schema of `owner` in a database that tests share as long as one of them runs: to make one takes its time.
    pub(crate) async fn schema(&mut self, owner: &str) -> String {
        static SHARED: tokio::sync::Mutex<Weak<Ground>> = tokio::sync::Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        let ground = if let Some(ground) = shared.upgrade() {
            ground
        } else {
            let mut ground = Self::new();
            let database = ground.database("shared").await;
            // Whoever is to own a schema must have the right to make one.
            ground.run(&format!("GRANT CREATE ON DATABASE {} TO PUBLIC", quoted(&database))).await;
            Arc::new(ground)
        };
        *shared = Arc::downgrade(&ground);
        let database = ground.databases[0].clone();
        let name = quoted(&self.name("owned"));
        self.run_in(&database, &format!("CREATE SCHEMA {name} AUTHORIZATION {}", quoted(owner))).await;
        self.shared = Some((ground, format!("DROP SCHEMA {name} CASCADE")));
        database
    }

    /// Statements by the server's superuser, outside of any database of ours.
    pub(crate) async fn run(&self, sql: &str) {
        self.root().await.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    async fn root(&self) -> &Client {
        self.root.get_or_init(|| signed_in("postgres", "postgres")).await
    }

    pub(crate) async fn run_in(&self, database: &str, sql: &str) {
        signed_in("postgres", database)
            .await
            .batch_execute(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The one row about `name`.
    async fn row(&self, sql: &str, name: &str) -> Row {
        self.root().await.query_one(sql, &[&name]).await.expect(sql)
    }

    /// The first column of all rows, joined.
    pub(crate) async fn texts(&self, database: &str, sql: &str) -> String {
        let rows = signed_in("postgres", database).await.query(sql, &[]).await.expect(sql);
        rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join(", ")
    }

    pub(crate) async fn exists(&self, role: &str) -> bool {
        self.row("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).await.get(0)
    }

    pub(crate) fn open(&self, settings: &Value) -> Result<Arc<dyn Connector>, SettingsError> {
        opened(PlatformKind::Postgres, &settings.to_string(), Some(self.secrets.path()))
    }

    /// `file:NAME` for the settings.
    pub(crate) fn secret(&self, name: &str, text: &str) -> String {
        std::fs::write(self.secrets.path().join(name), text).expect("a file");
        format!("file:{name}")
    }

    pub(crate) fn connector(&self, user: &str, more: Value) -> Arc<dyn Connector> {
        self.open(&settings_of(user, more)).expect("a connector")
    }
}

impl Drop for Ground {
    /// In a thread and a runtime of its own: a test's may be ending.
    fn drop(&mut self) {
        let drops = self
            .databases
            .iter()
            .map(|name| format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name)));
        let roles = self.roles.iter().rev().map(|name| format!("DROP ROLE IF EXISTS {}", quoted(name)));
        let statements: Vec<String> = drops.chain(roles).collect();
        let schema = self.shared.as_ref().map(|(ground, drop)| (ground.databases[0].clone(), drop.clone()));
        let clean = move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                if let Some((database, drop)) = schema {
                    let _ = signed_in("postgres", &database).await.batch_execute(&drop).await;
                }
                let client = signed_in("postgres", "postgres").await;
                client.batch_execute("SET lock_timeout = '5s'").await.expect("sets it");
                for statement in statements {
                    // Where the test failed, its message matters more than this.
                    let _ = client.batch_execute(&statement).await;
                }
            });
        };
        let _ = std::thread::spawn(clean).join();
    }
}

/// The platform as `user`, straight to the server and by TLS; `more` settings besides.
pub(crate) fn settings_of(user: &str, more: Value) -> Value {
    let ca = std::fs::read_to_string(authority()).expect("the server's authority");
    let mut settings = json!({
        "host": "127.0.0.1", "port": server().get_ports()[0], "user": user, "password": "file:password",
        "connection": { "ca": ca, "timeout_ms": 10_000 },
    });
    for (field, value) in more.as_object().expect("an object") {
        settings[field] = value.clone();
    }
    settings
}

/// A session of `user`. It is open as long as the client is there.
pub(crate) async fn signed_in(user: &str, database: &str) -> Client {
    let mut config = server();
    config.user(user).dbname(database);
    let (client, connection) = config.connect(NoTls).await.expect("reaches the server");
    tokio::spawn(connection);
    client
}

pub(crate) fn server() -> Config {
    let mut config: Config = variable(SERVER).parse().expect("a URL");
    config.ssl_mode(tokio_postgres::config::SslMode::Disable);
    config
}

/// The authority of the server's certificate. Beside it lie a client's.
pub(crate) fn authority() -> PathBuf {
    PathBuf::from(variable(AUTHORITY))
}

fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run cargo xtask test, or cargo xtask postgres"))
}

/// Written for itself, not taken from what is tested.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
