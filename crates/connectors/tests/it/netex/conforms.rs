//! The conformance suite, on a tenant in memory behind every trick.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Backend, Stage, Trickster, Trouble, conforms, identity};
use connectors::{Connector, Order, rules};
use domain::correlation::Rule;
use domain::{Identity, PlatformKind};
use serde_json::json;

use super::tenant::{Tenant, id};
use super::{TOKEN, connector};

conforms!(suite, Academy);

struct Academy {
    tenant: Tenant,
    connector: Arc<dyn Connector>,
    _front: Trickster,
    _backend: Backend,
}

#[async_trait]
impl Stage for Academy {
    async fn set(trouble: Trouble) -> Option<Self> {
        let tenant = Tenant::staffed();
        let backend = tenant.serve().await;
        let front = Trickster::before(backend.address(), trouble, |method, _, _| method != "GET").await;
        let connector = connector(&front.url(), &json!({}));
        Some(Self { tenant, connector, _front: front, _backend: backend })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    /// The second one is deactivated already, so that a deletion is one request.
    fn account(&self, number: usize) -> String {
        id(number)
    }

    async fn absent_account(&self) -> String {
        id(99)
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let state = self.tenant.state();
        // Where it was looked for, it is the first one.
        let account = if state.people.contains_key(&order.account) { order.account.clone() } else { id(0) };
        let accounts = [order.account.clone(), account];
        let of_order = |(action, id): &&(_, String)| *action == order.action && accounts.contains(id);
        Some(state.effects.iter().filter(of_order).count())
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned(), "$2a$".to_owned()]
    }

    fn rules(&self) -> Vec<Rule> {
        rules(PlatformKind::Netex, "{}", &[])
    }

    fn person(&self, number: usize) -> Identity {
        identity(&format!("USER_{number:02}"))
    }

    async fn twins(&self) -> Option<Identity> {
        Some(identity("twin"))
    }
}
