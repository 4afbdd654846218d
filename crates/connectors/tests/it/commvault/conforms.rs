//! The conformance suite, on a CommCell in memory behind every trick.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Backend, Stage, Trickster, Trouble, conforms, identity};
use connectors::{Connector, Order, rules};
use domain::correlation::Rule;
use domain::{Action, Identity, PlatformKind};

use super::cell::{Cell, ROOT};
use super::{ENCODED_PASSWORD, PASSWORD, TOKEN, connector};

conforms!(suite, CommCell);

struct CommCell {
    cell: Cell,
    connector: Arc<dyn Connector>,
    _front: Trickster,
    _backend: Backend,
}

#[async_trait]
impl Stage for CommCell {
    async fn set(trouble: Trouble) -> Option<Self> {
        let cell = Cell::staffed();
        let backend = cell.serve().await;
        let is_change = |method: &str, path: &str, _: &[u8]| {
            matches!(method, "PUT" | "DELETE") || path.ends_with("/Offboard")
        };
        let front = Trickster::before(backend.address(), trouble, is_change).await;
        let connector = connector(&format!("{}{ROOT}", front.url()));
        Some(Self { cell, connector, _front: front, _backend: backend })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        (10 + number).to_string()
    }

    async fn absent_account(&self) -> String {
        "99".to_owned()
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let id = order.account.parse().unwrap_or_else(|_| number_of(&order.user));
        let state = self.cell.state();
        Some(state.effects.iter().filter(|effect| **effect == (order.action, id)).count())
    }

    fn secrets(&self) -> Vec<String> {
        [PASSWORD, ENCODED_PASSWORD, TOKEN, "3a5f0c"].map(str::to_owned).to_vec()
    }

    /// No call shows what still runs for a user.
    fn shows(&self, action: Action) -> bool {
        action != Action::Release
    }

    fn rules(&self) -> Vec<Rule> {
        rules(PlatformKind::Commvault, "{}", &[])
    }

    fn person(&self, number: usize) -> Identity {
        identity(&format!("USER_{number:02}"))
    }

    async fn twins(&self) -> Option<Identity> {
        Some(identity("twin"))
    }
}

/// The id of a user who was looked for by name.
fn number_of(user: &Identity) -> i64 {
    user.user_name.to_lowercase().trim_start_matches("user_").parse::<i64>().map_or(-1, |number| 10 + number)
}
