//! What a leaver gets, decided by the tenant.

use serde::{Deserialize, Serialize};

use crate::GroupId;

/// Longest grace between the cut and the deletion: one year.
pub const MAX_GRACE_MS: i64 = 366 * 24 * 3_600_000;

/// A tenant's rules. Absent fields take the defaults, which are the vendors' own behavior.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// In a `Leave`: how long after the cut the accounts are deleted.
    pub grace_ms: i64,
    /// Who inherits when the request names nobody.
    pub heir: Heir,
    /// Netex's rule: only a deactivated user may be removed.
    pub require_deactivated_before_remove: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heir {
    /// The request must name the successor.
    #[default]
    Nobody,
    Manager,
    Group(GroupId),
}
