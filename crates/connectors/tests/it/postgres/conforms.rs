//! The conformance suite on the real server: by a superuser, and by an account with the least rights.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Stage, Trouble, conforms, identity};
use connectors::{Connector, Heir, Order};
use domain::correlation::{DEFAULT_RULES, Rule};
use domain::{Action, Identity};
use serde_json::json;
use tokio_postgres::Client;

use super::front::Front;
use super::ground::{Ground, PASSWORD, quoted, settings_of, signed_in};

conforms!(by_a_superuser, Server<true>);
conforms!(by_a_role_with_least_rights, Server<false>);

struct Server<const SUPERUSER: bool> {
    connector: Arc<dyn Connector>,
    front: Front,
    accounts: Vec<String>,
    heir: String,
    twin: String,
    ground: Ground,
    /// Of the account whose sessions are ended.
    _session: Client,
}

#[async_trait]
impl<const SUPERUSER: bool> Stage for Server<SUPERUSER> {
    async fn set(trouble: Trouble) -> Option<Self> {
        let mut ground = Ground::new();
        let rights = if SUPERUSER { "LOGIN SUPERUSER" } else { "LOGIN CREATEROLE IN ROLE pg_signal_backend" };
        let user = ground.role("exeunt", rights).await;
        let mut roles = Vec::new();
        for (base, login) in [("Cut", true), ("on line", true), ("own\"er", true), ("idle", false)] {
            // A deletion begins with what else is missing; here it is the deletion alone that meets the trouble.
            roles.push(ground.role(base, if login { "LOGIN" } else { "NOLOGIN" }).await);
        }
        let heir = ground.role("heir", "LOGIN").await;
        let twin = ground.role("twin", "LOGIN").await;
        ground.role("TWIN", "LOGIN").await;
        ground.entrust(&user, &roles.iter().chain([&heir]).collect::<Vec<_>>()).await;
        let database = ground.schema(&roles[2]).await;
        let session = signed_in(&roles[1], &database).await;
        // As after a disabling: a role that may sign in again is not over with its sessions.
        ground.run(&format!("ALTER ROLE {} NOLOGIN", quoted(&roles[1]))).await;
        let mut accounts = Vec::new();
        for role in &roles {
            accounts.push(ground.id(role).await);
        }
        let front = Front::set(trouble).await;
        let mut settings = settings_of(&user, json!({ "databases": [database] }));
        if trouble == Trouble::WrongCertificate {
            settings["connection"] = json!({});
        } else {
            settings["port"] = json!(front.port);
            settings["tls"] = json!("off_on_loopback");
            settings["connection"] = json!({ "timeout_ms": 1_500 });
        }
        let connector = ground.open(&settings).expect("a connector");
        Some(Self { connector, front, accounts, heir, twin, ground, _session: session })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        self.accounts[number].clone()
    }

    async fn absent_account(&self) -> String {
        format!("4000000000:{}", self.ground.name("nobody"))
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let (oid, name) = order.account.split_once(':').unwrap_or(("", &order.user.user_name));
        let name = quoted(name);
        Some(self.front.count(&match order.action {
            Action::Disable => format!("ALTER ROLE {name} NOLOGIN"),
            Action::Enable => format!("ALTER ROLE {name} LOGIN"),
            Action::EndSessions => format!("usesysid = {oid} "),
            Action::Transfer => format!("REASSIGN OWNED BY {name} "),
            Action::Delete => format!("DROP ROLE {name}"),
            action => panic!("{action}"),
        }))
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned()]
    }

    fn heir(&self) -> Heir {
        Heir::User { user: identity(&self.heir), account: None }
    }

    fn rules(&self) -> Vec<Rule> {
        DEFAULT_RULES[..1].to_vec()
    }

    fn person(&self, number: usize) -> Identity {
        let (_, name) = self.accounts[number].split_once(':').expect("an id");
        identity(name)
    }

    async fn twins(&self) -> Option<Identity> {
        Some(identity(&self.twin))
    }
}
