//! The conformance suite, on an AppViewX in memory behind every trick; with groups unassigned as the off-switch,
//! and without one.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Backend, Stage, Trickster, Trouble, conforms, identity};
use connectors::{Connector, Order, rules};
use domain::correlation::Rule;
use domain::platform::is_sought;
use domain::{Identity, PlatformKind};
use serde_json::json;

use super::gateway::Gateway;
use super::{PASSWORD, SESSION, connector};

conforms!(removing, Certificates<false>);
conforms!(unassigning_groups, Certificates<true>);

struct Certificates<const UNASSIGN: bool> {
    gateway: Gateway,
    connector: Arc<dyn Connector>,
    _front: Trickster,
    _backend: Backend,
}

#[async_trait]
impl<const UNASSIGN: bool> Stage for Certificates<UNASSIGN> {
    async fn set(trouble: Trouble) -> Option<Self> {
        let gateway = Gateway::staffed();
        let backend = gateway.serve().await;
        let is_change = |_: &str, path: &str, _: &[u8]| {
            path.contains("acctmgmt-remove-user") || path.contains("user-updateUsergroups")
        };
        let front = Trickster::before(backend.address(), trouble, is_change).await;
        let disable = if UNASSIGN { json!({ "disable": "unassign_groups" }) } else { json!({}) };
        let connector = connector(&front.url(), &disable);
        Some(Self { gateway, connector, _front: front, _backend: backend })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        format!("user_{number:02}")
    }

    async fn absent_account(&self) -> String {
        "departed".to_owned()
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let sought = order.user.user_name.to_lowercase();
        let account = if is_sought(&order.account) { &sought } else { &order.account };
        let state = self.gateway.state();
        let of_order = |(action, name): &&(_, String)| *action == order.action && name == account;
        Some(state.effects.iter().filter(of_order).count())
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned(), SESSION.to_owned()]
    }

    fn rules(&self) -> Vec<Rule> {
        rules(PlatformKind::Appviewx, "{}", &[])
    }

    fn person(&self, number: usize) -> Identity {
        identity(&format!("USER_{number:02}"))
    }

    async fn twins(&self) -> Option<Identity> {
        Some(identity("twin"))
    }
}
