//! What users and groups own.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::action::Count;
use crate::{AssetId, Error, GroupId, UserId};

/// Longest name of an asset kind, in bytes.
pub const MAX_KIND_BYTES: usize = 64;

/// A kind of asset: any lower-case word. Two of them are *workloads*, which run for their owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssetKind(String);

impl AssetKind {
    pub const SUBCLIENT: &'static str = "subclient";
    pub const VM_CLIENT: &'static str = "vm_client";

    pub fn new(kind: &str) -> Result<Self, Error> {
        let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        if kind.is_empty() || kind.len() > MAX_KIND_BYTES || !kind.bytes().all(fits) {
            let rule = format!("must be 1 to {MAX_KIND_BYTES} of a-z, 0-9 and _");
            return Err(Error::invalid("kind", rule));
        }
        Ok(Self(kind.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Workloads are what `Release` stops.
    pub fn is_workload(&self) -> bool {
        self.0 == Self::SUBCLIENT || self.0 == Self::VM_CLIENT
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    User(UserId),
    Group(GroupId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub id: AssetId,
    pub kind: AssetKind,
    pub name: String,
    /// `None` once released: nobody's.
    pub owner: Option<Owner>,
    /// The role the owner holds on it, such as `Laptop Owner`.
    pub owner_role: Option<String>,
    /// Its owner is a tombstone, by decision of the caller.
    pub orphaned: bool,
    /// What the platform itself calls it: the guid of a VM client, the path of a subclient. Compared as names are.
    pub external_id: Option<String>,
}

/// Where a leaver's assets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    To(Owner),
    /// They stay with the tombstone, flagged as orphaned.
    Orphan,
    /// Nobody fit to inherit is known: nothing is handed over or deleted until somebody is named.
    Awaited,
}

/// How many assets of each kind a user owns, in the order of their kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings(pub Vec<(AssetKind, u64)>);

impl Holdings {
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// The part that `wanted` holds for.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&AssetKind) -> bool) -> Self {
        Self(self.0.iter().filter(|(kind, _)| wanted(kind)).cloned().collect())
    }

    #[must_use]
    pub fn workloads(&self) -> Self {
        self.only(AssetKind::is_workload)
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, count)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}", Count { noun: kind.as_str().to_owned(), count: *count })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holdings_read_as_a_sentence() {
        let kind = |name: &str| AssetKind(name.to_owned());
        let holdings =
            Holdings(vec![(kind("alert"), 3), (kind("schedule_policy"), 2), (kind("workflow"), 1)]);
        assert_eq!(holdings.to_string(), "3 alerts, 2 schedule policies, 1 workflow");
        assert_eq!(holdings.total(), 6);
        assert!(holdings.workloads().is_empty());
    }

    #[test]
    fn kinds_are_words() {
        for bad in ["", "Alert", "a b", "a-b", &"x".repeat(65)] {
            assert!(AssetKind::new(bad).is_err(), "{bad:?}");
        }
        assert!(AssetKind::new("vm_client").is_ok_and(|kind| kind.is_workload()));
    }
}
