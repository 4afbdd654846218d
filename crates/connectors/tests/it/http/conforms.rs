//! A described wiki on the conformance suite, with a token in a header and with OAuth 2.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Backend, Stage, Trickster, Trouble, conforms, identity};
use connectors::{Connector, Order};
use domain::correlation::{DEFAULT_RULES, Rule};
use domain::{Action, Identity};

use super::wiki;

conforms!(with_a_token, Described<false>);
conforms!(with_oauth, Described<true>);

struct Described<const OAUTH: bool> {
    connector: Arc<dyn Connector>,
    trickster: Trickster,
    _backend: Backend,
}

#[async_trait]
impl<const OAUTH: bool> Stage for Described<OAUTH> {
    async fn set(trouble: Trouble) -> Option<Self> {
        let (backend, _) = wiki::wiki().await;
        let is_change = |method: &str, path: &str, _: &[u8]| method != "GET" && path != "/oauth/token";
        let trickster = Trickster::before(backend.address(), trouble, is_change).await;
        let description = if OAUTH { wiki::with_oauth } else { wiki::description };
        let connector = wiki::open(&description(&trickster.url()));
        Some(Self { connector, trickster, _backend: backend })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        (100 + number).to_string()
    }

    async fn absent_account(&self) -> String {
        "999".to_owned()
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let of_account = format!("/api/users/{}", order.account);
        let (method, below) = match order.action {
            Action::Disable | Action::Enable => ("PUT", "/state"),
            Action::EndSessions => ("DELETE", "/sessions"),
            Action::Transfer => ("POST", "/handover"),
            Action::Release => ("DELETE", "/runners"),
            Action::Delete | Action::Manual => ("DELETE", ""),
        };
        let states = if order.action == Action::Enable { "active" } else { "blocked" };
        let changes = self.trickster.changes();
        let of_order = changes.iter().filter(|change| {
            let body = String::from_utf8_lossy(&change.body);
            change.method == method
                && change.path == format!("{of_account}{below}")
                && (method != "PUT" || body.contains(states))
        });
        Some(of_order.count())
    }

    fn secrets(&self) -> Vec<String> {
        [wiki::TOKEN, wiki::CLIENT_SECRET].into_iter().chain(wiki::ISSUED).map(ToOwned::to_owned).collect()
    }

    fn rules(&self) -> Vec<Rule> {
        DEFAULT_RULES.to_vec()
    }

    fn person(&self, number: usize) -> Identity {
        identity(&format!("user_{number:02}"))
    }

    async fn twins(&self) -> Option<Identity> {
        Some(identity("twin"))
    }
}
