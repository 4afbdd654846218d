//! Whether somebody may sign in with an entry, and how that is changed.

use std::collections::HashSet;

use ldap3::Mod;

use super::Directory;
use super::account::Account;
use super::operations::Entry;
use super::said::NO_SUCH_ATTRIBUTE;
use crate::Failure;

const USER_ACCOUNT_CONTROL: &str = "userAccountControl";
/// ACCOUNTDISABLE, the second bit of it.
const ACCOUNT_DISABLE: i64 = 2;

impl Directory {
    pub(super) fn lock_attribute(&self) -> &str {
        self.like.lock.as_ref().map_or(USER_ACCOUNT_CONTROL, |lock| &lock.attribute)
    }

    /// None where the entry does not tell.
    pub(super) fn is_locked(&self, entry: &Entry) -> Option<bool> {
        match &self.like.lock {
            None => Some(control(entry)? & ACCOUNT_DISABLE != 0),
            Some(lock) => {
                Some(entry.texts(&lock.attribute).any(|value| value.eq_ignore_ascii_case(&lock.disabled)))
            }
        }
    }

    /// What it is that says so.
    pub(super) fn lock_seen(&self, entry: &Entry) -> String {
        let attribute = self.lock_attribute();
        entry
            .text(attribute)
            .map_or_else(|| format!("it has no {attribute}"), |value| format!("{attribute} is {value}"))
    }

    pub(super) async fn set_lock(&self, account: &Account, locked: bool) -> Result<(), Failure> {
        let Some(lock) = &self.like.lock else { return self.set_control(account, locked).await };
        let value = if locked { Some(&lock.disabled) } else { lock.enabled.as_ref() };
        let change =
            Mod::Replace(bytes(&lock.attribute), value.map(|value| bytes(value)).into_iter().collect());
        account.changed(self.door.modify(&account.entry.dn, vec![change]).await)
    }

    /// The other bits stay as they are: the old value goes out and the new one in, in one change, which fails where
    /// somebody has changed it since.
    async fn set_control(&self, account: &Account, locked: bool) -> Result<(), Failure> {
        let Account { entry, .. } = account;
        let Some(old) = control(entry) else {
            return Err(Failure::Refused(format!("{} shows us no {USER_ACCOUNT_CONTROL}", account.named())));
        };
        let new = if locked { old | ACCOUNT_DISABLE } else { old & !ACCOUNT_DISABLE };
        let one = |value: i64| HashSet::from([bytes(&value.to_string())]);
        let name = bytes(USER_ACCOUNT_CONTROL);
        let changes = vec![Mod::Delete(name.clone(), one(old)), Mod::Add(name, one(new))];
        match self.door.modify(&entry.dn, changes).await {
            Err(setback) if setback.is(NO_SUCH_ATTRIBUTE) => Err(Failure::Busy {
                reason: format!(
                    "{USER_ACCOUNT_CONTROL} of {} was changed by somebody else just now",
                    account.named()
                ),
                after_ms: None,
            }),
            other => account.changed(other),
        }
    }
}

fn control(entry: &Entry) -> Option<i64> {
    entry.text(USER_ACCOUNT_CONTROL)?.parse().ok()
}

pub(super) fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}
