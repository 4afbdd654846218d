//! Systems where users have accounts.

use serde::{Deserialize, Serialize};

use crate::action::words;
use crate::{Action, PlatformId, Terms, UserId};

words! {
    PlatformKind {
        /// Exeunt's own directory. Every tenant has exactly one.
        Local = "local",
        /// A platform in memory or in a file, with scripted faults: for the demo and the tests.
        Simulated = "simulated",
        Commvault = "commvault",
        Netex = "netex",
        Appviewx = "appviewx",
        /// Any SCIM 2.0 service provider.
        Scim = "scim",
        /// OpenLDAP, Active Directory and their kin.
        Ldap = "ldap",
        /// The roles of a PostgreSQL server.
        Postgres = "postgres",
        /// Any HTTP API, described by its requests.
        Http = "http",
        /// A system that only a person can work on.
        Manual = "manual",
    }
}

impl PlatformKind {
    /// Whether a leaver without a known account there is looked for by who it is.
    pub fn seeks(self) -> bool {
        !matches!(self, Self::Local | Self::Simulated)
    }
}

/// Most steps under way at once on one platform, unless it says otherwise.
pub const DEFAULT_MAX_IN_FLIGHT: i64 = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    pub id: PlatformId,
    pub name: String,
    pub kind: PlatformKind,
    /// The connector's settings as JSON. Secrets only by reference (`env:NAME`, `file:PATH`).
    pub settings: String,
    pub max_in_flight: i64,
    /// What is agreed about the platform, whatever its kind.
    pub terms: Terms,
    pub capabilities: Capabilities,
    /// Counts the declarations: with each, connections and secrets are taken anew.
    pub revision: i64,
}

words! {
    /// What becomes of an action on a platform.
    Support {
        /// The connector does it.
        Able = "able",
        /// A person must: it becomes a `Manual` step.
        ByHand = "by_hand",
        /// The deletion hands over by itself; without a deletion a person must.
        WithDelete = "with_delete",
        /// There is no such thing there, or it was agreed to leave it out: no step at all.
        Nothing = "nothing",
    }
}

/// What a platform makes of each action. A plan shows it before anything runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capabilities {
    pub disable: Support,
    pub enable: Support,
    pub end_sessions: Support,
    pub transfer: Support,
    pub release: Support,
    pub delete: Support,
}

impl Capabilities {
    pub const FULL: Self = Self::all(Support::Able);

    pub const fn all(support: Support) -> Self {
        Self {
            disable: support,
            enable: support,
            end_sessions: support,
            transfer: support,
            release: support,
            delete: support,
        }
    }

    pub fn of(self, action: Action) -> Support {
        match action {
            Action::Disable => self.disable,
            Action::Enable => self.enable,
            Action::EndSessions => self.end_sessions,
            Action::Transfer => self.transfer,
            Action::Release => self.release,
            Action::Delete => self.delete,
            Action::Manual => Support::ByHand,
        }
    }

    pub fn allow(self, action: Action) -> bool {
        self.of(action) == Support::Able
    }

    /// The same with another `support` for `action`.
    #[must_use]
    pub fn with(mut self, action: Action, support: Support) -> Self {
        match action {
            Action::Disable => self.disable = support,
            Action::Enable => self.enable = support,
            Action::EndSessions => self.end_sessions = support,
            Action::Transfer => self.transfer = support,
            Action::Release => self.release = support,
            Action::Delete => self.delete = support,
            Action::Manual => {}
        }
        self
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::FULL
    }
}

words! {
    /// The last state a platform was seen in; `unknown` until it was looked at.
    AccountState {
        Active = "active",
        Disabled = "disabled",
        Deleted = "deleted",
        Unknown = "unknown",
    }
}

impl AccountState {
    /// What an account is once `action` is done; `None` where it stays what it was.
    pub fn after(action: Action) -> Option<Self> {
        match action {
            Action::Disable => Some(Self::Disabled),
            Action::Enable => Some(Self::Active),
            Action::Delete => Some(Self::Deleted),
            Action::EndSessions | Action::Transfer | Action::Release | Action::Manual => None,
        }
    }
}

/// A user's presence on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub platform: PlatformId,
    pub user: UserId,
    /// The platform's own id for the user.
    pub remote_id: String,
    pub state: AccountState,
}

/// What an account id begins with as long as the platform was not asked for the real one.
const SOUGHT: char = '?';

/// Stands for the account of the user with this guid until the platform tells which one it is.
pub fn sought(guid: &str) -> String {
    format!("{SOUGHT}{guid}")
}

/// Whether the account is still to be found.
pub fn is_sought(remote_id: &str) -> bool {
    remote_id.starts_with(SOUGHT)
}
