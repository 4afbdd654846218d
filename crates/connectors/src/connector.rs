//! What a kind of platform must be able to do.

use async_trait::async_trait;
use domain::{Action, Capabilities, Outcome};

/// One step, as a connector sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub action: Action,
    /// The account, by the platform's own id.
    pub account: String,
    pub user_name: String,
    /// Who inherits, for `Transfer`.
    pub heir: Option<Heir>,
    /// The notice for the leaver, where the platform can show one.
    pub message: Option<String>,
    /// The same for every attempt of this step.
    pub idempotency_key: String,
    /// From 1; above 1 an earlier attempt may have had its effect.
    pub attempt: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heir {
    /// `account` is the successor's own id on this platform, if it has an account there.
    User {
        user_name: String,
        account: Option<String>,
    },
    Group {
        name: String,
    },
}

/// What a look at the platform showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// It is as the order wants it.
    So { evidence: String },
    /// It is not.
    NotSo { evidence: String },
    /// It could not be seen.
    Unclear { outcome: Outcome },
}

#[async_trait]
pub trait Connector: Send + Sync {
    /// What this platform can do by itself; a plan shows it before anything runs.
    fn capabilities(&self) -> Capabilities;

    /// Looks, and changes nothing.
    async fn observe(&self, order: &Order) -> Observation;

    /// Makes it so. `Done` here is the platform's word only: `perform` asks for an observation.
    async fn apply(&self, order: &Order) -> Outcome;

    /// Is it reachable, and do our credentials work? The text is for an administrator.
    async fn check(&self) -> Result<String, String>;
}
