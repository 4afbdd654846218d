//! The conformance suite on each of the servers.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Stage, Trickster, Trouble, conforms, identity};
use connectors::{Connector, Order};
use domain::correlation::{DEFAULT_RULES, Rule};
use domain::{Action, Identity};
use reqwest::Method;
use serde_json::json;

use super::servers::{Provider, SECRET, Which, unique};

conforms!(scim2_server, Troubled<SCIM2>);
conforms!(scim2_server_that_supports_little, Troubled<BARE>);
conforms!(django_scim2, Troubled<DJANGO>);

const SCIM2: u8 = 0;
const BARE: u8 = 1;
const DJANGO: u8 = 2;

struct Troubled<const WHICH: u8> {
    provider: Provider,
    trickster: Trickster,
    connector: Arc<dyn Connector>,
    /// Id and name.
    people: Vec<(String, String)>,
    twins: Identity,
}

#[async_trait]
impl<const WHICH: u8> Stage for Troubled<WHICH> {
    async fn set(trouble: Trouble) -> Option<Self> {
        let which = match WHICH {
            SCIM2 => Which::Scim2,
            BARE => Which::Bare,
            _ => Which::Django,
        };
        let provider = Provider::new(which);
        let mut people = Vec::new();
        for _ in 0..3 {
            let name = unique("bjensen");
            people.push((provider.user(&name, &format!("{name}@example.com")).await, name));
        }
        let twins = Identity { user_name: String::new(), ..identity(&unique("twins")) };
        for _ in 0..2 {
            provider.user(&unique("twin"), &twins.email).await;
        }
        let trickster = Trickster::before(provider.address(), trouble, |method, _, _| method != "GET").await;
        // Patient where nothing is waited for in vain.
        let timeout_ms = if matches!(trouble, Trouble::Silence | Trouble::Drip) { 900 } else { 10_000 };
        let connector = provider.connector(&json!({
            "base_url": provider.below(&trickster.url()),
            "connection": { "timeout_ms": timeout_ms },
        }));
        Some(Self { provider, trickster, connector, people, twins })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        self.people[number].0.clone()
    }

    fn person(&self, number: usize) -> Identity {
        identity(&self.people[number].1)
    }

    async fn absent_account(&self) -> String {
        let id = self.provider.user(&unique("departed"), "departed@example.com").await;
        let (status, _) = self.provider.ask(Method::DELETE, &format!("/Users/{id}"), None).await;
        assert_eq!(status, 204);
        id
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let of_order = |change: &&connectors::conformance::Change| {
            let body = String::from_utf8_lossy(&change.body);
            let is_it = match order.action {
                Action::Disable => body.contains(r#""active":false"#) || body.contains(r#""value":false"#),
                Action::Enable => body.contains(r#""active":true"#) || body.contains(r#""value":true"#),
                _ => change.method == "DELETE",
            };
            is_it && change.path.ends_with(&format!("/Users/{}", order.account))
        };
        Some(self.trickster.changes().iter().filter(of_order).count())
    }

    fn secrets(&self) -> Vec<String> {
        vec![SECRET.to_owned()]
    }

    fn rules(&self) -> Vec<Rule> {
        DEFAULT_RULES.to_vec()
    }

    async fn twins(&self) -> Option<Identity> {
        Some(self.twins.clone())
    }
}
