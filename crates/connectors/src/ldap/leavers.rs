//! The unit that leavers are moved to, and the way back from it.
//!
//! Where a server does not keep references up to date, they go on naming an entry by where it was. So the entry
//! itself keeps that, from before the move until it is back.

use ldap3::Mod;

use super::Directory;
use super::account::Account;
use super::dn;
use super::lock::bytes;
use super::operations::Entry;
use crate::Failure;

/// What the record of a former place begins with: the attribute may hold other texts as well.
const RECORD: &str = "exeunt: moved from ";

impl Directory {
    /// The unit that the entry was in before it was moved, where that was recorded.
    pub(super) fn former_unit<'a>(&self, entry: &'a Entry) -> Option<&'a str> {
        let attribute = self.like.former_ou_attribute.as_deref()?;
        entry.texts(attribute).find_map(|value| value.strip_prefix(RECORD))
    }

    /// All that the entry may be called by other entries: where it is, and where it was.
    pub(super) fn names(&self, entry: &Entry) -> Vec<String> {
        let own = dn::split(&entry.dn).map(|(own, _)| own);
        let former = own.zip(self.former_unit(entry)).map(|(own, unit)| format!("{own},{unit}"));
        let mut names = vec![entry.dn.clone()];
        names.extend(former.filter(|former| *former != entry.dn));
        names
    }

    pub(super) async fn move_out(&self, account: &Account) -> Result<(), Failure> {
        let Some(unit) = self.like.leavers_ou.as_deref().filter(|_| !account.moved) else { return Ok(()) };
        let (own, above) = parts(account)?;
        self.record(account, Some(above)).await?;
        Ok(self.door.move_below(&account.entry.dn, own, unit).await?)
    }

    /// The account, back where it was; as it is where that was not recorded.
    pub(super) async fn move_back(&self, account: Account) -> Result<Account, Failure> {
        let Some(unit) = self.former_unit(&account.entry) else { return Ok(account) };
        let mut back = account.clone();
        if account.moved {
            let (own, _) = parts(&account)?;
            self.door.move_below(&account.entry.dn, own, unit).await?;
            back = self.account(&account.id).await?;
        }
        self.record(&back, None).await?;
        Ok(back)
    }

    async fn record(&self, account: &Account, unit: Option<&str>) -> Result<(), Failure> {
        let Some(attribute) = self.like.former_ou_attribute.as_deref() else { return Ok(()) };
        let old = self.former_unit(&account.entry);
        if old == unit {
            return Ok(());
        }
        let one = |unit: &str| [bytes(&format!("{RECORD}{unit}"))].into();
        let old = old.map(|old| Mod::Delete(bytes(attribute), one(old)));
        let new = unit.map(|unit| Mod::Add(bytes(attribute), one(unit)));
        let changes = old.into_iter().chain(new).collect();
        account.changed(self.door.modify(&account.entry.dn, changes).await)
    }
}

fn parts(account: &Account) -> Result<(&str, &str), Failure> {
    dn::split(&account.entry.dn).ok_or_else(|| Failure::Refused(format!("{} is in no unit", account.named())))
}
