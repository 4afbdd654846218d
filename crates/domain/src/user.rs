//! The people and groups of a tenant.

use crate::action::words;
use crate::{Error, GroupId, UserId};

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
    /// What a caller may do. Each role includes the ones above it, but for `scim`, which is apart.
    Role {
        /// Only itself: sign in, see itself, sign out.
        None = "none",
        /// For tokens only, and whoever their user is: the users and groups of the tenant as SCIM resources.
        Scim = "scim",
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
    /// When anything of the user itself was last changed.
    pub modified_ms: i64,
    pub last_sign_in_ms: Option<i64>,
    /// Removed by its identity provider, and no longer shown to it.
    pub hidden: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub guid: String,
    pub name: String,
    pub description: String,
    pub external_id: Option<String>,
    pub created_ms: i64,
    /// When the group itself, or who is in it, was last changed.
    pub modified_ms: i64,
    /// Counts those changes.
    pub revision: i64,
}

impl Group {
    /// A group that begins now.
    pub fn new(id: GroupId, guid: String, name: impl Into<String>, now_ms: i64) -> Self {
        Self {
            id,
            guid,
            name: name.into(),
            description: String::new(),
            external_id: None,
            created_ms: now_ms,
            modified_ms: now_ms,
            revision: 1,
        }
    }
}

impl Role {
    /// What the bearer of a token may do: never more than its user may. Provisioning is apart: an administrator
    /// grants it to the token, and its user needs no role of its own.
    #[must_use]
    pub fn of_bearer(token: Self, user: Self) -> Self {
        if token == Self::Scim { token } else { token.min(user) }
    }

    /// What a user may be.
    pub const OF_USERS: &[Self] = &[Self::None, Self::Auditor, Self::Operator, Self::Admin];

    /// Accepts what a user may be; `scim` is for tokens.
    pub fn check_of_user(self) -> Result<(), Error> {
        if Self::OF_USERS.contains(&self) {
            Ok(())
        } else {
            Err(Error::invalid("role", "scim is for tokens only"))
        }
    }
}
