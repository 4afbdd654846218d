//! Values of other entries that name the account's: what it owns, and the groups that it is in.
//!
//! Members are never read: a group may have more of them than a server gives at once. The server is asked which
//! entries name the account, and each gets a change of that one value.

use ldap3::{Mod, ldap_escape};

use super::Directory;
use super::account::Account;
use super::dn;
use super::lock::bytes;
use super::operations::{Entry, NO_ATTRIBUTES, Query};
use super::said::{NO_SUCH_ATTRIBUTE, NO_SUCH_OBJECT, OBJECT_CLASS_VIOLATION, Setback, VALUE_EXISTS};
use super::settings::LeaveGroups;
use crate::{Failure, Heir};

/// The members of a POSIX group are called by the name of the account, not by that of its entry.
const BY_USER_NAME: &str = "memberUid";
/// Whatever a group is called there.
const GROUPS: &str = "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)\
                      (objectClass=posixGroup))";
/// Most of the refused changes that are told of.
const MAX_TOLD: usize = 3;

/// Entries whose `attribute` has the value `value`.
pub(super) struct Naming {
    pub(super) attribute: String,
    value: String,
    pub(super) entries: Vec<Entry>,
}

impl Directory {
    /// What names the account as its manager, owner and so on.
    pub(super) async fn owned(&self, account: &Account) -> Result<Vec<Naming>, Failure> {
        self.naming(&self.like.references, account).await
    }

    pub(super) async fn groups(&self, account: &Account) -> Result<Vec<Naming>, Failure> {
        self.naming(&self.like.group_attributes, account).await
    }

    pub(super) async fn is_in_groups(&self, account: &Account) -> Result<bool, Failure> {
        let values = self.like.group_attributes.iter().flat_map(|attribute| self.values(attribute, account));
        let filters: String = values.map(|(attribute, value)| equals(attribute, &value)).collect();
        if filters.is_empty() {
            return Ok(false);
        }
        Ok(self.door.any(&Query::below(&self.like.base, format!("(|{filters})"), &[NO_ATTRIBUTES])).await?)
    }

    pub(super) fn leaves_groups(&self, when: LeaveGroups) -> bool {
        self.like.leave_groups == when
    }

    /// Nobody else's membership is touched.
    pub(super) async fn leave_groups(&self, account: &Account) -> Result<(), Failure> {
        let groups = self.groups(account).await?;
        self.replace(&groups, None).await
    }

    /// Everything that names the account names the successor instead.
    pub(super) async fn hand_over(&self, account: &Account, heir: Option<&Heir>) -> Result<(), Failure> {
        let heir = self.heir(account, heir).await?;
        let owned = self.owned(account).await?;
        self.replace(&owned, Some(&heir)).await
    }

    async fn naming(&self, attributes: &[String], account: &Account) -> Result<Vec<Naming>, Failure> {
        let mut found = Vec::new();
        for (attribute, value) in attributes.iter().flat_map(|attribute| self.values(attribute, account)) {
            let query = Query::below(&self.like.base, equals(attribute, &value), &[NO_ATTRIBUTES]);
            let entries = self.door.walk(&query).await?;
            if !entries.is_empty() {
                found.push(Naming { attribute: attribute.to_owned(), value, entries });
            }
        }
        Ok(found)
    }

    fn values<'a>(&self, attribute: &'a str, account: &Account) -> Vec<(&'a str, String)> {
        let values = if attribute.eq_ignore_ascii_case(BY_USER_NAME) {
            account.entry.texts(&self.like.user_name).map(str::to_owned).collect()
        } else {
            self.names(&account.entry)
        };
        values.into_iter().map(|value| (attribute, value)).collect()
    }

    /// Puts `new`, or nothing, in the place of the value. What is refused does not keep the rest from being done.
    async fn replace(&self, naming: &[Naming], new: Option<&str>) -> Result<(), Failure> {
        let mut refused = Vec::new();
        for Naming { attribute, value, entries } in naming {
            for entry in entries {
                // Nobody is made their own manager.
                let new = new.filter(|new| *new != entry.dn);
                match self.replace_in(&entry.dn, attribute, value, new).await {
                    Ok(()) => {}
                    // It was done by somebody else in the meantime, or the entry has gone.
                    Err(setback) if setback.is(NO_SUCH_ATTRIBUTE) || setback.is(NO_SUCH_OBJECT) => {}
                    Err(Setback::Said(said)) if said.code == OBJECT_CLASS_VIOLATION && new.is_none() => {
                        refused
                            .push(format!("{:?} cannot be without a {attribute}: {}", entry.dn, said.text));
                    }
                    Err(setback) => match setback.into() {
                        Failure::Refused(text) => refused.push(text),
                        failure => return Err(failure),
                    },
                }
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        let told = refused.iter().take(MAX_TOLD).map(String::as_str).collect::<Vec<_>>().join("; ");
        Err(Failure::Refused(format!("{} of the entries could not be changed: {told}", refused.len())))
    }

    async fn replace_in(
        &self,
        dn: &str,
        attribute: &str,
        old: &str,
        new: Option<&str>,
    ) -> Result<(), Setback> {
        let delete = || Mod::Delete(bytes(attribute), [bytes(old)].into());
        let Some(new) = new else { return self.door.modify(dn, vec![delete()]).await };
        let add = Mod::Add(bytes(attribute), [bytes(new)].into());
        match self.door.modify(dn, vec![delete(), add]).await {
            // The successor was named there already.
            Err(setback) if setback.is(VALUE_EXISTS) => self.door.modify(dn, vec![delete()]).await,
            other => other,
        }
    }

    /// The name of the successor's entry.
    async fn heir(&self, account: &Account, heir: Option<&Heir>) -> Result<String, Failure> {
        let refused = |text: String| Err(Failure::Refused(text));
        match heir {
            Some(Heir::User { account: Some(id), .. }) if *id == account.id => {
                refused("the successor's entry is the leaver's own".to_owned())
            }
            Some(Heir::User { account: Some(id), .. }) => match self.account(id).await {
                Err(Failure::Absent(text)) => refused(format!("the successor has no entry there: {text}")),
                Err(failure) => Err(failure),
                Ok(heir) if self.is_locked(&heir.entry) == Some(true) => {
                    refused(format!("the successor's entry is disabled: {}", heir.named()))
                }
                Ok(heir) => Ok(heir.entry.dn),
            },
            Some(Heir::Group { name }) => {
                let filter = format!("(&{GROUPS}{})", equals("cn", name));
                let mut found =
                    self.door.walk(&Query::below(&self.like.base, filter, &[NO_ATTRIBUTES])).await?;
                match (found.pop(), found.len()) {
                    (Some(group), 0) => Ok(group.dn),
                    (None, _) => refused(format!("there is no group {name:?} there")),
                    (Some(_), others) => refused(format!("there are {} groups {name:?} there", others + 1)),
                }
            }
            Some(Heir::User { user, account: None }) => {
                refused(format!("the entry of {} there is not known", user.user_name))
            }
            None => refused("nobody is named who inherits".to_owned()),
        }
    }
}

impl Naming {
    /// The first names, for people.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.entries.iter().map(|entry| dn::shown(&entry.dn))
    }
}

fn equals(attribute: &str, value: &str) -> String {
    format!("({attribute}={})", ldap_escape(value))
}
