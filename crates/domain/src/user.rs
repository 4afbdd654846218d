//! The people and groups of a tenant.

use crate::action::words;
use crate::{GroupId, UserId};

words! {
    UserState {
        Active = "active",
        /// No sign-in, no session, no token; everything else is kept.
        Deactivated = "deactivated",
        /// A tombstone: id, guid, name and history are kept.
        Removed = "removed",
    }
}

words! {
    /// What a caller may do. Each role includes the ones above it.
    Role {
        /// Only itself: sign in, see itself, sign out.
        None = "none",
        /// Reads everything, the log included.
        Auditor = "auditor",
        /// Runs departures.
        Operator = "operator",
        /// Users, tokens, platforms and policy besides.
        Admin = "admin",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// 32 lower-case hex digits: Netex's id, SCIM's id.
    pub guid: String,
    pub user_name: String,
    pub email: String,
    pub full_name: String,
    pub description: String,
    pub state: UserState,
    pub role: Role,
    /// Never cut or removed: the built-in administrator, a legal hold.
    pub protected: bool,
    pub manager: Option<UserId>,
    pub external_id: Option<String>,
    /// Shown to the leaver who signs in with the right password.
    pub notice: Option<String>,
    pub created_ms: i64,
    pub last_sign_in_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub guid: String,
    pub name: String,
    pub description: String,
    pub external_id: Option<String>,
}
