//! What a kind of platform must be able to do.

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, Identity, RemoteAccount};
use serde::Serialize;

use crate::Failure;

/// One step, as a connector sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub action: Action,
    /// The account, by the platform's own id. `perform` has found it before a connector is asked.
    pub account: String,
    /// Whose account it is.
    pub user: Identity,
    /// Who inherits, for `Transfer`, and for a `Delete` that hands over by itself.
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
    /// `account` is the successor's own id on this platform; `perform` has looked for it.
    User { user: Identity, account: Option<String> },
    /// A group of ours; a platform knows it by its name, if at all.
    Group { name: String },
}

/// What a look at the platform showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is as the order wants it.
    So { evidence: String },
    /// It is not.
    NotSo { evidence: String },
}

/// Some of the accounts of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPage {
    pub accounts: Vec<RemoteAccount>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// Most accounts on a page.
pub const MAX_ACCOUNT_PAGE: usize = 500;
/// Most names of each kind that are told of what an account owns.
pub const MAX_OWNED_NAMES: usize = 5;

/// What an account owns, of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owned {
    /// In the platform's own word: `table`, `group`, `report`.
    pub kind: String,
    pub count: u64,
    /// The first few, in the order of their names.
    pub names: Vec<String>,
}

impl Owned {
    /// All of one kind.
    pub fn named(kind: &str, mut names: Vec<String>) -> Self {
        let count = names.len() as u64;
        names.sort_unstable();
        names.truncate(MAX_OWNED_NAMES);
        Self { kind: kind.to_owned(), count, names }
    }
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// What answers there: product and version, as far as it tells.
    pub server: String,
    /// Who we are there.
    pub signed_in_as: String,
    /// What our account may do there, one sentence each, as far as it can be asked without changing anything.
    pub permissions: Vec<String>,
    /// The platform's clock in milliseconds UTC, where it tells.
    pub clock_ms: Option<i64>,
}

/// A failure says what the look or the change came to; `Absent` that there is no such account.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What becomes of each action; a plan shows it before anything runs.
    fn capabilities(&self) -> Capabilities;

    /// The accounts whose `field` is `value`, as the platform compares. Whoever asks compares again.
    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure>;

    /// Looks whether it is as the order wants it, and changes nothing.
    async fn observe(&self, order: &Order) -> Result<Sight, Failure>;

    /// Makes it so. `Ok` is the platform's word only: `perform` looks before and after.
    async fn apply(&self, order: &Order) -> Result<(), Failure>;

    /// The accounts there, page by page, from `cursor` on.
    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure>;

    /// What an account owns there; `None` where the platform does not tell.
    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure>;

    /// Is it reachable, are our credentials taken, what may we do?
    async fn check(&self) -> Result<Checked, Failure>;
}
