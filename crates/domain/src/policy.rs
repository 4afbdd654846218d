//! What a leaver gets, decided by the tenant.

use serde::{Deserialize, Serialize};

use crate::{Error, GroupId};

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
    pub scim: Provisioning,
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

/// Longest time that a user is kept whom an identity provider has deleted.
pub const MAX_KEEP_DAYS: u16 = 3_660;
/// Most departures that a token may be let ask for in one window.
pub const MAX_DEPARTURES: u32 = 1_000_000;
/// Longest window: 30 days.
pub const MAX_WINDOW_S: u32 = 30 * 24 * 3_600;
/// The share of users counts from this many departures on: in a small tenant everybody is a large share.
pub const FEW_DEPARTURES: u32 = 20;

/// What identity providers may do, and what a deletion of theirs means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provisioning {
    pub on_delete: OnDelete,
    pub guard: Guard,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The user is cut, hands over, and is removed.
    #[default]
    Remove,
    /// The user is cut and kept, and removed only after that many days; never without.
    Deactivate { keep_days: Option<u16> },
}

/// How many departures one token may ask for in a window, before an administrator is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guard {
    pub users: u32,
    /// Of the users present when the window began, from [`FEW_DEPARTURES`] on; 100 for no such limit.
    pub percent: u8,
    pub window_s: u32,
}

impl Default for Guard {
    fn default() -> Self {
        Self { users: 100, percent: 50, window_s: 3_600 }
    }
}

impl Guard {
    /// Departures that may begin in a window that opened with so many users.
    pub fn limit(self, present: i64) -> i64 {
        let share = present.saturating_mul(self.percent.into()) / 100;
        let share = if self.percent >= 100 { i64::MAX } else { share.max(FEW_DEPARTURES.into()) };
        share.min(self.users.into())
    }

    /// Of more users than this the share is no limit any more: nobody needs to count them.
    pub fn most_counted(self) -> i64 {
        (i64::from(self.users) * 100).div_euclid(i64::from(self.percent.max(1))) + 1
    }
}

impl Provisioning {
    pub fn check(&self) -> Result<(), Error> {
        if let OnDelete::Deactivate { keep_days: Some(days) } = self.on_delete
            && !(1..=MAX_KEEP_DAYS).contains(&days)
        {
            return Err(Error::invalid("keep_days", format!("must be 1 to {MAX_KEEP_DAYS}")));
        }
        let Guard { users, percent, window_s } = self.guard;
        if users > MAX_DEPARTURES {
            return Err(Error::invalid("guard.users", format!("must be 0 to {MAX_DEPARTURES}")));
        }
        if percent > 100 {
            return Err(Error::invalid("guard.percent", "must be 0 to 100"));
        }
        if !(1..=MAX_WINDOW_S).contains(&window_s) {
            return Err(Error::invalid("guard.window_s", format!("must be 1 to {MAX_WINDOW_S}")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_counts_only_where_it_is_many() {
        let guard = Guard { users: 100, percent: 10, window_s: 60 };
        for (present, limit) in [(0, 20), (100, 20), (500, 50), (5_000, 100)] {
            assert_eq!(guard.limit(present), limit, "{present} users");
        }
        assert_eq!(Guard { users: 7, percent: 100, window_s: 60 }.limit(3), 7);
        for guard in [guard, Guard { percent: 33, ..guard }, Guard { percent: 0, ..guard }] {
            let most = guard.most_counted();
            assert_eq!(guard.limit(most), guard.limit(most + 1_000), "{guard:?}");
        }
        assert_eq!(Guard { users: 0, ..guard }.limit(5_000), 0, "each is asked about");
    }
}
