//! Systems where users have accounts.

use serde::{Deserialize, Serialize};

use crate::action::words;
use crate::{Action, PlatformId, UserId};

words! {
    PlatformKind {
        /// Exeunt's own directory. Every tenant has exactly one.
        Local = "local",
        /// A platform in memory or in a file, with scripted faults: for the demo and the tests.
        Simulated = "simulated",
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
    pub capabilities: Capabilities,
}

/// The actions a platform can do by itself; the others become `Manual` steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "one flag per action is the vocabulary")]
pub struct Capabilities {
    pub disable: bool,
    pub enable: bool,
    pub end_sessions: bool,
    pub transfer: bool,
    pub release: bool,
    pub delete: bool,
}

impl Capabilities {
    pub const FULL: Self =
        Self { disable: true, enable: true, end_sessions: true, transfer: true, release: true, delete: true };

    pub fn allow(self, action: Action) -> bool {
        match action {
            Action::Disable => self.disable,
            Action::Enable => self.enable,
            Action::EndSessions => self.end_sessions,
            Action::Transfer => self.transfer,
            Action::Release => self.release,
            Action::Delete => self.delete,
            Action::Manual => true,
        }
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

/// A user's presence on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub platform: PlatformId,
    pub user: UserId,
    /// The platform's own id for the user.
    pub remote_id: String,
    pub state: AccountState,
}
