//! The real platforms that servers are killed before: the very ones that the connectors' own tests stand on.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio_postgres::Client;

use self::ground::{Ground, PASSWORD, quoted, server, signed_in};
use self::slapd::{Shape, Slapd, person};

#[expect(dead_code, reason = "the connectors' tests use the rest of it")]
#[path = "../../../../connectors/tests/it/ldap/authority.rs"]
mod authority;
#[expect(dead_code, reason = "the connectors' tests use the rest of it")]
#[path = "../../../../connectors/tests/it/postgres/ground.rs"]
mod ground;
#[expect(dead_code, reason = "the connectors' tests use the rest of it")]
#[path = "../../../../connectors/tests/it/scim/servers.rs"]
pub(super) mod servers;
#[expect(dead_code, reason = "the connectors' tests use the rest of it")]
#[path = "../../../../connectors/tests/it/ldap/slapd.rs"]
pub(super) mod slapd;
#[expect(dead_code, reason = "the connectors' tests use the rest of it")]
#[path = "../../../../connectors/tests/it/http/wiki.rs"]
pub(super) mod wiki;

/// A directory in which person 1 manages two others.
pub(super) fn directory() -> Slapd {
    let slapd = Slapd::start(&Shape { people: 5, ..Shape::default() });
    for managed in [3, 4] {
        let (entry, manager) = (person(managed), person(1));
        slapd.modify(&format!("dn: {entry}\nchangetype: modify\nreplace: manager\nmanager: {manager}\n"));
    }
    slapd
}

/// A server on which a role owns a table, and is signed in.
pub(super) struct Database {
    ground: Ground,
    administrator: String,
    pub(super) leaver: String,
    pub(super) heir: String,
    name: String,
    _session: Client,
}

impl Database {
    pub(super) async fn new() -> Self {
        let mut ground = Ground::new();
        let administrator = ground.role("exeunt", "LOGIN SUPERUSER").await;
        let (leaver, heir) = (ground.role("jsmith", "LOGIN").await, ground.role("kjones", "LOGIN").await);
        let database = ground.database("sales").await;
        let owned = format!("CREATE TABLE t (); ALTER TABLE t OWNER TO {}", quoted(&leaver));
        ground.run_in(&database, &owned).await;
        let session = signed_in(&leaver, &database).await;
        Self { ground, administrator, leaver, heir, name: database, _session: session }
    }

    pub(super) fn backend() -> SocketAddr {
        ([127, 0, 0, 1], server().get_ports()[0]).into()
    }

    /// In the clear, so that whoever stands between sees what is asked.
    pub(super) fn settings(&self, port: u16) -> Value {
        json!({
            "host": "127.0.0.1", "port": port, "user": self.administrator, "password": "file:secret",
            "tls": "off_on_loopback", "databases": [self.name],
        })
    }

    pub(super) async fn check_handed_over(&self) {
        assert!(!self.ground.exists(&self.leaver).await, "the role is gone");
        let owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 't'";
        assert_eq!(self.ground.texts(&self.name, owner).await, self.heir);
    }
}

pub(super) const DATABASE_PASSWORD: &str = PASSWORD;
