//! Deleting an entry, and what is below it where that was agreed.

use std::cmp::Reverse;

use ldap3::controls::RawControl;

use super::Directory;
use super::account::Account;
use super::dn;
use super::operations::{ANYTHING, Entry, NO_ATTRIBUTES, Query};
use super::said::{NO_SUCH_OBJECT, NOT_ALLOWED_ON_NON_LEAF};
use super::settings::LeaveGroups;
use crate::Failure;

/// Most entries below an account's that go with it.
const MAX_CHILDREN: usize = 1_000;
/// "With everything below it", in one operation.
const TREE_DELETE: &str = "1.2.840.113556.1.4.805";

impl Directory {
    pub(super) async fn remove(&self, account: &Account) -> Result<(), Failure> {
        // Whoever is given the same name later must not inherit the groups.
        if !self.leaves_groups(LeaveGroups::Never) {
            self.leave_groups(account).await?;
        }
        match self.door.delete(&account.entry.dn, None).await {
            Err(setback) if setback.is(NOT_ALLOWED_ON_NON_LEAF) => self.remove_with_children(account).await,
            other => account.changed(other),
        }
    }

    pub(super) async fn children(&self, account: &Account) -> Result<Vec<Entry>, Failure> {
        let query = Query::below(&account.entry.dn, ANYTHING.to_owned(), &[NO_ATTRIBUTES]);
        let mut found = self.door.walk(&query).await?;
        found.retain(|entry| entry.dn != account.entry.dn);
        Ok(found)
    }

    async fn remove_with_children(&self, account: &Account) -> Result<(), Failure> {
        let mut children = self.children(account).await?;
        let refused = |why: &str| {
            let first = children.first().map_or("", |child| child.dn.as_str());
            let named = account.named();
            Err(Failure::Refused(format!(
                "{named} has {} entries below it ({first:?}): {why}",
                children.len()
            )))
        };
        if !self.like.delete_children {
            return refused("delete_children does not let them go with it");
        }
        if children.len() > MAX_CHILDREN {
            return refused("too many to go with it");
        }
        if self.deletes_trees().await? {
            let control = RawControl { ctype: TREE_DELETE.to_owned(), crit: true, val: None };
            return account.changed(self.door.delete(&account.entry.dn, Some(control)).await);
        }
        children.sort_by_key(|child| Reverse(dn::depth(&child.dn)));
        for child in &children {
            match self.door.delete(&child.dn, None).await {
                Err(setback) if !setback.is(NO_SUCH_OBJECT) => return Err(setback.into()),
                _ => {}
            }
        }
        account.changed(self.door.delete(&account.entry.dn, None).await)
    }

    async fn deletes_trees(&self) -> Result<bool, Failure> {
        let root = self.root(&["supportedControl"]).await?;
        Ok(root.texts("supportedControl").any(|control| control == TREE_DELETE))
    }
}
